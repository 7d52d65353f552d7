"""``train category`` and ``evaluate category`` as people call them, on our own examples."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from waiting import ended

from bot.understanding.category_keeping import keep, previous_of, undo
from bot.understanding.store import ModelStore
from dialogs.nlu.category import Calibration, CategoryWeights, load_weights

EXAMPLES = Path(__file__).parents[2] / "dialogs" / "nlu" / "category_examples.yml"
KEYS = {
    "accuracy", "macro_f1", "coverage", "accuracy_on_answered", "left_to_person", "accuracy_at_90",
    "median_ms", "p99_ms", "rows", "labels", "confusions", "model",
}  # fmt: skip


def call(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return ended(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={**env, "BOT_DATA_DIR": str(folder / "data"), "COLUMNS": "200", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
    )


def write(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", separator: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def rows_of(*labels: str) -> list[list[str]]:
    """Our examples of some first levels, under a heading; every other one with a body."""
    rows = []
    for label, entry in YAML(typ="safe").load(EXAMPLES).items():
        if label.partition("/")[0] in labels:
            for text in entry["examples"]:
                rows.append([text, f"{text}，一直没有人管。\n请处理" if len(rows) % 2 else "", label.partition("/")[0]])
    return [["title", "detail", "label"], *rows]


def test_an_office_trains_evaluates_and_goes_back(tmp_path: Path) -> None:
    rows = rows_of("劳动和社会保障", "环境保护", "交通运输")
    train, test = write(tmp_path / "train.csv", rows), write(tmp_path / "test.csv", rows[:1] + rows[1::7])
    first = call("evaluate", "category", str(test), "--json", folder=tmp_path)
    assert json.loads(first.stdout)["model"] == "shipped", first.stderr

    trained = call("train", "category", str(train), folder=tmp_path)
    assert trained.returncode == 0, trained.stderr
    for told in ("交叉验证", "准确率", "交给人工的比例", "最容易混淆的", "category.npz", "--undo"):
        assert told in trained.stdout
    second = json.loads(call("evaluate", "category", str(test), "--json", folder=tmp_path).stdout)
    assert set(second) >= KEYS
    assert second["model"] == "trained"
    assert second["rows"] == len(rows[1::7])
    assert second["accuracy"] > 0.9
    assert {each["label"] for each in second["labels"]} == {"劳动和社会保障", "环境保护", "交通运输"}

    table = call("evaluate", "category", str(test), folder=tmp_path)
    assert "本单位训练的" in table.stdout

    back = call("train", "category", "--undo", folder=tmp_path)
    assert back.returncode == 0
    assert json.loads(call("evaluate", "category", str(test), "--json", folder=tmp_path).stdout)["model"] == "shipped"


@pytest.mark.parametrize(
    ("encoding", "separator", "heading"),
    [
        ("utf-8-sig", ",", ["title", "detail", "label"]),
        ("gb18030", ",", ["标题", "内容", "类别"]),
        ("utf-16", "\t", ["留言主题", "留言详情", "一级标签"]),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(
    encoding: str, separator: str, heading: list[str], tmp_path: Path
) -> None:
    rows = [heading, ["路灯坏了", "晚上很黑，\n没人修", "城乡建设"], ["公交不来", "", "交通运输"]]
    file = write(tmp_path / "test.csv", rows, encoding=encoding, separator=separator)
    done = call("evaluate", "category", str(file), "--json", folder=tmp_path)
    assert json.loads(done.stdout)["accuracy"] == 1.0, done.stderr


GOOD = [["路灯坏了", "", "城乡建设"]] * 12 + [["公交不来", "", "交通运输"]] * 12
HEADING = ["title", "detail", "label"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["title", "text"], ["路灯坏了", ""]], ["第 1 行", "label"]),
        ([HEADING, *GOOD, ["停水了", "", ""]], ["第 26 行", "没有类别", "--skip"]),
        ([HEADING, *GOOD, ["", "", "城乡建设"]], ["第 26 行", "都是空的"]),
        ([HEADING, *GOOD, ["停水了", "", "环境保护"]], ["“环境保护”1 条", "--skip"]),
        ([HEADING, *GOOD[:12]], ["只有“城乡建设”一类"]),
        ([HEADING], ["没有可用的行"]),
    ],
)
def test_a_file_that_cannot_be_learned_from_is_told_in_one_line(
    rows: list[list[str]], told: list[str], tmp_path: Path
) -> None:
    done = call("train", "category", str(write(tmp_path / "past.csv", rows)), folder=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert [each for each in ["past.csv", *told] if each not in done.stderr] == []
    assert not (tmp_path / "data" / "models" / "category.npz").exists()


def test_rows_that_cannot_be_used_are_skipped_where_asked(tmp_path: Path) -> None:
    rows = [HEADING, *GOOD, ["停水了", "", ""], ["狗叫", "", "公安"]]
    done = call("train", "category", str(write(tmp_path / "past.csv", rows)), "--skip", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "跳过“公安”：只有 1 条" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "无法读取"), (b"\xff\x00\x81title", "编码"), (b'title,label\n"' + b"a" * 1_100_000 + b'",x\n', "CSV")],
    ids=["no file", "no text", "a field of a megabyte"],
)
def test_what_is_no_table_is_told_in_one_line(content: bytes | None, told: str, tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    if content is not None:
        file.write_bytes(content)
    done = call("evaluate", "category", str(file), folder=tmp_path)
    assert done.returncode == 1
    assert "past.csv" in done.stderr
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_labels_the_model_cannot_know_count_as_wrong_and_are_named(tmp_path: Path) -> None:
    rows = [HEADING, ["路灯坏了", "", "城乡建设"], ["想开一家店", "", "营商环境"]]
    done = call("evaluate", "category", str(write(tmp_path / "t.csv", rows)), "--json", folder=tmp_path)
    assert json.loads(done.stdout)["accuracy"] == 0.5
    assert json.loads(done.stdout)["unknown_labels"] == ["营商环境"]
    assert "营商环境" in done.stderr
    rows = [HEADING, ["想开一家店", "", "营商环境"]]
    done = call("evaluate", "category", str(write(tmp_path / "t.csv", rows)), "--json", folder=tmp_path)
    assert done.returncode == 1
    assert "城乡建设" in done.stderr


def test_undo_before_anything_was_trained_says_so(tmp_path: Path) -> None:
    done = call("train", "category", "--undo", folder=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (1, "还没有训练过分类模型，没有可换回的")


def weights(label: str) -> CategoryWeights:
    calibration = Calibration(matrix=np.eye(2, dtype=np.float32), offset=np.zeros(2, dtype=np.float32), threshold=0.5)
    return CategoryWeights(
        labels=[label, "其他"],
        grams=np.arange(3, dtype=np.uint32),
        idf=np.ones(3, dtype=np.float16),
        weights=np.zeros((3, 2), dtype=np.float16),
        bias=np.zeros(2, dtype=np.float32),
        with_detail=Calibration(matrix=np.vstack([calibration.matrix] * 2), offset=calibration.offset, threshold=0.5),
        body_only=calibration,
        title_only=calibration,
    )


def test_undo_brings_back_the_model_before_and_twice_the_newest(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    for label in ("一", "二", "三"):
        keep(store, weights(label))
    seen = []
    for _ in range(3):
        seen.append(load_weights(store.category).labels[0])
        undo(store)
    assert seen == ["三", "二", "三"]
    assert store.category.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in store.folder.iterdir()) == ["category.npz", "category.previous.npz"]


def test_undo_of_the_first_model_leaves_the_one_that_ships(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    keep(store, weights("一"))
    assert undo(store) is None
    assert not store.category.exists()
    assert undo(store) == store.category
    keep(store, weights("二"))
    assert load_weights(previous_of(store.category)).labels[0] == "一"
