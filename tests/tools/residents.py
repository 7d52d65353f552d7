"""People with something to say. Each is made for one journey; what they say is remembered, to look for it later."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"WF\d{12}")
CODE = re.compile(r"查询码\D{0,3}(\d{6})")
_SURNAMES = (
    "王",
    "欧阳",
    "李",
    "诸葛",
    "张",
    "司徒",
    "逄",
    "上官",
    "綦",
    "濮阳",
    "赵",
    "令狐",
    "周",
    "公孙",
    "郑",
    "端木",
)
_GIVEN = ("建国", "秀兰", "志强", "桂英")


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody with a matter that nobody else has."""

    name: str
    phone: str
    openid: str
    place: str
    matter: str

    @property
    def all_at_once(self) -> str:
        return f"我叫{self.name}，手机{self.phone}，{self.place}{self.matter}"

    def secrets(self) -> Sequence[str]:
        """What must be readable nowhere."""
        return self.name, self.phone, self.openid, self.place, self.matter


@dataclass
class Town:
    """Makes residents who differ in everything."""

    residents: list[Resident] = field(default_factory=list, repr=False)

    def resident(self, matter: str = "路灯坏了一个多月，晚上太黑", *, openid: str = "") -> Resident:
        count = len(self.residents)
        new = Resident(
            name=_SURNAMES[count % len(_SURNAMES)] + _GIVEN[count // len(_SURNAMES) % len(_GIVEN)],
            phone=f"138{55_010_000 + 137 * count}",
            openid=openid or f"oJourney_{count:04d}_XyZ0123456789",
            place=f"奎文区东风东街{218 + count}号院",
            matter=matter,
        )
        self.residents.append(new)
        return new


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Answers what it is asked, knowing the bot by its words alone.

    Where a message asks for several things, it answers the one asked last (``by_last_word``), else a
    confirmation first.
    """

    resident: Resident
    by_last_word: bool

    def answer(self, asked: str) -> str:
        places = {answer: [found.start() for found in re.finditer(words, asked)] for words, answer in self._rules()}
        heard = [answer for answer, found in places.items() if found]
        if self.by_last_word:
            heard.sort(key=lambda answer: -places[answer][-1])
        return heard[0] if heard else "你好"

    def _rules(self) -> list[tuple[str, str]]:
        return [
            (r"确认|提交", "确认"),
            (r"手机|电话", self.resident.phone),
            (r"姓名|称呼", self.resident.name),
            (r"地点|地址|哪里", self.resident.place),
            (r"什么问题|反映|内容", self.resident.matter),
        ]

    def file(self, say: Callable[[str], str], *, opening: str = "你好", most: int = 10) -> tuple[str, int]:
        """The number of the case, and how many messages it took; at most ``most``."""
        words = opening
        for count in range(1, most + 1):
            reply = say(words)
            if found := NUMBER.search(reply):
                return found[0], count
            words = self.answer(reply)
        raise AssertionError(f"no number after {most} messages; at last: {reply}")
