"""The rights of who filed a case, seen to by staff; and what was kept for its period, erased by night with a report."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from case_office import NAME, PHONE, open_case_office

from bot.casework.persons import Persons
from bot.casework.searching import SearchMinder
from bot.console.app import ROUTES
from bot.console.persons import PersonParts, persons_feature
from bot.retention import RetentionJob
from bot.settings_retention import Retention
from channels.messages import Address, Inbound, Kind
from storage.cases import Actor, ActorKind, CaseState, EntryKind, Filer
from storage.errors import Conflict
from storage.staff import Role

WORDS = f"我是{NAME}，电话{PHONE}，路灯坏了"
ADDRESS = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000001")


@pytest.fixture
async def office(database, vault, clock, passwords):
    def further(store):
        return (persons_feature(PersonParts(store=store, clock=clock, periods={"诉求": 0})),)

    async with open_case_office(database, vault, clock, passwords, further=further) as made:
        yield made


async def talk(office, clock) -> str:
    """Somebody wrote, and was heard."""
    message = Inbound(
        address=ADDRESS, message_id="m1", kind=Kind.TEXT, text=WORDS, sent_at=clock(), received_at=clock()
    )
    held = await office.store.conversations.take(ADDRESS, token="t", seconds=9, now=clock())
    [kept] = await office.store.inbox.add([message])
    topics = office.store.conversations.facts(held.id, topics=frozenset({"供暖"}))
    advance = office.store.conversations.advance(
        held, state={}, release=True, now=clock(), last_inbound_at=clock(), also=topics
    )
    done = office.store.inbox.done([kept.arrived.id], turn_id="t", reply_id=None, at=clock())
    await office.store.committer.commit([advance, *done])
    return held.id


async def closed(office, **facts) -> str:
    number = await office.file(content=WORDS, **facts)
    operator = await office.console.signed_in(f"z{number[-6:]}", Role.OPERATOR)
    await operator.post(f"/cases/{number}/note", {"note": f"已致电 {NAME} {PHONE}"})
    form = {"ground": "not_ours", "words": "不属于本机关职责", "elsewhere": "市供电公司 95598"}
    await operator.post(f"/cases/{number}/refuse", form)
    assert (await office.store.cases.get(number)).state is CaseState.REFUSED
    await told_everybody(office)
    return number


async def told_everybody(office) -> None:
    """As the workers leave the outbox once everything has gone out."""
    await office.store.database["outbox"].update_many({}, {"$unset": {"wake_at": ""}})


async def test_a_copy_holds_what_is_kept_and_needs_a_reason(office, clock):
    conversation = await talk(office, clock)
    number = await office.file(content=WORDS, filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    one = f"/cases/{number}/person"
    page = await supervisor.get(one)
    assert PHONE not in page.text
    assert (await supervisor.post(f"{one}/copy", {"reason": ""})).status == 422
    copy = await supervisor.post(f"{one}/copy", {"reason": "本人申请"})
    assert copy.headers["Content-Type"].startswith("text/plain")
    for words in (number, NAME, PHONE, WORDS, "订阅的通知：供暖", "来往消息："):
        assert words in copy.text
    [line] = await office.store.audit.newest(1)
    assert (line.action, line.target, line.details) == ("person.copied", number, {"reason": "本人申请"})


async def test_a_correction_names_what_was_put_right_and_not_how(office):
    number = await office.file()
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    one = f"/cases/{number}/person/correct"
    assert (await supervisor.post(one, {"reason": "本人来电"})).says("请填写要更正的内容")
    assert (await supervisor.post(one, {"reason": "本人来电", "name": NAME})).says("没有改动")
    for slip in ("138", "abc", "139001390000", "13900139000或13900139001", "电话13900139000"):
        assert (await supervisor.post(one, {"reason": "本人来电", "phone": slip})).says("电话不对，没有改")
    done = await supervisor.post(one, {"reason": "本人来电", "phone": " 139 0013 9000"})
    assert done.says("已更正电话")
    case = await office.store.cases.get(number)
    assert (case.filer.name, case.filer.phone) == (NAME, "13900139000")
    entry = (await office.store.cases.timeline(number))[-1]
    assert (entry.kind, entry.note) == (EntryKind.CORRECTED, "来信人的电话：本人来电")
    found = await supervisor.get("/cases?q=13900139000")
    assert found.says(number), "the new number finds it"


async def test_erasure_leaves_the_course_of_the_case_and_nobody_in_it(office, clock):
    conversation = await talk(office, clock)
    number = await closed(office, filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    done = await supervisor.post(f"/cases/{number}/person/erase", {"reason": "本人书面申请"})
    assert done.says("已删除")
    case = await office.store.cases.get(number)
    assert (case.filer, case.followers, case.erased, case.state) == (Filer(), (), True, CaseState.REFUSED)
    told = [case.title, case.content, *(each.note for each in await office.store.cases.timeline(number))]
    assert not any(NAME in words or PHONE in words for words in told)
    assert any("路灯坏了" in words for words in told)
    assert any("不属于本机关职责" in words for words in told)
    assert await office.store.outbox.for_case(number) == []
    assert await office.store.cases.of_conversation(conversation) == ()
    assert (await supervisor.get(f"/cases?q={PHONE}&state=all")).says("没有符合条件的")
    page = await supervisor.get(f"/cases/{number}")
    assert page.says("个人信息删除")
    assert page.says("（个人信息已删除）")
    assert not page.says("查看完整姓名和电话")
    again = await supervisor.post(f"/cases/{number}/person/erase", {"reason": "再一次"})
    assert (again.status, again.says("已经删除过了")) == (422, True)
    actions = [line.action for line in await office.store.audit.newest(3)]
    assert "person.erased" in actions


async def test_of_a_case_that_is_handled_nothing_is_erased(office):
    number = await office.file()
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    page = await supervisor.post(f"/cases/{number}/person/erase", {"reason": "本人申请"})
    assert (page.status, page.says("还在办理")) == (422, True)
    assert (await office.store.cases.get(number)).filer.name == NAME


async def test_nothing_is_erased_while_a_notice_is_on_its_way(office, clock):
    conversation = await talk(office, clock)
    number = await office.file(filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    actor = Actor(kind=ActorKind.STAFF, name="王芳")
    await office.casework.move(number, to=CaseState.REFUSED, actor=actor, ground="x", elsewhere="y")
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    page = await supervisor.post(f"/cases/{number}/person/erase", {"reason": "本人申请"})
    assert (page.status, page.says("请等发出后再删除")) == (422, True)
    clock.now = datetime(2028, 1, 1, 20, 0, tzinfo=UTC)
    assert (await job(office, clock, case_days=30).look(asyncio.Event())).counts["cases"] == 0
    await told_everybody(office)
    clock.now += timedelta(days=1)
    assert (await job(office, clock, case_days=30).look(asyncio.Event())).counts["cases"] == 1


async def test_every_route_is_shut_to_roles_that_may_not_and_to_other_units(office):
    number, accused = await office.file(confidential=True), await office.file(accusation=True)
    routes = [route for route in office.console.app[ROUTES] if "/person" in route.path or route.path == "/retention"]
    assert len(routes) == 5
    for role in Role:
        here = await office.console.signed_in(f"h-{role.value.replace('_', '-')}", role)
        away = await office.console.signed_in(f"a-{role.value.replace('_', '-')}", role, unit="wc")
        for route in routes:
            for browser, case in ((here, number), (here, accused), (away, number)):
                path = route.path.replace("{number}", case)
                page = await (browser.get(path) if route.method == "GET" else browser.post(path, {"reason": ""}))
                if route.path == "/retention":
                    may = role is Role.ADMINISTRATOR
                else:
                    may = browser is here and role is (Role.DISCIPLINE if case == accused else Role.SUPERVISOR)
                assert (page.status not in {403, 404}) is may, (role, route.path, case == accused, page.status)


def job(office, clock, **periods) -> RetentionJob:
    return RetentionJob(store=office.store, periods=Retention(**periods), clock=clock)


async def test_what_was_kept_for_its_period_is_erased_by_night_and_reported(office, clock):
    old = await closed(office)
    clock.now += timedelta(days=40)
    fresh = await closed(office)
    going = await office.file(content=WORDS)
    clock.now = datetime(2027, 1, 10, 18, 0, tzinfo=UTC)  # two o'clock in China
    nightly = job(office, clock, case_days=30)
    assert await nightly.look(asyncio.Event()) is None, "it is not yet night enough"
    clock.now += timedelta(hours=2)
    report = await nightly.look(asyncio.Event())
    assert (report.day, report.counts, report.days) == (
        "2027-01-11",
        {"cases": 1, "talks": 0, "bookings": 0},
        {"cases": 30, "talks": 0, "bookings": 365},
    )
    assert await nightly.look(asyncio.Event()) is None, "once a night"
    assert [(await office.store.cases.get(each)).erased for each in (old, fresh, going)] == [True, False, False]
    admin = await office.console.signed_in("guanli", Role.ADMINISTRATOR)
    page = await admin.get("/retention")
    assert page.says("2027-01-11 1 0")
    assert page.says("一直保存")
    assert "retention.ran" in [line.action for line in await office.store.audit.newest(4)]


class Dies(Exception):
    """As if the process had ended here."""


async def with_a_picture(office, clock, number) -> None:
    file = {"_id": f"a{number}", "case_numbers": [number], "created_at": clock(), "files": []}
    await office.store.database["attachments"].insert_one(file)


async def pictures(office, number) -> int:
    return await office.store.database["attachments"].count({"case_numbers": number}, limit=9)


async def test_what_is_reopened_at_the_moment_of_its_erasure_keeps_its_attachments(office, clock):
    number, staff = await office.file(), Actor(kind=ActorKind.STAFF, name="王芳")
    for to in (CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED):
        await office.casework.move(number, to=to, actor=staff)
    await told_everybody(office)
    await with_a_picture(office, clock, number)
    stale = await office.store.cases.get(number)
    await office.casework.move(number, to=CaseState.REOPENED, actor=staff)
    await told_everybody(office)
    with pytest.raises(Conflict):
        await Persons(store=office.store, clock=clock).erase_now(stale, actor=Actor(kind=ActorKind.SYSTEM), note="删除")
    assert await pictures(office, number) == 1
    assert await office.store.erasure.unfinished(before=clock() + timedelta(days=1), limit=9) == {}


async def test_an_erasure_that_was_cut_short_after_its_commit_is_brought_to_its_end(office, clock, monkeypatch):
    number = await closed(office)
    await with_a_picture(office, clock, number)

    async def dies(*_given, **_named):
        raise Dies

    monkeypatch.setattr(office.store.attachments, "erase_case", dies)
    case = await office.store.cases.get(number)
    with pytest.raises(Dies):
        await Persons(store=office.store, clock=clock).erase_now(case, actor=Actor(kind=ActorKind.SYSTEM), note="删除")
    monkeypatch.undo()
    assert (await office.store.cases.get(number)).erased
    assert await pictures(office, number) == 1
    clock.now = datetime(2028, 1, 1, 17, 0, tzinfo=UTC)  # one o'clock in China: at any hour
    assert await job(office, clock).look(asyncio.Event()) is None
    assert await pictures(office, number) == 0
    assert await office.store.outbox.for_case(number) == []
    assert await office.store.erasure.unfinished(before=clock(), limit=9) == {}


async def test_those_who_cannot_be_erased_yet_keep_nobody_behind_them(office, clock, monkeypatch):
    monkeypatch.setattr("bot.retention._AT_ONCE", 2)
    numbers = [await closed(office) for _ in range(7)]
    for each in numbers[:5]:  # of one moment, in which a portion ends
        notice = {"_id": f"n{each}", "case_number": each, "wake_at": clock.now, "created_at": clock.now}
        await office.store.database["outbox"].insert_one(notice)
    await office.store.database["cases"].update_many({"_id": {"$in": numbers}}, {"$set": {"updated_at": clock.now}})
    later = clock.now + timedelta(seconds=1)
    await office.store.database["cases"].update_many({"_id": numbers[-1]}, {"$set": {"updated_at": later}})
    clock.now = datetime(2028, 1, 1, 20, 0, tzinfo=UTC)
    assert (await job(office, clock, case_days=30).look(asyncio.Event())).counts["cases"] == 2
    assert [(await office.store.cases.get(each)).erased for each in numbers] == [False] * 5 + [True] * 2


async def test_talk_is_erased_after_its_silence_but_not_while_a_case_is_open(office, clock):
    conversation = await talk(office, clock)
    number = await office.file(filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    clock.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    nightly = job(office, clock, talk_days=30)
    assert (await nightly.look(asyncio.Event())).counts["talks"] == 0
    assert len(await office.store.inbox.history(conversation, limit=9)) == 1
    case = await office.store.cases.get(number)
    actor = Actor(kind=ActorKind.STAFF, name="王芳")
    await office.casework.move(number, to=CaseState.REFUSED, actor=actor, ground="x", elsewhere="y")
    assert case.state is CaseState.SUBMITTED
    clock.now += timedelta(days=1)
    assert (await nightly.look(asyncio.Event())).counts["talks"] == 1
    assert await office.store.inbox.history(conversation, limit=9) == []
    clock.now += timedelta(days=1)
    assert (await nightly.look(asyncio.Event())).counts["talks"] == 0, "there is nothing left to erase"


async def test_without_a_period_nothing_is_erased(office, clock):
    await talk(office, clock)
    number = await closed(office)
    clock.now = datetime(2046, 1, 1, 20, 0, tzinfo=UTC)
    assert (await job(office, clock).look(asyncio.Event())).counts == {"cases": 0, "talks": 0, "bookings": 0}
    assert not (await office.store.cases.get(number)).erased


async def test_what_was_erased_is_not_found_by_its_old_words(office):
    number = await closed(office, place=f"{NAME}家门口")
    await SearchMinder(office.store).make_due()
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    await supervisor.post(f"/cases/{number}/person/erase", {"reason": "本人申请"})
    await SearchMinder(office.store).make_due()
    assert (await supervisor.get("/cases?q=路灯坏了&state=all")).says(number)
    case = await office.store.cases.get(number)
    assert case.place == "张**家门口"
