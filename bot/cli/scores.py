"""How a score is told: a readable table, or one JSON object."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Value = float | int | str | None


def tell(scores: Mapping[str, Any], *, title: str, labels: Mapping[str, str], as_json: bool) -> None:
    """Print ``scores``. As JSON: all of them, one object. As a table: those that ``labels`` names, in its order."""
    if as_json:
        sys.stdout.write(json.dumps(scores, ensure_ascii=False, sort_keys=True) + "\n")
        return
    print_table(title, ("指标", "值"), [(label, shown(scores.get(key))) for key, label in labels.items()])


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to the terminal."""
    from rich.console import Console  # noqa: PLC0415 - whoever only asks for help need not wait for it
    from rich.table import Table  # noqa: PLC0415

    table = Table()
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console = Console()
    # Not as the table's own title: that is broken to the width of the table.
    console.print(title, style="italic", markup=False, highlight=False)
    console.print(table)


def shown(value: Value) -> str:
    """A figure as people read it: shares with three places, "—" where there is none."""
    if value is None:
        return "—"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
