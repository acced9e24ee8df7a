# SPDX-License-Identifier: EUPL-1.2
"""Throw-away certificates for TLS on the loopback, made by the openssl command: an authority, a server certificate for
127.0.0.1 and localhost, and client certificates."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Pair:
    cert: Path
    key: Path


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = Pair(folder / "ca.crt", folder / "ca.key")
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                 "-subj", "/CN=Test authority", "-keyout", str(self.ca.key), "-out", str(self.ca.cert))

    def server(self) -> Pair:
        return self._issue("server", "localhost", "subjectAltName=IP:127.0.0.1,DNS:localhost")

    def client(self, name: str) -> Pair:
        """The common name is what a broker takes as the user name."""
        return self._issue(f"client-{name}", name, "extendedKeyUsage=clientAuth")

    def _issue(self, file: str, common_name: str, extension: str) -> Pair:
        pair = Pair(self.folder / f"{file}.crt", self.folder / f"{file}.key")
        request, extensions = self.folder / f"{file}.csr", self.folder / f"{file}.ext"
        extensions.write_text(extension + "\n")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-subj", f"/CN={common_name}", "-keyout", str(pair.key), "-out", str(request))
        _openssl("x509", "-req", "-in", str(request), "-CA", str(self.ca.cert), "-CAkey", str(self.ca.key),
                 "-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", str(pair.cert))
        return pair


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)
