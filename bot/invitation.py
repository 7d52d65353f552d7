"""The text that invites people to write privately, as the dialog's files word it now."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dialogs.files import DialogFiles

RESPONSE = "utter_public_invitation"
_FILE = "responses.yml"


class Invitation:
    """Reads the text anew when its file has changed; a file that cannot be read leaves it as it was."""

    def __init__(self, files: DialogFiles, *, office: str) -> None:
        self._files = files
        self._office = office
        self._seen: tuple[object, ...] = ()
        self._text = ""

    async def __call__(self) -> str:
        seen = await asyncio.to_thread(self._stamp)
        if seen != self._seen:
            try:
                self._text = (await asyncio.to_thread(self._read)).replace("{office}", self._office)
            except (OSError, YAMLError, ValueError) as error:
                structlog.get_logger().warning("invitation.not_read", error=type(error).__name__)
            self._seen = seen
        return self._text

    def _stamp(self) -> tuple[object, ...]:
        own = self._files.own(_FILE)
        found = None if own is None else own.stat()
        return (None,) if found is None else (found.st_mtime_ns, found.st_size)

    def _read(self) -> str:
        own = self._files.own(_FILE)
        return (_worded(own) if own else "") or _worded(self._files.shipped(_FILE))


def _worded(path: Path) -> str:
    document: Any = YAML(typ="safe").load(path.read_text("utf-8"))
    responses = document.get("responses") if isinstance(document, Mapping) else None
    variants = responses.get(RESPONSE) if isinstance(responses, Mapping) else None
    first = variants[0] if isinstance(variants, list) and variants else None
    return str(first.get("text", "")).strip() if isinstance(first, Mapping) else ""
