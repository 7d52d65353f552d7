"""The runners of this process: at most one for each conversation, started by what arrives."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.turns.runner import Runner, RunnerTools, stored_reply
from channels.messages import Address
from storage.errors import StorageError
from storage.records import ArrivalState, ArrivedMessage, OutboxEntry

_CLOSING_S = 0.4
"""Kept free at the end of a webhook's time for recording that it was answered without the reply."""


class Turns:
    """Sees to it that every kept message gets its turn, and tells webhooks what to answer."""

    def __init__(self, tools: RunnerTools) -> None:
        self._tools = tools
        self._runners: dict[str, Runner] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def reply_for(self, arrived: ArrivedMessage, *, seconds: float) -> OutboxEntry | None:
        """What the webhook of ``arrived`` may answer, waiting for its turn at most ``seconds``.

        None: acknowledge only. Then the reply, if one comes, takes another way: that is recorded before this
        returns, unless the store is too slow; then the lease of the passive reply ends by itself.
        """
        try:
            if arrived.state is not ArrivalState.PENDING:
                return await stored_reply(self._tools.store, arrived)
            return await self._turn_within(arrived, seconds)
        except StorageError as error:
            # The message is kept, and so may be acknowledged; its turn comes when the store is back.
            structlog.get_logger().warning("turns.storage_away", arrived=arrived.id, error=error.code)
            return None

    async def _turn_within(self, arrived: ArrivedMessage, seconds: float) -> OutboxEntry | None:
        runner = self._runner(arrived.conversation_id, arrived.message.address)
        waiter = runner.wait_for(arrived.id)
        try:
            async with asyncio.timeout(max(0.0, seconds - _CLOSING_S)):
                return await asyncio.shield(waiter)
        except TimeoutError:
            runner.no_longer_passive(arrived.id)
        closing = self._in_background(self._close_passive(arrived.id))
        await asyncio.wait({closing}, timeout=_CLOSING_S)
        return None

    def start(self, arrived: ArrivedMessage) -> None:
        """Have ``arrived`` heard without waiting for it."""
        self._runner(arrived.conversation_id, arrived.message.address).owe()

    async def resume(self, conversation_id: str) -> None:
        """Take up a conversation whose messages were left behind, and wait until it is done.

        Raises:
            StorageError: left to the next sweep.
        """
        conversation = await self._tools.store.conversations.get(conversation_id)
        pending = await self._tools.store.inbox.pending(conversation_id, limit=1)
        if not pending:
            return
        address = conversation.address if conversation else pending[0].message.address
        runner = self._runner(conversation_id, address)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.shield(runner.wait_for(pending[0].id))

    async def drain(self, seconds: float) -> None:
        """Let the turns under way end; what does not end in time is taken up by the next process."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            structlog.get_logger().info("turns.drained", late=len(late))

    async def _close_passive(self, arrived_id: str) -> None:
        """Record that the webhook is answered. Where the store is away, the passive lease ends by itself."""
        try:
            await self._tools.store.inbox.close_passive(arrived_id)
            entry_id = await self._tools.store.outbox.release_passive(arrived_id, now=self._tools.clock())
        except StorageError as error:
            structlog.get_logger().warning("turns.not_closed", arrived=arrived_id, error=error.code)
            return
        if entry_id is not None:
            await self._tools.kick([entry_id])

    def _runner(self, conversation_id: str, address: Address) -> Runner:
        runner = self._runners.get(conversation_id)
        if runner is None:
            runner = self._runners[conversation_id] = Runner(conversation_id, address, self._tools)
            runner.owe()
            self._in_background(self._run(runner))
        return runner

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, runner: Runner) -> None:
        try:
            await runner.run()
        finally:
            self._runners.pop(runner.conversation_id, None)
