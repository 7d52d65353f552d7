"""Ports that are still free when they are used."""

import random
import socket

_CHANCE = random.SystemRandom()
_LOWEST, _BEYOND = 20_000, 32_000
"""Below those that Linux gives to outgoing connections: there a port found free may be taken before it is used."""
_given: set[int] = set()


def free_port() -> int:
    while True:
        port = _CHANCE.randrange(_LOWEST, _BEYOND)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
