# SPDX-License-Identifier: EUPL-1.2
"""Peers and tools of the test suites that run the real daemon. See README.md; tests put the folder `tests` on their
module path and write `from support.broker import Broker`."""
