"""The resampling loop: workers, resuming, kept files that are refused, failures, time left."""

import math

import numpy as np
import pytest

from jalon.core import ConvergenceError, DataFileError, UnsuitableDataError, UserError
from jalon.validate import Running
from jalon.validate.kept_rounds import identify, load_rounds
from jalon.validate.rounds import Round, run_rounds

SAME = identify("a study")


def work(number):
    rng = np.random.default_rng(number)
    return Round(rng.normal(size=3), ("even",) if number % 2 == 0 else ())


def run(work=work, total=20, identity=SAME, **how):
    return run_rounds(work, total, 3, identity, Running(**how))


def read(rounds):
    return [(one.values.tobytes(), one.chosen, one.failure) for one in rounds]


def test_workers_change_nothing():
    assert read(run(workers=1)) == read(run(workers=2)) == read(run(workers=5))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, workers):
    keep, seen = tmp_path / "kept", []

    def stop(number):
        if number == 7:
            raise KeyboardInterrupt
        return work(number)

    with pytest.raises(KeyboardInterrupt):
        run(stop, workers=workers, keep=keep)

    def go_on(number):
        seen.append(number)
        return work(number)

    whole = run(go_on, keep=keep)
    assert seen == list(range(7, 20))
    assert read(whole) == read(run())
    # And once more, with nothing left to do.
    assert read(run(go_on, keep=keep)) == read(whole)
    assert len(seen) == 13
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_the_file_does_not_depend_on_interruptions(tmp_path):
    def stop(number):
        if number == 3:
            raise KeyboardInterrupt
        return work(number)

    with pytest.raises(KeyboardInterrupt):
        run(stop, keep=tmp_path / "one")
    run(keep=tmp_path / "one")
    run(keep=tmp_path / "two", workers=2)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_half_written_and_foreign_files_are_refused(tmp_path):
    keep = tmp_path / "kept"
    run(keep=keep)
    content = keep.read_bytes()
    for wrong in (content[:-1], content[: len(content) // 2], content.replace(b"even", b"odd!")):
        keep.write_bytes(wrong)
        with pytest.raises(DataFileError, match=r"damaged.*delete it"):
            run(keep=keep)
    for wrong in (b"", b"patient,time\n1,2\n", content[1:]):
        keep.write_bytes(wrong)
        with pytest.raises(DataFileError, match="not a file of kept resamples"):
            run(keep=keep)
        assert keep.read_bytes() == wrong
    keep.write_bytes(content)
    with pytest.raises(DataFileError, match=r"other data.*delete it"):
        run(keep=keep, identity=identify("another study"))
    with pytest.raises(DataFileError, match="other data"):
        load_rounds(keep, SAME, 2)


def test_a_place_that_cannot_be_written_to(tmp_path):
    with pytest.raises(DataFileError, match="cannot be read"):
        run(keep=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError):
        run(keep=tmp_path / "file" / "kept")


def test_failures_are_told_and_kept(tmp_path):
    def fail(number):
        if number in (4, 9):
            raise UnsuitableDataError("no event") if number == 4 else ConvergenceError("no end")
        return work(number)

    found = run(fail, keep=tmp_path / "kept", workers=2)
    assert [one.failure for one in found if one.failure] == ["no event", "no end"]
    assert np.isnan(found[4].values).all()
    assert read(run(fail, keep=tmp_path / "kept")) == read(found)

    def fail_often(number):
        raise UnsuitableDataError("no event")

    with pytest.raises(UnsuitableDataError, match=r"20 of 20 resamples failed \(no event"):
        run(fail_often)


def test_time_left_is_told():
    standings = []
    run(tell=standings.append, total=4)
    assert [(one.done, one.total) for one in standings] == [(k, 4) for k in (1, 2, 3, 4)]
    assert all(math.isfinite(one.seconds_left) for one in standings)
    assert standings[-1].seconds_left == 0


def test_identity_knows_every_part():
    array = np.arange(3.0)
    different = {
        identify("a", "b"),
        identify("ab", ""),
        identify("a"),
        identify("a", None),
        identify("a", array),
        identify("a", array[:2]),
        identify("a", array.astype(np.int64)),
    }
    assert len(different) == 7
    assert identify("a", array) == identify("a", np.array([0.0, 1, 2]))
