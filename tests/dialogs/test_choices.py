"""What can be chosen is shown with its number and in the button's own words, so that it can be tapped in place."""

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs.files import DialogFiles
from dialogs.options import MENU

_LINE = re.compile(r"^(\d) (.+)$", re.MULTILINE)


def _with_buttons() -> list[Any]:
    responses = YAML(typ="safe").load(DialogFiles().path("responses.yml"))["responses"]
    return [
        pytest.param(variant, id=name)
        for name, variants in responses.items()
        for variant in variants
        if variant.get("buttons")
    ]


@pytest.mark.parametrize("response", _with_buttons())
def test_a_response_shows_its_buttons_by_number(response: Any) -> None:
    shown = [title for _, title in _LINE.findall(response["text"])]
    assert shown == [button["title"] for button in response["buttons"]]


def test_the_menu_of_digits_is_the_menu_that_is_shown() -> None:
    responses = YAML(typ="safe").load(DialogFiles().path("responses.yml"))["responses"]
    for menu in responses["utter_menu"]:
        assert [(b["title"], b["payload"]) for b in menu["buttons"]] == list(MENU)
