"""The names of the categories that staff choose from."""

from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML


def category_names(file: Path) -> Sequence[str]:
    """Those of ``file``, "first/second"."""
    read = YAML(typ="safe").load(file)
    return [f"{first}/{second}" for first, seconds in read.items() for second in seconds]
