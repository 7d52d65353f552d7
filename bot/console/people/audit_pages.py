"""The audit log, the newest first, and its check."""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from bot.console.routes import Call
from storage.audit import AuditLine
from storage.store import Store

_PAGE = 50
_HOW = {"changed": "被改过", "missing": "缺失", "unreadable": "读不出"}
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
        "units.imported": "导入单位",
        "case.revealed": "查看来信人姓名和电话",
        "attachment.read": "查看附件",
        "cases.exported": "导出诉求台账",
        "figures.exported": "导出统计",
        "digest.exported": "导出群众之声",
        "token.given": "给出接口令牌",
        "token.revoked": "收回接口令牌",
        "person.copied": "导出来信人的个人信息",
        "person.corrected": "更正来信人的个人信息",
        "person.erased": "删除来信人的个人信息",
        "retention.ran": "到期的个人信息已删除",
        "edit.proposed": "修改问答或用语，待审核",
        "edit.passed": "审核通过问答或用语",
        "edit.refused": "退回问答或用语的修改",
        "edit.reverted": "问答或用语退回旧版",
        "question.settled": "没有答上的问题不用答",
        "answers.exported": "导出政策问答",
    }
)


class AuditPages:
    """Who looked at or did what."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call, "", broken=False)

    async def check(self, call: Call) -> web.StreamResponse:
        """Read the whole chain; a log of a million lines takes some seconds."""
        held, broken = await self._store.audit.check()
        if broken is None:
            return await self._list(call, f"{held} 条操作记录完好，没有被改动或删除", broken=False)
        return await self._list(call, f"第 {broken.seq} 条{_HOW[broken.how]}，从这里起不可信，请马上报告", broken=True)

    async def _list(self, call: Call, checked: str, *, broken: bool) -> web.StreamResponse:
        before = call.query.get("before", "")
        last = int(before) if before.isascii() and before.isdecimal() and len(before) < _LONGEST_NUMBER else None
        lines = await self._store.audit.newest(_PAGE, before=last)
        more = lines[-1].seq if len(lines) == _PAGE and lines[-1].seq > 1 else None
        return call.page(
            "people/audit.html",
            lines=[(line, ACTIONS.get(line.action, line.action), _said(line)) for line in lines],
            more=more,
            checked=checked,
            broken=broken,
        )


_LONGEST_NUMBER = 16
_NAMES = {"reason": "原因", "count": "条数", "login": "账号", "unit": "单位"}


def _said(line: AuditLine) -> str:
    return "；".join(f"{name}：{line.details[key]}" for key, name in _NAMES.items() if line.details.get(key))
