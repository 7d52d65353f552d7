"""The commands together, and what any of them says when it cannot go on."""

import sys
from typing import NoReturn

from bot.cli import (
    audit,
    backup,
    broadcast,
    cases,
    chat,
    check,
    dialogs,
    doctor,
    evaluate,
    everything,
    faq,
    keys,
    places,
    processes,
    rasa,
    sandbox,
    staff,
    train,
    units,
    wechat,
    weibo,
)
from bot.cli.app import make_app
from bot.cli.failures import explain

app = make_app()
for group in (everything, processes, chat, doctor, sandbox, rasa, broadcast, backup):
    group.add_commands(app)
app.add_typer(keys.app, name="keys")
app.add_typer(cases.app, name="cases")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(faq.app, name="faq")
app.add_typer(train.app, name="train")
app.add_typer(check.app, name="check")
app.add_typer(dialogs.app, name="dialogs")
app.add_typer(rasa.app, name="rasa")
app.add_typer(wechat.app, name="wechat")
app.add_typer(weibo.app, name="weibo")
app.add_typer(staff.app, name="staff")
app.add_typer(units.app, name="units")
app.add_typer(places.app, name="places")
app.add_typer(audit.app, name="audit")


def run() -> NoReturn:
    """Run the command that the arguments name; exit 2 where the settings or the arguments are wrong."""
    try:
        app(prog_name="petition-bot")
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        for line in told.lines:
            print(line, file=sys.stderr)
        sys.exit(told.code)
    sys.exit(0)
