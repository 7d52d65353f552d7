"""The main job, seen by the platform and by the office: a petition comes in, every step of it goes back."""

import re

import pytest
from office_api import OfficeApi
from residents import CODE, NUMBER, Driver
from standin import CUSTOM, TEMPLATE

STEPS = [
    ("accepted", "已受理", {"note": "已登记受理，转城市管理局核实"}),
    ("in_progress", "办理中", {"note": "维修人员明天到现场"}),
    ("answered", "已答复", {"answer": "路灯已于今日修复，请您查看"}),
]


def test_a_petition_told_at_once_is_filed_after_one_confirmation_and_every_step_is_told(office):
    resident, person = office.newcomer()
    summary = person.say(resident.all_at_once)
    assert all(word in summary for word in (resident.name, resident.place, "确认"))
    assert resident.phone not in summary

    filed = person.say("确认")
    number, code = NUMBER.search(filed)[0], CODE.search(filed)[1]
    assert len(code) == 6
    case = office.api.case(number)
    assert case["state"] == "submitted"
    assert (case["filer"]["name"], case["filer"]["phone"]) == (resident.name, resident.phone)
    assert resident.place in case["place"]["text"]
    assert "路灯坏了一个多月" in case["content"]

    for count, (state, label, words) in enumerate(STEPS, 1):
        moved = office.api.move(number, state, public=True, **words)
        assert (moved["state"], moved["state_label"]) == (state, label)
        notice = office.platform.wait_sent(CUSTOM, resident.openid, count)[-1]
        assert notice["msgtype"] == "text"
        assert number in notice["text"]["content"]
        assert next(iter(words.values())) in notice["text"]["content"]

    assert office.api.wait_notices(number) == [("customer_service", "sent")] * len(STEPS)
    assert len(office.platform.sent(CUSTOM, resident.openid)) == len(STEPS)
    assert office.platform.sent(TEMPLATE, resident.openid) == []


def test_where_the_window_is_shut_a_template_tells_the_step(office):
    resident, person = office.newcomer()
    person.say(resident.all_at_once)
    number = NUMBER.search(person.say("确认"))[0]
    office.platform.shut.add(resident.openid)

    office.api.move(number, "accepted", note="已登记受理")
    [notice] = office.platform.wait_sent(TEMPLATE, resident.openid, 1)
    values = {word["value"] for word in notice["data"].values()}
    assert notice["template_id"].startswith("progress")
    assert {number, "已受理"} <= values
    office.api.move(number, "in_progress", note="维修人员明天到现场")
    office.platform.wait_sent(TEMPLATE, resident.openid, 2)

    assert office.api.wait_notices(number) == [("template", "sent")] * 2
    # the platform's refusal is remembered: the second step does not ask again
    assert len(office.platform.sent(CUSTOM, resident.openid)) == 1


@pytest.mark.parametrize("by_last_word", [False, True], ids=["confirms-first", "by-last-word"])
@pytest.mark.parametrize("opening", ["你好", "我要反映问题", "在吗，我想投诉"], ids=["hello", "report", "complain"])
def test_whoever_only_answers_what_is_asked_gets_a_number_within_ten_messages(office, opening, by_last_word):
    resident, person = office.newcomer("小区停水三天了没人管")
    number, _ = Driver(resident=resident, by_last_word=by_last_word).file(person.say, opening=opening)

    case = office.api.case(number)
    assert (case["filer"]["name"], case["filer"]["phone"]) == (resident.name, resident.phone)
    assert resident.place in case["place"]["text"]
    assert "停水" in case["content"]


def test_one_piece_of_the_petition_at_a_time_is_enough(office):
    resident, person = office.newcomer("电梯三天两头停运")
    pieces = ["你好", "我想反映个事情", resident.matter, "老人上下楼很不方便", resident.place, resident.name]
    for piece in [*pieces, resident.phone]:
        last = person.say(piece)
    assert "确认" in last
    assert NUMBER.search(person.say("对了，改地址 奎文区民生街99号院")) is None
    filed = person.say("确认")

    case = office.api.case(NUMBER.search(filed)[0])
    assert "停运" in case["content"]
    assert "民生街99号院" in case["place"]["text"]


@pytest.fixture(scope="module")
def some_case(office) -> str:
    resident, person = office.newcomer()
    person.say(resident.all_at_once)
    return NUMBER.search(person.say("确认"))[0]


def test_an_unlawful_move_names_the_lawful_ones_and_changes_nothing(office, some_case):
    status, problem = office.api.call("POST", f"/cases/{some_case}/transitions", b'{"to": "closed"}')

    assert (status, problem["status"]) == (409, 409)
    assert {move["to"] for move in problem["lawful"]} == {"accepted", "refused", "needs_info", "withdrawn"}
    assert office.api.case(some_case)["state"] == "submitted"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"to": "nowhere"}', "to"),
        (b'{"note": "x"}', "to"),
        (b'{"to": "accepted", "public": "yes"}', "public"),
        (b'{"to": "accepted", "colour": "red"}', "colour"),
        (b'{"to": "refused"}', "ground"),
        (b"not json", None),
        (b"[]", None),
    ],
)
def test_a_wrong_body_is_refused_with_the_field_named(office, some_case, body, field):
    status, problem = office.api.call("POST", f"/cases/{some_case}/transitions", body)

    assert status in {400, 422}
    if field:
        assert [error["field"] for error in problem["errors"]] == [field]
        assert field in problem["detail"]
    assert len(office.api.timeline(some_case)) == 1


def test_the_api_is_shut_to_whoever_has_no_token(office, some_case):
    stranger = OfficeApi(url=office.api.url, token="guessed")
    for path in ("/cases", f"/cases/{some_case}", f"/cases/{some_case}/timeline", "/conversations"):
        assert stranger.call("GET", path)[0] == 401


def test_a_list_masks_what_the_case_itself_shows(office, some_case):
    listed = next(each for each in office.api.get("/cases?limit=200")["items"] if each["number"] == some_case)
    assert re.fullmatch(r"1\d\d\*{4}\d{4}", listed["filer"]["phone"])
    assert office.api.case(some_case)["filer"]["name"] != listed["filer"]["name"]
