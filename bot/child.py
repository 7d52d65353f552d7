"""Processes of ours that must not outlive whoever started them, however that one ends."""

import shutil
from collections.abc import Sequence
from typing import Literal


def dies_with_us(signal: Literal["TERM", "KILL"] = "TERM") -> Sequence[str]:
    """What to put before a command, so that the system sends it ``signal`` when we are gone; nothing where it cannot.

    The signal is tied to the thread that begins the child: begin it in the main thread.
    """
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", signal, "--") if setpriv else ()
