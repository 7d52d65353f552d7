"""Policy answers and wording in the console: one writes, another passes, the dialog takes it over, all of it goes back."""

import re

import pytest
from console_client import UNITS, Console

from bot.console.answers import AnswerParts, answers_feature
from bot.console.app import ROUTES
from bot.console.figures import figures_feature
from bot.console.wording import WordingParts, wording_feature
from bot.console.wording.naming import BLANKS, GROUPS, OTHERS, blanks_in
from bot.editing.desk import EditDesk
from bot.editing.layer import EditLayer
from dialogs.faq.answers import load_answers
from dialogs.files import DialogFiles
from dialogs.understanding import Understanding
from storage.edits import EditKind, EditState
from storage.figures import Figures
from storage.staff import Role
from storage.store import Store

ANSWER = {
    "id": "pool",
    "question": "游泳馆什么时候开门",
    "variants": "游泳馆几点开\n市游泳馆开放时间\n游泳馆周末开吗、要预约吗",
    "answer": "每天 9 点到 21 点，周一闭馆。",
    "source": "《体育法》第八十二条",
    "valid_from": "2026-01-01",
}
EDITOR, REVIEWER = Role.NOTICE_EDITOR, Role.NOTICE_APPROVER


class Desk:
    """The console of those who write answers, and what the dialog would read."""

    def __init__(self, console: Console, store: Store, layer: EditLayer) -> None:
        self.console = console
        self.store = store
        self.layer = layer
        self.looked = 0

    def look(self) -> None:
        self.looked += 1

    async def answers(self):
        await self.layer.bring()
        return {answer.id: answer for answer in load_answers(self.layer.files.answers)}

    async def wording(self) -> str:
        await self.layer.bring()
        return self.layer.files.path("responses.yml").read_text("utf-8")


@pytest.fixture
async def desk(database, vault, clock, passwords, tmp_path):
    store = await Store.open(database, vault)
    await store.units.put(UNITS)
    layer = EditLayer(store.edits, DialogFiles())
    made = Desk(None, store, layer)
    edit_desk = EditDesk(store=store, layer=layer, clock=clock, look=made.look)
    parts = AnswerParts(store=store, desk=edit_desk, understanding=Understanding(), clock=clock)
    figures = figures_feature(store=store, figures=Figures(store.database), clock=clock, subjects=edit_desk.subjects)
    features = (answers_feature(parts), wording_feature(WordingParts(store=store, desk=edit_desk)), figures)
    made.console = Console(store, clock, passwords, features=features)
    await made.console.start()
    yield made
    await made.console.stop()
    layer.close()


async def test_a_new_answer_is_given_once_a_second_person_passed_it(desk):
    editor = await desk.console.signed_in("bianji", EDITOR, name="李编")
    reviewer = await desk.console.signed_in("shenhe", REVIEWER, name="赵审")
    page = await editor.post("/answers", ANSWER | {"new": "on", "note": "市民常问"})
    assert page.says("等另一位同事审核")
    assert "pool" not in await desk.answers()
    assert (await editor.post("/answers/one/pool/1/pass")).status == 403
    waiting = await reviewer.get("/answers/one/pool")
    assert waiting.says("每天 9 点到 21 点，周一闭馆。")
    assert waiting.says("市民常问")
    assert (await reviewer.get("/answers")).says("等待审核（1）")
    assert (await reviewer.post("/answers/one/pool/1/pass")).says("已通过")
    assert desk.looked == 1
    answer = (await desk.answers())["pool"]
    assert answer.said.startswith("每天 9 点到 21 点，周一闭馆。\n（依据：《体育法》第八十二条")
    assert "游泳馆周末开吗、要预约吗" in answer.variants
    assert [line.action for line in await desk.store.audit.newest(2)] == ["edit.passed", "edit.proposed"]


async def test_nobody_passes_what_they_wrote_but_may_take_it_back(desk):
    both = await desk.console.signed_in("liangyong", EDITOR, REVIEWER)
    await both.post("/answers", ANSWER | {"new": "on"})
    own = await both.post("/answers/one/pool/1/pass")
    assert (own.status, own.says("自己改的要请另一位")) == (422, True)
    assert (await both.post("/answers/one/pool/1/refuse", {"verdict": "写错了"})).says("没有启用")
    again = await (await desk.console.signed_in("shenhe", REVIEWER)).post("/answers/one/pool/1/pass")
    assert again.says("已经有人处理过")
    assert "pool" not in await desk.answers()


async def test_every_version_is_kept_and_an_earlier_one_comes_back_at_once(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    reviewer = await desk.console.signed_in("shenhe", REVIEWER)
    shipped = (await desk.answers())["finish_deadline"]
    form = {
        "id": "finish_deadline",
        "question": shipped.question,
        "variants": "多久办结",
        "source": shipped.source,
        "valid_from": "2022-05-01",
    }
    for number, words in enumerate(("第一种答复。", "第二种答复。"), 1):
        await editor.post("/answers", form | {"answer": words})
        page = await reviewer.get("/answers/one/finish_deadline")
        assert page.says(words)
        await reviewer.post(f"/answers/one/finish_deadline/{number}/pass")
        assert (await desk.answers())["finish_deadline"].text == words
    assert (await editor.post("/answers/one/finish_deadline/1/revert")).status == 403
    assert (await reviewer.post("/answers/one/finish_deadline/1/revert")).says("已退回到这一版")
    assert (await desk.answers())["finish_deadline"].text == "第一种答复。"
    versions = await desk.store.edits.versions(EditKind.ANSWER, "finish_deadline")
    assert [(each.number, each.state) for each in versions] == [
        (3, EditState.LIVE),
        (2, EditState.PAST),
        (1, EditState.PAST),
    ]
    await editor.post("/answers/one/finish_deadline/restore", {"note": "还是原来的好"})
    await reviewer.post("/answers/one/finish_deadline/4/pass")
    assert (await desk.answers())["finish_deadline"] == shipped


async def test_an_answer_that_is_taken_out_is_given_no_more(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    reviewer = await desk.console.signed_in("shenhe", REVIEWER)
    without = await editor.post("/answers/one/extension/remove", {"note": ""})
    assert (without.status, without.says("请写明原因")) == (422, True)
    await editor.post("/answers/one/extension/remove", {"note": "办法已废止"})
    assert "extension" in await desk.answers()
    await reviewer.post("/answers/one/extension/1/pass")
    assert "extension" not in await desk.answers()
    assert (await editor.get("/answers")).says("已停用")
    assert (await editor.get("/answers/one/no-such")).status == 404


async def test_the_desk_leads_who_reviews_to_what_waits_and_names_it_in_words(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    reviewer = await desk.console.signed_in("shenhe", REVIEWER)
    await editor.post("/answers/one/extension/remove", {"note": "办法已废止"})
    await editor.post("/wording/utter_thanks", {"text0": "应该的，再见。"})
    page = await reviewer.get("/desk")
    paths = re.findall(r'<td class="wide"><a href="/console(/[^"]+)">([^<]+)</a>', page.text)
    assert sorted(paths) == [
        ("/answers/one/extension", "停用：" + (await desk.answers())["extension"].question),
        ("/wording/utter_thanks", "应该的，再见。"),
    ]
    for path, _ in paths:
        there = await reviewer.get(path)
        assert (there.status, there.says("等待审核")) == (200, True)
    await reviewer.post("/answers/one/extension/1/pass")
    assert f">{paths[0][1].removeprefix('停用：')}</a>" in (await editor.get("/answers")).text


async def test_staff_read_what_is_filled_in_by_its_chinese_name(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    blanks = {name for name in blanks_in(await desk.wording()) if name.isidentifier()}
    assert blanks - set(BLANKS) == set(), "the words that programs fill in have no Chinese name yet"
    listed = await editor.get("/wording")
    assert not re.findall(r'<td class="wide">.*[{}].*</td>', listed.text)
    page = await editor.get("/wording/utter_welcome")
    assert page.says("〔单位名称〕")
    assert page.says("{office} 是单位名称")
    assert "<h1>utter" not in page.text
    assert (await editor.get("/wording?q=单位名称")).text.count("<tr>") > 1


async def test_the_wording_is_folded_by_what_it_is_about_without_any_script(desk):
    """Hundreds of sayings are no list to scroll through on a phone."""
    editor = await desk.console.signed_in("bianji", EDITOR)
    page = await editor.get("/wording")
    folded = re.findall(r"<details([^>]*)><summary>(.*?)（(\d+) 句）", page.text)
    labels = [label for _, label, _ in folded]
    assert labels[0] == "险情和安抚"
    assert set(labels) <= {*GROUPS, OTHERS}
    assert not any("open" in tag for tag, _, _ in folded)
    number = sum(int(count) for *_, count in folded)
    assert number == page.text.count('href="/console/wording/utter_')
    assert int(folded[-1][2]) < number / 6, "what nobody has put anywhere is the lesser part"
    await editor.post("/wording/utter_thanks", {"text0": "应该的，再见。"})
    assert re.search(r"<details[^>]* open><summary>待审核（1 句）", (await editor.get("/wording")).text)
    sought = await editor.get("/wording?q=单位名称")
    assert "<details" in sought.text
    assert not re.search(r'<details class="card scroll"><summary>', sought.text), "what was looked for is unfolded"


async def test_the_answers_are_folded_by_their_law_without_any_script(desk):
    """A hundred answers were a list of twelve thousand pixels on a phone."""
    editor = await desk.console.signed_in("bianji", EDITOR)
    page = await editor.get("/answers")
    folded = re.findall(r"<details([^>]*)><summary>(.*?)（(\d+) 条）", page.text)
    labels = [label for _, label, _ in folded]
    assert labels[0] == "《信访工作条例》"
    assert (labels[-1], "该找别的单位的" in labels) == ("其他依据", True)
    assert not any("open" in tag for tag, _, _ in folded)
    number = sum(int(count) for *_, count in folded)
    assert number == len(await desk.answers()) == page.text.count('href="/console/answers/one/')
    assert int(folded[-1][2]) < number / 6, "what goes by a law of its own is the lesser part"
    sought = await editor.get("/answers?q=检举")
    assert "<details" in sought.text
    assert '<details class="card scroll"><summary>' not in sought.text, "what was looked for is unfolded"


async def test_an_answer_that_ends_soon_is_unfolded_before_the_others(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    await editor.post("/answers", ANSWER | {"new": "on", "valid_to": "2026-12-01"})
    await (await desk.console.signed_in("shenhe", REVIEWER)).post("/answers/one/pool/1/pass")
    first = re.search(r"<details([^>]*)><summary>(.*?)（1 条）", (await editor.get("/answers")).text)
    assert first is not None
    assert ("open" in first[1], first[2]) == (True, "快到期、已失效和还没施行的")


async def test_what_is_wrong_is_said_and_what_was_written_stays_in_the_form(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    wrong = await editor.post("/answers", ANSWER | {"new": "on", "valid_to": "2025-01-01"})
    assert (wrong.status, wrong.says("失效日期早于施行日期")) == (422, True)
    assert "每天 9 点到 21 点" in wrong.text
    taken = await editor.post("/answers", ANSWER | {"new": "on", "id": "extension"})
    assert taken.says("已经有了")
    assert await desk.store.edits.proposed() == []


async def test_a_question_is_tried_on_what_is_in_use_and_on_what_waits(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    asked = "/answers/try?q=学区怎么划分"
    assert (await editor.get(asked)).says("说不知道")
    assert (await editor.get(asked)).says("别的单位的事")
    await editor.post("/answers", ANSWER | {"new": "on", "variants": "学区怎么划分"})
    assert (await editor.get(asked)).says("说不知道")
    tried = await editor.get(f"{asked}&waiting=on")
    assert tried.says("直接回答")
    assert tried.says("每天 9 点到 21 点")
    assert tried.says("相似度 1.00")


async def test_of_what_was_asked_in_vain_an_answer_is_made(desk, clock):
    for words in ("游泳馆几点开门呀", "游泳馆几点开门呀", "能不能领免费口罩"):
        await desk.store.committer.commit([desk.store.questions.add(words, at=clock())])
    editor = await desk.console.signed_in("bianji", EDITOR)
    page = await editor.get("/answers/unanswered")
    assert page.says("游泳馆几点开门呀 2 次")
    [most, other] = await desk.store.questions.open(10)
    form = await editor.get(f"/answers/new?from={most.key}")
    assert 'value="游泳馆几点开门呀"' in form.text
    await editor.post("/answers", ANSWER | {"new": "on", "asked": most.key})
    assert (await editor.post(f"/answers/unanswered/{other.key}/settle")).says("没有。机器人都答上了")
    assert await desk.store.questions.open(10) == []


async def test_the_table_of_what_is_in_use_goes_out_with_what_was_edited(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    reviewer = await desk.console.signed_in("shenhe", REVIEWER)
    await editor.post("/answers", ANSWER | {"new": "on"})
    await reviewer.post("/answers/one/pool/1/pass")
    page = await reviewer.get("/answers/export")
    assert "每天 9 点到 21 点" in page.text
    assert (await desk.store.audit.newest(1))[0].action == "answers.exported"


async def test_wording_is_checked_like_the_files_before_anybody_sees_it(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    reviewer = await desk.console.signed_in("shenhe", REVIEWER)
    wrong = await editor.post("/wording/utter_thanks", {"text0": "{nobody}不客气"})
    assert (wrong.status, wrong.says("没有人填")) == (422, True)
    assert "{nobody}不客气" in wrong.text
    emptied = await editor.post("/wording/utter_thanks", {f"text{at}": "" for at in range(9)})
    assert emptied.says("至少要有一种说法")
    assert (await editor.post("/wording/utter_thanks", {})).says("没有改动")
    assert (await editor.post("/wording/utter_thanks", {"text0": "应该的，再见。"})).says("等另一位同事审核")
    assert "应该的，再见。" not in await desk.wording()
    await reviewer.post("/wording/utter_thanks/1/pass")
    assert "应该的，再见。" in await desk.wording()
    await editor.post("/wording/utter_thanks/restore", {"note": "x"})
    await reviewer.post("/wording/utter_thanks/2/pass")
    assert "应该的，再见。" not in await desk.wording()
    await reviewer.post("/wording/utter_thanks/1/revert")
    assert "应该的，再见。" in await desk.wording()
    assert (await editor.get("/wording/utter_no_such")).status == 404


async def test_buttons_and_channels_stay_where_the_words_change(desk):
    editor = await desk.console.signed_in("bianji", EDITOR)
    await editor.post("/wording/utter_menu", {"text0": "请选：", "more_sms": "请回复数字"})
    [edit] = await desk.store.edits.proposed(EditKind.WORDING)
    first, *_, added = edit.content["variants"]
    assert (first["text"], first["buttons"][0]["payload"]) == ("请选：", "/file_petition")
    assert added == {"text": "请回复数字", "channel": "sms"}


async def test_every_route_is_shut_to_roles_that_may_not(desk):
    """The router walked: every route and role; nothing is changed by whoever may not."""
    await (await desk.console.signed_in("bianji", EDITOR)).post("/answers", ANSWER | {"new": "on"})
    edits = {EDITOR, Role.OPERATOR}
    passes = {REVIEWER, Role.SUPERVISOR}
    for role in Role:
        browser = await desk.console.signed_in(f"x-{role.value.replace('_', '-')}", role)
        for route in desk.console.app[ROUTES]:
            if not route.path.startswith(("/answers", "/wording")):
                continue
            path = route.path.replace("{key}", "pool").replace("{version}", "9")
            page = await (browser.get(path) if route.method == "GET" else browser.post(path, {"note": ""}))
            last = route.path.rsplit("/", 1)[-1]
            may = passes if last in {"pass", "revert"} else edits | passes
            if last in {"new", "settle", "remove", "restore"} or (
                route.method == "POST" and last in {"answers", "{key}"}
            ):
                may = edits
            assert (page.status != 403) is (role in may), (role, route.method, route.path, page.status)


async def test_what_editors_write_is_never_run(desk):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    editor = await desk.console.signed_in("bianji", EDITOR)
    await editor.post("/answers", ANSWER | {"new": "on", "answer": evil, "question": evil[:60], "note": evil})
    await desk.store.committer.commit([desk.store.questions.add(evil, at=desk.console.clock())])
    for path in ("/answers", "/answers/one/pool", "/answers/unanswered", f"/answers/try?q={evil}&waiting=on"):
        text = (await editor.get(path)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
