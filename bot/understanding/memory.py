"""Memory that was needed for a moment goes back to the machine. Elsewhere than on glibc nothing happens."""

import ctypes
import gc
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 128 * 1024
_ARENAS = 2
_YOUNG = 10_000
"""New objects before the collector looks for cycles; Python's own 700 is less than two turns make."""


def be_frugal() -> None:
    """For the start of a process: few arenas for many threads, and what is large is given back when it is freed.

    By itself glibc makes eight arenas a core, and after the first large array that was freed keeps the next ones.
    """
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in ((_ARENA_MAX, _ARENAS), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            mallopt(name, value)


def give_back() -> None:
    """After something large was exchanged: collect, and have the allocator let go of what is free; some 30 ms."""
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def settled() -> None:
    """After a process has started: what is there stays, and the collector need not look at it again and again.

    Whatever is exchanged later is freed by its count of references as ever; cycles of the first of it stay. Turns leave
    few cycles behind: to look for them less often takes a twenty-fifth off a turn, for a MiB or two.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
