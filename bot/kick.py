"""Telling the workers that entries of the outbox are due."""

from collections.abc import Awaitable, Callable, Sequence

Kick = Callable[[Sequence[str]], Awaitable[object]]
"""Called with the ids of entries once they are durable. It never raises: the sweeper finds what it could not tell."""
