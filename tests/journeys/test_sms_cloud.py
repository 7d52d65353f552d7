"""A resident texts a number that sends approved templates alone: people see to it, and the phone says so."""

import asyncio
import json
import secrets
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from cloud_kit import ALIYUN_ACCOUNT, REPLIED, cloud_settings
from deployment import Deployment, free_port, http
from office_api import OfficeApi
from waiting import until

from channels.sandbox.sms_cloud import CloudSettings, make_aliyun


@contextmanager
def served(settings: CloudSettings, port: int) -> Iterator[None]:
    """The played cloud in a thread of its own."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(make_aliyun(settings))

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@dataclass(frozen=True, kw_only=True)
class CloudOffice:
    """Web and worker behind a played Aliyun; nobody has told them of any other channel."""

    cloud: str
    api: OfficeApi
    deployment: Deployment

    def ctl(self, path: str, data: object = None) -> dict:
        body = None if data is None else json.dumps(data).encode()
        headers = {"Content-Type": "application/json"}
        _, answer = http("GET" if data is None else "POST", f"{self.cloud}/_ctl/{path}", body=body, headers=headers)
        return json.loads(answer)

    def screen(self, phone: str) -> list[str]:
        return [each["text"] for each in self.ctl(f"phones/{phone}")["items"] if each["by"] == "office"]


@pytest.fixture(scope="module")
def cloud_office(servers, tmp_path_factory) -> Iterator[CloudOffice]:
    url, port = f"http://127.0.0.1:{free_port()}", free_port()
    token = secrets.token_urlsafe(24)
    account = {name.upper(): value for name, value in ALIYUN_ACCOUNT.items() if name != "templates"}
    env = {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/c_{uuid.uuid4().hex}?"),
        "BOT_REDIS_URL": f"{servers.redis_url}?db=12",
        "BOT_NOTICES__QUIET_HOURS": "",
        "BOT_LOG__LEVEL": "debug",
        "BOT_LOG__FORMAT": "json",
        "BOT_HTTP__PORT": url.rpartition(":")[2],
        "BOT_API__TOKENS__JOURNEYS": token,
        "BOT_SMS__MAIN__API_BASE": f"http://127.0.0.1:{port}",
        "BOT_SMS__MAIN__TEMPLATES__REPLY": "SMS_200",
        **{f"BOT_SMS__MAIN__{name}": value for name, value in account.items()},
    }
    deployment = Deployment(tmp_path_factory.mktemp("cloud-office"), ("web",), ("worker",), env=env)
    try:
        deployment.start()
        deployment.wait_ready(f"{url}/readyz")
        with served(cloud_settings("aliyun", f"{url}/channels/sms/main"), port):
            api = OfficeApi(url=url, token=token)
            yield CloudOffice(cloud=f"http://127.0.0.1:{port}", api=api, deployment=deployment)
        deployment.stop()
    finally:
        deployment.abandon()


def test_a_text_is_kept_staff_are_called_and_the_phone_says_so(cloud_office, town):
    resident = town.resident()
    cloud_office.ctl("faults", {"path": "push", "duplicates": 1, "times": 5})
    cloud_office.ctl(f"phones/{resident.phone}/text", {"text": resident.all_at_once})
    until(lambda: cloud_office.screen(resident.phone), "the phone shows an answer")
    assert cloud_office.screen(resident.phone) == [f"【{ALIYUN_ACCOUNT['sign']}】{REPLIED}"]

    [talk] = cloud_office.api.conversations(resident.phone, channel="sms")
    [call] = cloud_office.api.get("/calls")["items"]
    assert (call["reason"], call["conversation_id"]) == ("templates_only", talk["id"])

    def delivered() -> list[dict]:
        said = cloud_office.api.messages(talk["id"])
        return said if "delivered" in [each.get("state") for each in said] else []

    said = until(delivered, "the receipt is in")
    assert [each["text"] for each in said if each["direction"] == "in"] == [resident.all_at_once]
    assert [each["direction"] for each in said].count("out") == 1


def test_nothing_of_a_person_and_no_secret_is_in_the_logs(cloud_office, town):
    output = cloud_office.deployment.output()
    assert "turn.done" in output
    told = [secret for resident in town.residents for secret in resident.secrets() if len(secret) > 3]
    keys = (ALIYUN_ACCOUNT["access_key_secret"], ALIYUN_ACCOUNT["webhook_key"])
    assert [secret for secret in (*told, *keys) if secret in output] == []
