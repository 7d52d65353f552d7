"""The settings of one official account (``[wechat.<account>]``)."""

import base64
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

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
from pydantic_core import PydanticCustomError

from channels.checked_settings import Secret, WebAddress, problems, rejected

DEFAULT_FIELDS: Mapping[str, str] = {
    "character_string1": "number",
    "phrase2": "state",
    "thing3": "title",
    "time4": "time",
    "thing5": "note",
}
"""Template keyword to fact (``Outbound.fields``), where a template is given by its id alone."""

_AES_KEY = "encoding_aes_key"
_KEY_MISSING = "缺少（mode 不是 plain 时必须填写）"


class Mode(StrEnum):
    """How the platform wraps what it posts, strongest first. As a setting: the least that is accepted."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"

    def satisfies(self, least: "Mode") -> bool:
        ranks = list(Mode)
        return ranks.index(self) <= ranks.index(least)


def _aes_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
        raise PydanticCustomError("aes_key", "必须是公众平台上的 43 个字母和数字")
    return value


def _absent_if_empty(value: object) -> object:
    # An environment variable can be emptied but not removed.
    return None if value == "" else value


def _table(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]


class Template(BaseModel):
    """A message template of the account: its id, and which fact fills which keyword."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    fields: Mapping[str, str] = Field(default_factory=lambda: dict(DEFAULT_FIELDS))


Templates = Mapping[str, Annotated[Template, BeforeValidator(_table)]]


class WeChatSettings(BaseModel):
    """``max_skew_seconds``: how far the signed time of a callback may lie from ours.

    ``call_seconds``: time limit of sending one message, token and repeat included. ``media_seconds``: of fetching or
    giving one picture, voice or video. ``media_hosts``: whose addresses of such are called, those below them too.
    ``rest_seconds``: how long the platform is left alone after it refused the account itself. ``mass_monthly``: how
    many notices to many go as mass messages in a month (the platform shows a person four of a service account's).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)

    app_id: str = Field(min_length=1)
    app_secret: Secret
    token: Secret
    encoding_aes_key: Annotated[AesKey | None, BeforeValidator(_absent_if_empty)] = None
    previous_encoding_aes_key: Annotated[AesKey | None, BeforeValidator(_absent_if_empty)] = None
    api_base: WebAddress = "https://api.weixin.qq.com"
    qr_base: WebAddress = "https://mp.weixin.qq.com"
    mode: Mode = Mode.SAFE
    templates: Templates = Field(default_factory=dict)
    subscribe_templates: Templates = Field(default_factory=dict)
    tap_links: bool = True
    max_skew_seconds: float = Field(default=600, gt=0)
    call_seconds: float = Field(default=8, gt=0, le=60)
    media_seconds: float = Field(default=25, gt=0, le=60)
    media_hosts: tuple[str, ...] = ("qq.com", "qpic.cn")
    rest_seconds: float = Field(default=60, ge=0)
    mass_monthly: int = Field(default=0, ge=0, le=31)

    @model_validator(mode="after")
    def _key_where_encrypted(self) -> Self:
        if self.encoding_aes_key is None and self.mode is not Mode.PLAIN:
            raise PydanticCustomError(_AES_KEY, _KEY_MISSING)
        return self

    def aes_keys(self) -> tuple[str, ...]:
        """The current key, then the one before it, as far as they are set."""
        keys = (self.encoding_aes_key, self.previous_encoding_aes_key)
        return tuple(key.get_secret_value() for key in keys if key is not None)


def key_bytes(settings: WeChatSettings) -> list[bytes]:
    """The 32 bytes of each key: the platform gives base64 without its padding."""
    return [base64.b64decode(key + "=") for key in settings.aes_keys()]


def read_settings(values: Mapping[str, Any]) -> WeChatSettings:
    """Check an account's settings.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    try:
        return WeChatSettings.model_validate(dict(values))
    except ValidationError as error:
        found = problems(error, _SENTENCES)
    raise rejected([*found, *_key_missing(values, {key for key, _ in found})])


def _key_missing(values: Mapping[str, Any], wrong: Collection[str]) -> Iterator[tuple[str, str]]:
    """The rule over two keys, which the model looks at only where each key by itself is right."""
    looked_at = "mode" in wrong or _AES_KEY in wrong
    if not looked_at and not values.get(_AES_KEY) and values.get("mode") != Mode.PLAIN:
        yield _AES_KEY, _KEY_MISSING


_SENTENCES: Mapping[str, str] = {
    "enum": "只能是 safe、compatible 或 plain",
    "model_type": "应为一个模板编号，或一组设置",
    "tuple_type": "应为一列文字",
}
