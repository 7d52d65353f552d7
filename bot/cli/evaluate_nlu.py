"""``evaluate nlu``: how well intents are recognised, on labelled texts, without any server."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from bot.cli.app import common
from bot.cli.intent_file import read_intent_file
from bot.cli.progress import progress
from bot.cli.scores import print_table, shown, tell

if TYPE_CHECKING:
    from bot.settings_sections import Understanding as UnderstandingSettings
    from bot.understanding.embedders import ServiceEmbedder
    from dialogs.evaluating.intents import Heard
    from dialogs.files import DialogFiles
    from dialogs.nlu.examples import Examples
    from dialogs.nlu.intents import IntentWeights
    from dialogs.nlu.linear import Floats
    from dialogs.ports import Embedder

_LABELS = {
    "accuracy": "准确率（范围内，拒识前）",
    "macro_f1": "宏平均 F1",
    "out_of_scope_refused": "范围外拒识率（保留九成范围内）",
    "second_tier_share": "用到第二层（语义模型）的比例",
    "median_ms": "每条用时，中位数（毫秒）",
    "p99_ms": "每条用时，99 分位（毫秒）",
    "in_scope": "范围内行数",
    "out_of_scope": "范围外行数",
    "embedder": "语义模型",
}
_TOGETHER = 16
"""Texts that are embedded at a time: so often the bar moves."""
_WORST = 10
_FIRST = "请问一下在吗"
_PATIENCE = 10.0
"""Seconds for one embedding: here nobody waits, and a busy machine shall not change what is measured."""


class _Understands(Protocol):
    async def __call__(self, text: str, expected: str) -> "Heard": ...


def nlu(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="标注文件（CSV，表头 text,intent）")],
    *,
    train: Annotated[
        Path | None,
        typer.Option(metavar="NLU.yml", help="用这份 Rasa 格式的例句训练并只评测模型；不给则评测机器人自己的理解"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """意图识别评测：准确率、宏平均 F1、范围外拒识率。意图写 out_of_scope 的行表示应当拒识，faq/xx 按 faq 计。"""
    from bot.observability import configure_logging  # noqa: PLC0415 - only this command needs them
    from bot.redaction import Redactor  # noqa: PLC0415
    from dialogs.evaluating.intents import score_intents  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415
    from dialogs.nlu.examples import read_examples  # noqa: PLC0415

    labelled = read_intent_file(file)
    for note in labelled.notes:
        print(note, file=sys.stderr)
    settings = common(ctx).settings()
    configure_logging(level="warning", redactor=Redactor(settings.secrets()))
    files = DialogFiles(folder=settings.dialog.files)
    files.check_folder()
    examples = read_examples(train or files.nlu)
    heard, embedder_id = asyncio.run(
        _listened(labelled.rows, examples, None if train else files, settings.understanding, quiet=as_json)
    )
    scores = score_intents(heard) | {"embedder": embedder_id, "trained_on": str(train) if train else None}
    if embedder_id is None:
        scores["note"] = "没有语义模型，只有第一层在工作"
        print(scores["note"], file=sys.stderr)
    tell(scores, title="意图识别", labels=_LABELS, as_json=as_json)
    if not as_json:
        _tell_details(scores)


async def _listened(
    rows: Sequence[tuple[str, str]],
    examples: "Examples",
    own: "DialogFiles | None",
    settings: "UnderstandingSettings",
    *,
    quiet: bool,
) -> "tuple[list[Heard], str | None]":
    """Train, then hear every row. ``own``: the files of the bot whose whole understanding is tried; None: the model."""
    async with _embedder(settings) as embedder:
        weights = await _trained(examples, embedder, quiet=quiet)
        understands = _model(weights, embedder) if own is None else _bot(weights, embedder, examples, own)
        # The first of all costs what no later one does: tables are made, processes begun.
        await understands(_FIRST, "")
        heard = []
        with progress("识别", len(rows), quiet=quiet) as advance:
            for text, intent in rows:
                heard.append(await understands(text, intent))
                advance(1)
        return heard, embedder.id if embedder is not None else None


@asynccontextmanager
async def _embedder(settings: "UnderstandingSettings") -> "AsyncIterator[Embedder | None]":
    """The one that the settings ask for; None, and the reason said, where it is not to be had."""
    import aiohttp  # noqa: PLC0415

    from bot.understanding.embedders import choose_embedder  # noqa: PLC0415

    async with aiohttp.ClientSession() as http:
        source = choose_embedder(settings.model_copy(update={"timeout": _PATIENCE}), http)
        if source.embedder is None:
            print(source.said, file=sys.stderr)
            yield None
            return
        try:
            yield source.embedder if await _ready(source.embedder) else None
        finally:
            await source.embedder.aclose()


async def _ready(embedder: "ServiceEmbedder") -> bool:
    from dialogs.ports import EmbedderAway  # noqa: PLC0415

    try:
        await embedder.warm()
    except EmbedderAway:
        print(embedder.refused or EmbedderAway.sentence, file=sys.stderr)
        return False
    return True


async def _trained(examples: "Examples", embedder: "Embedder | None", *, quiet: bool) -> "IntentWeights":
    from dialogs.training.intents import texts_to_embed, train_intents  # noqa: PLC0415 - scikit-learn: heavy

    vectors = None if embedder is None else await _vectors(texts_to_embed(examples), embedder, quiet=quiet)
    embedder_id = "" if embedder is None else embedder.id
    return await asyncio.to_thread(train_intents, examples, vectors, embedder_id=embedder_id)


async def _vectors(texts: Sequence[str], embedder: "Embedder", *, quiet: bool) -> "Mapping[str, Floats] | None":
    from dialogs.ports import EmbedderAway, EmbeddingRole  # noqa: PLC0415

    found: dict[str, Floats] = {}
    with progress("准备例句", len(texts), quiet=quiet) as advance:
        for start in range(0, len(texts), _TOGETHER):
            some = texts[start : start + _TOGETHER]
            try:
                found.update(zip(some, await embedder.embed(some, role=EmbeddingRole.QUERY), strict=True))
            except EmbedderAway:
                print(EmbedderAway.sentence, file=sys.stderr)
                return None
            advance(len(some))
    return found


def _model(weights: "IntentWeights", embedder: "Embedder | None") -> _Understands:
    from dialogs.evaluating.intents import heard_by_model  # noqa: PLC0415
    from dialogs.nlu.intents import TwoTierIntents  # noqa: PLC0415

    model = TwoTierIntents(weights)

    async def understands(text: str, expected: str) -> "Heard":
        began = time.perf_counter()
        weighed = await model.weigh(text, embedder)
        seconds = time.perf_counter() - began
        return heard_by_model(expected, weighed, refused=model.refuses(weighed), seconds=seconds)

    return understands


def _bot(
    weights: "IntentWeights", embedder: "Embedder | None", examples: "Examples", files: "DialogFiles"
) -> _Understands:
    from dialogs.evaluating.intents import heard_by_bot  # noqa: PLC0415
    from dialogs.faq.answers import load_answers  # noqa: PLC0415
    from dialogs.faq.search import Answers  # noqa: PLC0415
    from dialogs.nlu.intents import TwoTierIntents  # noqa: PLC0415
    from dialogs.nlu.interpreter import LightInterpreter  # noqa: PLC0415
    from dialogs.nlu.matter import Categories  # noqa: PLC0415
    from dialogs.understanding import Understanding  # noqa: PLC0415

    learned = Understanding(embedder=embedder, intents=TwoTierIntents(weights))
    answers = Answers(load_answers(files.answers))
    interpreter = LightInterpreter(examples, answers, Categories.load(files.categories), learned)

    async def understands(text: str, expected: str) -> "Heard":
        began = time.perf_counter()
        parse = await interpreter.parse(text, state=None)
        return heard_by_bot(expected, parse, seconds=time.perf_counter() - began)

    return understands


def _tell_details(scores: Mapping[str, Any]) -> None:
    of_each = [
        (name, str(of["rows"]), shown(of["precision"]), shown(of["recall"]), shown(of["f1"]))
        for name, of in sorted(scores["per_intent"].items(), key=lambda item: item[1]["f1"])
    ]
    print_table("各意图（差的在前）", ("意图", "行数", "精确率", "召回率", "F1"), of_each)
    worst = [(one["expected"], one["got"], str(one["count"])) for one in scores["confusions"][:_WORST]]
    if worst:
        print_table("最易混淆的意图", ("应为", "判为", "次数"), worst)
    service = scores["in_service"]
    rows = [("范围内误拒", shown(service["in_scope_refused"])), ("范围外拒识", shown(service["out_of_scope_refused"]))]
    print_table("按服务中的阈值", ("指标", "比例"), rows)
