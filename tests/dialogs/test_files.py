"""An office's own dialog files beside those that ship."""

from pathlib import Path
from typing import Any

import pytest

from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.engine.bot import load_bot
from dialogs.files import NAMES, DialogFiles, NoSuchFolder


def _text(files: DialogFiles, response: str) -> str:
    return str(load_bot(files.dialog(), files.overriding()).domain.responses[response][0]["text"])


def test_without_a_folder_everything_is_as_it_ships() -> None:
    files = DialogFiles()
    assert [files.path(name) for name in NAMES] == [DialogFiles.shipped(name) for name in NAMES]
    assert not files.overriding()


def test_an_office_words_a_single_response_otherwise(tmp_path: Path) -> None:
    (tmp_path / "responses.yml").write_text("responses:\n  utter_thanks:\n    - text: 应该的。\n", encoding="utf-8")
    files = DialogFiles(folder=tmp_path)
    assert _text(files, "utter_thanks") == "应该的。"
    assert _text(files, "utter_goodbye") == _text(DialogFiles(), "utter_goodbye")


def test_what_is_missing_in_the_folder_is_taken_from_what_ships(tmp_path: Path) -> None:
    own = tmp_path / "answers.yml"
    own.write_bytes(DialogFiles.shipped("answers.yml").read_bytes())
    files = DialogFiles(folder=tmp_path)
    assert files.answers == own
    assert files.nlu == DialogFiles.shipped("nlu.yml")


def test_the_fingerprint_changes_with_any_content_that_is_read(tmp_path: Path) -> None:
    files = DialogFiles(folder=tmp_path)
    before = files.fingerprint()
    assert before == DialogFiles().fingerprint()
    (tmp_path / "responses.yml").write_text("responses: {}\n", encoding="utf-8")
    assert files.fingerprint() != before


def test_a_folder_that_is_not_there_is_named_with_its_setting(tmp_path: Path, helpers: dict[str, Any]) -> None:
    cases = helpers["Resident"]().cases
    with pytest.raises(NoSuchFolder) as refused:
        build_manager(cases, _NoChance(), office=Office(), files=DialogFiles(folder=tmp_path / "none"))
    assert refused.value.key == "dialog.files"
    assert str(tmp_path / "none") in refused.value.sentence


class _NoChance:
    def query_code(self) -> str:
        return "000000"
