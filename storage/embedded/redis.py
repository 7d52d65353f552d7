"""A server that speaks Redis' protocol, with an append-only file."""

import asyncio
from pathlib import Path
from urllib.parse import quote

from storage.embedded.process import Program

NAME = "redis"
SOCKET = "redis.sock"
_PING = b"*1\r\n$4\r\nPING\r\n"
_PING_SECONDS = 1.0


def program(binary: Path, data_dir: Path, sockets: Path) -> Program:
    """Say how to run it: without TCP, every write in the append-only file within a second."""
    data = data_dir / NAME
    options = {
        "--dir": data,
        "--port": "0",
        "--unixsocket": sockets / SOCKET,
        "--unixsocketperm": "700",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--daemonize": "no",
    }
    return Program(
        name=NAME,
        command=[str(binary), *(str(part) for option in options.items() for part in option)],
        mark=str(sockets / SOCKET),
        folder=data,
        pid_file=data_dir / f"{NAME}.pid",
        log_file=data_dir / f"{NAME}.log",
    )


def url(sockets: Path) -> str:
    return f"unix://{quote(str(sockets / SOCKET))}"


async def serves(sockets: Path) -> bool:
    """Tell whether it answers (while it still reads its file, it answers with an error)."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(sockets / SOCKET))
    except OSError:
        return False
    try:
        writer.write(_PING)
        async with asyncio.timeout(_PING_SECONDS):
            return (await reader.readline()).startswith(b"+PONG")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
