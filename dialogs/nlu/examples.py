"""Labelled examples in Rasa's ``nlu.yml`` form, and the sentences that are none of our business."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from channels.system_errors import why
from dialogs.yaml_text import read_yaml

Examples = Mapping[str, Sequence[str]]
SHIPPED = Path(__file__).parents[1] / "data" / "nlu.yml"
BACKGROUND = Path(__file__).with_name("background.yml")
_MARKED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
"""An entity marked in an example: ``[三号楼](place)`` or ``[三号楼]{"entity": "place"}``."""


class ExamplesRefused(Exception):
    """The file holds no examples; ``sentence`` says what is wrong with it."""

    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_examples(path: Path) -> dict[str, list[str]]:
    """Intent to its examples, as they stand in the file, entities unmarked. A retrieval intent keeps its full name.

    Raises:
        ExamplesRefused: it is no such file.
    """
    try:
        content = read_yaml(path.read_bytes())
    except OSError as error:
        raise ExamplesRefused(f"{path}：打不开文件，{why(error)}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise ExamplesRefused(f"{path}：不是有效的 YAML 文件{_line(error)}") from error
    entries = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ExamplesRefused(f"{path}：没有 nlu 一节，不是 Rasa 的训练例句文件")
    found: dict[str, list[str]] = {}
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, dict) and "intent" in entry:
            found.setdefault(str(entry["intent"]), []).extend(_texts(entry, path, number))
    if not any(found.values()):
        raise ExamplesRefused(f"{path}：一条训练例句也没有")
    return found


def read_background(path: Path = BACKGROUND) -> list[str]:
    """Sentences of other topics, on which the models learn what is out of scope."""
    topics: dict[str, list[str]] = read_yaml(path.read_bytes())
    return [str(text) for texts in topics.values() for text in texts]


def base_name(intent: str) -> str:
    """``faq`` of ``faq/deadline``; any other name as it is."""
    return intent.split("/", 1)[0]


def _texts(entry: Mapping[str, Any], path: Path, number: int) -> Iterable[str]:
    examples = entry.get("examples") or ""
    if isinstance(examples, str):
        lines = (line.strip().removeprefix("-").strip() for line in examples.splitlines())
    elif isinstance(examples, list):
        lines = (str(one["text"] if isinstance(one, dict) and "text" in one else one).strip() for one in examples)
    else:
        raise ExamplesRefused(f"{path}：第 {number} 项（{entry['intent']}）的 examples 既不是文本块，也不是列表")
    return [_MARKED.sub(r"\1", line) for line in lines if line and not line.startswith("#")]


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"（第 {mark.line + 1} 行）" if mark is not None else ""
