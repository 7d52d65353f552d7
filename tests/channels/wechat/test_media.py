"""Pictures, voices and videos from the platform and to it, on a real socket."""

import asyncio
import contextlib
import os

import pytest
from aiohttp import web

from channels.base import FetchesMedia
from channels.errors import AccountBroken, Busy, MediaGone, MediaTooLarge, PayloadRejected
from channels.messages import Media
from channels.wechat import media as media_module
from channels.wechat.media import MEDIA_GET, MEDIA_UPLOAD, UploadKind

JPEG = b"\xff\xd8\xff\xe0" + os.urandom(40_000)
GONE = {"errcode": 40007, "errmsg": "invalid media_id rid: 6a-1b"}


def _picture(content=JPEG, kind="image/jpeg"):
    headers = {"Content-Disposition": 'attachment; filename="MEDIA.jpg"'}

    async def answer(_request):
        return web.Response(body=content, content_type=kind, headers=headers)

    return answer


@pytest.fixture
async def channel(make_channel, platform):
    return make_channel(api_base=platform.base)


async def test_a_picture_comes_byte_for_byte_with_the_type_the_platform_gives(channel, platform):
    assert isinstance(channel, FetchesMedia)
    platform.script[MEDIA_GET].append(_picture())
    fetched = await channel.fetch(Media(id="M1"))
    assert (fetched.content, fetched.type) == (JPEG, "image/jpeg")
    assert platform.calls[-1].token == "TOKEN-1"


async def test_what_the_platform_has_no_more_is_gone_and_what_it_cannot_give_now_is_not(channel, platform):
    platform.script[MEDIA_GET].append(GONE)
    with pytest.raises(MediaGone) as gone:
        await channel.fetch(Media(id="M1"))
    assert (gone.value.provider_code, gone.value.retryable) == ("40007", False)
    page = web.Response(text="<html>", content_type="text/html")
    for answer in ({"errcode": -1, "errmsg": "system busy"}, web.Response(status=502), page):
        platform.script[MEDIA_GET].append(answer)
        with pytest.raises(Busy):
            await channel.fetch(Media(id="M1"))
    platform.script[MEDIA_GET].append({"errcode": 40164, "errmsg": "invalid ip"})
    with pytest.raises(AccountBroken):
        await channel.fetch(Media(id="M1"))


async def test_a_dead_token_is_renewed_once(channel, platform):
    platform.script[MEDIA_GET].extend([{"errcode": 40001, "errmsg": "invalid credential"}, _picture()])
    assert (await channel.fetch(Media(id="M1"))).content == JPEG
    assert platform.count(MEDIA_GET) == 2


async def test_a_picture_that_is_gone_by_its_id_comes_by_its_address(channel, platform):
    platform.script[MEDIA_GET].append(GONE)
    platform.script["/picture"].append(_picture())
    assert (await channel.fetch(Media(id="M1", url=f"{platform.base}/picture"))).content == JPEG
    assert platform.calls[-1].token is None


async def test_a_video_is_brought_from_the_address_that_the_platform_names(channel, platform):
    platform.script[MEDIA_GET].append({"video_url": f"{platform.base}/video"})
    platform.script["/video"].append(_picture(b"\0\0\0\x18ftypmp42video", "video/mp4"))
    assert (await channel.fetch(Media(id="V1"))).content == b"\0\0\0\x18ftypmp42video"


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:27017/",
        "https://evilqq.com/x",
        "https://qq.com.evil.example/x",
        "https://mp.weixin.qq.com@evil.example/x",
        "https://mp.weixin.qq.com:6379/x",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ],
)
async def test_an_address_that_is_not_the_platforms_is_never_called(channel, platform, address):
    platform.script[MEDIA_GET].append({"video_url": address})
    with pytest.raises(MediaGone):
        await channel.fetch(Media(id="V1"))
    assert {call.path for call in platform.calls} == {"/cgi-bin/stable_token", MEDIA_GET}


async def test_the_platforms_own_hosts_are_known(channel):
    known = channel._media._is_the_platforms
    assert known("http://vweixinp.tc.qq.com/1007_a.f10.mp4?vkey=1")
    assert known("https://mmbiz.qpic.cn/mmbiz_jpg/0")


async def test_nobody_is_redirected_elsewhere(channel, platform):
    platform.script[MEDIA_GET].append({"video_url": f"{platform.base}/video"})
    platform.script["/video"].append(web.Response(status=302, headers={"Location": f"{platform.base}/secret"}))
    with pytest.raises(MediaGone):
        await channel.fetch(Media(id="V1"))
    assert platform.count("/secret") == 0


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
async def test_reading_ends_where_the_bound_is(channel, platform, monkeypatch, told):
    monkeypatch.setattr(media_module, "LARGEST_MEDIA", 30_000)

    async def large(request):
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        if told:
            response.content_length = 40_000
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(4):
                await response.write(b"x" * 10_000)
        return response

    platform.script[MEDIA_GET].append(large)
    with pytest.raises(MediaTooLarge):
        await channel.fetch(Media(id="M1"))


async def test_a_platform_that_stalls_is_not_waited_for(make_channel, platform):
    async def stall(_request):
        await asyncio.sleep(3)

    channel = make_channel(api_base=platform.base, media_seconds=0.3)
    platform.script[MEDIA_GET].append(stall)
    with pytest.raises(Busy):
        await channel.fetch(Media(id="M1"))


async def test_a_picture_of_ours_is_given_as_a_form_and_gets_an_id(channel, platform, clock):
    platform.script[MEDIA_UPLOAD].extend(
        [{"errcode": 42001, "errmsg": "expired"}, {"type": "image", "media_id": "OURS", "created_at": 1}]
    )
    uploaded = await channel.upload(UploadKind.IMAGE, JPEG)
    assert (uploaded.media_id, (uploaded.until - clock()).days) == ("OURS", 3)
    body = platform.calls[-1].body
    assert b'name="media"; filename="media.jpg"' in body
    assert JPEG in body


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (UploadKind.IMAGE, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (UploadKind.IMAGE, b"RIFF\0\0\0\0WEBPxxxx"),
        (UploadKind.IMAGE, b"\xff\xd8\xff" + bytes(10 * 1024 * 1024)),
        (UploadKind.VOICE, JPEG),
        (UploadKind.VOICE, b"#!AMR\n" + bytes(2 * 1024 * 1024)),
        (UploadKind.VIDEO, b"\0\0\0\x18ftypqt  xxxx"),
        (UploadKind.THUMB, b"\xff\xd8\xff" + bytes(64 * 1024)),
        (UploadKind.THUMB, b"GIF89a"),
    ],
    ids=[
        "svg",
        "webp",
        "10 MiB picture",
        "picture for a voice",
        "2 MiB voice",
        "quicktime",
        "64 KiB thumb",
        "gif thumb",
    ],
)
async def test_what_the_platform_would_not_take_is_not_sent(channel, platform, kind, content):
    with pytest.raises(PayloadRejected):
        await channel.upload(kind, content)
    assert platform.calls == []
