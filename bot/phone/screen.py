"""What the phone shows, as lines of a terminal."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.phone.links import pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.sandbox import Seen

_WIDTH = 64
_WAYS = {
    "passive": "",
    "customer_service": "客服消息",
    "template": "模板消息",
    "subscribe": "订阅通知",
}
_TAPPABLE = "bold cyan"
HELP = """\
直接打字就是发消息。/tap 1 点第一个〔按钮〕，/pic [文件] 发图片，
/loc [纬度 经度 地名] 发位置，/voice 发语音，/follow 关注，
/unfollow 取消关注，/explain 看机器人怎么理解（再打一次关掉），
/help 看这段话，/quit 退出（或 Ctrl-D）。"""


class Screen:
    """Prints; knows nothing of the network."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def hello(self, name: str) -> None:
        self.note(f"{name}的手机\n{HELP}")

    def note(self, text: str) -> None:
        self._console.print(f"[dim]{escape(text)}[/dim]")

    def wrong(self, sentence: str) -> None:
        self._console.print(f"[red]{escape(sentence)}[/red]")

    def explain(self, lines: "Sequence[str]") -> None:
        """What the bot made of it; no part of the conversation."""
        for line in lines:
            self._console.print(f"[magenta]⚙ {escape(line)}[/magenta]", soft_wrap=True)

    def show(self, seen: "Seen") -> None:
        """One thing that came: a message, a card, a line of the system."""
        if seen.type == "line":
            self.note(f"—— {seen.text} ——")
        elif seen.type == "card":
            self._card(seen)
        else:
            self._message(seen)

    def _message(self, seen: "Seen") -> None:
        words = [(piece.text, _TAPPABLE if piece.choice else "") for piece in pieces(seen.text.strip())]
        below = [*_choices(seen.data), *_articles(seen.data)]
        body = Text("\n").join([Text.assemble(*words), *map(Text, below)])
        body = body if body.plain.strip() else Text(f"（{seen.type}）", style="dim")
        self._console.print(_box(body, _WAYS.get(seen.kind, seen.kind), "green"))

    def _card(self, seen: "Seen") -> None:
        rows = Table.grid(padding=(0, 2))
        for row in seen.data.get("rows", ()):
            rows.add_row(f"[dim]{escape(str(row['label']))}[/dim]", escape(str(row["value"])))
        self._console.print(_box(rows, f"{_WAYS.get(seen.kind, '')} · {escape(seen.text)}", "yellow"))


def _box(body: Any, title: str, colour: str) -> Panel:
    return Panel(body, title=title or None, title_align="left", border_style=colour, width=_WIDTH, padding=(0, 1))


def _choices(data: Any) -> list[str]:
    choices = [f"  {index}. {choice['content']}" for index, choice in enumerate(data.get("choices", ()), 1)]
    return [*choices, str(data.get("tail", ""))] if choices else []


def _articles(data: Any) -> list[str]:
    return [f"{article['title']} {article['url']}" for article in data.get("articles", ())]
