"""``<data_dir>/run.json``: where what runs here is reached, for ``chat`` and ``doctor``. Holds no secret."""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """What runs: the supervisor's process, its parts' processes, where they are ("" where there is none).

    ``config``: the settings files it read; ``variables``: what it told its parts besides, ports and the addresses
    of its own servers (they lie in a private folder and have no password).
    """

    pid: int
    bot_url: str
    sandbox_url: str = ""
    config: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)

    def write(self, data_dir: Path) -> None:
        write_private(data_dir / NAME, json.dumps(asdict(self), indent=2) + "\n")


def find_running(data_dir: Path) -> RunFile | None:
    """What runs on ``data_dir`` now; None where nothing does, or its supervisor has died."""
    try:
        found = RunFile(**json.loads((data_dir / NAME).read_text("utf-8")))
        os.kill(found.pid, 0)
    except (OSError, ValueError, TypeError, OverflowError):
        return None
    return found


def forget(data_dir: Path) -> None:
    """Remove the file, if it is ours."""
    found = find_running(data_dir)
    if found is None or found.pid == os.getpid():
        with contextlib.suppress(OSError):
            (data_dir / NAME).unlink()


def write_private(path: Path, text: str) -> None:
    """Write for our eyes alone, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
