"""A token's form that was sent twice: one token, and its secret on the page that the browser shows in the end."""

import asyncio
import re
from datetime import timedelta

import pytest
from console_client import Console

from bot.access.api_tokens import SHOWN_AGAIN
from bot.access.members import Members
from bot.access.staff_import import StaffImport
from bot.console.people import people_feature
from bot.editing.places import PlaceOffice
from dialogs.files import DialogFiles
from storage.audit import AuditFilter
from storage.staff import Role

FIELDS = {"name": "12345平台", "role": "operator", "unit": "city"}


@pytest.fixture
async def console(store, clock, passwords):
    members = Members(store=store, passwords=passwords, clock=clock)
    importing = StaffImport(store=store, passwords=passwords, clock=clock)
    places = PlaceOffice(store=store, base=DialogFiles(), clock=clock, look=lambda: None)
    people = people_feature(store=store, members=members, importing=importing, places=places, clock=clock)
    made = Console(store, clock, passwords, features=(people,))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def admin(console):
    return await console.signed_in("guanli", Role.ADMINISTRATOR, name="管理员")


async def form_of(browser):
    page = await browser.get("/tokens")
    return FIELDS | {"once": re.search(r'name="once" value="([0-9a-f]{32})"', page.text)[1]}


def secret_on(page):
    found = re.search(r'id="secret" value="([\w-]{40,})"', page.text)
    return found[1] if found else None


async def test_a_double_click_gives_one_token_and_both_answers_show_its_secret(admin, store):
    form = await form_of(admin)
    pages = await asyncio.gather(*(admin.post("/tokens", form) for _ in range(3)))
    (secret,) = {secret_on(page) for page in pages}
    assert (await store.tokens.of(secret)).name == "12345平台"
    assert len(await store.tokens.all()) == 1
    lines = await store.audit.newest(9, wanted=AuditFilter(actions=("token.given",)))
    assert len(lines) == 1, "given once, told once"


async def test_another_form_another_person_and_other_words_get_no_secret(console, admin):
    form = await form_of(admin)
    assert secret_on(await admin.post("/tokens", form))
    second = await console.signed_in("er", Role.ADMINISTRATOR)
    for browser, sent in ((admin, await form_of(admin)), (second, form), (admin, form | {"role": "leader"})):
        page = await browser.post("/tokens", sent)
        assert (page.status, page.says("用过了"), secret_on(page)) == (422, True, None)


@pytest.mark.parametrize("how", ["late", "used", "revoked"])
async def test_the_same_form_shows_nothing_once_the_secret_is_old_in_use_or_taken_back(admin, store, clock, how):
    form = await form_of(admin)
    assert secret_on(await admin.post("/tokens", form))
    if how == "late":
        clock.now += SHOWN_AGAIN + timedelta(seconds=1)
    elif how == "used":
        await store.tokens.used("12345平台", at=clock.now)
    else:
        await admin.post("/tokens/end", {"name": "12345平台"})
    page = await admin.post("/tokens", form)
    assert (page.status, secret_on(page)) == (422, None)
