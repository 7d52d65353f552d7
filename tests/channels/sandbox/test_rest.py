"""The REST API: tokens, windows and quotas, contents, notices, media."""

import json

import aiohttp
import pytest

from channels.sandbox import PROGRESS_TEMPLATE_ID

HOUR = 3600.0


@pytest.fixture
async def platform(sandbox):
    await sandbox.login()
    return sandbox


def codes(answers):
    return [answer["errcode"] for answer in answers]


# tokens


async def test_the_stable_token_stays_the_same_and_rotates_at_its_end(platform):
    first = platform.token
    assert await platform.login() == first

    await platform.forward(2 * HOUR - 200)
    second = await platform.login()

    assert second != first
    assert (await platform.rest("GET", "user/info", openid=await platform.openid(), token=first))["subscribe"] == 1
    await platform.forward(400)
    assert (await platform.rest("GET", "user/info", openid="x", token=first))["errcode"] == 42001


async def test_a_forced_refresh_kills_the_old_token_but_not_twice_in_30_seconds(platform, kit):
    force = {"grant_type": "client_credential", "appid": kit.APP_ID, "secret": kit.SECRET, "force_refresh": True}
    old = platform.token

    new = (await platform.rest("POST", "stable_token", force, token=""))["access_token"]
    again = (await platform.rest("POST", "stable_token", force, token=""))["access_token"]

    assert new == again != old
    assert (await platform.rest("GET", "user/info", openid="x", token=old))["errcode"] == 40001


async def test_each_plain_token_ends_the_one_before_after_five_minutes(platform, kit):
    query = {"grant_type": "client_credential", "appid": kit.APP_ID, "secret": kit.SECRET}
    first = (await platform.rest("GET", "token", token="", **query))["access_token"]
    await platform.rest("GET", "token", token="", **query)

    openid = await platform.openid()
    assert (await platform.rest("GET", "user/info", token=first, openid=openid))["subscribe"] == 1
    await platform.forward(301)
    assert (await platform.rest("GET", "user/info", token=first, openid=openid))["errcode"] == 42001
    assert (await platform.rest("GET", "user/info", openid=openid))["subscribe"] == 1  # the stable one is apart


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx"}, 40013),
        ({"secret": "x"}, 40125),
    ],
)
async def test_wrong_credentials_are_told_apart(platform, kit, changed, errcode):
    data = {"grant_type": "client_credential", "appid": kit.APP_ID, "secret": kit.SECRET, **changed}

    answer = await platform.rest("POST", "stable_token", data, token="")

    assert answer["errcode"] == errcode


async def test_calls_without_a_valid_token_are_refused_each_in_its_way(platform):
    assert (await platform.rest("GET", "user/info", token=""))["errcode"] == 41001
    refused = await platform.rest("GET", "user/info", token="made-up")
    assert refused["errcode"] == 40001
    assert " rid: " in refused["errmsg"]

    await platform.ctl("POST", "/tokens", {"state": "expired"})
    assert (await platform.rest("GET", "user/info"))["errcode"] == 42001
    await platform.login()
    await platform.ctl("POST", "/tokens", {"state": "invalid"})
    assert (await platform.rest("GET", "user/info"))["errcode"] == 40001


async def test_the_method_is_checked_and_unknown_paths_are_not_authorised(platform):
    assert (await platform.rest("GET", "message/custom/send"))["errcode"] == 43002
    assert (await platform.rest("POST", "user/info", {}))["errcode"] == 43001
    assert (await platform.rest("POST", "wxa/unknown", {}))["errcode"] == 48001


# windows and quotas


async def test_five_messages_follow_a_message_and_no_sixth(platform):
    await platform.say("你好")

    assert codes([await platform.write(f"第{n}条") for n in range(6)]) == [0, 0, 0, 0, 0, 45047]
    assert [item["kind"] for item in await platform.shown()] == ["own"] + ["customer_service"] * 5


async def test_a_new_message_renews_the_quota(platform):
    await platform.say("你好")
    for n in range(5):
        await platform.write(f"第{n}条")
    await platform.say("还在吗")

    assert (await platform.write("在"))["errcode"] == 0


async def test_the_window_shuts_after_48_hours(platform):
    assert (await platform.write("没有人写来过"))["errcode"] == 45015
    await platform.say("你好")

    await platform.forward(48 * HOUR - 60)
    await platform.login()
    assert (await platform.write("还来得及"))["errcode"] == 0
    await platform.forward(120)
    assert (await platform.write("晚了"))["errcode"] == 45015


async def test_a_menu_click_gives_three_messages_for_a_minute(platform):
    await platform.ctl("POST", "/phones/phone1/click?wait=1", {"key": "MENU"})
    assert codes([await platform.write("好") for _ in range(4)]) == [0, 0, 0, 45047]

    await platform.ctl("POST", "/phones/phone1/click?wait=1", {"key": "MENU"})
    await platform.forward(61)
    assert (await platform.write("晚了"))["errcode"] == 45015


async def test_leaving_shuts_the_window_and_following_opens_a_small_one(platform):
    await platform.say("你好")
    await platform.ctl("POST", "/phones/phone1/unfollow?wait=1", {})
    assert (await platform.write("走了"))["errcode"] == 45015

    await platform.ctl("POST", "/phones/phone1/follow?wait=1", {})
    assert codes([await platform.write("欢迎") for _ in range(4)]) == [0, 0, 0, 45047]


# contents


async def test_wrong_contents_are_refused_and_cost_nothing(platform):
    await platform.say("你好")

    assert (await platform.write(""))["errcode"] == 44004
    assert (await platform.write("长" * 683))["errcode"] == 45002
    assert (await platform.write("x", touser="nobody"))["errcode"] == 40003
    assert (await platform.write("x", msgtype="dance"))["errcode"] == 40008
    assert (await platform.write("", msgtype="image", image={"media_id": "none"}))["errcode"] == 40007
    assert (await platform.write("", msgtype="news", news={"articles": {}}))["errcode"] == 45162
    assert codes([await platform.write("好") for _ in range(5)]) == [0] * 5


@pytest.mark.parametrize(("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff", 47001)])
async def test_a_body_that_is_no_json_object_is_refused(platform, body, errcode):
    url = f"{platform.url}/wechat/cgi-bin/message/custom/send"
    async with platform.http.post(url, data=body, params={"access_token": platform.token}) as answer:
        assert (await answer.json(content_type=None))["errcode"] == errcode


async def test_escaped_json_reaches_people_as_it_is_written(platform):
    """The real platform does not undo \\uXXXX in texts; a client that escapes must be seen to be wrong."""
    await platform.say("你好")
    message = {"touser": await platform.openid(), "msgtype": "text", "text": {"content": "好"}}
    url = f"{platform.url}/wechat/cgi-bin/message/custom/send"
    for body in (json.dumps(message), json.dumps(message, ensure_ascii=False)):
        async with platform.http.post(url, data=body.encode(), params={"access_token": platform.token}):
            pass

    assert [item["text"] for item in await platform.shown()] == ["你好", "\\u597d", "好"]


async def test_choices_and_articles_are_shown_as_such(platform):
    await platform.say("你好")
    menu = {"head_content": "满意吗？", "list": [{"id": "101", "content": "满意"}], "tail_content": "谢谢"}
    await platform.write("", msgtype="msgmenu", msgmenu=menu)
    await platform.write("", msgtype="news", news={"articles": [{"title": "指南", "url": "https://example.org"}]})

    _, menu, article = await platform.shown()
    assert (menu["type"], menu["data"]["choices"]) == ("menu", [{"id": "101", "content": "满意"}])
    assert (article["type"], article["data"]["articles"][0]["title"]) == ("article", "指南")


async def test_typing_shows_until_the_message_comes(platform):
    typing = {"touser": await platform.openid(), "command": "Typing"}
    assert (await platform.rest("POST", "message/custom/typing", typing))["errcode"] == 45080
    await platform.say("你好")

    assert (await platform.rest("POST", "message/custom/typing", typing))["errcode"] == 0
    assert (await platform.ctl("GET", "/phones"))["items"][0]["typing"] is True
    assert (await platform.rest("POST", "message/custom/typing", typing))["errcode"] == 45081
    assert (await platform.rest("POST", "message/custom/typing", {**typing, "command": "x"}))["errcode"] == 45072
    await platform.write("来了")
    assert (await platform.ctl("GET", "/phones"))["items"][0]["typing"] is False


# notices

DATA = {
    "character_string1": {"value": "WF261121001237"},
    "phrase2": {"value": "已受理"},
    "thing3": {"value": "东风东街路灯损坏"},
    "time4": {"value": "2026年11月21日 10:30"},
    "thing5": {"value": "已转办"},
}


async def notice(platform, **changed):
    message = {"touser": await platform.openid(), "template_id": PROGRESS_TEMPLATE_ID, "data": DATA}
    return await platform.rest("POST", "message/template/send", {**message, **changed})


async def test_a_template_message_needs_no_window_and_is_reported(platform, bot):
    answer = await notice(platform, url="http://127.0.0.1/r/x")

    assert answer["errcode"] == 0
    (card,) = await platform.shown()
    assert (card["kind"], card["text"]) == ("template", "信访事项办理进度提醒")
    assert card["data"]["rows"][1] == {"label": "办理状态", "value": "已受理"}
    await bot.pushed(1)
    report = bot.pushes[0]
    assert (report["Event"], report["MsgID"], report["Status"]) == (
        "TEMPLATESENDJOBFINISH",
        str(answer["msgid"]),
        "success",
    )


async def test_who_blocks_the_account_sees_nothing_and_the_report_says_so(platform, bot):
    await platform.ctl("POST", "/phones/phone1/block", {"blocks": True})

    assert (await notice(platform))["errcode"] == 0
    await bot.pushed(1)
    assert bot.pushes[0]["Status"] == "failed:user block"
    assert await platform.shown() == []


async def test_template_messages_are_refused_each_in_its_way(platform):
    assert (await notice(platform, template_id="none"))["errcode"] == 40037
    assert (await notice(platform, touser="nobody"))["errcode"] == 40003
    long = {**DATA, "phrase2": {"value": "正在紧张办理中"}}
    refused = await notice(platform, data=long)
    assert refused["errcode"] == 47003
    assert "data.phrase2.value" in refused["errmsg"]
    assert (await notice(platform, data={}))["errcode"] == 47003

    await platform.ctl("POST", "/phones/phone1/unfollow?wait=1", {})
    assert (await notice(platform))["errcode"] == 43004


async def test_the_same_client_msg_id_is_shown_once(platform):
    first = await notice(platform, client_msg_id="abc")
    second = await notice(platform, client_msg_id="abc")

    assert first["msgid"] == second["msgid"]
    assert len(await platform.shown()) == 1


async def test_a_subscribe_notice_takes_one_consent(platform, bot):
    message = {"touser": await platform.openid(), "template_id": PROGRESS_TEMPLATE_ID, "data": DATA}

    assert (await platform.rest("POST", "message/subscribe/bizsend", message))["errcode"] == 43101
    await platform.ctl("POST", "/phones/phone1/consent", {"template_id": PROGRESS_TEMPLATE_ID})
    assert (await platform.rest("POST", "message/subscribe/bizsend", message))["errcode"] == 0
    assert (await platform.rest("POST", "message/subscribe/bizsend", message))["errcode"] == 43101

    assert [item["kind"] for item in await platform.shown()] == ["subscribe"]
    await bot.pushed(2)
    assert {push["Event"] for push in bot.pushes} == {"subscribe_msg_popup_event", "subscribe_msg_sent_event"}


# mass messages


async def mass(platform, *people, key="k1"):
    message = {"touser": list(people), "msgtype": "text", "text": {"content": "明天停水"}, "clientmsgid": key}
    return await platform.rest("POST", "message/mass/send", message)


async def test_a_mass_message_needs_no_window_two_people_and_is_shown_once_for_each_key(platform, bot):
    who = await platform.openid()
    assert (await mass(platform, who))["errcode"] == 40130
    assert (await mass(platform, "nobody", "nobody2"))["errcode"] == 40003
    first = await mass(platform, who, "nobody")
    again = await mass(platform, who, "nobody")

    assert (first["errcode"], again["errcode"], again["msg_id"]) == (0, 45065, first["msg_id"])
    assert [item["kind"] for item in await platform.shown()] == ["mass"]
    await bot.pushed(1)
    report = bot.pushes[0]
    assert (report["Event"], report["MsgID"], report["SentCount"]) == ("MASSSENDJOBFINISH", str(first["msg_id"]), "1")


async def test_a_follower_is_shown_four_mass_messages_a_month(platform):
    who = await platform.openid()
    for number in range(6):
        assert (await mass(platform, who, "nobody", key=f"k{number}"))["errcode"] == 0
    assert len(await platform.shown()) == 4


# media and users

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def test_what_a_phone_attached_can_be_fetched_for_three_days(platform, bot):
    await platform.http.post(f"{platform.url}/_ctl/phones/phone1/picture?wait=1", data=PNG)
    url = f"{platform.url}/wechat/cgi-bin/media/get"
    query = {"access_token": platform.token, "media_id": bot.pushes[0]["MediaId"]}

    async with platform.http.get(url, params=query) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PNG)
    async with platform.http.get(bot.pushes[0]["PicUrl"]) as answer:
        assert await answer.read() == PNG
    await platform.forward(72 * HOUR + 1)
    query["access_token"] = await platform.login()
    async with platform.http.get(url, params=query) as answer:
        assert (await answer.json())["errcode"] == 40007


async def test_an_uploaded_picture_can_be_sent(platform):
    await platform.say("你好")
    form = aiohttp.FormData()
    form.add_field("media", PNG, filename="a.png", content_type="image/png")
    url = f"{platform.url}/wechat/cgi-bin/media/upload"
    async with platform.http.post(url, data=form, params={"access_token": platform.token, "type": "image"}) as answer:
        media = await answer.json()

    assert (await platform.write("", msgtype="image", image={"media_id": media["media_id"]}))["errcode"] == 0
    assert (await platform.shown())[-1]["data"]["media_id"] == media["media_id"]
    assert (await platform.rest("POST", "media/upload", {}, type="image"))["errcode"] == 41005
    assert (await platform.rest("POST", "media/upload", {}, type="x"))["errcode"] == 40004


async def test_user_info_tells_who_follows(platform):
    openid = await platform.openid()
    assert (await platform.rest("GET", "user/info", openid=openid))["subscribe"] == 1
    await platform.ctl("POST", "/phones/phone1/unfollow?wait=1", {})

    assert (await platform.rest("GET", "user/info", openid=openid))["subscribe"] == 0
    assert (await platform.rest("GET", "user/info", openid="nobody"))["errcode"] == 40003
