"""Nothing lost, nothing twice, in order, while everything that can fail does (``make faults`` does it for longer)."""

import asyncio

import pytest
from fault_run import Plan, played
from fault_schedule import Deed, schedule

SEED, SECONDS = 5, 30.0


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_no_acknowledged_message_is_lost_and_nothing_happens_twice(tmp_path):
    """Residents on three channels, staff, two web and two worker processes; all are killed, frozen and cut off."""
    plan = Plan(seed=SEED, seconds=SECONDS, people=6)
    with asyncio.Runner() as runner:
        figures = runner.run(played(plan, tmp_path))
    assert figures.wrong == [], plan.told()
    assert figures.messages > plan.people * 2
    assert figures.cases == plan.people


def test_the_same_seed_brings_the_same_faults_and_another_others():
    assert schedule(7, 60) == schedule(7, 60) != schedule(8, 60)


@pytest.mark.parametrize("seed", range(1, 40))
def test_each_kind_of_fault_happens_and_none_outlasts_the_run(seed):
    faults = schedule(seed, 60)
    assert {fault.deed for fault in faults} == set(Deed)
    assert all(fault.seconds > 0 and fault.at + fault.seconds <= 60 for fault in faults)
