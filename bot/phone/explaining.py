"""What the bot made of a message, asked of the API and told in lines that nobody takes for the bot's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.plain_values import FORMS, named, plainly

if TYPE_CHECKING:
    import aiohttp

_RANKED = 3
_LONGEST = 40
_WAYS = {"characters": "字词", "meaning": "意思", "context": "上文"}
_TIERS = {
    "patterns": "规则",
    "examples": "和例句相近",
    "answers": "和政策问答相近",
    "light": "字符模型",
    "embeddings": "语义模型",
    "rasa": "Rasa",
}


class ExplanationAway(Exception):
    """The API did not tell; ``sentence`` says why."""

    retryable = True

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Explainer(Protocol):
    """Gives the lines about the newest message of one conversation.

    Raises:
        ExplanationAway: nothing is to be had.
    """

    async def __call__(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiExplainer:
    """Asks the bot's own API about the conversation of ``openid`` on the demo's account."""

    http: "aiohttp.ClientSession"
    url: str
    token: str
    openid: str
    account: str = "main"

    async def __call__(self) -> Sequence[str]:
        about = {"channel": "wechat", "account": self.account, "sender": self.openid}
        found = (await self._get("/conversations", about))["items"]
        if not found:
            raise ExplanationAway("还没有说过话")
        return lines(await self._get(f"/conversations/{found[0]['id']}/explanation", {}))

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        head = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.http.get(f"{self.url}/api/v1{path}", params=query, headers=head) as response:
                if response.status != _OK:
                    raise ExplanationAway(f"接口回答 {response.status}，看不到识别结果")
                return await response.json()
        except (OSError, TimeoutError) as error:
            raise ExplanationAway("接口连不上，看不到识别结果") from error


_OK = 200


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer of the API as lines: intent, other candidates, what is being asked, what is kept."""
    tier = _TIERS.get(told["by"], told["by"])
    sure = f"{told['intent'] or '没有听懂'} {told['confidence']:.2f}{f'（{tier}）' if tier else ''}"
    others = [one for one in told["ranking"] if one["intent"] != told["intent"]][:_RANKED]
    found = [f"意图 {sure}"]
    if others:
        found.append("其次 " + "，".join(f"{one['intent']} {one['confidence']:.2f}" for one in others))
    if told["entities"]:
        found.append("听出 " + _pairs(told["entities"]))
    if told.get("policy"):
        found += _policy(told["policy"])
    if told["form"]:
        asked = f"在问{named(told['asked'])}" if told["asked"] else "没有在问什么"
        found.append(f"正在{FORMS.get(told['form'], told['form'])}，{asked}")
    if told["slots"]:
        found.append("已记下 " + _pairs(told["slots"]))
    return found


def _policy(why: Mapping[str, Any]) -> list[str]:
    by = _WAYS.get(why["by"], why["by"])
    if not why["found"]:
        return [f"问答 没有相近的（按{by}找）"]
    near = "；".join(f"{one['id']} {one['score']:.2f} ←“{_short(one['asked'])}”" for one in why["found"])
    return [f"问答 {'有' if why['sure'] else '没有'}把握（按{by}找）：{near}"]


def _pairs(values: Mapping[str, Any]) -> str:
    return "；".join(f"{named(name)}：{_short(value)}" for name, value in values.items())


def _short(value: Any) -> str:
    text = plainly(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
