"""Which units are proposed for a matter, by the kinds and districts that the table of units names."""

import pytest

from bot.casework.responsible import responsible
from storage.units import Unit

CG = Unit(id="cg", name="市城管局", categories=("市容环境", "路灯照明"))
ZJ = Unit(id="zj", name="市住建局", categories=("城乡建设",))
KW = Unit(id="kw", name="奎文区信访局", districts=("奎文区",))
KWCG = Unit(id="kwcg", name="奎文区城管局", categories=("市容环境",), districts=("奎文区",))
WCCG = Unit(id="wccg", name="潍城区城管局", categories=("市容环境",), districts=("潍城区",))
OLD = Unit(id="old", name="原市政局", categories=("市容环境",), active=False)
PLAIN = Unit(id="plain", name="市政府办公室")
UNITS = (PLAIN, CG, ZJ, KW, KWCG, WCCG, OLD)


@pytest.mark.parametrize(
    ("category", "district", "wanted"),
    [
        ("市容环境/暴露垃圾", "奎文区", ["kwcg", "cg", "kw"]),
        ("市容环境/暴露垃圾", "潍城区", ["wccg", "cg"]),
        ("市容环境/暴露垃圾", "", ["cg", "kwcg", "wccg"]),
        ("市容环境", "坊子区", ["cg"]),
        ("城乡建设/路灯照明", "奎文区", ["cg", "zj", "kw"]),
        ("城乡建设/房产", "坊子区", ["zj"]),
        ("", "奎文区", ["kw"]),
        ("教育文体/学校", "坊子区", []),
        ("", "", []),
    ],
)
def test_a_unit_is_proposed_for_what_it_answers_for(category, district, wanted):
    assert [unit.id for unit in responsible(UNITS, category=category, district=district)] == wanted
