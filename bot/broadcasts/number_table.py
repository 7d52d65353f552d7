"""A list of telephone numbers, as an office uploads it: CSV or XLSX, each wrong line named."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.tables import TableRefused, read_table
from channels.sms.numbers import NotANumber, canonical, is_mainland_mobile

COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType({"phone": ("手机号", "手机", "手机号码", "电话", "号码")})


def numbers_in(content: bytes) -> list[str]:
    """The numbers in their one form, each once.

    Raises:
        TableRefused: naming every row that is wrong.
    """
    problems: list[str] = []
    numbers: dict[str, None] = {}
    for row in read_table(content, COLUMNS, ["phone"]):
        number = _number(row.cells["phone"])
        if number:
            numbers[number] = None
        else:
            # Not repeated: what stands there may be somebody's number with one digit wrong.
            problems.append(f"第 {row.number} 行：不是 11 位手机号")
    if problems:
        raise TableRefused(problems)
    return list(numbers)


def _number(cell: str) -> str:
    try:
        number = canonical(cell)
    except NotANumber:
        return ""
    return number if is_mainland_mobile(number) else ""
