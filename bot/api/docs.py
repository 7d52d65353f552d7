"""The API's manual as one page of ours: every operation with a form to try it, every shape, every problem."""

from html import escape
from importlib import resources
from string import Template

from bot.api.openapi import PREFIX
from bot.api.operations import AnyOperation
from bot.api.problems import ProblemKind


def docs_page(operations: tuple[AnyOperation, ...]) -> str:
    """The page; what it needs besides the list of operations it reads from ``openapi.json`` itself."""
    template = Template(resources.files("bot.api").joinpath("docs.html").read_text(encoding="utf-8"))
    return template.substitute(
        operations="\n".join(map(_operation, operations)), problems="\n".join(map(_problem, ProblemKind))
    )


def _operation(operation: AnyOperation) -> str:
    method, path = operation.method, escape(PREFIX + operation.path)
    return (
        f'<details class="op" id="{operation.id}" data-method="{method}" data-path="{path}">'
        f'<summary><b class="m {method.lower()}">{method}</b><code>{path}</code>'
        f"<span>{escape(operation.summary)}</span></summary><div class=body></div></details>"
    )


def _problem(kind: ProblemKind) -> str:
    return (
        f'<tr id="{kind.slug}"><td>{kind.status}</td><td><code>{kind.slug}</code></td>'
        f"<td>{escape(kind.title)}</td></tr>"
    )
