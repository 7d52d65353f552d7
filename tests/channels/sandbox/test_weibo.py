"""What the played Weibo makes of answers that are wrong in one thing."""

import json
from urllib.parse import quote

import pytest

from channels.sandbox.errors import Unreadable
from channels.sandbox.weibo.answers import read_answer
from channels.sandbox.weibo.people import Person
from channels.sandbox.weibo.public import weibo_time

PERSON, OURS = "2489518277", "1902538057"


def answer(**bent):
    data = bent.pop("inner", {"text": "您好"})
    whole = {
        "result": True,
        "receiver_id": int(PERSON),
        "sender_id": int(OURS),
        "type": "text",
        "data": quote(json.dumps(data, ensure_ascii=False)),
    }
    return json.dumps(whole | bent).encode()


def test_a_right_answer_is_shown_and_an_empty_one_is_none():
    shown = read_answer(answer(), person=PERSON, ours=OURS)
    assert shown is not None
    assert shown.text == "您好"
    assert read_answer(b" ", person=PERSON, ours=OURS) is None


WRONG = {
    "not_utf8": b"\xff",
    "not_json": b"success",
    "no_result": answer(result="true"),
    "ids_not_swapped": answer(receiver_id=int(OURS), sender_id=int(PERSON)),
    "data_not_encoded": answer(data={"text": "您好"}),
    "unknown_type": answer(type="image"),
    "empty": answer(inner={"text": " "}),
    "too_long": answer(inner={"text": "字" * 301}),
    "bad_articles": answer(type="articles", inner={"articles": []}),
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_in_one_thing_is_dropped(reason):
    with pytest.raises(Unreadable) as caught:
        read_answer(WRONG[reason], person=PERSON, ours=OURS)
    assert caught.value.reason == reason


def test_times_are_written_as_the_platform_writes_them():
    from datetime import UTC, datetime

    assert weibo_time(datetime(2012, 7, 16, 10, 9, 20, tzinfo=UTC)) == "Mon Jul 16 18:09:20 +0800 2012"


def test_a_mention_never_takes_away_what_a_message_opened():
    from datetime import UTC, datetime

    person, now = Person(id="weibo1", name="小陈", uid=PERSON), datetime(2026, 11, 21, tzinfo=UTC)
    person.speaks(now)
    person.mentions(now)
    assert [person.takes_message(now) for _ in range(3)] == [True] * 3
