"""Who may sign in at the start: told once, and never again."""

import re
import uuid

import pytest

from bot.access.passwords import Passwords
from bot.settings import load
from bot.supervisor.first_staff import first_staff
from bot.wiring import utc_now
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.publication_records import PublicationKind
from storage.staff import Role
from storage.store import Store


@pytest.fixture
def settings(servers, tmp_path):
    uri = servers.mongodb_uri.replace("/?", f"/f_{uuid.uuid4().hex}?")
    return load([], {"BOT_MONGODB_URI": uri, "BOT_DATA_DIR": str(tmp_path)})


async def opened(settings):
    database = await connect(settings.storage.mongodb_uri.get_secret_value(), timeout_ms=10_000)
    vault = await open_vault(database, KeyFile(settings.storage.data_dir / "keys" / "master.key"))
    return database, await Store.open(database, vault)


async def test_the_first_administrators_password_is_told_once_and_must_be_changed(settings):
    [line] = await first_staff(settings, demo=False)
    assert await first_staff(settings, demo=False) == ()
    database, store = await opened(settings)
    member = await store.staff.of_login("admin")
    password = re.search(r"一次性密码 (\S{14})（", line)[1]
    assert await Passwords().fits(password, member.password)
    assert member.must_change
    assert member.roles == (Role.ADMINISTRATOR,)
    assert (await store.units.tree()).get(member.unit).name == settings.office.name
    await database.drop()
    await database.close()


async def test_a_demo_has_one_of_each_role_and_tells_their_password_at_every_start(settings):
    first = await first_staff(settings, demo=True)
    assert await first_staff(settings, demo=True) == first
    password = re.search(r"密码都是 (\S+)，", first[0])[1]
    database, store = await opened(settings)
    members = await store.staff.all()
    assert {role for member in members for role in member.roles} == set(Role)
    assert all([await Passwords().fits(password, member.password) for member in members])
    assert all(member.login in first[1] for member in members)
    shown = [await store.publications.shown(kind, utc_now()) for kind in PublicationKind]
    assert [(len(each), each[0].approver_name) for each in shown] == [(1, "周涛")] * 2, (
        "a reception day, a clarification"
    )
    await database.drop()
    await database.close()
