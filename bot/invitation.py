"""The text that invites people to write privately, as the dialog's files word it now."""

import asyncio

import structlog
from ruamel.yaml.error import YAMLError

from dialogs.files import DialogFiles
from dialogs.public_words import invitation_file, public_invitation


class Invitation:
    """Reads the text anew when its file has changed; a file that cannot be read leaves it as it was."""

    def __init__(self, files: DialogFiles, *, office: str) -> None:
        self._files = files
        self._office = office
        self._seen: tuple[object, ...] = ()
        self._text = ""

    async def __call__(self) -> str:
        try:
            seen = await asyncio.to_thread(self._stamp)
            if seen != self._seen:
                self._text = await asyncio.to_thread(public_invitation, self._files, office=self._office)
                self._seen = seen
        except (OSError, YAMLError, ValueError) as error:
            structlog.get_logger().warning("invitation.not_read", error=type(error).__name__)
        return self._text

    def _stamp(self) -> tuple[object, ...]:
        file = invitation_file(self._files)
        found = file.stat()
        return file, found.st_mtime_ns, found.st_size
