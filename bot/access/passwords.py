"""Passwords: argon2id, computed beside the event loop, and what a new one must be."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.access.errors import WeakPassword

SHORTEST = 10
LONGEST = 128
_AT_ONCE = 2
_ONE_TIME = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike: it is read from a terminal and typed by hand."""
_ONE_TIME_LENGTH = 12


def one_time_password() -> str:
    """Give a password to be changed at the first sign-in: three groups of four."""
    letters = [secrets.choice(_ONE_TIME) for _ in range(_ONE_TIME_LENGTH)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, _ONE_TIME_LENGTH, 4))


def check_new(password: str, *, login: str, old: str = "") -> None:
    """Hold a new password to the rules.

    Raises:
        WeakPassword: saying what it lacks.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(f"密码至少要 {SHORTEST} 位")
    if len(password) > LONGEST:
        raise WeakPassword(f"密码最多 {LONGEST} 位")
    if len(set(password)) < SHORTEST // 2:
        raise WeakPassword("密码里重复的字符太多")
    if login and login.lower() in password.lower():
        raise WeakPassword("密码里不能有账号")
    if password.isdecimal():
        raise WeakPassword("密码不能全是数字")
    if old and password == old:
        raise WeakPassword("新密码不能和原来的一样")


class Passwords:
    """Makes and compares hashes; at most two at once, each of 64 MiB."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def make(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, kept: str) -> bool:
        async with self._gate:
            return await asyncio.to_thread(self._fits, password[: LONGEST + 1], kept)

    async def nobodys(self, password: str) -> None:
        """Take as long as for a member: the time must not tell which logins exist."""
        self._nobodys = self._nobodys or await self.make(secrets.token_urlsafe())
        await self.fits(password, self._nobodys)

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made by weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _fits(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
