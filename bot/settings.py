"""All settings as one frozen tree, read once and passed on.

``load`` reads the files and the environment; what is wrong is told all at once, and no value is repeated.
The tables of channel accounts stay as they are: ``bot.accounts`` has the channels' own factories check them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from bot.settings_broadcasts import Broadcasts
from bot.settings_calendar import Calendar
from bot.settings_problems import explain, split_accounts
from bot.settings_retention import Retention
from bot.settings_sections import (
    Api,
    Assistance,
    Attachments,
    Dialog,
    Http,
    Keys,
    Log,
    Notices,
    Office,
    Redis,
    Section,
    Speech,
    Spool,
    Storage,
    Understanding,
)
from bot.settings_sources import Layers, Path_, Problem, SettingsError, read_environment, read_file
from channels.errors import SettingsRejected

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""``{channel: {account: its table as written}}``"""
CheckAccounts = Callable[[Tables], Iterable[tuple[str, SettingsRejected]]]
"""Gives the accounts ("wechat.main") whose channel refuses their table."""

DEFAULT_FILE = Path("bot.toml")
CHANNELS_GROUP = "petition_bot.channels"
_SECRET_KEY = re.compile("secret|token|password|key")


class Settings(Section):
    """The whole tree."""

    http: Http = Field(default_factory=Http)
    office: Office = Field(default_factory=Office)
    calendar: Calendar = Field(default_factory=Calendar)
    api: Api = Field(default_factory=Api)
    storage: Storage = Field(default_factory=Storage)
    spool: Spool = Field(default_factory=Spool)
    redis: Redis = Field(default_factory=Redis)
    keys: Keys = Field(default_factory=Keys)
    attachments: Attachments = Field(default_factory=Attachments)
    notices: Notices = Field(default_factory=Notices)
    broadcasts: Broadcasts = Field(default_factory=Broadcasts)
    dialog: Dialog = Field(default_factory=Dialog)
    understanding: Understanding = Field(default_factory=Understanding)
    assistance: Assistance = Field(default_factory=Assistance)
    speech: Speech = Field(default_factory=Speech)
    retention: Retention = Field(default_factory=Retention)
    log: Log = Field(default_factory=Log)
    channels: Tables = Field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = Field(default_factory=dict, repr=False)

    def origin(self, key: str) -> str:
        """The file or variable that set ``key`` or something in it; "" where it is the default."""
        inside = key + "."
        found = (source for known, source in self.origins.items() if known == key or known.startswith(inside))
        return next(found, "")

    def secrets(self) -> Iterator[str]:
        """Every value that must never be seen: typed secrets, and what looks like one in a channel's table."""
        yield from (token.get_secret_value() for token in self.api.tokens.values())
        addresses = (self.storage.mongodb_uri, self.redis.url)
        keys = (self.understanding.api_key, self.assistance.api_key, self.speech.api_key)
        rasa = (self.dialog.rasa_token, self.dialog.actions_token)
        yield from (secret.get_secret_value() for secret in (*addresses, *keys, *rasa) if secret is not None)
        for accounts in self.channels.values():
            yield from _secrets_in(accounts)

    def rejected(self, account: str, error: SettingsRejected) -> list[Problem]:
        """What a channel's factory refused of ``account`` ("wechat.main"), told like every other wrong setting."""
        return list(_rejected(account, error, lambda key: self.origin(key) or self.origin(account)))


def _rejected(account: str, error: SettingsRejected, origin: Callable[[str], str]) -> Iterator[Problem]:
    for key, text in error.problems:
        whole = f"{account}.{key}" if key else account
        yield Problem(key=whole, source=origin(whole), text=text or error.sentence)


def _secrets_in(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _secrets_in(value)
        elif _SECRET_KEY.search(key):
            yield str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the tree, for the manual and for whoever must know what a key is."""

    path: Path_
    default: Any
    description: str


def keys() -> Iterator[Key]:
    """Every key there is, but those of the channels' accounts. docs/configuration.md is checked against it."""
    for section, field in sections().items():
        for name, info in field.model_fields.items():
            default = info.get_default(call_default_factory=True)
            yield Key(path=(section, name), default=default, description=info.description or "")


def sections() -> dict[str, type[Section]]:
    """The tables of the file by name."""
    fields = Settings.model_fields.items()
    found = ((name, field.annotation) for name, field in fields)
    return {name: kind for name, kind in found if isinstance(kind, type) and issubclass(kind, Section)}


def installed_channels() -> frozenset[str]:
    """The names under which channels announce themselves (entry points)."""
    return frozenset(point.name for point in entry_points(group=CHANNELS_GROUP))


def default_files() -> tuple[Path, ...]:
    """What is read where nobody names a file."""
    return (DEFAULT_FILE,) if DEFAULT_FILE.is_file() else ()


def load(
    files: Sequence[Path],
    environment: Mapping[str, str],
    *,
    channels: Collection[str] | None = None,
    check_accounts: CheckAccounts | None = None,
) -> Settings:
    """Read ``files`` (later ones win), then the environment over them.

    ``channels``: the names of those installed; looked up where not given. ``check_accounts``: asks the channels,
    which takes time to load them; for whoever is about to start something.

    Raises:
        SettingsError: with everything that is wrong.
    """
    layers = Layers()
    for file in files:
        read_file(layers, file)
    known = {key.path for key in keys()}
    read_environment(layers, environment, is_key=known.__contains__)
    return _judged(layers, installed_channels() if channels is None else channels, check_accounts)


def _judged(layers: Layers, channels: Collection[str], check_accounts: CheckAccounts | None) -> Settings:
    names = sections()
    own = {name: table for name, table in layers.tree.items() if name in names}
    accounts = split_accounts(layers, names, channels)
    origins = {".".join(path): source for path, source in layers.origins.items()}
    settings = None
    try:
        settings = Settings.model_validate({**own, "channels": accounts, "origins": origins})
    except ValidationError as error:
        layers.problems.extend(explain(error, layers, {key.path for key in keys()}))
    for account, refused in check_accounts(accounts) if check_accounts else ():
        layers.problems.extend(_rejected(account, refused, lambda key: layers.origin(tuple(key.split(".")))))
    if settings is None or layers.problems:
        raise SettingsError(layers.problems)
    return settings
