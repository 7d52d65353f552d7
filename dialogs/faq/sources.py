"""What an approved answer rests on: an article of a law with its date, or any text."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

_CITED = re.compile(
    r"《(?P<law>[^》]+)》(?P<article>第[^；;（(]+?条(?:[、，,]第[^；;（(]+?条)*)?"
    r"(?:[（(](?P<date>\d{4}(?:-|年)\d{1,2}(?:-|月)\d{1,2}日?)(?:起?施行)?[）)])?"
)
_PARTED = re.compile(r"[；;]")
_NO_DATE = "“{}”不是日期，应写成 2022-05-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing cited. ``law`` without its brackets, "" where ``text`` is no law; ``since`` it is in force."""

    text: str
    law: str = ""
    article: str = ""
    since: date | None = None

    @property
    def shown(self) -> str:
        """As a resident reads it, without the date."""
        return f"《{self.law}》{self.article}" if self.law else self.text


def read_sources(raw: Any) -> tuple[Source, ...]:
    """From a text (several are parted by "；"), a mapping ``{law, article, date}``, or a list of either.

    Raises:
        ValueError: nothing is cited, or a date is none.
    """
    entries = raw if isinstance(raw, list) else [raw]
    found = tuple(source for entry in entries for source in _read(entry))
    if not found:
        raise ValueError("没有写依据")
    return found


def _read(entry: Any) -> list[Source]:
    if isinstance(entry, dict):
        if not entry.get("law"):
            raise ValueError("里缺少法规名（law）")
        law, article = str(entry["law"]).strip("《》"), str(entry.get("article") or "")
        since = read_day(entry["date"]) if entry.get("date") else None
        return [Source(text=f"《{law}》{article}", law=law, article=article, since=since)]
    return [_cited(part.strip()) for part in _PARTED.split(str(entry or "")) if part.strip()]


def _cited(text: str) -> Source:
    found = _CITED.fullmatch(text)
    if not found:
        return Source(text=text)
    since = read_day(found["date"]) if found["date"] else None
    return Source(text=text, law=found["law"], article=found["article"] or "", since=since)


def read_day(value: Any) -> date:
    """A date as YAML, ISO, or people write it (2022-05-01, 2022/5/1, 2022年5月1日).

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, date):
        return value
    parts = re.fullmatch(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?", str(value).strip())
    if not parts:
        raise ValueError(_NO_DATE.format(value))
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError as wrong:
        raise ValueError(_NO_DATE.format(value)) from wrong


def spoken_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
