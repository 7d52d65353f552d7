"""The labelled sets of ``extraction_sets``: danger, accusations, abuse. A miss is worse than a false alarm."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs import nlu
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.danger import danger_in
from dialogs.nlu.manners import is_spam, scolds
from dialogs.nlu.matter import Categories, tells_a_matter
from dialogs.text.clean import Script, clean

_SETS = Path(__file__).with_name("extraction_sets")


def rows(name: str) -> Any:
    return YAML(typ="safe").load(_SETS / f"{name}.yml")


def share(texts: Sequence[str], judge: Callable[[str], object]) -> float:
    script = Script()
    return sum(bool(judge(script.simplified(clean(text)))) for text in texts) / len(texts)


@pytest.fixture(scope="module")
def categories() -> Categories:
    return Categories.load(Path(nlu.__file__).with_name("categories.yml"))


def test_danger_is_heard_however_it_is_put() -> None:
    assert share([text for texts in rows("danger").values() for text in texts], danger_in) >= 0.99


def test_idioms_fears_and_memories_raise_no_alarm() -> None:
    assert share(rows("danger_not"), danger_in) <= 0.02


def test_danger_is_heard_in_words_that_were_written_later() -> None:
    told = rows("danger_more")
    assert share(told["heard"], danger_in) >= 0.98
    assert share(told["not"], danger_in) <= 0.06


def test_the_help_that_is_needed_is_known() -> None:
    pairs = [(kind, text) for kind, texts in rows("danger").items() for text in texts]
    right = [text for kind, text in pairs if danger_in(Script().simplified(clean(text))) == kind]
    assert len(right) / len(pairs) >= 0.95


def test_officials_accused_are_told_from_officials_named() -> None:
    told = rows("accusations")
    assert share(told["accuses"], accuses_an_official) >= 0.97
    assert share(told["not"], accuses_an_official) <= 0.03


def test_scolding_is_told_from_anger_about_a_matter(categories: Categories) -> None:
    told = rows("abuse")

    def only_scolds(text: str) -> bool:
        return scolds(text) and not tells_a_matter(text, categories)

    assert share(told["abuse"], only_scolds) >= 0.95
    assert share(told["not"], only_scolds) <= 0.03


def test_advertising_is_told_from_complaints_about_it() -> None:
    told = rows("abuse")
    assert share(told["spam"], is_spam) >= 0.95
    assert share([*told["not"], *told["abuse"]], is_spam) <= 0.02
