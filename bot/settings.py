"""All settings as one frozen tree, read once and passed on.

``load`` reads the files and the environment; what is wrong is told all at once, and no value is repeated.
The tables of channel accounts stay as they are: ``bot.accounts`` has the channels' own factories check them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.settings_problems import explain, split_accounts
from bot.settings_sources import Layers, Path_, Problem, SettingsError, read_environment, read_file
from channels.errors import SettingsRejected

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""``{channel: {account: its table as written}}``"""
CheckAccounts = Callable[[Tables], Iterable[tuple[str, SettingsRejected]]]
"""Gives the accounts ("wechat.main") whose channel refuses their table."""

DEFAULT_FILE = Path("bot.toml")
CHANNELS_GROUP = "petition_bot.channels"
_SECRET_KEY = re.compile("secret|token|password|key")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("应为 http:// 或 https:// 开头的网址")
    return value.rstrip("/")


def _begins(*starts: str) -> AfterValidator:
    def check(value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(starts):
            raise ValueError(f"应以 {'、'.join(starts)} 开头")
        return value

    return AfterValidator(check)


def _not_empty(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("不能为空")
    return value


def _empty_is_none(value: Any) -> Any:
    """``BOT_MONGODB_URI=`` (as compose files write it) means: not set."""
    return None if value == "" else value


def _hours(value: str) -> str:
    if value:
        _span(value)
    return value


def _span(value: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError:
        raise ValueError('应写成 "22:00-07:00"，不需要时写 ""') from None
    if start == end:
        raise ValueError("起止时间不能相同")
    return start, end


_Optional = BeforeValidator(_empty_is_none)


class Section(BaseModel):
    """One table of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, strict=False)


class Http(Section):
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on; `0.0.0.0` for all")
    port: int = Field(8080, ge=1, le=65535, description="The port to listen on")
    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="Where residents reach it, as in `https://petition.example.gov.cn`: for links in notices"
    )


class Office(Section):
    name: str = Field("信访局", min_length=1, max_length=40, description="What the bot calls itself")
    prefix: str = Field(
        "WF", pattern="^[A-Z]{1,6}$", description="What case numbers begin with: 1 to 6 capital letters"
    )
    district: str = Field(
        "", max_length=40, description="The district or city the office serves, to complete places with"
    )


class Api(Section):
    tokens: dict[str, Annotated[SecretStr, AfterValidator(_not_empty)]] = Field(
        default_factory=dict, description='Full-scope API tokens, `name = "secret"`; each name counts as a person'
    )


class Storage(Section):
    mongodb_uri: Annotated[SecretStr | None, _Optional, _begins("mongodb://", "mongodb+srv://")] = Field(
        None,
        description="A MongoDB replica set; its path names the database. "
        "Not set: `up` starts one of its own, for trying out",
    )
    driver: Literal["motor", "pymongo"] = Field("motor", description="The MongoDB client: `motor` or `pymongo`")
    embedded: bool = Field(
        False, description="Set by `up` alone: the servers are its own, and `readyz` and `doctor` say so"
    )
    data_dir: Path = Field(
        Path("data"), description="The folder for what lies on this machine: master key, embedded servers, run file"
    )


class Redis(Section):
    url: Annotated[SecretStr | None, _Optional, _begins("redis://", "rediss://", "unix://")] = Field(
        None, description="A Redis or Valkey server. Not set: `up` starts one of its own, for trying out"
    )


class Keys(Section):
    master_key_file: Annotated[Path | None, _Optional] = Field(
        None, description="The master key (mode 0600). Not set: `<data_dir>/keys/master.key`, made at the first start"
    )
    kms_uri: Annotated[str | None, _Optional] = Field(
        None, description="A key in a KMS instead of a file, as in `aws-kms://…`"
    )

    @model_validator(mode="after")
    def _one_master(self) -> "Keys":
        if self.master_key_file is not None and self.kms_uri is not None:
            raise ValueError("master_key_file 和 kms_uri 只能设一个")
        return self


class Notices(Section):
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "22:00-07:00", description='When no progress notice is sent, Beijing time; `""`: never quiet'
    )

    def quiet_span(self) -> tuple[time, time] | None:
        """From when until when nothing is sent unasked, local time; None: never quiet."""
        return _span(self.quiet_hours) if self.quiet_hours else None


class Dialog(Section):
    engine: Literal["embedded"] = Field("embedded", description="What runs the dialog: `embedded` (in process)")
    gather_seconds: float = Field(
        1.5,
        ge=0,
        le=3,
        description="How long, in seconds, to wait for the next fragment while somebody tells their matter; "
        "`0`: not at all",
    )
    files: Annotated[Path | None, _Optional] = Field(
        None,
        description="A folder with dialog files of your own, made by `petition-bot dialogs init DIR`; "
        "what is missing there is taken from those that ship",
    )


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged: `debug`, `info`, `warning`, `error`"
    )
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="`json`, `console`, or `auto`: readable in a terminal, else JSON"
    )


class Settings(Section):
    """The whole tree."""

    http: Http = Field(default_factory=Http)
    office: Office = Field(default_factory=Office)
    api: Api = Field(default_factory=Api)
    storage: Storage = Field(default_factory=Storage)
    redis: Redis = Field(default_factory=Redis)
    keys: Keys = Field(default_factory=Keys)
    notices: Notices = Field(default_factory=Notices)
    dialog: Dialog = Field(default_factory=Dialog)
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
        yield from (address.get_secret_value() for address in addresses if address is not None)
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
