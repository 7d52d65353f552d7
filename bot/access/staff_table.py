"""The members of staff as a table: what ``staff import`` reads and ``staff export`` writes. It holds no passwords."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.access.cells import first_rows, several, yes
from bot.access.members import LOGIN, LONGEST_NAME, WRONG_LOGIN
from bot.tables import Row, TableRefused, read_table
from storage.staff import Member, Role
from storage.units import UnitTree

COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "login": ("账号", "登录名", "用户名"),
        "name": ("姓名",),
        "unit": ("单位代码", "单位", "代码", "单位名称"),
        "roles": ("角色",),
        "phone": ("手机", "手机号", "电话"),
        "active": ("在岗", "在用", "启用"),
    }
)
HEADINGS: Sequence[str] = tuple(words[0] for words in COLUMNS.values())
PASSWORD_HEADINGS: Sequence[str] = ("账号", "姓名", "单位", "一次性密码")
_NEEDED = ("login", "name", "unit", "roles")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")
_ROLES: Mapping[str, Role] = MappingProxyType({role.value: role for role in Role} | {role.label: role for role in Role})


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """One row. ``phone`` and ``active`` are None where the table has no such column: what is there stays."""

    number: int
    login: str
    unit: str
    roles: tuple[Role, ...]
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    active: bool | None = None


def role_of(word: str) -> Role | None:
    """The role of this name, Chinese or the program's own."""
    return _ROLES.get(word)


def lines_in(content: bytes, tree: UnitTree) -> list[StaffLine]:
    """The rows of a CSV or XLSX file.

    Raises:
        TableRefused: naming every row that is wrong, and how.
    """
    rows = read_table(content, COLUMNS, _NEEDED)
    first = first_rows(rows, _login)
    problems = [f"第 {row.number} 行：{each}" for row in rows for each in _problems(row, first, tree)]
    if problems:
        raise TableRefused(problems)
    return [_line(row, tree) for row in rows]


def rows_of(members: Iterable[Member]) -> list[list[str]]:
    """The rows to write, under ``HEADINGS``."""
    return [
        [
            member.login,
            member.name,
            member.unit,
            "；".join(role.label for role in member.roles),
            member.phone,
            "是" if member.active else "否",
        ]
        for member in members
    ]


def _problems(row: Row, first: Mapping[str, int], tree: UnitTree) -> list[str]:
    cells, login, found = row.cells, _login(row), []
    if not login:
        found.append("账号没有填")
    elif first[login] != row.number:
        found.append(f"账号“{login}”和第 {first[login]} 行重复")
    elif not LOGIN.fullmatch(login):
        found.append(f"“{login}”不能用：{WRONG_LOGIN}")
    if not cells["name"] or len(cells["name"]) > LONGEST_NAME:
        found.append(f"姓名要填，最多 {LONGEST_NAME} 个字")
    if not cells["unit"]:
        found.append("单位代码没有填")
    elif tree.find(cells["unit"]) is None:
        found.append(f"没有单位“{cells['unit']}”，请先导入单位")
    found += _wrong_roles(cells["roles"])
    if cells.get("phone") and not _PHONE.fullmatch(cells["phone"]):
        found.append(f"手机“{cells['phone'][:20]}”不像电话号码")
    if yes(cells.get("active", "")) is None:
        found.append(f"“在岗”应填 是 或 否，不是“{cells['active']}”")
    return found


def _wrong_roles(cell: str) -> list[str]:
    if not cell:
        return ["角色没有填"]
    known = "、".join(role.label for role in Role)
    return [f"没有角色“{word}”，可以是：{known}；几个角色用顿号隔开" for word in several(cell) if role_of(word) is None]


def _line(row: Row, tree: UnitTree) -> StaffLine:
    cells, unit = row.cells, tree.find(row.cells["unit"])
    return StaffLine(
        number=row.number,
        login=_login(row),
        name=cells["name"],
        unit=unit.id if unit else "",
        roles=tuple(dict.fromkeys(role for word in several(cells["roles"]) if (role := role_of(word)))),
        phone=cells.get("phone"),
        active=yes(cells["active"]) if "active" in cells else None,
    )


def _login(row: Row) -> str:
    return row.cells["login"].lower()
