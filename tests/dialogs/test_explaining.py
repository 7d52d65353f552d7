"""What a conversation's state tells of the last message."""

from typing import Any

from dialogs.explaining import Explanation, explain


async def test_the_last_message_is_explained_from_the_kept_state(helpers: dict[str, Any]) -> None:
    resident = helpers["Resident"]()
    await resident.says("小区的路灯坏了三天")
    told = explain(resident.state)
    assert (told.intent, told.form, told.asked) == ("file_petition", "petition_form", "petition_place")
    assert told.slots["petition_matter"] == "小区的路灯坏了三天"
    assert not told.policy


async def test_a_policy_question_tells_why_its_answer_was_chosen(helpers: dict[str, Any]) -> None:
    resident = helpers["Resident"]()
    await resident.says("怎么申请复查")
    told = explain(resident.state)
    assert told.intent == "ask_policy"
    assert told.policy["sure"]
    assert told.policy["found"][0]["id"] == "review"
    await resident.says("谢谢")
    assert not explain(resident.state).policy


def test_a_state_of_which_nothing_is_known_explains_nothing() -> None:
    assert explain(None) == explain({}) == explain({"engine": {"now": {"latest_message": 3}}}) == Explanation()
