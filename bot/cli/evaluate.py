"""``evaluate``: scores the bot on a labelled file, without any server."""

import typer

from bot.cli import evaluate_category, evaluate_dialog, evaluate_faq, evaluate_nlu
from bot.cli.app import common

app = typer.Typer(help="评测：用标注好的文件给机器人打分（不需要服务器）", no_args_is_help=True)
app.command()(evaluate_category.category)
app.command()(evaluate_dialog.dialog)
app.command()(evaluate_faq.faq)
app.command()(evaluate_nlu.nlu)


@app.callback()
def _before(ctx: typer.Context) -> None:
    """Logs go to stderr: what a score prints is all that stands on stdout."""
    from bot.cli.processes import log_to_stderr  # noqa: PLC0415 - help needs no settings

    log_to_stderr(common(ctx).settings(), level="warning")
