"""Answers as tables: what is exported comes back the same; what is wrong is named by its row."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.faq.answers import Answer, AnswersRefused, load_answers
from dialogs.faq.aspects import Aspect
from dialogs.faq.sources import read_sources
from dialogs.faq.tables import COLUMNS, changes, from_csv, from_jsonl, from_yaml, merged, to_csv, to_jsonl, to_yaml
from dialogs.files import DialogFiles

_WORDS = st.text(alphabet="信访多久办完怎么申请abc123，。？=+-@", min_size=1, max_size=12).map(str.strip).filter(bool)
_BOTH = ((to_csv, from_csv), (to_jsonl, from_jsonl), (to_yaml, from_yaml))


def _answer(**other: object) -> Answer:
    source = "《信访工作条例》第三十五条"
    plain = {
        "id": "a",
        "question": "怎么申请复查",
        "variants": ("不服怎么办",),
        "text": "三十日内提出。",
        "source": source,
        "sources": read_sources(source),
        "valid_from": date(2022, 5, 1),
    }
    return Answer(**(plain | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(("write", "read"), _BOTH)
def test_the_shipped_answers_come_back_as_they_were(write, read) -> None:  # type: ignore[no-untyped-def]
    answers = load_answers(DialogFiles().answers)
    assert read(write(answers)) == answers


@pytest.mark.parametrize(("write", "read"), _BOTH)
@given(question=_WORDS, text=_WORDS, variants=st.lists(_WORDS, max_size=3))
@settings(max_examples=40, deadline=None)
def test_any_wording_comes_back_as_it_was(write, read, question: str, text: str, variants: list[str]) -> None:  # type: ignore[no-untyped-def]
    answer = _answer(question=question, text=text, variants=tuple(variants), aspects=frozenset({Aspect.TIME}))
    assert read(write([answer])) == (answer,)


def test_no_cell_begins_a_formula() -> None:
    rows = to_csv([_answer(question="=1+1", text="@SUM(A1)")]).split("\r\n")
    assert ",'=1+1," in rows[1]
    assert ",'@SUM(A1)," in rows[1]


def test_excel_knows_the_encoding() -> None:
    assert to_csv([]).startswith("\ufeff编号,问题,")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("编号,问题\na,b", "第1行：缺少这些列：答复、依据、施行日期"),
        ("编号,问题,答复,依据,施行日期\na,问,答,,2022-05-01", "第2行"),
        ("编号,问题,答复,依据,施行日期\na,问,答,《法》第一条,某天", "第2行.*某天"),
        (
            "编号,问题,答复,依据,施行日期\na,问,答,《法》第一条,2022/5/1\na,问,答,《法》第一条,2022/5/1",
            "第3行.*第2行重复",
        ),
        ("编号,问题,答复,依据,施行日期\n有空 格,问,答,《法》第一条,2022/5/1", "第2行"),
        ("", "空"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(rows: str, said: str) -> None:
    with pytest.raises(AnswersRefused, match=said):
        from_csv(rows)


def test_a_change_names_the_columns() -> None:
    before = [_answer(), _answer(id="gone")]
    after = [_answer(text="六十日。"), _answer(id="new")]
    assert [(c.id, c.what, c.fields) for c in changes(before, after)] == [
        ("a", "修改", ("答复",)),
        ("new", "新增", ()),
        ("gone", "删除", ()),
    ]


def test_merging_keeps_what_the_table_does_not_name() -> None:
    assert [a.id for a in merged([_answer(), _answer(id="b")], [_answer(id="c"), _answer(id="b", text="新")])] == [
        "a",
        "b",
        "c",
    ]


def test_the_columns_cover_the_file() -> None:
    assert set(COLUMNS.values()) >= {"id", "question", "variants", "answer", "source", "valid_from", "valid_to"}
