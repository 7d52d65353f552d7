"""Tables on the administrator's pages: the file that was sent, and one to take away."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from aiohttp import web
from aiohttp.web_request import FileField

from bot.console.routes import Call
from bot.forms import read_form
from bot.tables import LARGEST, write_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def sent_table(call: Call) -> bytes | None:
    """The form's file, a byte more than is taken of one too large; None: none was chosen."""
    sent = (await read_form(call.request)).get("file")
    if not isinstance(sent, FileField):
        return None
    return await asyncio.to_thread(sent.file.read, LARGEST + 1)


async def as_xlsx(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, now: datetime
) -> web.StreamResponse:
    """An answer that is saved as ``title``.xlsx."""
    content = await asyncio.to_thread(write_xlsx, headings, rows, title=title, made_at=now)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{title}.xlsx')}"}
    return web.Response(body=content, content_type=_XLSX, headers=headers)
