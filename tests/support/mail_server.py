# SPDX-License-Identifier: EUPL-1.2
"""A private, real mail server (chasquid) on the loopback and free ports, as an ordinary user, in a folder of the test. It takes
mail for example.nl in the clear, or by TLS after a login; what it delivers lies here to be read. Restarts keep the ports."""

from __future__ import annotations

import email
import email.policy
import shlex
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

from .certificates import Authority
from .net import free_port, wait_listening
from .process import Process
from .wait import until

DOMAIN = "example.nl"


class MailServer:
    """users: mailbox -> password, all at example.nl. Not started yet."""

    def __init__(self, folder: Path, users: dict[str, str]) -> None:
        self.folder = folder
        self.mails = folder / "mails"
        self.log = folder / "chasquid.log"
        self.port, self.tls_port = free_port(), free_port()
        self._process: Process | None = None
        for name in ("config/certs/mx", f"config/domains/{DOMAIN}", "data", "mails"):
            (folder / name).mkdir(parents=True)
        self.authority = Authority(folder / "authority")
        pair = self.authority.server()
        shutil.copy(pair.cert, folder / "config/certs/mx/fullchain.pem")
        shutil.copy(pair.key, folder / "config/certs/mx/privkey.pem")
        # A mail is there whole or not at all.
        deliver = folder / "deliver"
        to = shlex.quote(str(self.mails))
        deliver.write_text(f'#!/bin/sh\nnew=$(mktemp {to}/.new.XXXXXX) && cat >"$new" && mv "$new" "$new.eml" && mv "$new.eml" {to}/"$1-${{new##*.}}.eml"\n')
        deliver.chmod(0o755)
        (folder / "config/chasquid.conf").write_text(
            f'hostname: "mx.{DOMAIN}"\nmax_data_size_mb: 1\nsmtp_address: "127.0.0.1:{self.port}"\n'
            f'submission_over_tls_address: "127.0.0.1:{self.tls_port}"\nmail_delivery_agent_bin: "{deliver}"\n'
            f'mail_delivery_agent_args: "%to%"\ndata_dir: "{folder}/data"\nmail_log_path: "{folder}/mail.log"\n')
        for name, password in users.items():
            subprocess.run(["chasquid-util", f"--configdir={folder}/config", "user-add", f"{name}@{DOMAIN}", f"--password={password}"],
                           check=True, capture_output=True, timeout=30)

    def start(self) -> None:
        """Returns when it accepts connections."""
        self._process = Process(["chasquid", "-config_dir", str(self.folder / "config"), "-alsologtostderr"], self.log)
        wait_listening(self.port, "chasquid")
        wait_listening(self.tls_port, "chasquid")

    def stop(self) -> None:
        if self._process and self._process.running():
            self._process.kill()  # it has no last words that matter

    def to(self, name: str) -> list[EmailMessage]:
        """What was delivered to a mailbox, oldest first."""
        files = sorted(self.mails.glob(f"{name}@{DOMAIN}-*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]  # type: ignore[misc]

    def wait(self, name: str, count: int = 1) -> list[EmailMessage]:
        until(f"{count} mails to {name}", lambda: len(self.to(name)) >= count)
        return self.to(name)
