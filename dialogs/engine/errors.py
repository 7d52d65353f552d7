"""What goes wrong with a dialog engine.

    DialogError
    ├── BotRefused      the bot's files are wrong; ``problems`` names each with its file and rule
    └── BadState        a conversation's state is not one the engine wrote

A failing action is no error of the engine: it is logged and the turn goes on, as with Rasa.
"""

from collections.abc import Sequence
from typing import ClassVar


class DialogError(Exception):
    """Base of the engine's errors; ``sentence`` is for staff, in Chinese."""

    retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = "对话引擎出错"


class BotRefused(DialogError):
    """The bot's files cannot be run. All problems are told together."""

    sentence = "对话文件有错，机器人无法启动：请运行 petition-bot check dialogs，按它说的修改"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(("the bot's files are refused:", *(f"  - {p}" for p in problems))))
        self.problems = tuple(problems)


class BadState(DialogError):
    """A conversation's kept state is damaged or of another engine; begin it anew."""

    sentence = "会话状态无法读取，已重新开始对话"
