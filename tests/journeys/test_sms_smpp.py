"""A petition over SMPP: the real service with two workers and one bind, at an SMSC that is not ours."""

import asyncio
import json
import os
import secrets
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment import Deployment, free_port, http
from foreign_peer import ForeignSmsc, foreign_smsc, needs_foreign_smsc
from office_api import OfficeApi
from residents import CODE, NUMBER, Resident
from waiting import soon

pytestmark = needs_foreign_smsc

SIGN, PASSWORD = "某市信访局", "secret-7"
_UNITS_IN_A_PART = 67


@dataclass(frozen=True, kw_only=True)
class SmppOffice:
    smsc: ForeignSmsc
    api: OfficeApi
    deployment: Deployment

    def say(self, resident: Resident, words: str) -> None:
        """As a phone does, in parts; they come in the wrong order."""
        octets = words.encode("utf-16-be")
        parts = [octets[at : at + 2 * _UNITS_IN_A_PART] for at in range(0, len(octets), 2 * _UNITS_IN_A_PART)]
        if len(parts) == 1:
            self.smsc.deliver(words, source=f"+86{resident.phone}")
            return
        for number, part in sorted(enumerate(parts, start=1), reverse=True):
            udh = f"05000317{len(parts):02x}{number:02x}"
            self.smsc.deliver(tag=udh, source=f"86{resident.phone}", esm=0x40, udh=udh, hex=part.hex())

    async def hear(self, resident: Resident, expected: str) -> str:
        """All that the phone has shown, when ``expected`` is among it."""

        def shown() -> str:
            said = self.smsc.heard("submit", status=0, to=resident.phone)
            return "".join(event["text"] for event in said).replace(f"【{SIGN}】", "\n")

        await self.smsc.until(lambda: expected in shown(), f"the phone shows {expected}")
        return shown()

    def holder(self) -> int:
        """The process that holds the bind."""
        sockets = {
            line.split()[9]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[2].endswith(f":{self.smsc.port:04X}") and line.split()[3] == "01"
        }
        [holder] = [pid for pid in self.deployment.processes() if sockets & _sockets_of(pid)]
        return holder


def _sockets_of(pid: int) -> set[str]:
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:")}


@asynccontextmanager
async def smpp_office(servers, folder: Path) -> AsyncIterator[SmppOffice]:
    port, token = free_port(), secrets.token_urlsafe(24)
    async with foreign_smsc(PASSWORD) as smsc:
        account = {
            "PROVIDER": "smpp",
            "NUMBER": "1069001",
            "SIGN": SIGN,
            "HOST": "127.0.0.1",
            "PORT": str(smsc.port),
            "SYSTEM_ID": "petition",
            "PASSWORD": PASSWORD,
            "BINDS": "single",
        }
        env = {
            "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/p_{uuid.uuid4().hex}?"),
            "BOT_REDIS_URL": f"{servers.redis_url}?db=11",
            "BOT_NOTICES__QUIET_HOURS": "",
            "BOT_LOG__LEVEL": "debug",
            "BOT_LOG__FORMAT": "json",
            "BOT_HTTP__PORT": str(port),
            "BOT_API__TOKENS__JOURNEYS": token,
            **{f"BOT_SMS__MAIN__{name}": value for name, value in account.items()},
        }
        url = f"http://127.0.0.1:{port}"
        deployment = Deployment(folder, ("web",), ("worker",), ("worker",), env=env)
        try:
            deployment.start()
            await asyncio.to_thread(deployment.wait_ready, f"{url}/readyz")
            await smsc.wait("bind", right=True, mode="transceiver")
            yield SmppOffice(smsc=smsc, api=OfficeApi(url=url, token=token), deployment=deployment)
        finally:
            await asyncio.to_thread(deployment.abandon)


def _ready(office: SmppOffice) -> Any:
    return json.loads(http("GET", f"{office.api.url}/readyz")[1])


async def test_a_petition_is_filed_though_the_worker_that_holds_the_bind_dies(servers, town, tmp_path):
    resident = town.resident()
    async with smpp_office(servers, tmp_path) as office:
        await office.smsc.obey("receipts")
        office.say(resident, f"{resident.all_at_once}。{'打过几次电话，至今没有人来看过，' * 5}")
        await office.hear(resident, "确认")
        assert len(office.smsc.heard("bind")) == 1
        await soon(lambda: _ready(office)["parts"]["sms.main"] == "ok", "readyz tells of the bind")

        os.kill(office.holder(), signal.SIGKILL)
        await office.smsc.wait("bind", 2)
        office.say(resident, "确认")
        filed = await office.hear(resident, "查询码")
        number = NUMBER.search(filed)[0]
        assert CODE.search(filed)

        case = office.api.case(number)
        assert case["state"] == "submitted"
        assert "路灯坏了一个多月" in case["content"]
        office.api.move(number, "accepted", note="已登记受理")
        notices = await asyncio.to_thread(office.api.wait_notices, number, receipts=True)
        assert notices == [("sms", "delivered")]

        [talk] = office.api.conversations(resident.phone, channel="sms")
        said = [each["text"] for each in office.api.messages(talk["id"]) if each["direction"] == "in"]
        assert len(said) == 2
        told = [secret for secret in (*resident.secrets(), PASSWORD) if len(secret) > 3]
        assert [secret for secret in told if secret in office.deployment.output()] == []
