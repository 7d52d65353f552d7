"""What staff edited, laid over the files: each process writes the two together where its dialog reads them.

So everything that reads and checks files reads and checks edits as well. The folder is this process's own; nothing
in it is the truth, and it ends with the process.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import structlog
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.editing.place_table import areas_of
from dialogs.faq.answers import Answer, AnswersRefused, answer_of, load_answers
from dialogs.faq.tables import plain
from dialogs.files import DialogFiles
from storage.edits import Edit, EditAct, EditKind, Edits
from storage.errors import StorageError
from storage.places import Place, Places

_ANSWERS, _RESPONSES, _GAZETTEER = "answers.yml", "responses.yml", "gazetteer.yml"


class Also(Protocol):
    """What else is answered, besides files and edits."""

    async def answers(self) -> Sequence[Edit]:
        """Entries of the answers; ``number`` grows with every change of one."""
        ...


class EditLayer:
    """Keeps the folder in step with the store. ``base``: the files as they are without.

    ``places``: a list of places that was brought in as a table stands in place of the file's.
    """

    def __init__(self, edits: Edits, base: DialogFiles, also: Also | None = None, places: Places | None = None) -> None:
        self._edits = edits
        self._also = also
        self._places = places
        self.base = base
        self._folder = Path(tempfile.gettempdir()) / f"petition-dialog-{os.getpid()}-{os.urandom(8).hex()}"
        self.files = DialogFiles(folder=base.folder, edits=self._folder)
        """What the dialog reads."""
        self._brought: object = (0, (), 0, None)
        self._answers: tuple[object, Sequence[Answer]] | None = None
        self._responses: tuple[object, Mapping[str, Any]] | None = None

    async def bring(self) -> None:
        """Write what changed since; where the store is away, what was brought before stays."""
        try:
            passed = await self._edits.passed()
            also = [] if self._also is None else await self._also.answers()
            numbers = tuple((each.key, each.number) for each in also)
            listed = 0 if self._places is None else await self._places.number()
            stamp = (passed, numbers, listed, await asyncio.to_thread(_stamp, self.base) if passed or also else None)
            if stamp == self._brought:
                return
            live = [*(await self._edits.live() if passed else ()), *also]
            places = (await self._places.list()).places if self._places is not None and listed else ()
        except StorageError as error:
            structlog.get_logger().warning("edits.not_brought", code=error.code)
            return
        await asyncio.to_thread(write_layer, self._folder, self.base, live, places)
        self._brought = stamp

    async def base_answers(self) -> Sequence[Answer]:
        """The answers of the files, without edits.

        Raises:
            AnswersRefused: the office's own file is wrong.
        """
        stamp = await asyncio.to_thread(_stamp, self.base)
        if self._answers is None or self._answers[0] != stamp:
            self._answers = (stamp, await asyncio.to_thread(load_answers, self.base.answers))
        return self._answers[1]

    async def base_responses(self) -> Mapping[str, Any]:
        """Everything the bot says, as the files have it: the office's own wording over the one that ships.

        Raises:
            OSError, UnicodeDecodeError, YAMLError: the office's own file is wrong.
        """
        stamp = await asyncio.to_thread(_stamp, self.base)
        if self._responses is None or self._responses[0] != stamp:
            self._responses = (stamp, await asyncio.to_thread(_all_responses, self.base))
        return self._responses[1]

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def write_layer(folder: Path, base: DialogFiles, edits: Sequence[Edit], places: Sequence[Place] = ()) -> None:
    """Write to ``folder`` what the edits make of the files; no file where they change nothing.

    Where a file of the office's own cannot be read, none is written: so it is found wrong, as without edits.
    """
    answers = [edit for edit in edits if edit.kind is EditKind.ANSWER and edit.act is not EditAct.RESTORE]
    wording = [edit for edit in edits if edit.kind is EditKind.WORDING and edit.act is EditAct.SET]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(folder / _ANSWERS, _answers_text(base, answers) if answers else None)
    _put(folder / _RESPONSES, _responses_text(base, wording) if wording else None)
    _put(folder / _GAZETTEER, _file(areas_of(places)) if places else None)


def with_answers(base: Iterable[Answer], edits: Iterable[Edit]) -> list[Answer]:
    """The answers as they are with these edits: changed ones in their places, new ones at the end."""
    merged = {answer.id: answer for answer in base}
    for edit in edits:
        if edit.act is EditAct.REMOVE:
            merged.pop(edit.key, None)
        elif edit.act is EditAct.SET and (answer := _read(edit)) is not None:
            merged[edit.key] = answer
    return list(merged.values())


def _read(edit: Edit) -> Answer | None:
    try:
        return answer_of(edit.content)
    except AnswersRefused:  # of an older program, by whose rules it was right
        structlog.get_logger().error("edits.unreadable", entry=edit.id)
        return None


def _answers_text(base: DialogFiles, edits: Sequence[Edit]) -> str | None:
    try:
        return _file(list(map(plain, with_answers(load_answers(base.answers), edits))))
    except AnswersRefused:
        return None


def _responses_text(base: DialogFiles, edits: Sequence[Edit]) -> str | None:
    try:
        responses = {**own_responses(base), **{edit.key: edit.content["variants"] for edit in edits}}
    except (OSError, UnicodeDecodeError, YAMLError):
        return None
    return _file({"version": "3.1", "responses": responses})


def own_responses(base: DialogFiles) -> Mapping[str, Any]:
    """The office's own wording, of its file.

    Raises:
        OSError, UnicodeDecodeError, YAMLError: it cannot be read.
    """
    own = base.own(_RESPONSES)
    raw = YAML(typ="safe").load(own.read_text(encoding="utf-8")) if own else None
    found = raw.get("responses") if isinstance(raw, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _all_responses(base: DialogFiles) -> Mapping[str, Any]:
    raw = YAML(typ="safe").load(DialogFiles.shipped(_RESPONSES).read_text(encoding="utf-8"))
    return {**raw["responses"], **own_responses(base)}


def _file(content: object) -> str:
    """JSON, which is YAML too, and is written a hundred times as fast."""
    return json.dumps(content, ensure_ascii=False, indent=1)


def _put(path: Path, text: str | None) -> None:
    """Whole or not at all: others may be reading it."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _stamp(base: DialogFiles) -> tuple[object, ...]:
    paths = (base.path(_ANSWERS), base.path(_RESPONSES))
    return tuple((path, found.st_mtime_ns, found.st_size) for path in paths for found in (path.stat(),))
