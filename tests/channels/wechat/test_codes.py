"""QR codes that tell where they hang: the scene there and back, and the picture."""

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Busy, MediaGone
from channels.messages import EventName
from channels.wechat.qr import QR_CREATE, QR_SHOW
from channels.wechat.scenes import LONGEST_SCENE, place_of, scene_of, scene_problems

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
_WORDS = st.text(st.characters(exclude_categories=("C",), exclude_characters="@"), max_size=40).map(str.strip)


@given(place=_WORDS, district=_WORDS)
def test_a_scene_gives_back_its_place_or_was_refused(place, district):
    scene = scene_of(place, district)
    if scene_problems(place, district):
        assert not place or len(scene) > LONGEST_SCENE
        assert place_of(scene) == {}
    else:
        assert len(scene) <= LONGEST_SCENE
        assert place_of(scene) == {"place": place, **({"district": district} if district else {})}


@given(st.text(max_size=80))
def test_any_scene_is_read_without_an_error(scene):
    assert set(place_of("at:" + scene)) <= {"place", "district"}
    assert set(place_of(scene)) <= {"place", "district"}


@pytest.mark.parametrize("scene", ["kiosk_3", "at:", "at:奎文区", "at:奎文区@", "at:a@b@c", "at:@" + "字" * 61])
def test_a_scene_that_is_not_ours_tells_no_place(scene):
    assert place_of(scene) == {}


@pytest.mark.parametrize(
    ("place", "district", "words"),
    [(" ", "", "不能为空"), ("a@b", "", "不能有 @"), ("a\nb", "", "控制字符"), ("字" * 61, "", "请缩短 1 个字")],
)
def test_what_cannot_be_a_scene_is_said(place, district, words):
    assert any(words in told for told in scene_problems(place, district))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"Event": "SCAN", "EventKey": "at:奎文区@阳光花园小区"}, EventName.SCANNED),
        ({"Event": "subscribe", "EventKey": "qrscene_at:奎文区@阳光花园小区"}, EventName.SUBSCRIBED),
    ],
)
def test_a_scan_and_a_subscription_tell_where_the_code_hangs(make_channel, pusher, kit, fields, name):
    body = kit.xml(kit.event_fields(event=fields["Event"], EventKey=fields["EventKey"], Ticket="T"))
    (message,) = make_channel().receive(pusher.safe(body)).messages
    assert message.event.name is name
    assert message.event.key == "at:奎文区@阳光花园小区"
    assert dict(message.event.details) == {"ticket": "T", "place": "阳光花园小区", "district": "奎文区"}


@pytest.fixture
def codes(make_channel, platform):
    return make_channel(api_base=platform.base, qr_base=platform.base).codes


def _picture(content=PNG):
    async def answer(request):
        assert request.query == {"ticket": "T+/="}
        return web.Response(body=content, content_type="image/jpg")

    return answer


async def test_a_lasting_code_is_made_and_its_picture_fetched(codes, platform):
    platform.script[QR_CREATE].append({"ticket": "T+/=", "url": "http://weixin.qq.com/q/x"})
    platform.script[QR_SHOW].append(_picture())
    picture = await codes.make("at:@阳光花园")
    assert (picture.content, picture.type) == (PNG, "image/png")
    made = next(call for call in platform.calls if call.path == QR_CREATE)
    assert made.json == {
        "action_name": "QR_LIMIT_STR_SCENE",
        "action_info": {"scene": {"scene_str": "at:@阳光花园"}},
    }
    assert platform.calls[-1].token is None


async def test_what_is_no_picture_is_not_given_out_as_one(codes, platform):
    platform.script[QR_CREATE].extend([{"ticket": "T+/="}] * 2 + [{"errcode": 0}])
    platform.script[QR_SHOW].append(_picture(b"<html>"))
    with pytest.raises(Busy):
        await codes.make("at:@阳光花园")
    platform.script[QR_SHOW].append(web.Response(status=404))
    with pytest.raises(MediaGone):
        await codes.make("at:@阳光花园")
    with pytest.raises(Busy):
        await codes.make("at:@阳光花园")
