"""Lines of the audit log as a page shows them: people, units and cases by their names, ids beside them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.access.members import CONSOLE
from bot.console.cases.shown import CHANNELS
from bot.console.wording.naming import subject
from storage.audit import AuditLine
from storage.edits import EditKind
from storage.staff import Member, Role
from storage.store import Store
from storage.units import UnitTree

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "staff.signed_in": "登录",
        "staff.signed_out": "退出",
        "staff.wrong_try": "登录时输错密码",
        "staff.locked": "输错太多次，账号锁定",
        "staff.password_changed": "修改自己的密码",
        "staff.codes_on": "启用动态码",
        "staff.codes_off": "停用动态码",
        "staff.added": "添加人员",
        "staff.changed": "修改人员",
        "staff.password_reset": "重设别人的密码",
        "staff.unlocked": "解除锁定",
        "staff.imported": "导入人员表",
        "staff.exported": "导出人员表",
        "units.imported": "导入单位",
        "places.imported": "导入地名表",
        "places.dropped": "不用导入的地名表",
        "token.given": "给出接口令牌",
        "token.revoked": "收回接口令牌",
        "case.filed": "登记来访、来信、来电",
        "case.revealed": "查看来信人姓名和电话",
        "conversation.revealed": "查看会话里的姓名和电话",
        "attachment.read": "查看附件",
        "person.copied": "导出来信人的个人信息",
        "person.corrected": "更正来信人的个人信息",
        "person.erased": "删除来信人的个人信息",
        "retention.ran": "到期的个人信息已删除",
        "cases.exported": "导出诉求台账",
        "figures.exported": "导出统计",
        "digest.exported": "导出群众之声",
        "answers.exported": "导出政策问答",
        "broadcast.exported": "导出通知的收件人",
        "conversation.taken": "接入会话",
        "conversation.handed_back": "交还机器人",
        "conversation.replied": "在会话里回复",
        "conversation.filed": "从会话登记诉求",
        "case.merged": "并案",
        "case.split": "撤销并案",
        "clarification.written": "写正面通告",
        "clarification.published": "审批公布正面通告",
        "clarification.withdrawn": "撤下正面通告",
        "reception.written": "安排领导接待日",
        "reception.published": "审批公布领导接待日",
        "reception.change_written": "更改领导接待日，待审批",
        "reception.changed": "领导接待日的更改生效",
        "reception.withdrawn": "取消领导接待日",
        "booking.added": "代约领导接待",
        "booking.cancelled": "取消别人的接待预约",
        "booking.marked": "记录接待到场",
        "booking.revealed": "查看接待预约名单",
        "booking.erased": "删除接待预约人信息",
        "broadcast.written": "写通知",
        "broadcast.approved": "审批通过通知",
        "broadcast.started": "开始发通知",
        "broadcast.paused": "暂停发通知",
        "broadcast.resumed": "继续发通知",
        "broadcast.cancelled": "取消通知",
        "edit.proposed": "修改问答或用语，待审核",
        "edit.passed": "审核通过问答或用语",
        "edit.refused": "退回问答或用语的修改",
        "edit.reverted": "问答或用语退回旧版",
        "question.settled": "没有答上的问题不用答",
        "clock_rules.changed": "修改时限规则",
    }
)
_SEEN = (
    "case.revealed",
    "conversation.revealed",
    "booking.revealed",
    "attachment.read",
    "person.copied",
    "person.corrected",
)
_PEOPLE = (
    "staff.added",
    "staff.changed",
    "staff.password_reset",
    "staff.unlocked",
    "staff.imported",
    "staff.exported",
    "units.imported",
    "places.imported",
    "places.dropped",
)


_BOOKED = ("booking.added", "booking.cancelled", "booking.marked")


def _beginning(*words: str) -> tuple[str, ...]:
    return tuple(action for action in ACTIONS if action.startswith(words))


KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "seen": ("查看来信人信息", _SEEN),
        "exports": ("导出", tuple(action for action in ACTIONS if action.endswith(".exported"))),
        "erased": ("删除个人信息", ("person.erased", "booking.erased", "retention.ran")),
        "signing": ("登录和密码", tuple(each for each in _beginning("staff.") if each not in _PEOPLE)),
        "people": ("人员、单位、令牌", (*_PEOPLE, *_beginning("token."))),
        "talks": ("会话", tuple(each for each in _beginning("conversation.") if each not in _SEEN)),
        "filing": ("登记来访、来信、来电", ("case.filed",)),
        "merging": ("并案", _beginning("case.merged", "case.split")),
        "notices": ("通知", _beginning("broadcast.")),
        "published": ("正面通告和接待日", (*_beginning("clarification.", "reception."), *_BOOKED)),
        "edits": ("问答和用语", _beginning("edit.", "question.", "answers.")),
        "rules": ("时限规则", _beginning("clock_rules.")),
    }
)
"""What the log can be narrowed to: a label, and the actions it stands for."""
_OTHERS = {CONSOLE: "命令行", "system": "系统"}
_DETAILS = {
    "reason": "原因",
    "count": "条数",
    "login": "账号",
    "unit": "单位",
    "into": "并入",
    "fields": "改了",
    "verdict": "意见",
    "what": "改动",
    "how": "方式",
    "received": "收到日期",
}
_PUBLISHED = frozenset({"clarification", "reception", "booking"})
_EDITS = {"answer": "政策问答", "wording": "机器人用语"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a line is about. ``id``: as the log keeps it, "" where that is what is shown."""

    text: str = field(repr=False)
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line of the log."""

    seq: int
    at: datetime
    who: Named
    action: str
    target: Named
    said: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids stand for, now."""

    members: Mapping[str, Member] = field(repr=False)
    tree: UnitTree
    notices: Mapping[str, str] = field(repr=False)
    published: Mapping[str, str] = field(repr=False)
    entries: Mapping[tuple[str, str], str] = field(repr=False)
    """What an answer asks or a saying says, by its kind and key."""

    def people(self) -> list[tuple[str, str]]:
        """Who may stand in the log, to choose from."""
        known = [(each.id, f"{each.name}（{each.login}）") for each in self.members.values()]
        return [*known, *_OTHERS.items()]

    def shown(self, line: AuditLine) -> Shown:
        return Shown(
            seq=line.seq,
            at=line.at,
            who=self._who(line),
            action=ACTIONS.get(line.action, line.action),
            target=self._target(line),
            said="；".join(self._details(line.details)),
        )

    def _who(self, line: AuditLine) -> Named:
        member = self.members.get(line.actor)
        name = line.name or (member.name if member else line.actor)
        return Named(text=name, id=member.login if member else line.actor)

    def _target(self, line: AuditLine) -> Named:
        kind = line.action.partition(".")[0]
        member = self.members.get(line.target)
        if member is not None:
            same = line.target == line.actor and line.action not in {"staff.added", "staff.changed"}
            return Named(text="本人" if same else f"{member.name}（{member.login}）", id=line.target)
        if kind == "broadcast":
            return Named(text=self.notices.get(line.target, "已删除的通知"), id=line.target)
        if kind in _PUBLISHED and line.target in self.published:
            return Named(text=f"“{self.published[line.target]}”", id=line.target)
        if kind == "conversation" and ":" in line.target:
            channel = line.target.partition(":")[0]
            return Named(text=f"{CHANNELS.get(channel, channel)}会话", id=line.target)
        if kind == "edit":
            what, key, number = _edit(line.target)
            said = f"“{self.entries[what, key]}”" if (what, key) in self.entries else ""
            return Named(text=f"{_EDITS.get(what, what)}{said}第 {number} 版", id=line.target)
        return Named(text=line.target)

    def _details(self, details: Mapping[str, Any]) -> list[str]:
        told = [f"{name}：{self._value(key, details[key])}" for key, name in _DETAILS.items() if details.get(key)]
        roles = [Role(each).label for each in details.get("roles", ()) if each in set(Role)]
        return [*told, *([f"角色：{'、'.join(roles)}"] if roles else [])]

    def _value(self, key: str, value: object) -> object:
        unit = self.tree.get(str(value)) if key == "unit" else None
        return unit.name if unit else value


async def names_for(store: Store, tree: UnitTree, lines: Sequence[AuditLine]) -> Names:
    """What the ids of ``lines`` stand for."""
    notices = sorted({line.target for line in lines if line.action.startswith("broadcast.")})
    edits = sorted({_edit(line.target)[:2] for line in lines if line.action.startswith("edit.")})
    published = sorted({line.target for line in lines if line.action.partition(".")[0] in _PUBLISHED})
    found, shown, said = await asyncio.gather(
        asyncio.gather(*(store.broadcasts.get(each) for each in notices)),
        asyncio.gather(*(store.publications.get(each) for each in published)),
        asyncio.gather(*(_said(store, *each) for each in edits)),
    )
    titles = {each.id: f"“{each.title}”" for each in found if each is not None}
    members = {each.id: each for each in await store.staff.all()}
    entries = {each: words for each, words in zip(edits, said, strict=True) if words}
    public = {each.id: each.content.title for each in shown if each is not None}
    return Names(members=members, tree=tree, notices=titles, published=public, entries=entries)


def _edit(target: str) -> tuple[str, str, str]:
    """The kind, the key and the number of a version."""
    kind, _, rest = target.partition(":")
    key, _, number = rest.rpartition(":")
    return kind, key, number


async def _said(store: Store, kind: str, key: str) -> str:
    """What an entry says in its newest version that says something; "" where none does."""
    for edit in await store.edits.versions(EditKind(kind), key) if kind in set(EditKind) else ():
        variants: Sequence[Any] = edit.content.get("variants") or ({},)
        words = edit.content.get("question") or (variants[0].get("text") if isinstance(variants[0], dict) else "")
        if words:
            return subject(str(words))
    return ""
