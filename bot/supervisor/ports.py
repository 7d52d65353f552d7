"""Whether a port is free, before anybody is told to use it."""

import socket
from collections.abc import Collection

_TRIES = 50


class PortTaken(Exception):
    """``sentence`` says it to the person who started us."""

    def __init__(self, host: str, port: int, *, where: str = "http.port 或 BOT_HTTP__PORT") -> None:
        super().__init__(f"{host}:{port}")
        self.sentence = (
            f"{host}:{port} 用不了：端口被别的程序占用，或地址不是这台机器的。请先停掉那个程序，或换一个端口（{where}）"
        )


def is_free(host: str, port: int) -> bool:
    """Whether one could listen there now. A socket of a server that just ended does not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def check_free(host: str, port: int, *, where: str) -> None:
    """``where``: by what one names another port.

    Raises:
        PortTaken: nobody could listen there now.
    """
    if not is_free(host, port):
        raise PortTaken(host, port, where=where)


def free_port(host: str, wanted: int, *, fixed: bool, taken: Collection[int] = ()) -> int:
    """``wanted``, or (unless ``fixed``) the next free one after it.

    Raises:
        PortTaken: none of them is free.
    """
    for port in range(wanted, min(wanted + (1 if fixed else _TRIES), 65_536)):
        if port not in taken and is_free(host, port):
            return port
    raise PortTaken(host, wanted)
