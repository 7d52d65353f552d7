"""The settings of one Weibo account (``[weibo.<account>]``)."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from channels.checked_settings import Secret, WebAddress, problems, rejected

_DAY = 86_400.0
_FOR_STAFF = 10
"""Calls of the day that are left for publishing and for looks at the token."""


def _address_or_none(value: str) -> str:
    if value:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise PydanticCustomError("rip", "应为 IP 地址，如 203.0.113.5") from None
    return value


def _host_name(value: str) -> str:
    if not re.fullmatch(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}", value):
        raise PydanticCustomError("host_name", "只写域名，如 example.gov.cn")
    return value.lower()


def _parted(value: object) -> object:
    # An environment variable holds a text: several domains stand there with commas between them.
    return tuple(filter(None, re.split(r"[,\s]+", value))) if isinstance(value, str) else value


class WeiboSettings(BaseModel):
    """``rip``: the address that posts and comments are made from in the platform's eyes; without it there are none.

    ``safe_domains``: those of the app's console (安全域名); a post must hold an address of one of them.
    ``daily_calls``: what the platform allows a day; ``public_daily`` of them are for invitations in public.
    ``call_seconds``: time limit of one call. ``rest_seconds``: how long the platform is left alone after it refused
    the account itself. ``token_days``: how many days ahead the end of the token is told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)

    app_key: str = Field(min_length=1)
    app_secret: Secret
    access_token: Secret
    uid: str = Field(pattern=r"^[1-9][0-9]{0,18}$")
    api_base: WebAddress = "https://api.weibo.com"
    upload_base: WebAddress = "https://upload.api.weibo.com"
    rip: Annotated[str, AfterValidator(_address_or_none)] = ""
    safe_domains: Annotated[tuple[Annotated[str, AfterValidator(_host_name)], ...], BeforeValidator(_parted)] = ()
    daily_calls: int = Field(default=100, ge=1)
    public_daily: int = Field(default=20, ge=0)
    max_skew_seconds: float = Field(default=600, gt=0)
    call_seconds: float = Field(default=8, gt=0, le=60)
    rest_seconds: float = Field(default=60, ge=0)
    token_days: int = Field(default=14, ge=1)

    @model_validator(mode="after")
    def _leaves_calls_for_reading(self) -> Self:
        if self.public_daily and self._looks_a_day() < 1:
            raise PydanticCustomError("public_daily", "每天的调用次数（daily_calls）不够：还要留出读取评论的次数")
        return self

    @property
    def invites(self) -> int:
        """Invitations in public a day; none without ``rip``, which each comment must carry."""
        return self.public_daily if self.rip else 0

    @property
    def seconds_between_looks(self) -> float:
        """So that the looks of a day, the invitations and what staff do stay within ``daily_calls``."""
        return _DAY / self._looks_a_day()

    def _looks_a_day(self) -> int:
        return self.daily_calls - self.public_daily - _FOR_STAFF


def read_settings(values: Mapping[str, Any]) -> WeiboSettings:
    """Check an account's settings.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    try:
        return WeiboSettings.model_validate(dict(values))
    except ValidationError as error:
        raise rejected(problems(error)) from None
