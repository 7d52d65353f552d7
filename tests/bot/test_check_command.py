"""``check dialogs`` and ``dialogs init`` as people type them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.failures import explain
from bot.cli.main import app
from dialogs.files import WORDING, DialogFiles

run = CliRunner()


def test_a_copy_of_the_files_is_made_and_passes_its_own_check(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    made = run.invoke(app, ["dialogs", "init", str(folder)])
    assert made.exit_code == 0
    assert {path.name for path in folder.iterdir()} == {*WORDING, "README.md"}
    assert DialogFiles(folder=folder).fingerprint()
    checked = run.invoke(app, ["check", "dialogs", str(folder), "--quick", "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.output)["ok"] is True


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text("mine", encoding="utf-8")
    made = run.invoke(app, ["dialogs", "init", str(tmp_path)])
    assert "已经存在" in getattr(made.exception, "sentence", "")
    assert (tmp_path / "nlu.yml").read_text(encoding="utf-8") == "mine"


def test_an_error_in_the_files_ends_with_code_one(tmp_path: Path) -> None:
    (tmp_path / "responses.yml").write_text(
        "responses:\n  utter_withdrawn:\n    - text: 撤回了 {nothing}\n", encoding="utf-8"
    )
    checked = run.invoke(app, ["check", "dialogs", str(tmp_path)])
    assert checked.exit_code == 1
    assert "responses.yml 第2行" in checked.output
    assert "{nothing}" in checked.output


def test_a_folder_that_is_not_there_is_no_fault_of_the_settings(tmp_path: Path) -> None:
    for folder, said in ((tmp_path / "nowhere", "没有目录"), (Path(__file__), "是一个文件")):
        told = explain(run.invoke(app, ["check", "dialogs", str(folder)]).exception or Exception())
        assert told is not None
        assert told.code == 1
        assert said in told.lines[0]
        assert str(folder) in told.lines[0]
        assert "设置" not in told.lines[0]
