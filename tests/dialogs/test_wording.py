"""What is promised of every sentence: plain, short enough for one text message where it can be, and with a use."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import dialogs
from dialogs.files import DialogFiles

ONE_MESSAGE = 67
_CANNOT_BE = frozenset({"utter_summary", "utter_filed"})
"""What holds the person's own words, or number and code, is as long as it is."""
_NAMED = re.compile(r'f?"(utter_[a-z_]+)(\{?)')


@cache
def _responses() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    loaded: Mapping[str, Sequence[Mapping[str, Any]]] = YAML(typ="safe").load(DialogFiles().path("responses.yml"))[
        "responses"
    ]
    return loaded


def _by_sms(variants: Sequence[Mapping[str, Any]]) -> str:
    chosen = next((one for one in variants if one.get("channel") == "sms"), variants[0])
    return str(chosen["text"])


@pytest.mark.parametrize("name", sorted(_responses().keys() - _CANNOT_BE))
def test_a_text_message_holds_it(name: str) -> None:
    said = re.sub(r"\{[a-z]+\}", "", _by_sms(_responses()[name]))
    assert len(said) <= ONE_MESSAGE, said


@pytest.mark.parametrize("name", sorted(_responses()))
def test_no_wording_holds_markup_or_a_link(name: str) -> None:
    for variant in _responses()[name]:
        assert not re.search(r"[<>*#`_]|://", re.sub(r"\{[a-z_]+\}", "", variant["text"])), variant


@pytest.mark.parametrize("name", sorted(name for name, variants in _responses().items() if len(variants) > 1))
def test_the_plain_wording_comes_first_and_both_offer_the_same(name: str) -> None:
    plain, *others = _responses()[name]
    assert "channel" not in plain
    assert all(other.get("buttons") == plain.get("buttons") for other in others)


def test_whatever_is_said_has_its_words_and_every_wording_is_said() -> None:
    folder = Path(str(dialogs.__file__)).parent
    said_by = [*folder.glob("*.py"), *folder.glob("actions/*.py")]
    written = "\n".join(file.read_text("utf-8") for file in said_by)
    whole = {name for name, brace in _NAMED.findall(written) if not brace}
    begun = tuple(name for name, brace in _NAMED.findall(written) if brace)
    names = _responses().keys()
    assert whole - names == set()
    assert not {name for name in names - whole if not name.startswith(begun)}
