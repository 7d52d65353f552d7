"""A voice with its words is as good as a text; one without is kept, and a text is asked for."""


async def test_the_words_of_a_voice_are_taken_as_written_and_the_voice_stays_with_them(resident, helpers):
    said = "我叫王秀兰，手机13800138000，奎文区东风东街某小区路灯坏了一个多月，晚上太黑"
    shown = helpers["spoken"](await resident.says({"voice": "m1", "caption": said}))
    assert "东风东街" in shown
    assert "听不懂语音" not in shown
    filed = await resident.says("确认")
    [case] = [each for each in filed.effects if hasattr(each, "attachments")]
    assert [each.kind for each in case.attachments] == ["voice"]


async def test_a_voice_without_words_is_kept_and_a_text_is_asked_for(resident, helpers):
    asked = helpers["spoken"](await resident.says({"voice": "m1"}))
    assert "语音已留下" in asked
    assert "文字" in asked
