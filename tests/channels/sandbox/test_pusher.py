"""How the platform calls the bot, and what it makes of the answers."""

import asyncio
from dataclasses import replace

import pytest
from waiting import awaited

from channels.sandbox import Mode, SandboxSettings
from channels.sandbox.pusher import DELIVERIES

OUT_OF_SERVICE = "该公众号暂时无法提供服务，请稍后再试"


def test_it_is_as_patient_as_the_real_platform():
    assert SandboxSettings.__dataclass_fields__["answer_seconds"].default == 5.0
    assert DELIVERIES == 3


async def test_the_url_is_checked_once_before_anything_is_pushed(sandbox, bot):
    await sandbox.say("你好")
    await sandbox.say("在吗")

    assert bot.checks == 1
    assert [push["Content"] for push in bot.pushes] == ["你好", "在吗"]


async def test_a_safe_push_hides_everything_but_the_receiver(sandbox, bot, kit):
    await sandbox.say("路灯坏了 ]]> <b>")

    push = bot.pushes[0]
    assert "路灯" not in push.raw
    assert push.query["openid"] == push["FromUserName"] == await sandbox.openid()
    assert len(push["FromUserName"]) == 28
    assert push.app_id == kit.APP_ID
    assert push["Content"] == "路灯坏了 ]]> <b>"
    assert push["ToUserName"] in push.raw


@pytest.mark.parametrize(("mode", "sealed"), [(Mode.PLAIN, False), (Mode.COMPATIBLE, True)])
async def test_other_modes_show_what_they_should(settings, bot, open_sandbox, mode, sealed):
    sandbox = await open_sandbox(replace(settings, bot_url=bot.url, mode=mode))

    await sandbox.say("路灯坏了")

    push = bot.pushes[0]
    assert ("路灯" in push.raw, "<Encrypt>" in push.raw) == (True, sealed)
    assert push["Content"] == "路灯坏了"


async def test_an_encrypted_reply_is_shown_as_a_passive_one(sandbox, bot, kit):
    async def answering(message):
        return kit.sealed_reply(kit.text_reply(message, "收到"))

    bot.answering = answering
    told = await sandbox.say("你好")

    assert told["outcome"]["deliveries"][0]["verdict"] == "reply"
    own, reply = await sandbox.shown()
    assert (own["author"], own["progress"]) == ("resident", "answered")
    assert (reply["author"], reply["kind"], reply["text"]) == ("office", "passive", "收到")


@pytest.mark.parametrize("answer", ["success", ""])
async def test_an_acknowledgement_ends_the_push_and_shows_nothing(sandbox, bot, answer):
    async def answering(_):
        return answer

    bot.answering = answering
    await sandbox.say("你好")

    assert len(bot.pushes) == 1
    assert [item["progress"] for item in await sandbox.shown()] == ["received"]


async def test_without_an_answer_the_same_message_comes_three_times_and_the_phone_says_so(hasty, open_sandbox, bot):
    sandbox = await open_sandbox(replace(hasty, bot_url=bot.url))

    async def answering(_):
        await asyncio.Event().wait()

    bot.answering = answering
    told = await sandbox.say("你好")

    assert [d["verdict"] for d in told["outcome"]["deliveries"]] == ["timeout"] * 3
    assert len(bot.pushes) == 3
    assert {push["MsgId"] for push in bot.pushes} == {told["message_id"]}
    assert {push["CreateTime"] for push in bot.pushes} == {bot.pushes[0]["CreateTime"]}
    own, line = await sandbox.shown()
    assert own["progress"] == "failed"
    assert (line["author"], line["text"]) == ("system", OUT_OF_SERVICE)
    await awaited(bot.all_cut.wait(), "every connection is cut")


async def test_a_repeat_may_still_be_answered(hasty, open_sandbox, bot, kit):
    sandbox = await open_sandbox(replace(hasty, bot_url=bot.url))

    async def answering(message):
        if len(bot.pushes) == 1:
            await asyncio.Event().wait()
        return kit.sealed_reply(kit.text_reply(message, "第二次才答"))

    bot.answering = answering
    told = await sandbox.say("你好")

    assert [d["verdict"] for d in told["outcome"]["deliveries"]] == ["timeout", "reply"]
    assert [item["text"] for item in await sandbox.shown()] == ["你好", "第二次才答"]


async def test_an_http_error_is_repeated(sandbox, bot):
    async def answering(_):
        raise RuntimeError("broken on purpose")

    bot.answering = answering
    told = await sandbox.say("你好")

    assert [d["verdict"] for d in told["outcome"]["deliveries"]] == ["http_500"] * 3


def _wrong_answers(kit):
    def swapped(message):
        good = kit.text_reply(message, "好")
        return kit.sealed_reply(
            good.replace("ToUserName", "X").replace("FromUserName", "ToUserName").replace("X", "FromUserName")
        )

    return {
        "not_encrypted": lambda m: kit.text_reply(m, "好"),
        "bad_signature": lambda m: kit.sealed_reply(kit.text_reply(m, "好"), token="another"),
        "other_app_id": lambda m: kit.sealed_reply(kit.text_reply(m, "好"), app_id="wxanother"),
        "names_not_swapped": swapped,
        "no_create_time": lambda m: kit.sealed_reply(kit.text_reply(m, "好", created="")),
        "empty": lambda m: kit.sealed_reply(kit.text_reply(m, " ")),
        "too_long": lambda m: kit.sealed_reply(kit.text_reply(m, "长" * 700)),
        "not_xml": lambda m: '{"errcode": 0}',
        "doctype": lambda m: '<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>',
    }


@pytest.mark.parametrize(
    "problem",
    [
        "not_encrypted",
        "bad_signature",
        "other_app_id",
        "names_not_swapped",
        "no_create_time",
        "empty",
        "too_long",
        "not_xml",
        "doctype",
    ],
)
async def test_a_wrong_answer_is_named_and_the_phone_says_so_at_once(sandbox, bot, kit, problem):
    async def answering(message):
        return _wrong_answers(kit)[problem](message)

    bot.answering = answering
    told = await sandbox.say("你好")

    assert [d["verdict"] for d in told["outcome"]["deliveries"]] == [problem]
    assert (await sandbox.shown())[-1]["text"] == OUT_OF_SERVICE


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName"])
async def test_a_reply_in_a_wrong_name_is_not_shown(sandbox, bot, kit, name):
    async def answering(message):
        right = message["FromUserName" if name == "ToUserName" else "ToUserName"]
        return kit.sealed_reply(kit.text_reply(message, "好").replace(right, "somebody"))

    bot.answering = answering
    told = await sandbox.say("你好")

    assert told["outcome"]["deliveries"][0]["verdict"] == "names_not_swapped"


async def test_events_may_carry_nested_fields(sandbox, bot):
    fields = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}, "Items": [{"No": 1}, {"No": 2}]}
    await sandbox.ctl("POST", "/phones/phone1/event?wait=1", {"event": "scancode_push", "fields": fields})

    assert bot.pushes[0]["ScanCodeInfo/ScanResult"] == "1"
    assert [item.text for item in bot.pushes[0].root.findall("Items/No")] == ["1", "2"]


async def test_milliseconds_are_forgiven_with_a_warning(sandbox, bot, kit):
    async def answering(message):
        return kit.sealed_reply(kit.text_reply(message, "好", created="1700000000000"))

    bot.answering = answering
    told = await sandbox.say("你好")

    assert told["outcome"]["reply"]["warnings"] == ["create_time_in_milliseconds"]
    assert (await sandbox.shown())[-1]["text"] == "好"


async def test_while_the_bot_is_away_nothing_is_taken_from_the_phone(settings, open_sandbox):
    sandbox = await open_sandbox(replace(settings, bot_url="http://127.0.0.1:9"))

    refused = await sandbox.ctl("POST", "/phones/phone1/text", {"text": "你好"}, expect=503)

    assert refused["sentence"] == "正在等待服务启动…"
    assert (await sandbox.ctl("GET", "/status"))["bot"] == "waiting"
    assert await sandbox.shown() == []


async def test_messages_of_one_person_are_under_way_together(sandbox, bot):
    both = asyncio.Event()

    async def answering(_):
        if len(bot.pushes) == 2:
            both.set()
        await both.wait()
        return "success"

    bot.answering = answering
    await asyncio.gather(sandbox.say("第一句"), sandbox.say("第二句"))

    assert len(bot.pushes) == 2


async def test_duplicates_are_shown_once(sandbox, bot, kit):
    async def answering(message):
        return kit.sealed_reply(kit.text_reply(message, "好"))

    bot.answering = answering
    await sandbox.ctl("POST", "/faults", {"path": "push", "duplicates": 2})
    await sandbox.say("你好")

    assert len(bot.pushes) == 3
    assert len({push["MsgId"] for push in bot.pushes}) == 1
    assert [item["text"] for item in await sandbox.shown()] == ["你好", "好"]


async def test_every_kind_of_message_has_the_fields_of_the_protocol(sandbox, bot):
    png = b"\x89PNG\r\n\x1a\n" + bytes(20)
    await sandbox.http.post(f"{sandbox.url}/_ctl/phones/phone1/picture?wait=1", data=png)
    place = {"latitude": 36.7069, "longitude": 119.1619, "label": "东风东街"}
    await sandbox.ctl("POST", "/phones/phone1/location?wait=1", place)
    await sandbox.ctl("POST", "/phones/phone1/voice?wait=1", {})
    await sandbox.ctl("POST", "/phones/phone1/click?wait=1", {"key": "MENU_1"})
    await sandbox.say("满意", menu_id="101")

    picture, location, voice, click, tap = bot.pushes
    assert (picture["MsgType"], len(picture["MediaId"])) == ("image", 64)
    assert picture["PicUrl"].startswith(sandbox.url)
    assert (location["Location_X"], location["Location_Y"], location["Label"]) == ("36.7069", "119.1619", "东风东街")
    assert (voice["Format"], voice["Recognition"]) == ("amr", "")
    assert (click["MsgType"], click["Event"], click["EventKey"], click["MsgId"]) == ("event", "CLICK", "MENU_1", "")
    assert (tap["Content"], tap["bizmsgmenuid"]) == ("满意", "101")


async def test_following_and_leaving_are_told_and_a_leaver_hears_nothing(sandbox, bot, kit):
    async def answering(message):
        return kit.sealed_reply(kit.text_reply(message, "再见"))

    bot.answering = answering
    await sandbox.ctl("POST", "/phones/phone1/unfollow?wait=1", {})
    refused = await sandbox.ctl("POST", "/phones/phone1/text", {"text": "还在吗"}, expect=409)
    await sandbox.ctl("POST", "/phones/phone1/follow?wait=1", {})

    assert refused["error"] == "not_following"
    assert [push["Event"] for push in bot.pushes] == ["unsubscribe", "subscribe"]
    assert [item["text"] for item in await sandbox.shown()] == ["你已取消关注某市信访局", "你已关注某市信访局", "再见"]


async def test_message_ids_rise_and_openids_survive_a_restart(settings, bot, open_sandbox):
    one = await open_sandbox(replace(settings, bot_url=bot.url))
    first = await one.say("一")
    other = await open_sandbox(replace(settings, bot_url=bot.url))
    second = await other.say("二")

    assert await one.openid() == await other.openid()
    assert int(second["message_id"]) > int(first["message_id"])
