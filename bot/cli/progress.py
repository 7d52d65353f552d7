"""How far a long piece of work has come: a bar in a terminal, else a line to stderr now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

EVERY = 10.0
"""Seconds between two lines."""


@contextmanager
def progress(what: str, total: int, *, quiet: bool = False, every: float = EVERY) -> Iterator[Callable[[int], None]]:
    """Gives what is to be called with how many more are done. ``quiet``: no bar, lines only."""
    with _lines(what, total, every) if quiet or not sys.stderr.isatty() else _bar(what, total) as advance:
        yield advance


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console  # noqa: PLC0415 - whoever only asks for help need not wait for it
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda more: shown.advance(task, more)


@contextmanager
def _lines(what: str, total: int, every: float) -> Iterator[Callable[[int], None]]:
    """From a thread of its own: one step may take longer than it is to the next line."""
    done, over = 0, Event()

    def advance(more: int) -> None:
        nonlocal done
        done += more

    def tell() -> None:
        while not over.wait(every):
            print(f"{what}：已完成 {done}/{total}", file=sys.stderr, flush=True)

    telling = Thread(target=tell, daemon=True)
    telling.start()
    try:
        yield advance
    finally:
        over.set()
        telling.join()
