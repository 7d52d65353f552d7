"""What goes wrong between this service and a real Rasa server leaves no trace: nothing twice, nothing lost."""

from typing import Any

import pytest

from channels.messages import Address
from dialogs.outcome import Person

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:Your versions of rasa and rasa_sdk:UserWarning"),
]
WHOLE = "我叫王建国，手机13800138000，奎文区东风东街某小区路灯坏了一个多月，晚上太黑"


async def test_an_answer_that_is_lost_is_given_by_the_embedded_engine_and_rasa_goes_on(pair: Any) -> None:
    """Rasa filed in its own mind; the answer never came. What counts is what was committed."""
    pair.begin(first_contact=False, seconds=5.0)
    await pair.rasa.says(WHOLE)
    pair.client.lose = ["POST"]
    outcome = await pair.rasa.says("确认")
    assert pair.fallbacks == ["timeout"]
    assert [type(effect).__name__ for effect in outcome.effects] == ["RecordConsent", "FileCase"]
    assert len(pair.rasa.cases.drawn) == 1
    outcome = await pair.rasa.says("谢谢")
    assert pair.fallbacks in (["timeout"], ["timeout", "resting"])
    assert not outcome.effects
    assert outcome.replies


async def test_a_turn_that_is_not_committed_is_made_again_with_the_same_number(pair: Any) -> None:
    """The process died between the answer of Rasa and the commit: the message comes again, to the state before."""
    pair.begin(first_contact=False)
    await pair.rasa.says(WHOLE)
    state, heard = pair.rasa.state, pair.rasa.heard("确认")
    numbers = []
    for _ in range(3):
        outcome = await pair.rasa.manager.turn(state, [heard], _person(pair), pair.rasa.now)
        numbers += [effect.number for effect in outcome.effects if hasattr(effect, "number")]
    assert len(numbers) == 3
    assert len(set(numbers)) == 1
    assert pair.fallbacks == []


async def test_without_its_action_server_nothing_is_silently_lost(pair: Any) -> None:
    pair.begin(first_contact=False)
    pair.deaf = True
    outcome = await pair.rasa.says("你好")
    assert pair.fallbacks == ["action:action_greet"]
    assert outcome.replies
    pair.deaf = False


async def test_text_messages_get_their_own_wording_over_rasa_too(pair: Any) -> None:
    pair.begin(first_contact=False)
    sms = Address(channel="sms", account="main", sender="13800138000")
    for said in ("你好", WHOLE, "确认"):
        ours = await _turn(pair.embedded, said, sms)
        theirs = await _turn(pair.rasa, said, sms)
        assert list(theirs.replies) == list(ours.replies)
    assert pair.fallbacks == []


async def test_rasas_own_pipeline_may_understand(pair: Any) -> None:
    """The exported examples are trained: a greeting is one."""
    pair.begin(first_contact=False, understanding="rasa")
    outcome = await pair.rasa.says("你好")
    assert outcome.intent == "greet"
    assert pair.fallbacks == []


async def _turn(resident: Any, said: str, address: Any) -> Any:
    person = Person(conversation_id="sms:main:p1", address=address, first_contact=False)
    outcome = await resident.manager.turn(resident.state, [resident.heard(said)], person, resident.now)
    resident.state = outcome.state
    return outcome


def _person(pair: Any) -> Any:
    address = Address(channel="wechat", account="main", sender="o-resident")
    return Person(conversation_id="wechat:main:p1", address=address, first_contact=False)
