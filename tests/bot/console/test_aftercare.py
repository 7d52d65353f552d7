"""Follow-up visits in the console: whom to call, what was said, and who may."""

from datetime import timedelta

import pytest
from console_office import open_office

from bot.casework.visits import Visits
from bot.console.aftercare import AftercareParts, aftercare_feature
from bot.console.figures import figures_feature
from storage.cases import CaseState
from storage.figures import By, Figures
from storage.staff import Role

CLOSED = (CaseState.ACCEPTED, CaseState.ASSIGNED, CaseState.ANSWERED, CaseState.CLOSED)


@pytest.fixture
async def office(database, vault, clock, passwords):
    made = await open_office(database, vault, clock)
    visits = Visits(store=made.store, clock=clock, office="某市信访局", kick=made.kick)
    figures = Figures(made.store.database)
    await made.open_console(
        passwords,
        aftercare_feature(AftercareParts(cases=made.parts, visits=visits)),
        figures_feature(store=made.store, figures=figures, clock=clock),
    )
    yield made
    await made.console.stop()


async def test_an_operator_calls_whoever_did_not_answer_and_writes_it_down(office, clock):
    number = await office.file(*CLOSED, sender="oZhang")
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.get("/visits")).says("没有要回访的")
    clock.now += timedelta(days=8)
    await operator.sign_in("zuoxi")
    page = await operator.get("/visits")
    assert page.says(number)
    assert "张三丰" not in page.text
    assert (await operator.get(f"/cases/{number}")).says("记录回访")
    one = f"/cases/{number}/visit"
    wrong = await operator.post(one, {"reached": "yes"})
    assert (wrong.status, wrong.says("请选问题是否解决")) == (422, True)
    assert (await operator.post(one, {"reached": "no"})).says("回访已记录")
    assert (await operator.get("/visits")).says("打过 1 次，没有联系上")
    done = {"reached": "yes", "solved": "yes", "grade": "5", "words": "修得快"}
    assert (await operator.post(one, done)).says("非常满意")
    assert (await operator.get("/visits")).says("没有要回访的")


async def test_who_is_not_content_on_the_phone_is_handled_again_and_the_unit_reads_why(office):
    number = await office.file(*CLOSED, sender="oZhang")
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    form = {"reached": "yes", "solved": "no", "grade": "1", "again": "on"}
    assert (await operator.post(f"/cases/{number}/visit", form)).says("重新办理要写明来信人的原话")
    page = await operator.post(f"/cases/{number}/visit", form | {"words": "只换了一盏，还有三盏不亮"})
    assert page.says("已重新办理")
    assert page.says("第 2 次办理")
    assert (await handler.get(f"/cases/{number}")).says("回访时来信人表示：只换了一盏，还有三盏不亮")
    assert any("还有三盏不亮" in text for text in await office.notices(number))


async def test_visits_and_second_handlings_stand_in_the_units_figures(office, clock):
    solved, unhappy = [await office.file(*CLOSED, sender=f"o{n}") for n in range(2)]
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{solved}/visit", {"reached": "yes", "solved": "yes", "grade": "4"})
    again = {"reached": "yes", "solved": "no", "grade": "2", "words": "没修", "again": "on"}
    await operator.post(f"/cases/{unhappy}/visit", again)
    since, until = clock() - timedelta(days=1), clock() + timedelta(days=1)
    (row,) = await Figures(office.store.database).of(By.UNIT, since=since, until=until, now=clock())
    assert (row.key, row.visited, row.solved, row.again, row.rated, row.content) == ("cg", 2, 1, 1, 2, 1)
    page = await (await office.signed_in("duban", Role.SUPERVISOR)).get("/figures")
    assert page.says("50.0% 解决率（回访 2 人）")


async def test_visits_are_the_operators_and_supervisors_alone(office):
    number = await office.file(*CLOSED)
    await office.only({Role.OPERATOR, Role.SUPERVISOR}, lambda path: path == "/visits" or path.endswith("/visit"))
    elsewhere = await office.signed_in("quxian", Role.OPERATOR, unit="wc")
    assert (await elsewhere.post(f"/cases/{number}/visit", {"reached": "no"})).status == 404
    accused = await office.file(CaseState.ACCEPTED, CaseState.ANSWERED, accusation=True)
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.post(f"/cases/{accused}/visit", {"reached": "no"})).status == 404
    assert (await office.case(number)).visit is None
