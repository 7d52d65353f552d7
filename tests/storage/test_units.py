"""Units make one tree, and each knows the way to the root."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.units import DEEPEST, Unit, UnitTree, WrongTree, grown

CITY = Unit(id="city", name="市信访局")
DISTRICT = Unit(id="kw", name="奎文区信访局", parent="city")
TOWN = Unit(id="kw-dg", name="东关街道", parent="kw", districts=("奎文区",), categories=("市容",))


async def test_what_is_put_comes_back_with_its_path(store):
    units = store.units
    assert await units.put([TOWN, CITY, DISTRICT]) == 3
    tree = await units.tree()
    assert [unit.id for unit in tree] == ["city", "kw", "kw-dg"]
    assert tree.get("kw-dg").path == ("city", "kw", "kw-dg")
    assert tree.get("kw-dg").categories == ("市容",)


async def test_a_unit_that_moves_takes_those_below_it_along(store):
    units = store.units
    await units.put([CITY, DISTRICT, TOWN, Unit(id="wc", name="潍城区信访局", parent="city")])
    await units.put([Unit(id="kw", name="奎文区信访局", parent="wc")])
    assert (await units.tree()).get("kw-dg").path == ("city", "wc", "kw", "kw-dg")


async def test_a_wrong_tree_changes_nothing(store):
    units = store.units
    await units.put([CITY, DISTRICT])
    with pytest.raises(WrongTree, match="city"):
        await units.put([Unit(id="city", name="市信访局", parent="kw")])
    assert (await units.tree()).get("city").parent is None


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ([CITY, CITY], "重复"),
        ([CITY, Unit(id="x", name="市信访局", parent="city")], "名称"),
        ([CITY, Unit(id="x", name="某局", parent="nobody")], "不存在"),
        ([CITY, Unit(id="x", name="另一个局")], "最上级"),
        ([Unit(id="a", name="甲", parent="b"), Unit(id="b", name="乙", parent="a")], "圈"),
        ([CITY, *(Unit(id=str(n), name=str(n), parent=str(n - 1) if n else "city") for n in range(DEEPEST))], "层级"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(units, sentence):
    with pytest.raises(WrongTree) as caught:
        grown(units)
    assert sentence in caught.value.sentence


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=30))
def test_everybody_sees_what_is_below_and_nothing_beside(parents):
    units = [CITY]
    for index, choice in enumerate(parents):
        above = units[choice % len(units)]
        units.append(Unit(id=f"u{index}", name=f"单位{index}", parent=above.id))
    try:
        tree = UnitTree(grown(units))
    except WrongTree:
        return
    for unit in tree:
        for other in tree.below(unit.id):
            assert tree.within(other.id, unit.id)
            assert unit.id in other.path
    assert len(tree.below("city")) == len(units)
