"""The states and moves of a case."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from storage.cases import LABELS, MOVES, CaseState, lawful_moves

ENDS = {CaseState.REFUSED, CaseState.WITHDRAWN}


def test_every_state_has_a_label_that_fits_a_wechat_template():
    assert set(LABELS) == set(CaseState)
    assert all(1 <= len(state.label) <= 5 for state in CaseState)
    assert len(set(LABELS.values())) == len(LABELS)


def test_every_state_has_its_moves_and_can_be_reached():
    assert set(MOVES) == set(CaseState)
    reached = {to for moves in MOVES.values() for to in moves} | {CaseState.SUBMITTED}
    assert reached == set(CaseState)


def test_the_drawn_way_is_lawful():
    way = ["submitted", "accepted", "assigned", "in_progress", "answered", "closed", "reopened", "answered"]
    for here, there in itertools.pairwise(way):
        assert CaseState(there) in lawful_moves(CaseState(here))


def test_an_open_case_may_be_withdrawn_and_a_settled_one_may_not():
    settled = {state for state in CaseState if not state.is_open}
    assert settled == ENDS | {CaseState.CLOSED}


def test_nothing_is_refused_or_asked_back_once_it_was_accepted():
    for state in set(CaseState) - {CaseState.SUBMITTED}:
        assert CaseState.REFUSED not in lawful_moves(state)
        assert CaseState.NEEDS_INFO not in lawful_moves(state)


@given(st.lists(st.sampled_from(list(CaseState)), max_size=40))
def test_no_sequence_of_tries_leaves_the_table_and_ends_stay(tries):
    state, ended = CaseState.SUBMITTED, None
    for to in tries:
        if to in lawful_moves(state):
            assert state not in ENDS
            state = to
        if state in ENDS:
            ended = ended or state
            assert state is ended
