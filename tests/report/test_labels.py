import itertools

from hypothesis import given
from hypothesis import strategies as st

from study.report.figures.labels import spread

heights = st.lists(st.floats(0, 150), min_size=1, max_size=8)


@given(heights)
def test_labels_never_overlap_and_stay_inside(wanted):
    placed = spread(wanted, 11, 4, 146)
    for a, b in itertools.combinations(sorted(placed), 2):
        assert b - a > 11 - 1e-6
    assert min(placed) > 4 - 1e-6
    assert max(placed) < 146 + 1e-6


@given(heights)
def test_labels_keep_the_order_of_their_curves(wanted):
    placed = spread(wanted, 11, 4, 146)
    for (a, at), (b, bt) in itertools.combinations(zip(wanted, placed, strict=True), 2):
        assert a == b or (a < b) == (at < bt)


def test_labels_with_room_stay_where_they_are_wanted():
    assert spread([20, 60, 100], 11, 4, 146) == [20, 60, 100]
