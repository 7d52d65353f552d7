"""Tags of an account's followers: the groups (标签) to which mass messages are sent.

An account has at most 100 of them, a person 20. A group is known by its name to people and by a number to the platform.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.errors import Busy, OutcomeUnknown, PayloadRejected, RecipientGone
from channels.wechat.client import WeChatApi

CREATE, GET, UPDATE, DELETE = (f"/cgi-bin/tags/{what}" for what in ("create", "get", "update", "delete"))
MARK, UNMARK = "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging"
MEMBERS = "/cgi-bin/user/tag/get"
AT_ONCE = 50
"""How many followers one call may name."""
LONGEST_NAME = 30
"""Bytes: ten Chinese characters."""
_STRANGE = {"40003", "49003"}
"""Codes for an openid that is none of this account's: the whole call is refused for one of them."""
_MOST_PAGES = 10_000
"""Of 10,000 members each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """``members``: how many followers have it. ``fixed``: the platform's own, not to be renamed or deleted."""

    id: int
    name: str
    members: int = 0

    @property
    def fixed(self) -> bool:
        return self.id in {0, 1, 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What became of followers: ``done``, and those the platform does not take (``gone``: no followers any more)."""

    done: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def name_problems(name: str) -> Sequence[str]:
    """Why the platform would not take the name: a Chinese sentence each."""
    told = []
    if not name.strip():
        told.append("标签名不能为空")
    if (size := len(name.encode())) > LONGEST_NAME:
        told.append(f"标签名最多 {LONGEST_NAME} 字节（十个汉字），现为 {size} 字节")
    if any(ord(sign) < ord(" ") for sign in name):
        told.append("标签名不能有控制字符")
    return told


class WeChatTags:
    """The tags of one account."""

    def __init__(self, api: WeChatApi) -> None:
        self._api = api

    async def list(self) -> Sequence[Tag]:
        """All tags, as the platform orders them.

        Raises:
            SendFailed: one of its branches, never OutcomeUnknown.
        """
        data = await self._api.get(GET)
        return [_tag(each) for each in data.get("tags") or () if isinstance(each, Mapping)]

    async def create(self, name: str) -> Tag:
        """Make a tag.

        Raises:
            PayloadRejected: the name exists (45157), is too long (45158), or there are 100 tags (45056).
            SendFailed: another of its branches.
        """
        made = (await self._api.call(CREATE, {"tag": {"name": name}}, person="")).get("tag")
        if not isinstance(made, Mapping):
            raise OutcomeUnknown("the answer holds no tag")
        return _tag(made)

    async def rename(self, tag: Tag, name: str) -> None:
        await self._again(UPDATE, {"tag": {"id": tag.id, "name": name}})

    async def delete(self, tag: Tag) -> None:
        """Delete it, and take it from whoever has it."""
        await self._again(DELETE, {"tag": {"id": tag.id}})

    async def mark(self, tag: Tag, people: Sequence[str]) -> Marked:
        """Give ``tag`` to at most ``AT_ONCE`` followers, by their openids; again does no harm.

        Raises:
            SendFailed: one of its branches, never OutcomeUnknown.
        """
        return await self._each(MARK, tag, people)

    async def unmark(self, tag: Tag, people: Sequence[str]) -> Marked:
        """As ``mark``, taking it away."""
        return await self._each(UNMARK, tag, people)

    async def members(self, tag: Tag) -> AsyncIterator[Sequence[str]]:
        """The openids of who has it, by up to 10,000."""
        after = ""
        for _ in range(_MOST_PAGES):
            data = await self._again(MEMBERS, {"tagid": tag.id, "next_openid": after})
            listed = data.get("data")
            found = listed.get("openid") if isinstance(listed, Mapping) else None
            people = [each for each in found or () if isinstance(each, str)]
            if not people:
                return
            yield people
            last = data.get("next_openid")
            if not isinstance(last, str) or last in {"", after}:
                return
            after = last

    async def _each(self, api: str, tag: Tag, people: Sequence[str]) -> Marked:
        """One call; where one of several is a stranger, by halves, until it is known who."""
        if not people:
            return Marked()
        try:
            await self._again(api, {"tagid": tag.id, "openid_list": list(people)})
        except (RecipientGone, PayloadRejected) as error:
            if error.provider_code not in _STRANGE:
                raise
        else:
            return Marked(done=tuple(people))
        if len(people) == 1:
            return Marked(gone=tuple(people))
        half = len(people) // 2
        first, second = await self._each(api, tag, people[:half]), await self._each(api, tag, people[half:])
        return Marked(done=(*first.done, *second.done), gone=(*first.gone, *second.gone))

    async def _again(self, api: str, payload: Mapping[str, object]) -> Mapping[str, Any]:
        """A call that may be made again: what is unknown is Busy."""
        try:
            return await self._api.call(api, payload, person="")
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None


def _tag(found: Mapping[str, Any]) -> Tag:
    number, name, count = found.get("id"), found.get("name"), found.get("count", 0)
    if not isinstance(number, int) or not isinstance(name, str):
        raise Busy("a tag without id or name")
    return Tag(id=number, name=name, members=count if isinstance(count, int) else 0)
