"""What ``up`` says when everything answers: Chinese first, English beside it."""

from collections.abc import Sequence
from importlib.metadata import version
from unicodedata import east_asian_width

from bot.supervisor.plan import Plan

_LABEL_WIDTH = 18
_WIDE = {"W", "F"}


def banner(plan: Plan, seconds: float, staff: Sequence[str] = ()) -> str:
    """The block with the addresses. The token is shown for a demo alone: it opens nothing else.

    ``staff``: who may sign in to the console, where that is told.
    """
    settings = plan.settings
    head = f"{settings.office.name} · petition-bot {version('petition-bot')} 已就绪 (ready in {seconds:.1f} s)"
    lines = [_row(label, value) for label, value in _rows(plan, staff)]
    return "\n".join(["", f"  {head}", "", *lines, "", *_notes(plan), ""]) + "\n"


def _rows(plan: Plan, staff: Sequence[str]) -> list[tuple[str, str]]:
    rows = []
    if plan.sandbox_url:
        rows.append(("手机 Phones", f"{plan.sandbox_url}/    ← 从这里开始 start here"))
    rows.append(("控制台 Console", f"{plan.bot_url}/console/"))
    rows += [("", line) for line in staff]
    rows.append(("接口 API", f"{plan.bot_url}/api/docs"))
    if plan.sandbox_url:
        tokens = plan.settings.api.tokens.items()
        rows += [(f"令牌 Token {name}", token.get_secret_value()) for name, token in tokens]
    rows.append(("状态 Health", f"{plan.bot_url}/readyz"))
    rows.append(("数据 Data", str(plan.data_dir.absolute())))
    return rows


def _notes(plan: Plan) -> list[str]:
    notes = []
    if plan.embedded:
        notes += [
            "  数据库是自带的，只供试用，不要用于正式服务；正式服务请设置 BOT_MONGODB_URI 和 BOT_REDIS_URL。",
            "  The database servers are embedded: for trying out, not for service.",
        ]
    if not plan.settings.api.tokens:
        notes.append("  还没有接口令牌：在 [api] tokens 里加一个，才能使用接口。(No API token is set.)")
    if not plan.settings.channels:
        notes.append("  还没有渠道账号：在 [wechat.main] 里填上公众号，或先试 petition-bot demo。(No channel is set.)")
    return [*notes, "  按 Ctrl-C 停止 (Ctrl-C stops everything)"]


def not_ready(url: str, seconds: float) -> str:
    """For whoever waits; the waiting goes on."""
    doctor = "请看上面的日志，或运行 petition-bot doctor (not ready yet; see the log above)"
    return f"{seconds:g} 秒后 {url} 仍未就绪，继续等待；{doctor}"


def _row(label: str, value: str) -> str:
    width = sum(2 if east_asian_width(char) in _WIDE else 1 for char in label)
    return f"  {label}{' ' * max(2, _LABEL_WIDTH - width)}{value}"
