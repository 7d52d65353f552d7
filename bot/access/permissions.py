"""What each role may do. Every route of the console names one of these; nothing is allowed by being forgotten."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from storage.staff import Role


class Permission(StrEnum):
    """``label`` is what the console calls it where it is missing."""

    CASES = "cases"
    INTAKE = "intake"
    ASSIGN = "assign"
    HANDLE = "handle"
    SEND_ANSWER = "send_answer"
    SUPERVISE = "supervise"
    INSTRUCT = "instruct"
    REVEAL = "reveal"
    PERSONS = "persons"
    EXPORT = "export"
    ACCUSATIONS = "accusations"
    CONVERSATIONS = "conversations"
    WRITE_NOTICES = "write_notices"
    APPROVE_NOTICES = "approve_notices"
    RECEPTIONS = "receptions"
    VISIT = "visit"
    FIGURES = "figures"
    EDIT_ANSWERS = "edit_answers"
    APPROVE_ANSWERS = "approve_answers"
    RULES = "rules"
    PEOPLE = "people"
    AUDIT = "audit"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[Permission, str] = {
    Permission.CASES: "查看诉求",
    Permission.INTAKE: "受理诉求",
    Permission.ASSIGN: "转办诉求",
    Permission.HANDLE: "办理诉求",
    Permission.SEND_ANSWER: "审核并发出答复",
    Permission.SUPERVISE: "督办和审批延期",
    Permission.INSTRUCT: "批示",
    Permission.REVEAL: "查看来信人信息",
    Permission.PERSONS: "办理来信人的个人信息请求",
    Permission.EXPORT: "导出",
    Permission.ACCUSATIONS: "查看检举控告",
    Permission.CONVERSATIONS: "接待会话",
    Permission.WRITE_NOTICES: "编写通知",
    Permission.APPROVE_NOTICES: "审批通知",
    Permission.RECEPTIONS: "办理领导接待预约",
    Permission.VISIT: "回访来信人",
    Permission.FIGURES: "查看统计",
    Permission.EDIT_ANSWERS: "编辑政策问答",
    Permission.APPROVE_ANSWERS: "审核政策问答",
    Permission.RULES: "设置办理时限",
    Permission.PEOPLE: "管理人员和单位",
    Permission.AUDIT: "查看操作记录",
}

_OF_ROLE: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.CASES,
            Permission.INTAKE,
            Permission.ASSIGN,
            Permission.HANDLE,
            Permission.SEND_ANSWER,
            Permission.REVEAL,
            Permission.EXPORT,
            Permission.CONVERSATIONS,
            Permission.RECEPTIONS,
            Permission.VISIT,
            Permission.EDIT_ANSWERS,
        }
    ),
    # A unit drafts; the office reads before it is sent (答复审核).
    Role.HANDLER: frozenset({Permission.CASES, Permission.HANDLE, Permission.REVEAL}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.CASES,
            Permission.ASSIGN,
            Permission.SEND_ANSWER,
            Permission.SUPERVISE,
            Permission.RECEPTIONS,
            Permission.VISIT,
            Permission.REVEAL,
            Permission.PERSONS,
            Permission.EXPORT,
            Permission.FIGURES,
            Permission.APPROVE_ANSWERS,
        }
    ),
    Role.LEADER: frozenset({Permission.CASES, Permission.SUPERVISE, Permission.INSTRUCT, Permission.FIGURES}),
    Role.NOTICE_EDITOR: frozenset({Permission.WRITE_NOTICES, Permission.EDIT_ANSWERS}),
    Role.NOTICE_APPROVER: frozenset({Permission.APPROVE_NOTICES, Permission.APPROVE_ANSWERS}),
    # 检举控告 are seen by the discipline role alone (信访工作条例 §30), which sees nothing else.
    Role.DISCIPLINE: frozenset({Permission.ACCUSATIONS, Permission.REVEAL, Permission.PERSONS, Permission.HANDLE}),
    # Whoever runs the system has no business with the petitions themselves.
    Role.ADMINISTRATOR: frozenset({Permission.PEOPLE, Permission.RULES, Permission.AUDIT}),
}


def roles_that_may(any_of: Iterable[Permission]) -> tuple[Role, ...]:
    """Give the roles that have one of the permissions."""
    wanted = frozenset(any_of)
    return tuple(role for role in Role if not wanted.isdisjoint(_OF_ROLE[role]))


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Give everything that ``roles`` together allow."""
    return frozenset().union(*(_OF_ROLE[role] for role in roles))
