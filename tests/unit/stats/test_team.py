"""Workers that share a computation: what goes wrong in one, and that none stays behind."""

from __future__ import annotations

import threading

import pytest

from jalon.stats.team import ALONE, ENOUGH, gather_team


def test_each_worker_does_his_share():
    done = []
    with gather_team(ENOUGH, workers=3) as team:
        for _ in range(5):
            team.run(done.append)
    assert sorted(done) == [0] * 5 + [1] * 5 + [2] * 5


def test_few_numbers_are_left_to_one_worker():
    with gather_team(ENOUGH - 1, workers=2) as team:
        assert team is ALONE


@pytest.mark.parametrize("failing", [0, 1, 2])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_reaches_the_caller_when_all_have_finished(failing, kind):
    finished, hold = [], threading.Event()

    def task(worker):
        if worker == failing:
            hold.set()
            raise kind("broken")
        hold.wait(5)
        finished.append(worker)

    with gather_team(ENOUGH, workers=3) as team:
        with pytest.raises(kind, match="broken"):
            team.run(task)
        assert sorted(finished) == [worker for worker in range(3) if worker != failing]
        # What went wrong once is not told again.
        team.run(finished.append)
    assert len(finished) == 5


def test_no_thread_stays_behind():
    before = threading.active_count()
    with gather_team(ENOUGH, workers=3):
        assert threading.active_count() == before + 2
    assert threading.active_count() == before
    with pytest.raises(ValueError, match="outside"), gather_team(ENOUGH, workers=3):
        raise ValueError("outside")
    assert threading.active_count() == before
