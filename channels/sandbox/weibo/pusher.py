"""Calls the bot as Weibo does: JSON in clear, signed with the app secret and milliseconds."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import aiohttp

from channels.sandbox.answers import Reply
from channels.sandbox.clock import PlatformClock
from channels.sandbox.journal import Journal
from channels.sandbox.pusher import Pusher
from channels.sandbox.settings import SandboxSettings, WeiboAccount
from channels.sandbox.weibo.answers import read_answer


class WeiboPusher(Pusher):
    platform = "微博"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        settings: SandboxSettings,
        account: WeiboAccount,
        clock: PlatformClock,
        journal: Journal,
    ) -> None:
        super().__init__(http, settings, clock, journal, account.webhook_path)
        self._account = account

    def _signed(self) -> dict[str, str]:
        time, nonce = str(int(self._clock.wall().timestamp() * 1000)), str(secrets.randbelow(10**8))
        made = "".join(sorted([self._account.app_secret, time, nonce]))
        digest = hashlib.sha1(made.encode()).hexdigest()  # noqa: S324 - the platform's protocol
        return {"signature": digest, "timestamp": time, "nonce": nonce}

    def _written(self, fields: Mapping[str, Any]) -> str:
        return json.dumps(fields, ensure_ascii=False)

    def _packed(self, person: str, content: str) -> tuple[dict[str, str], str, str]:  # noqa: ARG002 - the body names them
        return self._signed(), content, "application/json"

    def _read(self, body: bytes, person: str) -> Reply | None:
        return read_answer(body, person=person, ours=self._account.uid)
