"""``evaluate``: scores the bot on a labelled file, without any server."""

import typer

from bot.cli import evaluate_category, evaluate_dialog, evaluate_faq, evaluate_nlu

app = typer.Typer(help="评测：用标注好的文件给机器人打分（不需要服务器）", no_args_is_help=True)
app.command()(evaluate_category.category)
app.command()(evaluate_dialog.dialog)
app.command()(evaluate_faq.faq)
app.command()(evaluate_nlu.nlu)
