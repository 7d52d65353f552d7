"""What editors are told of their files before a resident meets it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from dialogs.checking.check import check_dialogs
from dialogs.checking.examples import check_judged
from dialogs.checking.findings import Finding, Level, as_json, errors
from dialogs.files import DialogFiles, NoSuchFolder

Told = Callable[..., list[Finding]]


@pytest.fixture(scope="module")
def of_what_ships() -> set[str]:
    return {finding.text for finding in check_dialogs(DialogFiles())}


@pytest.fixture
def told(tmp_path: Path, of_what_ships: set[str]) -> Told:
    """The findings of a folder in which ``edit`` was made to a copy of a shipped file, less those of what ships."""

    def check(name: str, old: str = "", new: str = "", *, whole: str | None = None) -> list[Finding]:
        text = DialogFiles.shipped(name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(whole if whole is not None else text.replace(old, new, 1), encoding="utf-8")
        return [f for f in check_dialogs(DialogFiles(folder=tmp_path)) if f.text not in of_what_ships]

    return check


def _one(findings: Sequence[Finding], level: Level, *parts: str) -> Finding:
    found = [f for f in findings if f.level is level and all(part in f.told for part in parts)]
    assert len(found) == 1, [f.told for f in findings]
    return found[0]


def test_what_ships_has_no_errors() -> None:
    assert [finding.told for finding in errors(check_dialogs(DialogFiles()))] == []


def test_broken_yaml_is_told_with_its_line(told: Told) -> None:
    found = told("responses.yml", whole='responses:\n  utter_thanks:\n    - text: "不客气\n  utter_x:\n')
    assert _one(found, Level.ERROR, "responses.yml", "YAML", "引号").line is not None


def test_a_name_that_stands_twice_is_told(told: Told) -> None:
    whole = "responses:\n  utter_thanks:\n    - text: 好\n  utter_thanks:\n    - text: 好的\n"
    assert _one(told("responses.yml", whole=whole), Level.ERROR, "两次").line == 4


def test_a_word_in_braces_that_nobody_fills_in_is_an_error(told: Told) -> None:
    whole = "responses:\n  utter_withdrawn:\n    - text: 已撤回 {nummer}。\n"
    found = told("responses.yml", whole=whole)
    assert _one(found, Level.ERROR, "utter_withdrawn", "{nummer}", "number").line == 2
    _one(found, Level.WARNING, "原来有 {number}")


def test_braces_that_are_left_open_are_an_error(told: Told) -> None:
    found = told("responses.yml", whole="responses:\n  utter_withdrawn:\n    - text: 已撤回 {number。\n")
    _one(found, Level.ERROR, "没有成对")


def test_doubled_braces_are_braces(told: Told) -> None:
    found = told("responses.yml", whole="responses:\n  utter_thanks:\n    - text: 不客气 {{好}}\n")
    assert not errors(found)


def test_a_response_that_is_said_on_one_channel_alone_is_warned_of(told: Told) -> None:
    whole = "responses:\n  utter_thanks:\n    - text: 不客气\n      channel: sms\n"
    _one(told("responses.yml", whole=whole), Level.WARNING, "utter_thanks", "其他时候什么也不说")


def test_a_text_message_that_takes_several_is_warned_of(told: Told) -> None:
    whole = f"responses:\n  utter_thanks:\n    - text: 不客气\n    - text: {'不' * 71}\n      channel: sms\n"
    _one(told("responses.yml", whole=whole), Level.WARNING, "utter_thanks", "2 条")


def test_a_response_that_nobody_says_is_warned_of(told: Told) -> None:
    whole = "responses:\n  utter_joke:\n    - text: 哈哈\n"
    assert any("utter_joke 从来不会说出来" in f.text for f in told("responses.yml", whole=whole))


def test_a_response_that_the_program_says_and_nobody_wrote_is_an_error(tmp_path: Path) -> None:
    from dialogs.checking.code import read_mentions

    assert {"utter_filed", "utter_summary"} <= read_mentions().names
    (tmp_path / "a.py").write_text('say(dispatcher, "utter_other", number=1)\n', encoding="utf-8")
    mentions = read_mentions(tmp_path)
    assert mentions.mentions("utter_other")
    assert mentions.words == {"utter_other": frozenset({"number"})}


def test_an_intent_that_nothing_comes_to_is_warned_of(told: Told) -> None:
    found = told("domain.yml", "intents:\n", "intents:\n  - ask_weather\n")
    _one(found, Level.WARNING, "ask_weather", "没有任何规则用到")
    _one(found, Level.WARNING, "ask_weather", "永远识别不到")


def test_a_slot_that_nobody_reads_is_warned_of(told: Told) -> None:
    found = told("domain.yml", "  quiet: *custom\n", "  quiet: *custom\n  left_over: *custom\n")
    assert _one(found, Level.WARNING, "left_over").line is not None


def test_a_rule_for_an_unknown_intent_is_an_error_with_its_line(told: Told) -> None:
    rule = "rules:\n  - rule: odd\n    steps:\n      - intent: nobody\n      - action: action_greet\n"
    found = told("rules.yml", "rules:\n", rule)
    assert _one(found, Level.ERROR, "意图 nobody 不在 domain.yml").line is not None


def test_one_sentence_under_two_intents_is_an_error(told: Told) -> None:
    intents = (
        "nlu:\n  - intent: thanks\n    examples: |\n      - 今儿个真是太谢了呀\n"
        "  - intent: goodbye\n    examples: |\n      - 今儿个真是，太谢了呀！\n"
    )
    found = told("nlu.yml", "nlu:\n", intents)
    assert _one(found, Level.ERROR, "今儿个真是", "只留一处").line is not None


def test_nearly_one_sentence_under_two_intents_is_warned_of(told: Told) -> None:
    intents = (
        "nlu:\n  - intent: thanks\n    examples: |\n      - 今儿个真是太谢谢你们了呀\n"
        "  - intent: goodbye\n    examples: |\n      - 今儿个真是太谢谢你们了\n"
    )
    _one(told("nlu.yml", "nlu:\n", intents), Level.WARNING, "几乎一样")


def test_an_example_of_an_unknown_intent_is_an_error(told: Told) -> None:
    found = told("nlu.yml", "nlu:\n", "nlu:\n  - intent: nobody\n    examples: |\n      - 一\n      - 二\n      - 三\n")
    _one(found, Level.ERROR, "意图 nobody")


async def test_what_a_model_still_confuses_is_warned_of(tmp_path: Path) -> None:
    text = "nlu:\n  - intent: thanks\n    examples: |\n      - 谢谢\n      - 再见谢谢\n"
    (tmp_path / "nlu.yml").write_text(text, encoding="utf-8")

    async def judge(text: str) -> str | None:
        return "goodbye" if "再见" in text else "thanks"

    found = await check_judged(DialogFiles(folder=tmp_path), judge)
    assert [(f.line, "再见谢谢" in f.text) for f in found] == [(5, True)]


def test_each_answer_that_lacks_something_is_an_error_with_its_line(told: Told) -> None:
    whole = "- id: a\n  question: b\n- id: c d\n  question: b\n  answer: x\n  source: y\n  valid_from: 2022-05-01\n"
    found = told("answers.yml", whole=whole)
    assert _one(found, Level.ERROR, "a：缺少").line == 1
    assert _one(found, Level.ERROR, "只能用字母").line == 3


def test_an_answer_that_has_run_out_is_told_on_that_day_and_keeps_no_edit_back(tmp_path: Path) -> None:
    entry = (
        "- id: a\n  question: 怎么办\n  variants: [如何办, 咋办, 怎样办]\n  answer: 这样办\n  source: 《条例》第一条\n"
    )
    (tmp_path / "answers.yml").write_text(
        f"{entry}  valid_from: 2022-05-01\n  valid_to: 2023-05-01\n", encoding="utf-8"
    )
    files = DialogFiles(folder=tmp_path)
    assert not errors(check_dialogs(files))
    _one(check_dialogs(files, today=date(2026, 11, 22)), Level.ERROR, "answers.yml 第1行", "失效")


def test_categories_of_another_shape_are_an_error(told: Told) -> None:
    _one(told("categories.yml", whole="城乡建设: [路灯]\n"), Level.ERROR, "城乡建设")


def test_a_file_that_nobody_reads_is_warned_of(told: Told, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("responses: {}\n", encoding="utf-8")
    _one(told("responses.yml", whole="responses: {}\n"), Level.WARNING, "answers.yaml", "不会被读取")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder):
        check_dialogs(DialogFiles(folder=tmp_path / "none"))


def test_findings_are_one_object_for_programs() -> None:
    finding = Finding(level=Level.ERROR, file="a.yml", line=3, text="b")
    assert as_json([finding]) == {
        "ok": False,
        "errors": 1,
        "warnings": 0,
        "findings": [{"level": "error", "file": "a.yml", "line": 3, "text": "b"}],
    }
