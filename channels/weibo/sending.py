"""What goes out: private messages, and the invitation under a post or comment."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from channels.errors import OutcomeUnknown, PayloadRejected, SendFailed, WayShut
from channels.messages import PUBLIC_INVITATION, Outbound, Sent
from channels.weibo.client import WeiboApi
from channels.weibo.errcodes import CHINA, is_same
from channels.weibo.rendering import PUBLIC_LIMIT, TEXT_LIMIT, clip, parts, rendered
from channels.weibo.replies import text_data
from channels.weibo.wire import Fields, number

PRIVATE = "/2/messages/reply.json"
UNDER_POST = "/2/comments/create.json"
UNDER_COMMENT = "/2/comments/reply.json"

Say = Callable[[str], Awaitable[Fields]]


async def send_private(api: WeiboApi, message: Outbound, *, now: datetime) -> Sent:
    """A private message, within the window that the person opened; a long one as several.

    Raises:
        SendFailed: one of its branches.
    """
    person = message.address.sender

    async def say(text: str) -> Fields:
        form = {"type": "text", "data": text_data(text), "receiver_id": person, "save_sender_box": "1"}
        answer = await api.post(PRIVATE, form, person=person)
        if answer.get("result") is False:
            raise PayloadRejected("the platform says that it was not sent")
        return answer

    first, *further = parts(message) or [""]
    sent = await _said(say, first, TEXT_LIMIT, now)
    for part in further:
        try:
            await _said(say, part, TEXT_LIMIT, now)
        except SendFailed as error:
            # They have read the beginning: all of it again at most once, and marked.
            raise OutcomeUnknown(error.detail, provider_code=error.provider_code) from None
    return sent


async def send_public(api: WeiboApi, message: Outbound, *, rip: str, now: datetime) -> Sent:
    """The invitation, for everybody to read, under the post or comment that ``message.fields`` name.

    Raises:
        SendFailed: one of its branches; WayShut for anything but the invitation.
    """
    if message.notice != PUBLIC_INVITATION or not rip:
        raise WayShut("nothing else is said in public, and nothing without rip")
    post, comment = message.fields.get("status", ""), message.fields.get("key", "")

    async def say(text: str) -> Fields:
        form = {"comment": text, "rip": rip}
        if message.fields.get("kind") == "comment":
            return await api.post(UNDER_COMMENT, {**form, "cid": comment, "id": post}, person=message.address.sender)
        return await api.post(UNDER_POST, {**form, "id": comment}, person=message.address.sender)

    return await _said(say, rendered(message, limit=PUBLIC_LIMIT), PUBLIC_LIMIT, now)


async def _said(say: Say, text: str, limit: int, now: datetime) -> Sent:
    """Say ``text``; where the platform heard the same words before, once more with the time behind them."""
    if not text:
        raise PayloadRejected("nothing to say")
    try:
        answer = await say(text)
    except PayloadRejected as error:
        if not is_same(error):
            raise
        return await _said_differently(say, text, limit, now)
    return Sent(provider_id=number(answer, "idstr", "id"))


async def _said_differently(say: Say, text: str, limit: int, now: datetime) -> Sent:
    mark = f"（{now.astimezone(CHINA):%H:%M}）"
    try:
        answer = await say(clip(text, limit - len(mark)) + mark)
    except PayloadRejected as error:
        if not is_same(error):
            raise
        return Sent()  # they have read it already
    return Sent(provider_id=number(answer, "idstr", "id"))
