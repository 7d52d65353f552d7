"""What conversations are worth: judged one by one, then counted together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from dialogs.evaluating.playing import Played
from dialogs.outcome import CallPerson, FileCase

COMPLETE = "complete"
"""The tag of an opening that holds everything."""
_EMERGENCY = ("110", "119", "120", "12356", "122")
_PLAIN = frozenset({"name", "phone", "district", "type", "urgency", "since"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One conversation and whether it went as it should; ``problems`` says why not."""

    played: Played
    problems: tuple[str, ...]

    @property
    def success(self) -> bool:
        return not self.problems


def judge(played: Played, answers: Mapping[str, str]) -> Judged:
    """``answers``: the text of each approved answer by its id."""
    expect, conversation = played.conversation.expect, played.conversation
    filed = [effect for effect in played.effects if isinstance(effect, FileCase)]
    problems = list(played.problems)
    if expect.filed is not None and len(filed) != expect.filed:
        problems.append(f"应登记 {expect.filed} 件，实际 {len(filed)} 件")
    for wanted, got in zip(expect.cases, filed, strict=False):
        problems += _wrong_fields(wanted, got)
    kinds = {type(effect).__name__ for effect in played.effects}
    problems += [f"没有 {kind}" for kind in expect.effects if kind not in kinds]
    problems += _wrong_danger(played, wanted=expect.danger)
    problems += [f"没有用政策问答 {id_} 回答" for id_ in expect.answered if not _was_answered(id_, played, answers)]
    problems += [f"没有说“{part}”" for part in expect.says if part not in played.said]
    problems += [f"不该说“{part}”" for part in expect.never if part in played.said]
    if conversation.turns is not None and played.turns > conversation.turns:
        problems.append(f"用了 {played.turns} 轮，最多 {conversation.turns} 轮")
    problems += [f"又问了已经说过的：{kind}（{count} 次）" for kind, count in Counter(played.asked_again).items()]
    return Judged(played=played, problems=tuple(problems))


def _wrong_fields(wanted: Mapping[str, Any], got: FileCase) -> list[str]:
    return [
        f"{name} 应为 {value}，实际 {_field(got, name)!r}"
        for name, value in wanted.items()
        if not _fits(name, value, _field(got, name))
    ]


def _field(case: FileCase, name: str) -> Any:
    if name.startswith("never_"):
        return getattr(case, name.removeprefix("never_"), None)
    found = getattr(case, name, None)
    return len(found) if isinstance(found, tuple) else found


def _fits(name: str, wanted: Any, got: Any) -> bool:
    """Names and numbers are equal; of texts each part occurs, of categories one; ``never_`` texts do not occur."""
    if isinstance(wanted, bool | int) or name in _PLAIN:
        return bool(got == wanted)
    parts = [str(part) for part in (wanted if isinstance(wanted, list) else [wanted])]
    if name.startswith("never_"):
        return not any(part in str(got) for part in parts)
    return (any if name == "category" else all)(part in str(got) for part in parts)


def _wrong_danger(played: Played, *, wanted: bool | None) -> list[str]:
    raised = any(isinstance(effect, CallPerson) and effect.danger for effect in played.effects)
    if wanted and not raised:
        return ["危险没有上报"]
    if wanted and not any(number in played.said for number in _EMERGENCY):
        return ["没有告诉应急电话"]
    return ["不该当成危险"] if wanted is False and raised else []


def _was_answered(answer_id: str, played: Played, answers: Mapping[str, str]) -> bool:
    text = answers.get(answer_id, "")
    return bool(text) and text.split("\n")[0][:20] in played.said


def score(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures: shares, medians, and each failure with its reasons."""
    filers = [j.played for j in judged if j.played.conversation.cooperative and j.played.turns_to_file is not None]
    complete = [p for p in filers if COMPLETE in p.conversation.tags]
    others = [p for p in filers if COMPLETE not in p.conversation.tags]
    return {
        "success_rate": _share(judged),
        "conversations": len(judged),
        "filed": sum(any(isinstance(e, FileCase) for e in j.played.effects) for j in judged),
        "turns_to_file_median": _median(others),
        "turns_to_file_median_complete": _median(complete),
        "asked_again": sum(len(j.played.asked_again) for j in judged),
        "by_tag": _by_tag(judged),
        "failures": [
            {"name": j.played.conversation.name, "problems": list(j.problems)} for j in judged if not j.success
        ],
    }


def _share(judged: Sequence[Judged]) -> float | None:
    return round(sum(j.success for j in judged) / len(judged), 4) if judged else None


def _median(played: Sequence[Played]) -> float | None:
    return float(median(p.turns_to_file or 0 for p in played)) if played else None


def _by_tag(judged: Sequence[Judged]) -> dict[str, Any]:
    tagged: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for tag in one.played.conversation.tags:
            tagged[tag].append(one)
    return {tag: {"conversations": len(those), "success_rate": _share(those)} for tag, those in sorted(tagged.items())}


def transcript(judged: Judged) -> str:
    """The conversation as people read it, and what was wrong with it."""
    lines = [f"{who}：{words}" for who, words in judged.played.lines]
    return "\n".join([f"# {judged.played.conversation.name}", *lines, *(f"✗ {p}" for p in judged.problems)])
