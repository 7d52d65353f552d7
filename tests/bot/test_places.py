"""The list of places: as a table and as a file it says the same, and the dialog reads the one that was brought in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.access.members import By
from bot.editing.layer import EditLayer
from bot.editing.place_table import HEADINGS, areas_of, places_in, places_of, rows_of
from bot.editing.places import PlaceOffice
from bot.tables import TableRefused, write_csv
from dialogs.files import DialogFiles
from dialogs.nlu.gazetteer import Gazetteer, named_in
from storage.places import Place
from storage.store import Store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FILE = "奎文区:\n  东关街道: [李家街社区, 新城枫景]\n  北苑街道:\n坊子区:\n  石埠子镇: [前王村]\n"
NAMES = st.text("东关街道村社区路园", min_size=2, max_size=5)


@pytest.fixture
async def store(database, vault) -> Store:
    return await Store.open(database, vault)


@settings(max_examples=50)
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=8, unique=True))
def test_a_table_comes_back_as_it_went(rows):
    places = [Place(district=district, street=street, name=name) for district, street, name in rows]
    assert places_in(write_csv(HEADINGS, rows_of(places))) == places
    assert set(places_of(named_in(areas_of(places)))) == set(places)


async def test_what_was_brought_in_stands_in_place_of_the_file_until_it_is_dropped(store: Store, tmp_path: Path):
    (tmp_path / "gazetteer.yml").write_text(FILE, encoding="utf-8")
    base, looks = DialogFiles(folder=tmp_path), []
    layer = EditLayer(store.edits, base, places=store.places)
    office = PlaceOffice(store=store, base=base, clock=lambda: NOW, look=lambda: looks.append(1))
    try:
        shown = await office.now()
        assert rows_of(shown.places) == [
            ["奎文区", "东关街道", "李家街社区"],
            ["奎文区", "东关街道", "新城枫景"],
            ["奎文区", "", "北苑街道"],
            ["坊子区", "石埠子镇", "前王村"],
        ]
        assert shown.at is None
        table = write_csv(HEADINGS, [*rows_of(shown.places), ["坊子区", "凤凰街道", "梨园小区"]])
        await office.put(await office.read(table), by=By())
        await layer.bring()
        assert Gazetteer.load(layer.files.gazetteer).complete("梨园小区3号楼") == "坊子区凤凰街道梨园小区3号楼"
        assert Gazetteer.load(layer.files.gazetteer).complete("新城枫景") == "奎文区东关街道新城枫景"
        assert (await office.now()).at == NOW
        await office.put([], by=By())
        await layer.bring()
        assert layer.files.gazetteer == tmp_path / "gazetteer.yml"
        assert len(looks) == 2
    finally:
        layer.close()


async def test_a_file_of_more_levels_than_a_table_has_is_not_made_one(store: Store, tmp_path: Path):
    (tmp_path / "gazetteer.yml").write_text("奎文区:\n  东关街道:\n    李家街社区: [新城枫景]\n", encoding="utf-8")
    office = PlaceOffice(store=store, base=DialogFiles(folder=tmp_path), clock=lambda: NOW, look=lambda: None)
    with pytest.raises(TableRefused) as caught:
        await office.now()
    assert "奎文区东关街道李家街社区新城枫景" in caught.value.sentence
