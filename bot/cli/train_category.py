"""``train category``: the office's own categories, learned from its past cases."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import common
from bot.cli.errors import NotDone
from bot.cli.evaluate_category import tell_labels
from bot.cli.progress import progress
from bot.cli.scores import print_table, shown

if TYPE_CHECKING:
    from bot.understanding.store import ModelStore
    from dialogs.evaluating.category import CategoryFigures
    from dialogs.training.cases import PastCase
    from dialogs.training.category import Form, Learned

_NAMED = 5


class NotEnough(NotDone):
    """Too little to learn from; ``sentence`` says what of."""


def category(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="往年诉求（CSV：title,detail,label；detail 可以为空）")
    ] = None,
    *,
    skip: Annotated[bool, typer.Option("--skip", help="跳过没有类别、没有文字的行和条数太少的类别")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="换回上一次的模型（再用一次就换回来）")] = False,
) -> None:
    """从往年的诉求学习本单位的分类；以后的诉求就按它分。模型保存在数据目录，不上传。"""
    from bot.understanding.store import ModelStore  # noqa: PLC0415

    store = ModelStore(common(ctx).settings().storage.data_dir / "models")
    if undo:
        _undo(store)
    elif file is None:
        raise typer.BadParameter("请给出往年诉求的 CSV 文件，或用 --undo 换回上一次的模型")
    else:
        _train(store, file, skip=skip)


def _undo(store: "ModelStore") -> None:
    from bot.understanding.category_keeping import previous_of, undo  # noqa: PLC0415

    if not store.category.exists() and not previous_of(store.category).exists():
        raise NotEnough("还没有训练过分类模型，没有可换回的")
    now = undo(store)
    typer.echo(f"已换回上一次的模型：{now}" if now else "已换回随程序附带的分类；再用一次 --undo 就换回来")


def _train(store: "ModelStore", file: Path, *, skip: bool) -> None:
    from bot.cli.category_file import read_rows  # noqa: PLC0415
    from bot.understanding.category_keeping import keep, previous_of  # noqa: PLC0415
    from dialogs.training.cases import PastCase  # noqa: PLC0415

    rows = read_rows(file, skip=skip)
    cases = [PastCase(title=row.title, detail=row.detail, label=row.label) for row in rows]
    cases = _enough(file, cases, skip=skip)
    learned = _learned(cases)
    kept = keep(store, learned.weights)
    _report(cases, learned)
    typer.echo(f"模型已保存：{kept}（正在运行的机器人几秒内换用）")
    if previous_of(kept).exists():
        typer.echo(f"上一次的模型留在 {previous_of(kept)}；不满意可换回：petition-bot train category --undo")
    else:
        typer.echo("不满意可换回原来的分类：petition-bot train category --undo")


def _enough(file: Path, cases: "list[PastCase]", *, skip: bool) -> "list[PastCase]":
    from collections import Counter  # noqa: PLC0415

    from dialogs.training.cases import FEWEST  # noqa: PLC0415

    often = Counter(case.label for case in cases)
    small = {label: count for label, count in often.items() if count < FEWEST}
    if small and not skip:
        named = "、".join(f"“{label}”{count} 条" for label, count in sorted(small.items())[:_NAMED])
        more = f" 等 {len(small)} 类" if len(small) > _NAMED else ""
        raise NotEnough(f"{file}：{named}{more}，每类至少要 {FEWEST} 条；补充、并入相近的类别，或加 --skip 跳过")
    kept = [case for case in cases if case.label not in small]
    labels = {case.label for case in kept}
    if len(labels) < 2:  # noqa: PLR2004
        only = f"只有“{labels.pop()}”一类" if labels else "没有一类够数"
        raise NotEnough(f"{file}：{only}，至少要有两类、每类 {FEWEST} 条才能学习分类")
    for label, count in small.items():
        typer.echo(f"跳过“{label}”：只有 {count} 条", err=True)
    return kept


def _learned(cases: "Sequence[PastCase]") -> "Learned":
    from dialogs.training.category import FOLDS, learn  # noqa: PLC0415 - scikit-learn takes a second

    with progress(f"学习 {len(cases)} 条诉求", FOLDS + 2) as advance:
        return learn(cases, tick=lambda: advance(1))


def _report(cases: "Sequence[PastCase]", learned: "Learned") -> None:
    full = _figures(cases, learned.weights.labels, learned.full)
    title = _figures(cases, learned.weights.labels, learned.title_only)
    print_table(
        f"交叉验证：{full.rows} 条诉求，{len(learned.weights.labels)} 类（评的都是没有学过的诉求）",
        ("指标", "标题加详情", "只有标题"),
        [
            ("准确率", shown(full.accuracy), shown(title.accuracy)),
            ("宏平均 F1", shown(full.macro_f1), shown(title.macro_f1)),
            ("交给人工的比例", shown(full.left_to_person), shown(title.left_to_person)),
            ("其余的准确率", shown(full.accuracy_on_answered), shown(title.accuracy_on_answered)),
        ],
    )
    tell_labels(full)


def _figures(cases: "Sequence[PastCase]", labels: Sequence[str], form: "Form") -> "CategoryFigures":
    from dialogs.evaluating.category import Answer, figures  # noqa: PLC0415

    return figures(
        [
            Answer(truth=case.label, said=labels[int(row.argmax())], confidence=float(row.max()), sure=bool(sure))
            for case, row, sure in zip(cases, form.probabilities, form.sure, strict=True)
        ]
    )
