"""Voices as words: sent as they came, taken as written, and nothing lost where it fails."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor.understanding import check_understanding
from bot.settings import Settings
from bot.settings_sections import Speech as SpeechSection
from bot.settings_sections import Storage, Understanding
from bot.turns.voices import HearsVoices
from bot.understanding.endpoint import Endpoint
from bot.understanding.speech import LONGEST_WORDS, Recogniser, silence
from channels.base import Fetched
from channels.errors import MediaGone
from channels.messages import Address, Inbound, Kind, Media
from dialogs.outcome import Heard, Outcome, Person

AMR = b"#!AMR\n" + bytes(300)
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOME = Address(channel="wechat", account="main", sender="oSomebody")


class Speech:
    """An address for transcriptions: what it was sent, and what it says."""

    def __init__(self) -> None:
        self.says: object = {"text": " 楼下路灯坏了\n "}
        self.status, self.forms, self.slow = 200, [], None

    async def take(self, request: web.Request) -> web.Response:
        form = await request.post()
        content = form["file"].file.read()
        self.forms.append({**form, "file": (form["file"].filename, form["file"].content_type, content)})
        if self.slow is not None:
            await self.slow.wait()
        return web.json_response(self.says, status=self.status)


@pytest.fixture
async def speech():
    played, app = Speech(), web.Application()
    app.router.add_post("/v1/audio/transcriptions", played.take)
    async with TestServer(app) as server:
        played.url = str(server.make_url("/v1"))
        yield played


@pytest.fixture
def recogniser(speech, http):
    return Recogniser(endpoint=Endpoint(http, speech.url, api_key="sk-test"), model="whisper", seconds=30)


class Phones:
    """A channel whose voices are there, or not."""

    brings: object = AMR

    async def fetch(self, media: Media) -> Fetched:
        if isinstance(self.brings, Exception):
            raise self.brings
        return Fetched(content=self.brings, type="audio/amr")


class Dialog:
    def __init__(self) -> None:
        self.heard: list[str] = []

    async def turn(self, state, heard, person, now) -> Outcome:
        self.heard += [one.message.text for one in heard]
        return Outcome(state=state, at=now)

    def gathers(self, state, heard) -> bool:
        return True


def voice(text: str = "", kind: Kind = Kind.VOICE) -> Heard:
    media = Media(id="m1", format="amr") if kind is Kind.VOICE else None
    message = Inbound(address=HOME, message_id="1", kind=kind, sent_at=NOW, received_at=NOW, text=text, media=media)
    return Heard(id=f"{kind}{text}", message=message)


async def listens(recogniser, *heard: Heard, phones: object = None) -> list[str]:
    dialog = Dialog()
    hearing = HearsVoices(manager=dialog, recogniser=recogniser, channels={("wechat", "main"): phones or Phones()})
    assert hearing.gathers({}, heard)
    await hearing.turn({}, heard, Person(conversation_id="c", address=HOME, first_contact=True), NOW)
    return dialog.heard


async def test_a_voice_goes_out_as_it_came_and_comes_back_as_words(recogniser, speech):
    assert await recogniser.words(AMR) == "楼下路灯坏了"
    [form] = speech.forms
    assert form == {
        "file": ("voice.amr", "audio/amr", AMR),
        "model": "whisper",
        "language": "zh",
        "response_format": "json",
    }


async def test_the_dialog_hears_the_words_and_nothing_else_is_sent(recogniser, speech):
    heard = await listens(recogniser, voice("微信自己认出的话"), voice(), voice("写的字", Kind.TEXT))
    assert heard == ["微信自己认出的话", "楼下路灯坏了", "写的字"]
    assert len(speech.forms) == 1


@pytest.mark.parametrize("content", [b"<html>", b"", b"\xff\xd8\xff picture", b"#!AMR\n" + bytes(3 * 1024 * 1024)])
async def test_what_is_no_voice_or_too_long_is_sent_nowhere(recogniser, speech, content):
    assert await recogniser.words(content) == ""
    assert speech.forms == []


@pytest.mark.parametrize("says", [{}, {"text": None}, {"text": 7}, [], {"text": "  "}, {"text": "\u202e\x00"}])
async def test_an_answer_that_is_none_leaves_the_voice_mute(recogniser, speech, says):
    speech.says = says
    assert await listens(recogniser, voice()) == [""]


async def test_a_refusal_a_lost_voice_and_a_slow_address_leave_it_mute_too(recogniser, speech, http):
    lost = Phones()
    lost.brings = MediaGone()
    assert await listens(recogniser, voice(), phones=lost) == [""]
    speech.status = 500
    assert await listens(recogniser, voice()) == [""]
    speech.status, speech.slow = 200, asyncio.Event()
    impatient = Recogniser(endpoint=Endpoint(http, speech.url), model="whisper", seconds=0.2)
    assert await listens(impatient, voice()) == [""]
    speech.slow.set()


async def test_words_are_bounded_and_plain(recogniser, speech):
    speech.says = {"text": "啊\x1b[31m\u202e" * 5_000}
    words = await recogniser.words(silence())
    assert len(words) == LONGEST_WORDS
    assert "\x1b" not in words


async def test_doctor_names_where_voices_go_and_tries_it(tmp_path, speech):
    asked = Settings(
        storage=Storage(data_dir=tmp_path),
        understanding=Understanding(embeddings="off"),
        speech=SpeechSection(base_url=speech.url, model="whisper"),
    )
    told = {each.area: each.message for each in await check_understanding(asked, ask=True)}
    assert "原样发往 127.0.0.1" in told["leaving"]
    assert "可用" in told["speech"]
    assert speech.forms[0]["file"][:2] == ("voice.wav", "audio/wav")
    speech.status = 404
    told = {each.area: each.message for each in await check_understanding(asked, ask=True)}
    assert "没有给出语音识别的结果" in told["speech"]
