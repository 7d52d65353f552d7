"""What the bot says of itself has no place in a letter of the office."""

import re

import pytest

from bot.casework.in_a_letter import in_a_letter
from dialogs.faq.answers import load_answers
from dialogs.files import DialogFiles

PROCEDURE = "应当通过仲裁、行政复议等程序解决的，会引导您进入相应程序。"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"{PROCEDURE}拿不准走哪条路，可以在这里把事情说一下，我登记后由工作人员看。", PROCEDURE),
        ("由我们按我国法律分派，我市各区县都一样。", "由我们按我国法律分派，我市各区县都一样。"),
        ("可以，登记时回复“匿名”就行。不过姓名、住址不清的，核实起来慢一些。", "姓名、住址不清的，核实起来慢一些。"),
        ("不用自己找。在这里登记以后，由我们转办。", ""),
        ("请说明是哪个单位，我来登记。", ""),
    ],
)
def test_sentences_that_only_the_bot_can_say_are_left_out(said: str, written: str) -> None:
    assert in_a_letter(said) == written


def test_no_approved_answer_speaks_as_the_bot_once_it_is_a_letter() -> None:
    letters = [in_a_letter(answer.text) for answer in load_answers(DialogFiles().answers)]
    assert [each for each in letters if re.search("我登记|我来|我这里|告诉我(?!们)|在这里|回复“|发“", each)] == []
    assert sum(bool(each) for each in letters) > 0.9 * len(letters), "most say something without it"
