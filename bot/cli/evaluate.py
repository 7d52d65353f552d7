"""``evaluate``: scores the bot on a labelled file, without any server."""

import typer

app = typer.Typer(help="评测：用标注好的文件给机器人打分（不需要服务器）", no_args_is_help=True)
