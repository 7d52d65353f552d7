"""Signing in and out. Wrong tries are counted for each member; too many close the account for a while."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.access.errors import CodeNeeded, Locked, NotAllowed, WrongCredentials
from bot.access.one_time_codes import matching_step, new_secret
from bot.access.passwords import Passwords, check_new
from channels.base import Clock
from storage.audit import AuditLine
from storage.staff import Member, Session
from storage.store import Store

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=12)
IDLE = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """``token`` goes into the cookie and nowhere else."""

    member: Member
    token: str = field(repr=False)
    ends_at: datetime


class SigningIn:
    """The door of the console."""

    def __init__(self, *, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def sign_in(self, login: str, password: str, code: str = "") -> SignedIn:
        """Let somebody in.

        Raises:
            WrongCredentials: login, password or code; which is not told.
            CodeNeeded: the password is right, and the member uses one-time codes.
            Locked: too many wrong tries.
        """
        member = await self._store.staff.of_login(login)
        if member is None or not member.active:
            await self._passwords.nobodys(password)
            structlog.get_logger().warning("staff.unknown_login")
            raise WrongCredentials
        now = self._clock()
        if member.locked_until is not None and member.locked_until > now:
            raise Locked(member.locked_until)
        if not await self._passwords.fits(password, member.password):
            raise await self._wrong(member, now)
        step = await self._code_step(member, code, now)
        return await self._let_in(replace(member, failures=0, locked_until=None, totp_step=step), now, password)

    async def session(self, token: str) -> Member | None:
        """Give the member whose session it is; None where it ended."""
        now = self._clock()
        session = await self._store.sessions.get(token, now=now, idle_since=now - IDLE)
        if session is None:
            return None
        member = await self._store.staff.get(session.member_id)
        if member is None or not member.active:
            return None
        if now - session.seen_at > _SEEN_EVERY:
            await self._store.sessions.seen(token, now)
        return member

    async def sign_out(self, token: str, member: Member) -> None:
        await self._store.sessions.close(token)
        await self._told(member, "staff.signed_out")

    async def change_password(self, member: Member, *, old: str, new: str, token: str) -> None:
        """Give the member a new password; every other session of theirs ends.

        Raises:
            WrongCredentials: the old one is not right.
            Locked: it was tried too often.
            WeakPassword: the new one will not do.
        """
        now = self._clock()
        if member.locked_until is not None and member.locked_until > now:
            raise Locked(member.locked_until)
        if not await self._passwords.fits(old, member.password):
            raise await self._wrong(member, now)
        check_new(new, login=member.login, old=old)
        kept = await self._passwords.make(new)
        await self._changed(replace(member, password=kept, must_change=False, failures=0), "staff.password_changed")
        await self._store.sessions.close_all(member.id, but=token)

    async def begin_codes(self) -> str:
        """Give a secret to scan; it counts from ``confirm_codes`` on."""
        return new_secret()

    async def confirm_codes(self, member: Member, secret: str, code: str) -> None:
        """Ask for one-time codes from now on; ``code`` proves that the app has the secret.

        Raises:
            WrongCredentials: the code does not fit.
        """
        step = matching_step(secret, code, at=self._clock(), used=0)
        if step is None:
            raise WrongCredentials("动态码不对，请看手机上的时间是否准确，再试一次")
        await self._changed(replace(member, totp=secret, totp_step=step), "staff.codes_on")

    async def stop_codes(self, member: Member, password: str) -> None:
        """Ask for no codes any more.

        Raises:
            NotAllowed: the password is not right.
        """
        if not await self._passwords.fits(password, member.password):
            raise NotAllowed("密码不对")
        await self._changed(replace(member, totp="", totp_step=0), "staff.codes_off")

    async def _code_step(self, member: Member, code: str, now: datetime) -> int:
        if not member.totp:
            return member.totp_step
        if not code.strip():
            raise CodeNeeded
        step = matching_step(member.totp, code, at=now, used=member.totp_step)
        if step is None:
            raise await self._wrong(member, now)
        return step

    async def _let_in(self, member: Member, now: datetime, password: str) -> SignedIn:
        if self._passwords.outdated(member.password):
            member = replace(member, password=await self._passwords.make(password))
        member = await self._store.staff.change(member)
        token, ends_at = secrets.token_urlsafe(_TOKEN_BYTES), now + LONGEST_SESSION
        session = Session(member_id=member.id, created_at=now, seen_at=now, expires_at=ends_at)
        await self._store.sessions.open(token, session)
        await self._told(member, "staff.signed_in")
        return SignedIn(member=member, token=token, ends_at=ends_at)

    async def _wrong(self, member: Member, now: datetime) -> WrongCredentials | Locked:
        failures = member.failures + 1
        locks = failures >= TRIES
        until = now + LOCKED_FOR if locks else None
        tried = replace(member, failures=0 if locks else failures, locked_until=until)
        await self._changed(tried, "staff.locked" if locks else "staff.wrong_try")
        return Locked(until) if until else WrongCredentials()

    async def _changed(self, member: Member, action: str) -> None:
        await self._store.audited([self._store.staff.changed(member)], self._line(member, action))
        structlog.get_logger().info(action, member=member.id)

    async def _told(self, member: Member, action: str) -> None:
        await self._store.audit.add(self._line(member, action))
        structlog.get_logger().info(action, member=member.id)

    def _line(self, member: Member, action: str) -> AuditLine:
        return AuditLine(at=self._clock(), actor=member.id, name=member.name, action=action, target=member.id)
