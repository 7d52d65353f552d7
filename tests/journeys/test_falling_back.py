"""A notice whose WeChat window is shut arrives as a text message, through a real worker and a real Kannel."""

import re
import secrets
import string
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from deployment import Deployment, free_port
from office_api import OfficeApi, as_json
from real_kannel import Kannel, needs_kannel
from residents import NUMBER
from standin import CUSTOM, Platform, served
from waiting import until
from wechat_client import Account, Person

pytestmark = needs_kannel


@dataclass(frozen=True, kw_only=True)
class Office:
    """WeChat without a template for progress, and text messages beside it."""

    account: Account
    platform: Platform
    kannel: Kannel
    api: OfficeApi

    def phone_shows(self, phone: str, expected: str) -> str:
        with self.kannel.carrier() as carrier:

            def shown() -> str:
                texts = [text.content for text in carrier.received() if text.to == phone]
                return next((text for text in texts if expected in text), "")

            until(shown, f"the phone shows {expected}")
            return shown()


@pytest.fixture(scope="module")
def two_ways(servers, tmp_path_factory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("two-ways")
    url, token, webhook_key = f"http://127.0.0.1:{free_port()}", secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    kannel = Kannel(folder / "kannel", url=f"{url}/channels/sms/main", key=webhook_key)
    platform = Platform(app_id=f"wx{secrets.token_hex(8)}", app_secret=secrets.token_hex(16))
    aes_key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(42)) + "A"
    account = Account(
        url=f"{url}/channels/wechat/main", app_id=platform.app_id, token=secrets.token_hex(8), aes_key=aes_key
    )
    with served(platform):
        wechat = {
            "APP_ID": account.app_id,
            "APP_SECRET": platform.app_secret,
            "TOKEN": account.token,
            "ENCODING_AES_KEY": account.aes_key,
            "API_BASE": platform.url,
        }
        sms = {
            "PROVIDER": "kannel",
            "NUMBER": kannel.number,
            "SIGN": "某市信访局",
            "WEBHOOK_KEY": webhook_key,
            "SENDSMS_URL": kannel.sendsms_url,
            "USERNAME": kannel.username,
            "PASSWORD": kannel.password,
        }
        env = {
            "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/f_{uuid.uuid4().hex}?"),
            "BOT_REDIS_URL": f"{servers.redis_url}?db=11",
            "BOT_NOTICES__QUIET_HOURS": "",
            "BOT_HTTP__PORT": url.rpartition(":")[2],
            "BOT_API__TOKENS__JOURNEYS": token,
            **{f"BOT_WECHAT__MAIN__{name}": value for name, value in wechat.items()},
            **{f"BOT_SMS__MAIN__{name}": value for name, value in sms.items()},
        }
        deployment = Deployment(folder, ("web",), ("worker",), env=env)
        try:
            deployment.start()
            deployment.wait_ready(f"{url}/readyz")
            with kannel.running():
                api = OfficeApi(url=url, token=token)
                yield Office(account=account, platform=platform, kannel=kannel, api=api)
            deployment.stop()
        finally:
            deployment.abandon()


def test_a_shut_window_becomes_a_text_and_the_timeline_says_why(two_ways, town):
    resident = town.resident()
    person = Person(account=two_ways.account, openid=resident.openid)
    person.say(resident.all_at_once)
    number = NUMBER.search(person.say("确认"))[0]

    two_ways.platform.shut.add(resident.openid)
    two_ways.api.move(number, "accepted", note="电工明天来")
    text = two_ways.phone_shows(resident.phone, number)
    assert "已受理" in text
    assert resident.name not in text
    assert resident.place not in text
    assert "电工" not in text
    assert ("sms", "delivered") in two_ways.api.wait_notices(number, receipts=True)

    [told] = two_ways.api.timeline(number)[-1]["told"]
    assert told["channel"] == "sms"
    weighed = [(way["channel"], way["via"], way["taken"], way["reason"]) for way in told["decision"]]
    assert ("wechat", "customer_service", False, "way_shut") in weighed
    assert weighed[-1] == ("sms", "sms", True, "case_phone")
    assert all(way["sentence"] for way in told["decision"])
    assert len(two_ways.platform.sent(CUSTOM, resident.openid)) == 1


def test_a_phone_is_bound_by_the_code_on_it_and_then_gets_what_wechat_cannot_bring(two_ways, town):
    resident = town.resident()
    person = Person(account=two_ways.account, openid=resident.openid)
    person.say(f"我叫{resident.name}，{resident.place}{resident.matter}，匿名反映")
    assert "已发到" in person.say(f"绑定手机 {resident.phone}")
    code = re.search(r"验证码(\d{6})", two_ways.phone_shows(resident.phone, "验证码"))[1]
    assert "已绑定" in person.say(code)

    status, found = two_ways.api.call("GET", f"/contacts?phone={resident.phone}")
    assert status == 200
    [contact] = found["items"]
    assert {each["channel"] for each in contact["conversations"]} == {"wechat", "sms"}
    assert contact["phone"] == f"{resident.phone[:3]}****{resident.phone[-4:]}"

    status, parted = two_ways.api.call(
        "POST", f"/contacts/{contact['id']}/unmerge", as_json({"reason": "本人来电要求"})
    )
    assert (status, parted["phone"]) == (200, "")
    assert [each["channel"] for each in parted["conversations"]] == ["wechat"]
