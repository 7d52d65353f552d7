"""The whole of the played Weibo: its state, and the tasks under way."""

from hashlib import sha512

import aiohttp

from channels.sandbox.clock import PlatformClock
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.faults import Faults
from channels.sandbox.feed import Feed, From, Shown, ShownAs
from channels.sandbox.ids import Ids
from channels.sandbox.journal import Journal
from channels.sandbox.media import MediaStore
from channels.sandbox.settings import SandboxSettings, WeiboAccount
from channels.sandbox.tasks import Tasks
from channels.sandbox.weibo.errcodes import ApiError
from channels.sandbox.weibo.people import Person
from channels.sandbox.weibo.public import Square
from channels.sandbox.weibo.pusher import WeiboPusher
from channels.sandbox.weibo.quotas import Quotas

TOKEN_DAYS = 365
_MOST_PEOPLE = 1000
_MOST_NAME = 20


class WeiboPlatform:
    """State in one place. ``token_until``: when the token ends, in the clock's seconds; a revoked one is refused."""

    def __init__(
        self, settings: SandboxSettings, account: WeiboAccount, clock: PlatformClock, http: aiohttp.ClientSession
    ) -> None:
        self.settings = settings
        self.account = account
        self.clock = clock
        self.feed = Feed()
        self.clock.watch(self.feed.touch)
        self._http = http
        self.tasks = Tasks("推送的消息")
        self._fill()

    def _fill(self) -> None:
        self.ids = Ids(self.settings.seed, self.clock.wall())
        self.journal = Journal()
        self.faults = Faults()
        self.media = MediaStore()
        self.square = Square()
        self.quotas = Quotas()
        self.token_until = self.clock.now().timestamp() + TOKEN_DAYS * 86_400
        self.token_revoked = False
        self.pusher = WeiboPusher(self._http, self.settings, self.account, self.clock, self.journal)
        self.people: dict[str, Person] = {}
        for name in self.settings.residents:
            self.add_person(name)

    async def reset(self) -> None:
        await self.tasks.stop()
        self._fill()
        self.feed.clear()

    def add_person(self, name: str) -> Person:
        if len(self.people) >= _MOST_PEOPLE or not 1 <= len(name) <= _MOST_NAME:
            raise SandboxRefused("手机太多了，或名字不是 1 到 20 个字")
        number = len(self.people) + 1
        digest = sha512(f"{self.settings.seed}:weibo:{number}".encode()).digest()
        uid = str(2_000_000_000 + int.from_bytes(digest[:4]))
        person = Person(id=f"weibo{number}", name=name, uid=uid)
        self.people[person.id] = person
        self.feed.touch()
        return person

    def person(self, phone: str) -> Person:
        if phone not in self.people:
            raise SandboxRefused("没有这部手机", code="no_such_phone", http=404)
        return self.people[phone]

    def by_uid(self, uid: str) -> Person | None:
        return next((person for person in self.people.values() if person.uid == uid), None)

    def check_token(self, token: str) -> None:
        """Raises ApiError: there is none, it is another, or it ended."""
        if not token:
            raise ApiError(21301)
        if token != self.account.access_token or self.token_revoked:
            raise ApiError(21332)
        if self.clock.now().timestamp() >= self.token_until:
            raise ApiError(21327)

    def show(self, person: Person, kind: ShownAs, type_: str, text: str = "", **data: object) -> None:
        """Put something of the office, or a line of the system, on a phone's screen."""
        author = From.SYSTEM if kind is ShownAs.SYSTEM else From.OFFICE
        now = self.clock.now()
        self.feed.add(Shown(phone=person.id, author=author, kind=kind, type=type_, text=text, data=data, at=now))
