"""``staff import`` and ``staff export``: the members of staff as a table."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.app import Common
from bot.cli.opened import opened
from bot.cli.table_files import content_of, new_file, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.access.members import NewPassword
    from bot.access.staff_import import StaffImport
    from storage.store import Store
    from storage.units import UnitTree


async def imported(options: Common, file: Path, *, dry_run: bool, passwords: Path | None) -> str:
    """Bring the table in; give what to tell, with the passwords of who is new unless a file takes them."""
    from bot.access.members import By  # noqa: PLC0415
    from bot.access.staff_table import PASSWORD_HEADINGS  # noqa: PLC0415
    from bot.tables import write_csv  # noqa: PLC0415

    content = content_of(file)
    async with opened(options) as store:
        importing = _import(store)
        plan = await importing.plan(content, by=By())
        if dry_run:
            return f"没有问题，将{plan.sentence}（没有保存）"
        # Made before anybody is: passwords that nothing can take would be lost.
        with new_file(passwords) if passwords is not None and plan.added else nullcontext() as taken:
            made = await importing.do(plan, by=By())
            rows = _rows(made, await store.units.tree())
            if taken is not None:
                taken.write(write_csv(PASSWORD_HEADINGS, rows))
    return "\n".join([f"已{plan.sentence}", *_given(rows, passwords)])


async def exported(options: Common, file: Path) -> int:
    """Write everybody; give how many they are."""
    from bot.access.staff_table import HEADINGS, rows_of  # noqa: PLC0415

    async with opened(options) as store:
        rows = rows_of(await store.staff.all())
    write_table(file, HEADINGS, rows, title="人员")
    return len(rows)


def _import(store: "Store") -> "StaffImport":
    from bot.access.passwords import Passwords  # noqa: PLC0415
    from bot.access.staff_import import StaffImport  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415

    return StaffImport(store=store, passwords=Passwords(), clock=utc_now)


def _rows(made: "Sequence[NewPassword]", tree: "UnitTree") -> list[list[str]]:
    units = {unit.id: unit.name for unit in tree}
    return [
        [each.member.login, each.member.name, units.get(each.member.unit, each.member.unit), each.password]
        for each in made
    ]


def _given(rows: list[list[str]], file: Path | None) -> list[str]:
    if not rows:
        return []
    if file is not None:
        return [f"一次性密码在 {file}，请分别当面交给本人，交完删掉这个文件。首次登录时要换成自己的密码。"]
    return [
        "一次性密码只显示这一次，请分别当面交给本人，首次登录时要换成自己的密码：",
        *(f"{login}  {password}  {name}（{unit}）" for login, name, unit, password in rows),
    ]
