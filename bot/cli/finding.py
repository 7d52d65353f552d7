"""What a search for an answer came to, told to whoever edits the answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.scores import print_table

if TYPE_CHECKING:
    from dialogs.faq.search import Finding

_BY = {"characters": "按文字", "meaning": "按语义", "context": "接着上一问"}


def tell_finding(finding: "Finding", *, without: str) -> None:
    """Print it. ``without``: why there was no sentence model; "" where it was asked, or the characters sufficed."""
    said = "直接回答" if finding.sure else "给出选项" if finding.near else "说不知道"
    typer.echo(f"{said}（{_BY[finding.by]}）")
    rows = [(str(n), one.answer.id, one.answer.question, one.asked) for n, one in enumerate(finding.found, 1)]
    if rows:
        print_table("候选", ("", "编号", "问题", "最像的问法"), rows)
    alike = [(one["id"], one["asked"], f"{one['score']:.2f}") for one in finding.why.get("characters", ())]
    if alike:
        print_table("文字上最像的", ("编号", "问法", "相似度"), alike)
    for line in reasons(finding, without=without):
        typer.echo(line)
    if finding.sure:
        typer.echo("回答：\n" + finding.found[0].answer.said)


def reasons(finding: "Finding", *, without: str) -> list[str]:
    """The rule that was gone by, with its figures."""
    why = finding.why
    if "characters_sure" not in why:
        return ["除了问候和客气话，没有说要问什么，不去找答案"] if finding.by == "characters" else []
    best = max((one["score"] for one in why["characters"]), default=0.0)
    told = [f"文字相似度最高 {best:.2f}：{why['characters_sure']:.2f} 以上直接回答"]
    if "probability" in why:
        told[0] += f"，{why['characters_unsure']:.2f} 以上给出选项"
        told.append(_learned(why, by_meaning=finding.by == "meaning"))
        if without:
            told.append(f"这次只按文字找：{without}")
    return told


def _learned(why: Mapping[str, Any], *, by_meaning: bool) -> str:
    told = f"答对的把握 {why['probability']:.2f}：{why['answers_at']:.2f} 以上"
    if by_meaning:
        return f"{told}也直接回答，{why['offers_at']:.2f} 以上也给出选项"
    return f"{told}，并且同一条的文字相似度在 {why['characters_unsure']:.2f} 以上，才也直接回答"
