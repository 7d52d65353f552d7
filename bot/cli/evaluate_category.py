"""``evaluate category``: how well categories are recognised, on cases that the model was not trained on."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import common
from bot.cli.category_file import FileRefused, Row, read_rows
from bot.cli.progress import progress
from bot.cli.scores import print_table, shown, tell

if TYPE_CHECKING:
    from bot.settings import Settings
    from dialogs.evaluating.category import Answer, CategoryFigures
    from dialogs.understanding import CategoryModel

_LABELS = {
    "rows": "条数",
    "model": "模型",
    "accuracy": "准确率",
    "macro_f1": "宏平均 F1",
    "left_to_person": "交给人工的比例",
    "accuracy_on_answered": "其余的准确率",
    "accuracy_at_90": "最有把握的九成的准确率",
    "median_ms": "每条用时（毫秒，中位数）",
    "p99_ms": "每条用时（毫秒，99%）",
}
_NAMES = {"trained": "本单位训练的", "shipped": "随程序附带的"}
_CONFUSABLE = 10
_NAMED = 5


def category(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="标注好的诉求（CSV：title,detail,label；detail 可以为空）")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="跳过没有类别或没有文字的行")] = False,
) -> None:
    """用标注好的诉求给分类打分：训练过的用训练的模型，否则用随程序附带的。"""
    from dialogs.evaluating.category import FirstLevels, figures, first_level  # noqa: PLC0415 - numpy takes its time

    rows = read_rows(file, skip=skip)
    model, name, known = _model(common(ctx).settings())
    labels = {row.label for row in rows}
    if not any("/" in label for label in labels):
        model, known = FirstLevels(model), sorted({first_level(label) for label in known})
    strangers = sorted(labels - set(known))
    if len(strangers) == len(labels):
        raise FileRefused(
            file, f"文件里的类别（{'、'.join(strangers[:_NAMED])}）模型一个也不会分；它会分的是：{'、'.join(known)}"
        )
    if strangers:
        typer.echo(f"注意：模型不会分这些类别，按答错计：{'、'.join(strangers)}", err=True)
    answers, milliseconds = _asked(rows, model)
    found = figures(answers)
    scores = _scores(found, milliseconds) | {"model": name, "unknown_labels": strangers}
    tell(scores if as_json else {**scores, "model": _NAMES[name]}, title="分类评测", labels=_LABELS, as_json=as_json)
    if not as_json:
        tell_labels(found)


def _scores(found: "CategoryFigures", milliseconds: Sequence[float]) -> dict[str, Any]:
    slowest = sorted(milliseconds)[int(0.99 * (len(milliseconds) - 1))]
    return asdict(found) | {
        "left_to_person": found.left_to_person,
        "median_ms": median(milliseconds),
        "p99_ms": slowest,
    }


def _model(settings: "Settings") -> "tuple[CategoryModel, str, Sequence[str]]":
    """The model, which of the two it is, and the labels it can give.

    Raises:
        ModelUnreadable: one was trained, and cannot be read.
    """
    from bot.understanding.store import ModelStore  # noqa: PLC0415 - only this command needs them
    from dialogs.files import DialogFiles  # noqa: PLC0415
    from dialogs.nlu.categories import Categories  # noqa: PLC0415
    from dialogs.nlu.category import TrainedCategories, load_weights  # noqa: PLC0415

    try:
        trained = TrainedCategories(load_weights(ModelStore(settings.storage.data_dir / "models").category))
    except FileNotFoundError:
        shipped = Categories.load(DialogFiles(folder=settings.dialog.files).categories)
        return shipped, "shipped", shipped.labels
    return trained, "trained", trained.labels


def _asked(rows: Sequence[Row], model: "CategoryModel") -> "tuple[list[Answer], list[float]]":
    """What the model says of each row, and the milliseconds it took."""
    from dialogs.evaluating.category import Answer  # noqa: PLC0415

    answers, milliseconds = [], []
    with progress("分类", len(rows)) as advance:
        for row in rows:
            began = perf_counter()
            judged = model.judge(row.title, row.detail)
            milliseconds.append(1_000 * (perf_counter() - began))
            confidence = judged.ranking[0][1]
            answers.append(Answer(truth=row.label, said=judged.label, confidence=confidence, sure=judged.sure))
            advance(1)
    return answers, milliseconds


def tell_labels(found: "CategoryFigures") -> None:
    """Print the figures of each category, and which are taken for each other."""
    print_table(
        "各类",
        ("类别", "条数", "查准率", "查全率", "F1"),
        [
            (each.label, str(each.rows), shown(each.precision), shown(each.recall), shown(each.f1))
            for each in found.labels
        ],
    )
    confused = [(each.truth, each.said, str(each.count)) for each in found.confusions[:_CONFUSABLE]]
    if confused:
        print_table("最容易混淆的", ("本来是", "认成了", "条数"), confused)
