"""Verdicts on the minima of rectified networks."""

from homotopy.studies.assumptions.relu.rectified import ALL_GLOBAL, _global, _row


def record(isolated, arcs, zero=False):
    return {
        "isolated": isolated, "arcs": arcs, "zero is minimum": zero, "faces": 13, "solved": 70, "again": [1, 1]
    }  # fmt: skip


def test_verdicts_on_minima():
    def verdict(*args):
        return _global("", record(*args)).verdict

    assert verdict([[0, 0, 1.0], [1, 1, 2.0]], [[0, 0, 1.5, True]]) == "fails"
    assert verdict([[0, 0, 1.0]], [[1, 1, 2.0, True]]) == "holds"
    assert verdict([[0, 0, 1.0]], [[1, 0, 1.0, False]]) == "holds"
    assert verdict([[0, 0, 1.0]], [], True) == "undecided"
    assert _global("", {"open": "x"}).verdict == "undecided" and _global("", {"open": "x"}).statement == ALL_GLOBAL


def test_a_row_counts_minima_by_kind():
    row = _row(
        1, 4, 0, record([[0, 0, 1.0], [1, 0, 0.5], [1, 1, 2.0], [2, 2, 3.0]], [[0, 0, 1.5, True], [1, 1, 4.0, True]])
    )
    assert [row[k] for k in ("minima", "on kinks", "arcs", "local arcs", "down", "saddles, index 1", "more")] == [
        3,
        1,
        1,
        1,
        1,
        2,
        1,
    ]
    assert row["lowest minimum"] == 0.5 and row["highest"] == 1.5 and row["census"] == "1 of 1"
    assert _row(1, 4, 0, {"open": "x"})["open"] is True
