"""Conversations in the console, from outside: who sees which, what is masked, and staff who speak themselves."""

import asyncio
import json
import re
import uuid
from dataclasses import replace

import pytest
from console_client import UNITS, Console
from stage import PERSON, Platform, Stage, now
from waiting import PATIENCE_S

from bot.casework.attending import Attending
from bot.casework.service import Casework, Draft
from bot.chance import SecureChance
from bot.console.app import ROUTES
from bot.console.conversations import ConversationParts, Live, conversations_feature, shown
from bot.console.conversations.canned import FILE, SHIPPED, canned_replies
from bot.console.conversations.restoring import restored
from channels.base import Capabilities
from channels.messages import Address, Purpose, Via
from channels.sms.text import segments
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from storage.cases import Actor, ActorKind, Filer
from storage.records import Call, DeliveryState, OutboxEntry
from storage.staff import Role
from storage.store import Store

PHONE = Address(channel="sms", account="main", sender="13812345678")
SMS = Capabilities(
    passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16", segments=segments
)
WECHAT = Capabilities(
    passive=True,
    answer_within=4.5,
    ways=(Via.CUSTOMER_SERVICE, Via.TEMPLATE),
    text_limit=2048,
    text_unit="bytes",
    notices=frozenset({"progress"}),
)
CHANNELS = {("wechat", "main"): Platform(capabilities=WECHAT), ("sms", "main"): Platform(capabilities=SMS)}


class Desk:
    """A console, the bot behind it, and residents who write."""

    def __init__(self, stage: Stage, console: Console, casework: Casework) -> None:
        self.stage = stage
        self.store = stage.store
        self.console = console
        self.casework = casework

    async def says(self, text: str, address: Address = PERSON) -> str:
        """Somebody writes, and the bot has its turn; give the conversation's path."""
        process = self.stage.process(channels=CHANNELS)
        arrived = await self.stage.keep(text, address=address)
        process.turns.start(arrived)
        await process.turns.drain(PATIENCE_S)
        return f"/conversations/{arrived.conversation_id}"

    async def call(self, path: str, *, danger: bool = False) -> str:
        key = uuid.uuid4().hex
        reason = "danger" if danger else "asked"
        made = Call(id=key, conversation_id=path.rpartition("/")[2], reason=reason, at=now(), danger=danger)
        await self.store.committer.commit([self.store.calls.add(made)])
        return key

    async def accuse(self, path: str) -> str:
        filer = Filer(name="张三丰", conversation_id=path.rpartition("/")[2])
        draft = Draft(content="某局长收了礼", filer=filer, accusation=True)
        made = await self.casework.create(draft, actor=Actor(kind=ActorKind.RESIDENT), key=uuid.uuid4().hex)
        return made.case.number

    async def sent(self, path: str):
        return await self.store.outbox.onward(path.rpartition("/")[2], limit=50)

    async def reply(self, browser, path: str, text: str, **more: str):
        return await browser.post(f"{path}/reply", {"text": text, "key": uuid.uuid4().hex, **more})


@pytest.fixture
async def desk(database, vault, servers, passwords):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    await stage.store.units.put(UNITS)

    async def kick(_ids):
        return None

    casework = Casework(store=stage.store, clock=now, chance=SecureChance(), office="某市信访局", kick=kick)
    live = Live(store=stage.store, clock=now, every_s=0.05)
    parts = ConversationParts(
        store=stage.store,
        attending=Attending(store=stage.store, channels=CHANNELS, clock=now, kick=kick),
        casework=casework,
        live=live,
        clock=now,
        channels=frozenset({"wechat", "sms"}),
        categories=("城乡建设/路灯照明",),
        canned=SHIPPED,
        knows=lambda: Categories.load(DialogFiles().categories),
    )
    console = Console(stage.store, now, passwords, features=(conversations_feature(parts),))
    await console.start()
    yield Desk(stage, console, casework)
    await live.close()
    await console.stop()
    await stage.close()


async def test_an_operator_takes_over_replies_and_hands_back(desk):
    path = await desk.says("路灯坏了")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    assert (await desk.reply(browser, path, "您好")).says("您没有接入这个会话")
    assert (await browser.post(f"{path}/take")).says("已接入")
    await desk.says("在吗")
    page = await desk.reply(browser, path, "在的，请问在哪个路口？")
    assert page.says("在吗")
    assert page.says("在的，请问在哪个路口？ 王芳")
    assert page.says("首问责任：王芳")
    assert (await browser.post(f"{path}/hand-back")).says("已交还机器人")
    await desk.says("东风东街")
    sent = await desk.sent(path)
    assert [entry.text for entry in sent] == [
        "听到：路灯坏了",
        "工作人员已接入，请讲。",
        "在的，请问在哪个路口？",
        "工作人员已退出，由机器人继续为您服务。",
        "听到：东风东街",
    ]
    reply = sent[2]
    assert (reply.purpose, reply.state, reply.author) == (Purpose.REPLY, DeliveryState.QUEUED, "王芳")
    assert desk.stage.script.heard == [["路灯坏了"], ["东风东街"]]
    actions = [line.action for line in await desk.store.audit.newest(4)]
    assert actions[:3] == ["conversation.handed_back", "conversation.replied", "conversation.taken"]


async def test_a_colleague_cannot_take_what_is_taken_nor_speak_in_it(desk):
    path = await desk.says("路灯坏了")
    first = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    second = await desk.console.signed_in("zuoxi2", Role.OPERATOR, name="李强")
    await first.post(f"{path}/take")
    assert (await second.post(f"{path}/take")).says("同事已经接入这个会话")
    assert (await desk.reply(second, path, "您好")).says("没有发送")
    assert (await second.post(f"{path}/hand-back")).says("接入已经结束")
    assert (await second.get(path)).says("王芳 正在接待")
    assert (await second.get("/conversations")).says("王芳")


async def test_the_same_form_sent_twice_is_one_message(desk):
    path = await desk.says("路灯坏了")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    key = re.search(r'name="key" value="(\w+)"', (await browser.post(f"{path}/take")).text)[1]
    for _ in range(2):
        await browser.post(f"{path}/reply", {"text": "您好", "key": key})
    assert [entry.text for entry in await desk.sent(path)].count("您好") == 1
    assert (await browser.post(f"{path}/reply", {"text": "您好", "key": "../1"})).status == 400


async def test_what_cannot_be_sent_is_not_sent_and_stays_in_the_box(desk):
    path = await desk.says("路灯坏了", PHONE)
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    await browser.post(f"{path}/take")
    page = await desk.reply(browser, path, "长" * 200)
    assert page.says("太长了，没有发送：这个渠道一条最多约 134 字")
    assert "长" * 200 in page.text
    counted = await browser.post(f"{path}/count", {"text": "好" * 100})
    assert json.loads(counted.text) == {"said": "100 字，计费 2 条", "fits": True}
    assert (await desk.reply(browser, path, "好" * 100)).says("已发出，计费 2 条")
    assert (await desk.reply(browser, path, "", canned=SHIPPED[1])).says("已发出，计费 1 条")

    chat = await desk.says("你好")
    await browser.post(f"{chat}/take")
    await desk.store.conversations.close_window(chat.rpartition("/")[2])
    assert (await browser.get(chat)).says("现在发不出去：已过可以主动发消息的时限。")
    assert (await desk.reply(browser, chat, "您好")).says("对方再来消息后才能回复")
    assert "您好" not in [entry.text for entry in await desk.sent(chat)]


async def test_phones_and_names_are_masked_until_somebody_says_why(desk):
    path = await desk.says("我的电话13800138000，查询码778899", PHONE)
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    for page in (await browser.get(path), await browser.get("/conversations")):
        assert "13800138000" not in page.text
        assert PHONE.sender not in page.text
        assert page.says("138****5678")
    assert (await browser.post(f"{path}/reveal", {"reason": " "})).says("请填写查看的原因")
    page = await browser.post(f"{path}/reveal", {"reason": "电话核实"})
    assert page.says("13800138000")
    assert page.says(PHONE.sender)
    assert "778899" not in page.text
    [line] = await desk.store.audit.newest(1)
    assert (line.action, line.details["reason"]) == ("conversation.revealed", "电话核实")


async def test_what_people_write_never_becomes_markup(desk):
    path = await desk.says("<script>alert(1)</script><img src=x onerror=alert(1)>")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    await browser.post(f"{path}/take")
    await desk.reply(browser, path, "<b>粗</b>")
    for page in (await browser.get(path), await browser.get("/conversations"), await browser.get(f"{path}/case")):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<b>粗" not in page.text


async def test_an_accusation_is_seen_by_the_discipline_role_alone(desk):
    path, other = await desk.says("某局长收了礼"), await desk.says("路灯坏了", PHONE)
    await desk.call(path)
    await desk.accuse(path)
    operator = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    discipline = await desk.console.signed_in("jijian", Role.DISCIPLINE)
    inbox = await operator.get("/conversations")
    assert path not in inbox.text
    assert other in inbox.text
    for action in ("", "/events", "/case"):
        assert (await operator.get(f"{path}{action}")).status == 404
    for action in ("take", "hand-back", "reply", "count", "reveal", "calls/x/close", "case"):
        assert (await operator.post(f"{path}/{action}")).status == 404
    inbox = await discipline.get("/conversations")
    assert path in inbox.text
    assert other not in inbox.text
    assert (await discipline.get(path)).says("收了礼")
    assert (await discipline.get(other)).status == 404


async def test_only_those_who_receive_people_come_in(desk):
    path = await desk.says("路灯坏了")
    routes = [route for route in desk.console.app[ROUTES] if route.path.startswith("/conversations")]
    assert len(routes) == 12
    for role in (Role.HANDLER, Role.SUPERVISOR, Role.LEADER, Role.NOTICE_EDITOR, Role.ADMINISTRATOR):
        browser = await desk.console.signed_in(f"in-{role.value}".replace("_", "-"), role)
        for route in routes:
            where = route.path.replace("/conversations/{id}", path).replace("{call}", "x")
            page = await (browser.get(where) if route.method == "GET" else browser.post(where))
            assert page.status in {403, 404}, (role, route.path)
    unit = await desk.console.signed_in("county", Role.OPERATOR, unit="kw")
    assert (await unit.get(path)).status == 404
    assert path not in (await unit.get("/conversations")).text


async def test_calls_for_a_person_come_first_danger_before_all(desk):
    asked, danger = await desk.says("人工"), await desk.says("救命", PHONE)
    key = await desk.call(asked)
    await desk.call(danger, danger=True)
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    inbox = await browser.get("/conversations")
    assert inbox.says("等工作人员处理（2）")
    assert inbox.text.index(danger) < inbox.text.index(asked)
    assert (await browser.get("/conversations?channel=sms")).says("等工作人员处理（1）")
    assert (await browser.post(f"{asked}/calls/{key}/close")).says("已标为处理过")
    assert (await browser.post(f"{asked}/calls/{key}/close")).says("已经处理过了")
    assert [each.reason for each in await desk.store.calls.open(10)] == ["danger"]


async def test_a_case_is_made_of_what_was_said(desk):
    await desk.says("幸福里小区路灯坏了", PHONE)
    path = await desk.says("请打13800138000找我", PHONE)
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    page = await browser.get(f"{path}/case")
    assert page.says("请打138****8000找我")
    key = re.search(r'name="key" value="(\w+)"', page.text)[1]
    shown = "幸福里小区路灯坏了一个月。\r\n请打138****8000找我"
    form = {"content": shown, "title": "路灯不亮", "type": "求助", "phone": "138****5678", "key": key}
    assert (await browser.post(f"{path}/case", form | {"phone": "139****0000"})).says("还有遮盖的号码")
    await browser.post(f"{path}/case", form)
    await browser.post(f"{path}/case", form)
    [case] = await desk.store.cases.of_conversation(path.rpartition("/")[2])
    assert case.content == "幸福里小区路灯坏了一个月。\n请打13800138000找我"
    assert (case.filer.phone, case.source.channel) == (PHONE.sender, "sms")
    assert (await browser.get(path)).says("路灯不亮")
    assert case.number in (await desk.sent(path))[-1].text


async def test_the_form_holds_what_the_bot_would_have_filed(desk):
    """Staff who took over lost the title, category, district and day that the bot had just shown for review."""
    path = await desk.says("转人工")
    key = path.rpartition("/")[2]
    found = await desk.store.conversations.get(key)
    slots = {
        "petition_matter": "幸福里小区门口的路灯坏了半个月了，没有人修\n在奎文区东桥街道",
        "petition_place": "幸福里小区门口",
        "petition_name": "王桂兰",
    }
    begun = desk.store.conversations.advance(found, state={"engine": {"slots": slots}}, release=False, now=now())
    await desk.store.committer.commit([begun])
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    page = await browser.get(f"{path}/case")
    title = re.search(r'name="title" maxlength="60" value="([^"]*)"', page.text)[1]
    assert "路灯" in title
    assert "<option selected>城乡建设/路灯照明</option>" in page.text
    once = re.search(r'name="key" value="(\w+)"', page.text)[1]
    form = {"content": slots["petition_matter"], "title": title, "place": "幸福里小区门口", "key": once}
    await browser.post(f"{path}/case", form | {"type": "求助", "category": "城乡建设/路灯照明"})
    [case] = await desk.store.cases.of_conversation(key)
    assert (case.title, case.category, case.district) == (title, "城乡建设/路灯照明", "奎文区")
    assert case.since == "半个月"


async def test_who_accuses_an_official_is_proposed_as_an_accusation(desk):
    path = await desk.says("我要举报村主任收钱不办事，贪污低保款")
    page = await (await desk.console.signed_in("zuoxi", Role.OPERATOR)).get(f"{path}/case")
    assert 'name="accusation" checked' in page.text


async def test_what_was_told_to_staff_stands_beside_the_form_and_is_put_back(desk):
    path = await desk.says("我家下水道堵了")
    await desk.says("在幸福里3号楼，电话13911112222")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    page = await browser.get(f"{path}/case")
    beside = page.text.split("对方说过的话")[1]
    assert "在幸福里3号楼，电话139****2222" in beside
    assert 'name="phone" maxlength="20" value="139****2222"' in page.text
    key = re.search(r'name="key" value="(\w+)"', page.text)[1]
    form = {"content": "下水道堵了，电话139****2222", "type": "求助", "phone": "139****2222", "key": key}
    await browser.post(f"{path}/case", form)
    [case] = await desk.store.cases.of_conversation(path.rpartition("/")[2])
    assert (case.content, case.filer.phone) == ("下水道堵了，电话13911112222", "13911112222")


async def test_the_bot_asks_no_further_about_a_matter_that_staff_wrote_down(desk):
    path = await desk.says("我家下水道堵了")
    key = path.rpartition("/")[2]
    found = await desk.store.conversations.get(key)
    asking = {"engine": {"active_loop": "petition_form", "slots": {"petition_matter": "下水道"}}, "noted": 1}
    begun = desk.store.conversations.advance(found, state=asking, release=False, now=now())
    await desk.store.committer.commit([begun])
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    await browser.post(f"{path}/case", {"content": "下水道堵了", "type": "求助", "key": uuid.uuid4().hex})
    assert (await desk.store.conversations.get(key)).state == {"noted": 1}


async def test_the_inbox_tells_of_what_is_new_until_the_session_ends(desk):
    await desk.says("路灯坏了")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    stream = asyncio.create_task(browser.get("/conversations/events"))
    path = await desk.says("井盖没了", PHONE)
    await browser.post(f"{path}/take")
    member = await desk.store.staff.of_login("zuoxi")
    await desk.store.sessions.close_all(member.id)
    async with asyncio.timeout(PATIENCE_S):
        page = await stream
    assert page.headers["Content-Type"] == "text/event-stream"
    events = [json.loads(line[6:]) for line in page.text.splitlines() if line.startswith("data: ") and line[6:]]
    assert events
    assert "路灯坏了" in events[0]
    assert page.text.endswith("event: end\ndata: \n\n")


def test_what_became_of_a_message_stands_below_it():
    entry = OutboxEntry(
        id="1", conversation_id="c", address=PHONE, purpose=Purpose.REPLY, text="您好", created_at=now(), due_at=now()
    )
    ends = {
        "等待发送": {},
        "已送达（短信）": {"state": DeliveryState.DELIVERED, "via": Via.SMS},
        "没有送达（客服消息）：已过可以主动发消息的时限": {
            "state": DeliveryState.FAILED,
            "via": Via.CUSTOMER_SERVICE,
            "reason": "window_shut",
        },
        "已发出，对方也许收到两次": {"state": DeliveryState.SENT, "maybe_twice": True},
    }
    assert [shown.sent(replace(entry, **facts), shown.Words()).mark for facts in ends.values()] == list(ends)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("打138****8000或139****0000", "打13800138000或139****0000"),
        ("我叫张**，身份证1****************X", "我叫张三丰，身份证11010519491231002X"),
        ("135****0001", "135****0001"),
        ("没有号码", "没有号码"),
    ],
)
def test_what_was_masked_is_put_back_where_it_is_clear_what_stood_there(text, meant):
    said = "13800138000 13511110001 13522220001 11010519491231002X"
    assert restored(text, said, name="张三丰") == meant


async def test_a_stream_ends_when_the_conversation_becomes_an_accusation(desk):
    path = await desk.says("某局长收了礼")
    browser = await desk.console.signed_in("zuoxi", Role.OPERATOR)
    stream = asyncio.create_task(browser.get(f"{path}/events"))
    await desk.accuse(path)
    async with asyncio.timeout(PATIENCE_S):
        page = await stream
    assert page.status == 404 or page.text.endswith("event: end\ndata: \n\n")


def test_an_office_has_replies_of_its_own(tmp_path):
    assert canned_replies(None) is SHIPPED
    assert canned_replies(tmp_path) is SHIPPED
    (tmp_path / FILE).write_text("# 本局常用\n您好\n\n 请稍等 \n", encoding="utf-8")
    assert canned_replies(tmp_path) == ["您好", "请稍等"]
