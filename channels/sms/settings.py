"""The settings of one account (``[sms.<account>]``): what all gateways share, and the reading of any of them."""

import importlib
import importlib.util
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from channels.checked_settings import problems, rejected, web_address
from channels.errors import SettingsRejected
from channels.sms.gateway import GatewayModule
from channels.sms.limits import Limits


class Provider(StrEnum):
    """The gateways there are; each is a module of this package."""

    KANNEL = "kannel"
    SMPP = "smpp"
    ALIYUN = "aliyun"
    TENCENT = "tencent"


def plain_in_addresses(value: SecretStr) -> SecretStr:
    """A key that may stand in any address as it is."""
    # It stands in addresses that gateways fill in by % codes of their own: nothing of it may need encoding.
    if not re.fullmatch(r"[A-Za-z0-9._~-]{6,128}", value.get_secret_value()):
        raise PydanticCustomError("webhook_key", "只能用字母、数字和 . _ ~ -，6 到 128 个字符")
    return value


def _web_address_or_none(value: str) -> str:
    return web_address(value) if value else ""


def without_brackets(value: str) -> str:
    """A signature as its name alone."""
    bare = value.strip().removeprefix("【").removesuffix("】").strip()
    if re.search(r"[【】\[\]\x00-\x1f\x7f]", bare):
        raise PydanticCustomError("sign", "只写名称，不要带【】")
    return bare


def spelled(pattern: str, sentence: str) -> AfterValidator:
    """A text of the form of ``pattern``; ``sentence`` says it in Chinese."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("spelling", "{sentence}", {"sentence": sentence})
        return value

    return AfterValidator(check)


LONGEST_SIGN = 20
"""Characters of a signature."""
KeyId = Annotated[str, spelled(r"[!-~]{1,128}", "应为平台给出的编号，1 到 128 个字符，没有空格")]
Signature = Annotated[
    str, AfterValidator(without_brackets), spelled(rf".{{1,{LONGEST_SIGN}}}", f"应为 1 到 {LONGEST_SIGN} 个字")
]


class SmsSettings(BaseModel):
    """``sign``: put in front of each text in 【】; "" where the carrier adds it or none is asked for.

    ``callback_base``: where the gateway reaches this service, if not at ``http.public_url``.
    ``call_seconds``: time limit of sending one message. ``limits``: how often one number may be texted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)

    provider: Provider
    number: str = Field(default="", pattern=r"^\+?[0-9]{0,20}$")
    sign: Annotated[str, Field(max_length=LONGEST_SIGN), AfterValidator(without_brackets)] = ""
    callback_base: Annotated[str, AfterValidator(_web_address_or_none)] = ""
    call_seconds: float = Field(default=8, gt=0, le=60)
    limits: Limits = Limits()


def read_settings(values: Mapping[str, Any]) -> tuple[Any, GatewayModule]:
    """Check an account's settings by the class of its provider; give them, and the provider's module.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    module = _module_of(values.get("provider"))
    try:
        return module.Settings.model_validate(dict(values)), module
    except ValidationError as error:
        found = problems(error, _SENTENCES)
    raise rejected(found)


def _module_of(provider: object) -> GatewayModule:
    names = "、".join(each.value for each in Provider)
    if provider is None:
        raise SettingsRejected("provider", f"缺少，应为以下之一：{names}")
    if provider not in tuple(Provider):
        raise SettingsRejected("provider", f"只能是以下之一：{names}")
    name = f"{__package__}.{provider}"
    if importlib.util.find_spec(name) is None:
        raise SettingsRejected("provider", f"这个版本还不支持 {provider}")
    try:
        return cast("GatewayModule", importlib.import_module(name))
    except ModuleNotFoundError as error:
        raise SettingsRejected("provider", f"使用 {provider} 需要先安装 Python 包 {error.name}") from None


_SENTENCES: Mapping[str, str] = {"string_pattern_mismatch": "只能是数字，至多 20 位"}
