"""What everybody reads: the lists of mentions and comments, comments of the account, and its posts."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.sandbox.feed import ShownAs
from channels.sandbox.weibo.errcodes import ApiError
from channels.sandbox.weibo.platform import WeiboPlatform
from channels.sandbox.weibo.public import Words

_LONGEST = 140
_ADDRESS = re.compile(r"https?://[!-~]+")


def listing(name: str, items: str) -> Callable[[WeiboPlatform, Mapping[str, str]], Awaitable[dict[str, Any]]]:
    """One of the lists, newest first."""

    async def listed(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            found = platform.square.listed(name, fields)
        except ValueError as error:
            raise ApiError(10017) from error
        return {items: [words.as_json() for words in found], "total_number": len(found)}

    return listed


async def show(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
    """The comments under a post."""
    found = platform.square.under(_number(fields, "id"))
    return {"comments": [words.as_json() for words in found], "total_number": len(found)}


async def create(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
    """A comment under the post ``id``."""
    text, status = _text(fields, "comment"), _number(fields, "id")
    post = platform.square.get(str(status))
    if post is None:
        raise ApiError(20101)
    return _commented(platform, text, status=status, under=post)


async def reply(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
    """An answer to the comment ``cid`` under the post ``id``."""
    text, status = _text(fields, "comment"), _number(fields, "id")
    comment = platform.square.get(str(_number(fields, "cid")))
    if comment is None or comment.status != status:
        raise ApiError(20201)
    return _commented(platform, text, status=status, under=comment)


async def share(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
    """A post of the account."""
    text = _text(fields, "status")
    if re.search("#[^#]+#", _ADDRESS.sub("", text)) or not any(map(platform_permits(platform), _ADDRESS.findall(text))):
        raise ApiError(10017, "status must hold an address of the app's safe domains, and no topic")
    said = [words for words in platform.square.of(platform.account.uid) if not words.status]
    if any(words.text == text for words in said):
        raise ApiError(20019)
    platform.quotas.count_post(platform.clock.now())
    return _ours(platform, text).as_json()


def platform_permits(platform: WeiboPlatform) -> Callable[[str], bool]:
    """Whether an address leads to a safe domain of the app's."""

    def permits(address: str) -> bool:
        host = (urlsplit(address).hostname or "").lower()
        return any(host == domain or host.endswith("." + domain) for domain in platform.account.safe_domains)

    return permits


def _commented(platform: WeiboPlatform, text: str, *, status: int, under: Words) -> dict[str, Any]:
    said = [words for words in platform.square.of(platform.account.uid) if words.under == under.id]
    if any(words.text == text for words in said):
        raise ApiError(20019)
    words = _ours(platform, text, status=status, under=under.id)
    person = platform.by_uid(under.uid)
    if person:
        platform.show(person, ShownAs.PUBLIC, "text", text, id=str(words.id), status=str(status), under=str(under.id))
    return words.as_json()


def _ours(platform: WeiboPlatform, text: str, *, status: int = 0, under: int = 0) -> Words:
    number, office = platform.ids.number(platform.clock.wall()), platform.settings.office
    at = platform.clock.now()
    return platform.square.put(
        Words(id=number, uid=platform.account.uid, name=office, text=text, at=at, status=status, under=under)
    )


def _text(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name, "").strip()
    try:
        ipaddress.ip_address(fields.get("rip", ""))
    except ValueError as error:
        raise ApiError(10016, "Miss required parameter : rip") from error
    if not text:
        raise ApiError(10016, f"Miss required parameter : {name}")
    if len(text) > _LONGEST:
        raise ApiError(20012)
    return text


def _number(fields: Mapping[str, str], name: str) -> int:
    found = fields.get(name, "")
    if not (found.isascii() and found.isdigit()):
        raise ApiError(10016, f"Miss required parameter : {name}")
    return int(found)
