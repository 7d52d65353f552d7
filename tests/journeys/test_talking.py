"""Residents on the sandbox's phones: asking, adding, withdrawing, changing their mind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from phones import replied, shown
from residents import CODE, NUMBER, Resident

from channels.sandbox.client import Phone, SandboxClient

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763606060000000040001275c3c1c0000000049454e44ae426082"
)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A resident with a phone in hand."""

    phone: Phone
    resident: Resident

    async def say(self, text: str) -> str:
        await self.phone.say(text)
        return await self.hear()

    async def hear(self) -> str:
        """What is answered; one message, and a passive reply."""
        return (await replied(self.phone)).text

    async def file(self) -> str:
        await self.say(self.resident.all_at_once)
        return NUMBER.search(await self.say("确认"))[0]


@pytest.fixture
async def sandbox(demo) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(demo.sandbox_url) as client:
        yield client


@pytest.fixture
async def talk(sandbox, town, request) -> Talk:
    phone = await sandbox.open(f"住户{len(town.residents)}")
    return Talk(phone=phone, resident=town.resident(openid=phone.openid))


async def test_progress_adding_and_withdrawal(talk, demo_api):
    number = await talk.file()
    assert "待受理" in await talk.say("进度")
    demo_api.move(number, "accepted")
    [notice] = await shown(talk.phone)
    assert notice.kind == "customer_service"
    progress = await talk.say("我的事办得怎么样了")
    assert number in progress
    assert "已受理" in progress

    assert number in await talk.say("补充：昨晚又有人摔倒了")
    entries = demo_api.timeline(number)
    assert (entries[-1]["kind"], entries[-1]["note"]) == ("added", "昨晚又有人摔倒了")

    assert "确定撤回" in await talk.say("撤回")
    assert demo_api.case(number)["state"] == "accepted"
    assert "继续办理" in await talk.say("不撤")
    await talk.say("撤回")
    assert "已撤回" in await talk.say("确定撤回")
    assert demo_api.case(number)["state"] == "withdrawn"


async def test_another_phone_learns_the_state_with_the_query_code_and_nothing_without(talk, sandbox, demo_api):
    await talk.say(talk.resident.all_at_once)
    filed = await talk.say("确认")
    number, code = NUMBER.search(filed)[0], CODE.search(filed)[1]
    other = Talk(phone=await sandbox.open("别人"), resident=talk.resident)

    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert "待受理" not in await other.say(f"{number} {wrong}")
    told = await other.say(f"{number} {code}")
    assert "待受理" in told
    assert "路灯" not in told


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(talk):
    await talk.say("电梯三天两头停运")
    answer = await talk.say("信访多久能办完？")
    assert "60日" in answer
    assert "地点" in answer
    assert "姓名" in await talk.say(talk.resident.place)
    assert "12345" in await talk.say("人工")
    assert "手机" in await talk.say(talk.resident.name)
    assert "停运" in await talk.say(talk.resident.phone)
    assert NUMBER.search(await talk.say("确认"))


async def test_whoever_leaves_the_form_has_filed_nothing(talk, demo_api):
    await talk.say("电梯三天两头停运")
    assert "不登记" in await talk.say("退出")
    assert demo_api.get(f"/cases?phone={talk.resident.phone}")["items"] == []
    assert "没有登记过" in await talk.say("进度")


async def test_a_picture_and_a_location_sent_while_filing_are_in_the_case(talk, demo_api):
    await talk.say("井盖丢了，天黑容易掉进去")
    await talk.phone.location(36.7069, 119.1619, talk.resident.place)
    await talk.hear()
    await talk.phone.picture(PICTURE)
    await talk.hear()
    await talk.say(talk.resident.name)
    assert talk.resident.place in await talk.say(talk.resident.phone)
    case = demo_api.case(NUMBER.search(await talk.say("确认"))[0])

    assert (case["place"]["latitude"], case["place"]["longitude"]) == (36.7069, 119.1619)
    [picture] = case["attachments"]
    assert picture["kind"] == "image"
    assert picture["media_id"]
    assert "井盖" in case["content"]

    [kept] = demo_api.attachments(case["number"])
    assert (kept["id"], kept["state"], kept["type"], kept["size"]) == (picture["id"], "kept", "image/png", len(PICTURE))
    assert demo_api.content(kept["url"]) == PICTURE


async def test_somebody_who_follows_is_welcomed(talk):
    await talk.phone.unfollow()
    await shown(talk.phone)
    await talk.phone.follow()
    seen = await shown(talk.phone)
    if len(seen) == 1:  # the phone's own line, "已关注"
        seen += await shown(talk.phone)
    assert [each.kind for each in seen] == ["system", "passive"]
    assert "您好" in seen[-1].text
