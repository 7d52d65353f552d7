"""A real Kannel (bearerbox and smsbox) with its own fake SMSC, started on free ports; and the phones behind it.

``fakesmsc`` plays the carrier: each ``Carrier`` is one of its processes, which sends one text (or none) and shows what
is sent to phones. While none runs the carrier is down, and Kannel keeps what is to go out.
"""

import contextlib
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import unquote_to_bytes

import pytest
from ports import free_port
from waiting import PATIENCE_S, until

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (?:udh (\S+) )?(text|ucs-2|data) (.*)>$", re.MULTILINE)

missing = [name for name in ("bearerbox", "smsbox") if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
needs_kannel = pytest.mark.skipif(
    bool(missing) or not FAKESMSC.is_file(),
    reason="Kannel is not installed (Debian: apt-get install kannel kannel-extras)",
)

_CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {admin_password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = *.*.*.*
store-type = spool
store-location = "{folder}/spool"
sms-combine-concatenated-mo = {combine}
sms-combine-concatenated-mo-timeout = 5
log-file = "{folder}/bearerbox.log"
log-level = 1

group = smsc
smsc = fake
smsc-id = carrier
port = {carrier}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
mo-recode = {recode}
http-request-retry = 60
http-queue-delay = 1
http-timeout = 10
reply-couldnotfetch = ""
reply-couldnotrepresent = ""
reply-requestfailed = ""
reply-emptymessage = ""
log-file = "{folder}/smsbox.log"
log-level = 1

group = sms-service
keyword = default
catch-all = true
{target} = "{url}?key={key}&from=%p&to=%P{text}&id=%I&time=%T&coding=%c&charset=%C&smsc=%i{more}"
accept-x-kannel-headers = true
omit-empty = true
max-messages = 0
concatenation = true

group = sendsms-user
username = {username}
password = {password}
user-allow-ip = 127.0.0.1
max-messages = 10
concatenation = true
"""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text as it reached a phone. ``udh``: its user data header, in hexadecimal."""

    sender: str
    to: str
    udh: str
    content: str


class Kannel:
    """One installation, in ``folder``. ``url``: our webhook, which each text is brought to."""

    username, password, number = "tester", "foobar-3f9a", "1069001"

    def __init__(
        self, folder: Path, *, url: str, key: str, target: str = "get-url", combine: bool = True, recode: bool = True
    ) -> None:
        self._folder, self._url, self._key = folder, url, key
        self._admin, self._box, self._carrier, self._sendsms = (free_port() for _ in range(4))
        self._config = folder / "kannel.conf"
        (folder / "spool").mkdir(parents=True)
        self._config.write_text(
            _CONFIG.format(
                folder=folder,
                url=url,
                key=key,
                target=target,
                # what is posted has the text as its body
                text="" if target == "post-url" else "&text=%b",
                more="" if combine else "&udh=%u",
                combine=str(combine).lower(),
                recode=str(recode).lower(),
                admin=self._admin,
                admin_password="not-secret",
                box=self._box,
                carrier=self._carrier,
                sendsms=self._sendsms,
                username=self.username,
                password=self.password,
            ),
            "utf-8",
        )
        self._boxes: list[subprocess.Popen[bytes]] = []

    def use(self, config: str) -> None:
        """Run with ``config``, as a manual shows it, with this installation's ports, folder and webhook."""
        smsc = f"group = smsc\nsmsc = fake\nsmsc-id = carrier\nport = {self._carrier}\nconnect-allow-ip = 127.0.0.1\n"
        ours = {
            "admin-port = 13000": f"admin-port = {self._admin}",
            "admin-password = change-me\n": "admin-password = not-secret\n",
            "smsbox-port = 13001": f"smsbox-port = {self._box}",
            "sendsms-port = 13013": f"sendsms-port = {self._sendsms}",
            "/var/spool/kannel": f"{self._folder}/spool",
            "https://petition.example.gov.cn/channels/sms/main?key=a-long-random-word": f"{self._url}?key={self._key}",
            "username = petition": f"username = {self.username}",
            "password = change-me-too": f"password = {self.password}",
            "group = smsbox": f"{smsc}\ngroup = smsbox",
        }
        for shown, used in ours.items():
            assert config.count(shown) == 1, f"the manual no longer shows {shown}"
            config = config.replace(shown, used)
        self._config.write_text(config, "utf-8")

    def use_smpp(self, port: int, *, system_id: str, password: str) -> None:
        """Be a client of an SMSC on ``port``, in the place of the fake one."""
        config = self._config.read_text("utf-8")
        fake = f"smsc = fake\nsmsc-id = carrier\nport = {self._carrier}\nconnect-allow-ip = 127.0.0.1\n"
        real = f"smsc = smpp\nsmsc-id = carrier\nhost = 127.0.0.1\nport = {port}\ntransceiver-mode = true\n"
        login = f'smsc-username = {system_id}\nsmsc-password = {password}\nsystem-type = ""\n'
        assert config.count(fake) == 1
        self._config.write_text(config.replace(fake, real + login), "utf-8")

    @property
    def sendsms_url(self) -> str:
        return f"http://127.0.0.1:{self._sendsms}/cgi-bin/sendsms"

    @contextlib.contextmanager
    def running(self) -> Iterator["Kannel"]:
        try:
            self._start("/usr/sbin/bearerbox")
            until(lambda: self._status() is not None, "bearerbox answers")
            self._start("/usr/sbin/smsbox")
            until(lambda: "smsbox" in (self._status() or "") and self._answers(self._sendsms, "/"), "smsbox is on-line")
            yield self
        finally:
            for box in reversed(self._boxes):
                _end(box)

    def _start(self, program: str) -> None:
        with (self._folder / f"{Path(program).name}.out").open("ab") as output:
            self._boxes.append(
                subprocess.Popen(
                    [program, "-v", "4", str(self._config)], stdout=output, stderr=output, stdin=subprocess.DEVNULL
                )
            )

    def _status(self) -> str | None:
        return self._answers(self._admin, "/status.txt?password=not-secret")

    def _answers(self, port: int, path: str) -> str | None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode("utf-8", "replace") or " "
        except OSError:
            return None
        finally:
            connection.close()

    def log(self) -> str:
        """What smsbox says of itself."""
        return (self._folder / "smsbox.log").read_text("utf-8", errors="replace")

    def carrier(self, *messages: str) -> "Carrier":
        """A carrier that is up while the ``with`` block lasts; ``messages`` as fakesmsc writes them, sent in turn."""
        return Carrier(self._carrier, self._folder, messages)

    def text(self, sender: str, content: str) -> "Carrier":
        """As ``carrier``: ``sender`` writes ``content``."""
        coded = "".join(f"%{byte:02X}" for byte in content.encode("utf-16-be"))
        return self.carrier(f"{sender} {self.number} ucs2 {coded}")


class Carrier:
    """A running fakesmsc."""

    def __init__(self, port: int, folder: Path, messages: Sequence[str]) -> None:
        self._port, self._messages = port, messages
        self._log = folder / f"carrier-{len(list(folder.glob('carrier-*')))}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        count = str(len(self._messages))
        sent = self._messages or (f"0 {self._port} text nothing",)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [FAKESMSC, "-H", "127.0.0.1", "-r", str(self._port), "-i", "0.05", "-m", count, *sent],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        _end(self._process)

    def received(self) -> list[Text]:
        """What has reached phones since this carrier is up."""
        return [_read(*found) for found in _GOT.findall(self._log.read_text("utf-8", errors="replace"))]

    def wait_received(self, count: int = 1, seconds: float = PATIENCE_S) -> list[Text]:
        """As ``received``, when there are ``count``."""
        until(lambda: len(self.received()) >= count, f"{count} texts reach phones", seconds)
        return self.received()


def _read(sender: str, to: str, udh: str, kind: str, content: str) -> Text:
    if kind == "ucs-2" or udh:
        content = unquote_to_bytes(content.replace("+", " ")).decode("utf-16-be" if kind != "text" else "utf-8")
    return Text(sender=sender, to=to, udh=unquote_to_bytes(udh).hex(), content=content)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=30)
