"""A resident with a simple phone: a petition by text message, through a real Kannel and its fake SMSC."""

import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from deployment import Deployment, free_port
from office_api import OfficeApi
from real_kannel import Carrier, Kannel, Text, needs_kannel
from residents import CODE, NUMBER, Resident
from waiting import until

pytestmark = needs_kannel

SIGN = "某市信访局"


@dataclass(frozen=True, kw_only=True)
class SmsOffice:
    """Web and worker behind a Kannel; nobody has told them of any other channel."""

    kannel: Kannel
    api: OfficeApi
    deployment: Deployment

    def say(self, resident: Resident, words: str, *, expected: str) -> str:
        """All that is answered to one text, when ``expected`` is among it; so long the carrier is up."""
        with self.kannel.text(resident.phone, words) as carrier:
            return _read(carrier, resident, expected)

    def hear(self, resident: Resident, *, expected: str) -> str:
        """What comes unasked."""
        with self.kannel.carrier() as carrier:
            return _read(carrier, resident, expected)


def _read(carrier: Carrier, resident: Resident, expected: str) -> str:
    until(lambda: expected in _shown(carrier.received(), resident), f"the phone shows {expected}")
    return _shown(carrier.received(), resident)


def _shown(texts: Sequence[Text], resident: Resident) -> str:
    """What the phone shows: the parts of a message put together, without the signature that each message has."""
    messages: dict[str, str] = {}
    for place, text in enumerate(texts):
        assert text.to == resident.phone
        total = int(text.udh[8:10], 16) if text.udh else 1
        assert total <= 2, "no message costs more than two"
        reference = text.udh[:8] or str(place)
        messages[reference] = messages.get(reference, "") + text.content
    assert all(message.startswith(f"【{SIGN}】") for message in messages.values())
    return "\n".join(message.removeprefix(f"【{SIGN}】") for message in messages.values())


@pytest.fixture(scope="module")
def sms_office(servers, tmp_path_factory) -> Iterator[SmsOffice]:
    folder = tmp_path_factory.mktemp("sms-office")
    url = f"http://127.0.0.1:{free_port()}"
    token, key = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    kannel = Kannel(folder / "kannel", url=f"{url}/channels/sms/main", key=key)
    account = {
        "PROVIDER": "kannel",
        "NUMBER": kannel.number,
        "SIGN": SIGN,
        "WEBHOOK_KEY": key,
        "SENDSMS_URL": kannel.sendsms_url,
        "USERNAME": kannel.username,
        "PASSWORD": kannel.password,
    }
    env = {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/s_{uuid.uuid4().hex}?"),
        "BOT_REDIS_URL": f"{servers.redis_url}?db=10",
        "BOT_NOTICES__QUIET_HOURS": "",
        "BOT_LOG__LEVEL": "debug",
        "BOT_LOG__FORMAT": "json",
        "BOT_HTTP__PORT": url.rpartition(":")[2],
        "BOT_API__TOKENS__JOURNEYS": token,
        **{f"BOT_SMS__MAIN__{name}": value for name, value in account.items()},
    }
    deployment = Deployment(folder, ("web",), ("worker",), env=env)
    try:
        deployment.start()
        deployment.wait_ready(f"{url}/readyz")
        with kannel.running():
            yield SmsOffice(kannel=kannel, api=OfficeApi(url=url, token=token), deployment=deployment)
        deployment.stop()
    finally:
        deployment.abandon()


def test_a_petition_by_text_message_is_filed_and_every_step_comes_back(sms_office, town):
    resident = town.resident()
    sms_office.say(resident, resident.all_at_once, expected="确认")
    filed = sms_office.say(resident, "确认", expected="查询码")
    number = NUMBER.search(filed)[0]
    assert CODE.search(filed)
    case = sms_office.api.case(number)
    assert case["state"] == "submitted"
    assert "路灯坏了一个多月" in case["content"]

    sms_office.api.move(number, "accepted", note="已登记受理")
    sms_office.hear(resident, expected=number)
    assert sms_office.api.wait_notices(number, receipts=True) == [("sms", "delivered")]


def test_twelve_residents_each_file_by_one_text_and_a_confirmation(sms_office, town):
    residents = [town.resident() for _ in range(12)]
    numbers = {_filed(sms_office, each) for each in residents}
    assert len(numbers) == len(residents)
    [talk] = sms_office.api.conversations(f"+86 {residents[-1].phone}", channel="sms")
    assert [each["direction"] for each in sms_office.api.messages(talk["id"])].count("in") == 2


def _filed(sms_office: SmsOffice, resident: Resident) -> str:
    sms_office.say(resident, resident.all_at_once, expected="确认")
    return str(NUMBER.search(sms_office.say(resident, "ｙ", expected="查询码"))[0])


def test_a_long_petition_in_one_text_is_kept_whole(sms_office, town):
    resident = town.resident("楼下的烧烤店天天营业到凌晨，油烟直接排进楼里。" + "老人孩子都睡不好，" * 110)
    sms_office.say(resident, resident.all_at_once, expected="确认")
    [talk] = sms_office.api.conversations(resident.phone, channel="sms")
    [said] = [each for each in sms_office.api.messages(talk["id"]) if each["direction"] == "in"]
    assert said["text"] == resident.all_at_once


def test_a_text_sent_while_the_service_is_down_is_answered_once_when_it_is_up(sms_office, town):
    resident = town.resident()
    sms_office.deployment.stop()
    with sms_office.kannel.text(resident.phone, resident.all_at_once) as carrier:
        until(lambda: "Couldn't fetch" in sms_office.kannel.log(), "Kannel finds nobody")
        sms_office.deployment.start()
        sms_office.deployment.wait_ready(f"{sms_office.api.url}/readyz")
        _read(carrier, resident, "确认")
    [talk] = sms_office.api.conversations(resident.phone, channel="sms")
    assert [each["direction"] for each in sms_office.api.messages(talk["id"])].count("in") == 1


def test_nothing_of_a_person_and_no_secret_is_in_the_logs(sms_office, town):
    output = sms_office.deployment.output()
    assert "turn.done" in output
    told = [secret for resident in town.residents for secret in resident.secrets() if len(secret) > 3]
    assert [secret for secret in (*told, sms_office.kannel.password) if secret in output] == []
