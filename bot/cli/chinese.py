"""What the command line's own library says in English, said in Chinese: help, and what is wrong with the arguments."""

import re
from collections.abc import Sequence
from typing import Any

import typer

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_IN_HELP = (
    (re.compile(r"Show this message and exit\."), "显示这段说明"),
    (re.compile(r"\[required\]"), "（必填）"),
    (re.compile(r"\[default: ([^;\]]+)(?:; )?"), r"[默认 \1；"),
    (re.compile(r"\[(默认 [^；\]]+)；\]"), r"[\1]"),
    (re.compile(r"(?<=[\[；])(\d+)<=x<=(\d+)\]"), r"\1 到 \2]"),
)
_TYPE = re.compile(r" <([\w ]+)>$")
_TYPES = {"str": "TEXT", "int": "N", "int range": "N", "path": "FILE"}
"""In Latin letters: the library reckons each character to be one wide, and would not align others."""
_WRONG = (
    (re.compile(r"Missing (?:argument|option|parameter) '?([^']+?)'?\.$"), r"缺少 \1"),
    (re.compile(r"No such command '(.+?)'\.(.*)$"), r"没有“\1”这个命令\2"),
    (re.compile(r"No such option: (\S+)(.*)$"), r"没有 \1 这个选项\2"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)$"), r"多写了“\1”"),
    (re.compile(r"Option '(.+?)' requires (?:an argument|\d+ arguments)\.$"), r"\1 后面要写一个值"),
    (re.compile(r"Option '(.+?)' does not take a value\.$"), r"\1 后面不写值"),
    (re.compile(r"Invalid value for '?(.+?)'?: (.+)$"), r"\1 的值不对：\2"),
    (re.compile(r"Invalid value: (.+)$"), r"\1"),
)
_VALUES = (
    (re.compile(r"Input should be a valid integer.*$|'?[^']*'? is not a valid int(?:eger)?( range)?\.?$"), "应是整数"),
    (re.compile(r"Input should be less than or equal to (\d+)$"), r"最大是 \1"),
    (re.compile(r"Input should be greater than or equal to (\d+)$"), r"最小是 \1"),
    (re.compile(r"\s*\(Possible options: (.+)\)$|\s*Did you mean '?(.+?)'?\?$"), r"，是不是 \1\2"),
)


_Plain: Any = typer.Context.formatter_class
"""No public name leads to it."""


class Formatter(_Plain):  # type: ignore[misc]
    """Help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …")
        super().write_usage(prog, re.sub(r"\{(\w+)\}|\[(\[\w+\])\]", r"\1\2", args), prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], *more: Any, **others: Any) -> None:
        super().write_dl([(_named(name), _replaced(told, _IN_HELP)) for name, told in rows], *more, **others)


class Context(typer.Context):
    """The context of every command here."""

    formatter_class = Formatter


def speak(command: Any) -> None:
    """Let ``command`` and all below it use ``Context``."""
    command.context_class = Context
    for below in getattr(command, "commands", {}).values():
        speak(below)


def wrong_arguments(error: Any) -> str:
    """The sentence for an error of usage, with where help is; of a group alone, its help."""
    context = getattr(error, "ctx", None)
    if context is not None and error.format_message() == context.get_help():
        return str(error.format_message())
    told = _replaced(_replaced(error.format_message(), _WRONG), _VALUES)
    path = context.command_path if context is not None else "petition-bot"
    return f"{told}\n用法见：{path} --help"


def _named(name: str) -> str:
    """An option with what is to be written after it; an argument by its name alone."""
    kind = _TYPE.search(name)
    if kind is None:
        return name
    return _TYPE.sub(f" {_TYPES.get(kind[1], 'VALUE')}" if name.startswith("-") else "", name)


def _replaced(text: str, pairs: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for english, chinese in pairs:
        text = english.sub(chinese, text)
    return text
