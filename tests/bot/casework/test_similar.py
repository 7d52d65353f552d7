"""Past cases like one at hand: found by their words, with what was answered, without anybody's name."""

from bot.casework.similar import likeness, similar_to
from storage.cases import Actor, ActorKind, CaseState

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
LAMP = "东风东街幸福里小区门口的路灯坏了一个多月，晚上太黑，老人出门看不见路"
LIKE = "幸福里小区门口路灯坏了很久，晚上太黑不敢出门"
OTHER = "健康街人行道地砖松动，下雨天踩上去溅一身水"
ANSWER = "您好，王小明：路灯电缆已更换，当晚恢复照明，如有问题请致电 13800138000。"


async def past(office, content, answer=ANSWER, **facts):
    case = await office.filed(
        await office.resident(), title=content[:12], content=content, **({"category": "城乡建设/路灯照明"} | facts)
    )
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF)
    await office.casework.move(case.number, to=CaseState.ANSWERED, actor=STAFF, answer=answer)
    await office.casework.move(case.number, to=CaseState.CLOSED, actor=STAFF)
    return case.number


def anybody(_case):
    return True


async def test_what_was_answered_to_a_like_petition_is_found_without_names_or_numbers(office):
    like, _other = await past(office, LIKE), await past(office, OTHER)
    case = await office.filed(
        await office.resident("oNew"), title=LAMP[:12], content=LAMP, category="城乡建设/路灯照明"
    )
    (found,) = await similar_to(office.store, case, may_see=anybody)
    assert found.case.number == like
    assert "路灯电缆已更换" in found.answer
    assert "王小明" not in found.answer
    assert "13800138000" not in found.answer
    assert 0.2 < found.likeness < 1


async def test_nothing_is_shown_of_what_the_viewer_may_not_see_nor_of_accusations_nor_of_what_is_open(office):
    hidden = await past(office, LIKE)
    await past(office, LIKE, accusation=True)
    await office.filed(await office.resident(), title=LIKE[:12], content=LIKE, category="城乡建设/路灯照明")
    case = await office.filed(
        await office.resident("oNew"), title=LAMP[:12], content=LAMP, category="城乡建设/路灯照明"
    )
    assert await similar_to(office.store, case, may_see=lambda each: each.number != hidden) == []
    accused = await office.filed(
        await office.resident("oNew"), title=LAMP[:12], content=LAMP, category="城乡建设/路灯照明", accusation=True
    )
    assert await similar_to(office.store, accused, may_see=anybody) == ()


async def test_the_most_like_comes_first_and_few_are_shown(office):
    exact = await past(office, LAMP)
    for _ in range(4):
        await past(office, LIKE)
    case = await office.filed(
        await office.resident("oNew"), title=LAMP[:12], content=LAMP, category="城乡建设/路灯照明"
    )
    found = await similar_to(office.store, case, may_see=anybody)
    assert found[0].case.number == exact
    assert len(found) == 3


def test_likeness_runs_from_nothing_to_the_same():
    assert likeness({"路灯", "灯坏"}, {"路灯", "灯坏"}) == 1
    assert likeness({"路灯"}, {"井盖"}) == 0
    assert likeness(set(), {"路灯"}) == 0
