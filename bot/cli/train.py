"""``train``: learns from an office's own past work, without any server."""

import typer

from bot.cli import train_category

app = typer.Typer(help="训练：从本单位的历史数据学习（不需要服务器）", no_args_is_help=True)
app.command()(train_category.category)
