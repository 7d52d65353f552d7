"""What is said in public, where nothing of a person's matter may be read: one fixed text, and no dialog behind it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogs.files import DialogFiles
from dialogs.yaml_text import read_yaml

_FILE = "responses.yml"
_RESPONSE = "utter_public_invitation"


def invitation_file(files: DialogFiles) -> Path:
    """Where the text is worded: the office's own responses, else those that ship."""
    return files.own(_FILE) or files.shipped(_FILE)


def public_invitation(files: DialogFiles, *, office: str) -> str:
    """The text that invites people to write privately.

    Raises:
        OSError, ruamel.yaml.error.YAMLError, UnicodeDecodeError: the office's own file cannot be read just now.
    """
    worded = _worded(invitation_file(files)) or _worded(files.shipped(_FILE))
    return worded.replace("{office}", office)


def _worded(path: Path) -> str:
    document: Any = read_yaml(path.read_text("utf-8"))
    responses = document.get("responses") if isinstance(document, Mapping) else None
    variants = responses.get(_RESPONSE) if isinstance(responses, Mapping) else None
    first = variants[0] if isinstance(variants, list) and variants else None
    return str(first.get("text", "")).strip() if isinstance(first, Mapping) else ""
