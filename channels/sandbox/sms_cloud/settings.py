"""What a played cloud is told: the account, its templates, where the bot is, how patient it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_VARIABLE = re.compile(r"\$?\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudTemplate:
    """``text``: with variables as ``${name}`` (Aliyun) or ``{1}`` (Tencent Cloud)."""

    id: str
    text: str
    approved: bool = True

    @property
    def variables(self) -> Sequence[str]:
        return list(dict.fromkeys(_VARIABLE.findall(self.text)))

    def filled(self, values: dict[str, str]) -> str:
        return _VARIABLE.sub(lambda found: values[found[1]], self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``most`` texts to one number within ``seconds``; 0: within a day of China's calendar."""

    most: int
    seconds: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSettings:
    """``bot_url``: the account's address there ("http://127.0.0.1:8080/channels/sms/main").

    ``variable_limit``: characters of one variable. ``retries``: seconds after which a push is made again.
    ``report_seconds``: when the report on a text follows; what gathered until then goes in arrays of ``batch``.
    """

    key_id: str
    secret: str = field(repr=False)
    sign: str
    templates: tuple[CloudTemplate, ...]
    bot_url: str
    webhook_key: str = field(repr=False)
    limits: tuple[Limit, ...]
    variable_limit: int
    retries: tuple[float, ...]
    sdk_app_id: str = ""
    answer_seconds: float = 5.0
    report_seconds: float = 0.3
    batch: int = 100

    def template(self, id: object) -> CloudTemplate | None:  # noqa: A002 - what it is
        return next((each for each in self.templates if each.id == id and each.approved), None)
