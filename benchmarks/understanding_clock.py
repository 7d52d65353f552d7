"""Clocks what ``dialogs.nlu`` takes, wherever it is called from."""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

UNDERSTANDING = "dialogs.nlu"


class UnderstandingClock:
    """Adds up in ``understood`` the time by ``now`` that is spent inside ``dialogs.nlu``, each second once."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.understood = 0.0
        self._inside = False

    @contextmanager
    def around_understanding(self) -> Iterator[None]:
        """Stand around every public function and method of ``dialogs.nlu``, for everything made in this block."""
        changed = [(holder, name, value, self._clocked(value)) for holder, name, value in _places()]
        for holder, name, _, clocked in changed:
            setattr(holder, name, clocked)
        try:
            yield
        finally:
            for holder, name, value, _ in changed:
                setattr(holder, name, value)

    def _clocked(self, function: FunctionType) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*given: Any, **named: Any) -> Any:
                if self._inside:
                    return await function(*given, **named)
                begun = self._enter()
                try:
                    return await function(*given, **named)
                finally:
                    self._leave(begun)

            return awaited

        @functools.wraps(function)
        def called(*given: Any, **named: Any) -> Any:
            if self._inside:
                return function(*given, **named)
            begun = self._enter()
            try:
                return function(*given, **named)
            finally:
                self._leave(begun)

        return called

    def _enter(self) -> float:
        self._inside = True
        return self.now()

    def _leave(self, begun: float) -> None:
        self.understood += self.now() - begun
        self._inside = False


def _places() -> Iterator[tuple[Any, str, FunctionType]]:
    """Where a function of ``dialogs.nlu`` is found under a public name: in its classes, and in every module."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "dialogs"]
    classes: set[type] = set()
    for module in modules:
        for name, value in vars(module).items():
            if not getattr(value, "__module__", "").startswith(UNDERSTANDING) or name.startswith("_"):
                continue
            if inspect.isfunction(value) and not inspect.isgeneratorfunction(value):
                yield module, name, value
            elif inspect.isclass(value):
                classes.add(value)
    for one in classes:
        for name, value in vars(one).items():
            if inspect.isfunction(value) and not name.startswith("_"):
                yield one, name, value
