"""WeRoBot with its encryption, as a bare echo or keeping its own sessions (SQLite), on aiohttp's rival waitress.

``python werobot_server.py PORT echo|sessions FOLDER APP_ID TOKEN AES_KEY``, by the Python that has ``werobot``.
"""

import sys
from pathlib import Path

import waitress
from werobot import WeRoBot
from werobot.session.sqlitestorage import SQLiteStorage


def make_robot(kind: str, folder: Path, app_id: str, token: str, aes_key: str) -> WeRoBot:
    """Says what was said; with sessions it counts the messages of each person as well."""
    keeps = kind == "sessions"
    storage = SQLiteStorage(str(folder / "werobot.sqlite3")) if keeps else None
    robot = WeRoBot(
        token=token,
        app_id=app_id,
        encoding_aes_key=aes_key,
        enable_session=keeps,
        session_storage=storage,
        logger=__import__("logging").getLogger("werobot"),
    )
    if keeps:

        @robot.text
        def counted(message, session):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - werobot's own way
            session["count"] = session.get("count", 0) + 1
            return f"收到第{session['count']}条：{message.content}"
    else:

        @robot.text
        def echoed(message):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - werobot's own way
            return f"收到：{message.content}"

    return robot


if __name__ == "__main__":
    port, kind, folder, *account = sys.argv[1:]
    waitress.serve(make_robot(kind, Path(folder), *account).wsgi, host="127.0.0.1", port=int(port), threads=4)
