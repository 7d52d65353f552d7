"""One chat: what is typed goes to the bot, what comes is shown as it comes."""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bot.phone.explaining import ExplanationAway
from bot.phone.keyboard import Keyboard
from bot.phone.links import Choice, choices_in
from bot.phone.screen import HELP, Screen
from channels.sandbox import SandboxAway, SandboxError
from channels.system_errors import why

if TYPE_CHECKING:
    from bot.phone.explaining import Explainer
    from channels.sandbox import Phone, Seen

_ANSWER_SECONDS = 10.0
"""How long a piped-in line waits for its answer before the next one is sent."""
_QUIET_SECONDS = 0.3
_TRY_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 20.0
_PLACE = (36.7068, 119.1619, "潍坊市奎文区东风东街")
_PICTURE_LIMIT = 10 * 1024 * 1024
# one grey pixel: a picture to send where nobody has one at hand
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6368000000820081dd436af40000000049454e44ae426082"
)


async def talk(phone: "Phone", explainer: "Explainer | None" = None, *, explains: bool = False) -> None:
    """Until the person leaves. ``explains``: each answer is followed by how it came about."""
    keyboard = Keyboard()
    session = Session(phone, Screen(Console(highlight=False)), explainer, explains=explains)
    session.screen.hello(phone.name)
    listening = asyncio.create_task(session.listen())
    try:
        async for line in keyboard.lines():
            session.answered.clear()
            if not await session.hear(line.strip()):
                break
            if not keyboard.is_person:
                await session.wait_for_answer()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


class Session:
    """A phone and its screen. ``/tap`` taps; so does a number below a menu that the platform itself made."""

    def __init__(
        self, phone: "Phone", screen: Screen, explainer: "Explainer | None" = None, *, explains: bool = False
    ) -> None:
        self.screen = screen
        self.explains = explains
        self._explainer = explainer
        self.answered = asyncio.Event()
        self._phone = phone
        self._choices: list[Choice] = []
        self._numbered = False

    async def listen(self) -> None:
        """Show what comes, until cancelled."""
        away = False
        while True:
            try:
                for seen in await self._phone.next(_LOOK_SECONDS):
                    self._take(seen)
                    if self.explains and seen.type != "line":
                        await self._explain()
                    self.answered.set()
                away = False
            except SandboxAway as error:
                if not away:
                    self.screen.wrong(error.sentence)
                away = True
                await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def wait_for_answer(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self.answered.wait()
                # one answer may show as several messages
                await asyncio.sleep(_QUIET_SECONDS)

    async def hear(self, line: str) -> bool:
        """Do what was typed; False: the person leaves."""
        word, _, rest = line.partition(" ")
        if word in {"/quit", "/exit", "/q"}:
            return False
        try:
            await self._do(word, rest.strip(), line)
        except SandboxError as error:
            self.screen.wrong(error.sentence)
            self.answered.set()
        return True

    async def _do(self, word: str, rest: str, line: str) -> None:
        match word:
            case "":
                self.answered.set()
            case "/pic":
                await self._picture(rest)
            case "/loc":
                await self._location(rest)
            case "/tap":
                await self._tap(rest)
            case "/voice":
                await self._phone.voice()
            case "/explain":
                self._toggle()
            case "/follow":
                await self._phone.follow()
            case "/unfollow":
                await self._phone.unfollow()
            case _ if word.startswith("/"):
                self.screen.note(HELP)
                self.answered.set()
            case _:
                await self._say(line)

    async def _say(self, line: str) -> None:
        choice = self._choice(line) if self._numbered else None
        if choice is None:
            await self._phone.say(line)
        else:
            await self._phone.say(choice.content, menu_id=choice.id)

    async def _tap(self, which: str) -> None:
        choice = self._choice(which)
        if choice is None:
            self.screen.wrong("没有这个按钮")
            self.answered.set()
        else:
            await self._phone.say(choice.content, menu_id=choice.id)

    def _choice(self, which: str) -> Choice | None:
        """By its place, from 1, or by its word."""
        by_word = {word: each for each in self._choices for word in (each.content, each.label) if word}
        by_place = {str(place): choice for place, choice in enumerate(self._choices, 1)}
        return by_place.get(which) or by_word.get(which)

    async def _picture(self, name: str) -> None:
        try:
            content = await asyncio.to_thread(_read, name) if name else _PIXEL
        except OSError as error:
            self.screen.wrong(f"读不了 {name}：{why(error)}")
            self.answered.set()
            return
        await self._phone.picture(content)

    async def _location(self, rest: str) -> None:
        latitude, longitude, label = _PLACE
        words = rest.split(maxsplit=2)
        try:
            if words:
                latitude, longitude, label = float(words[0]), float(words[1]), " ".join(words[2:])
        except (ValueError, IndexError):
            self.screen.wrong("写成：/loc 36.70 119.16 东风东街某小区")
            self.answered.set()
            return
        await self._phone.location(latitude, longitude, label)

    def _take(self, seen: "Seen") -> None:
        self.screen.show(seen)
        made = [Choice(id=choice["id"], content=choice["content"]) for choice in seen.data.get("choices", ())]
        self._numbered = bool(made)
        self._choices = made or choices_in(seen.text)

    async def _explain(self) -> None:
        if self._explainer is None:
            return
        try:
            self.screen.explain(await self._explainer())
        except ExplanationAway as error:
            self.screen.wrong(error.sentence)

    def _toggle(self) -> None:
        if self._explainer is None:
            self.screen.wrong("这里看不到：没有接口令牌（设置 [api] tokens）")
        else:
            self.explains = not self.explains
            self.screen.note("每次回答后显示识别结果" if self.explains else "不再显示识别结果")
        self.answered.set()


def _read(name: str) -> bytes:
    with Path(name).expanduser().open("rb") as file:
        return file.read(_PICTURE_LIMIT + 1)
