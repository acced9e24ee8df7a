# SPDX-License-Identifier: EUPL-1.2
"""What an authenticator app shows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def totp(secret: str) -> str:
    """Six digits, of this half minute."""
    digest = hmac.new(base64.b32decode(secret), (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
