"""What a text message says in the place of a notice that cannot reach its reader where it was meant to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """``text`` for ways that carry words, ``fields`` for templates."""

    text: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


def briefly(fields: Mapping[str, str], *, bound: bool) -> Brief:
    """What a text message says in the place of another notice: number and state, within one message.

    ``bound``: the reader proved that the phone is theirs; else they ask by number and query code, as any other phone.
    """
    number, state = fields.get("number", ""), fields.get("state", "")
    how = "“进度”" if bound else "编号和查询码"
    text = f"您反映的事项（编号{number}）有新进展：{state}。详情请在原渠道查看，或回复{how}。"
    kept = {name: fields[name] for name in ("number", "state", "time") if name in fields}
    return Brief(text=text, fields={**kept, "title": "您提交的事项", "note": "详情请在原渠道查看"})
