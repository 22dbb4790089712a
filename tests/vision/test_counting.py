"""Counts rest on what was seen, and say nothing where nobody looked."""

from tests.vision.conftest import look, person
from unjai.vision.counting import AreaCount, LineCount

LINE = ((0.5, 1.0), (0.5, 0.0))


def test_each_crossing_counts_once_by_kind_and_way():
    count, rows = LineCount(LINE, bucket_s=60), []
    for n in range(500):
        t = n * 0.2
        going = person(1 + int(t // 10), 0.3 + 0.04 * (t % 10), 0.6, kind="car")
        coming = person(100 + int(t // 20), 0.7 - 0.02 * (t % 20), 0.8)
        rows += count.look(look(t, going, coming))
    rows += count.rest()
    found = [(row.begin_s, row.kind, row.way, row.count) for row in rows]
    assert found == [
        (0, "car", "right", 6),
        (0, "person", "left", 3),
        (60, "car", "right", 4),
        (60, "person", "left", 2),
    ]


def test_who_is_in_an_area_by_minute():
    area = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    count, rows = AreaCount(area, bucket_s=60), []
    for n in range(600):
        t = n * 0.2
        inside = [person(1, 0.2, 0.8), *([person(2, 0.3, 0.8)] * (t % 60 < 30))]
        rows += count.look(look(t, *inside, person(3, 0.8, 0.8)))
    rows += count.rest()
    assert [(row.begin_s, row.kind, round(row.mean, 2), row.most, row.looks) for row in rows] == [
        (0, "person", 1.5, 2, 300),
        (60, "person", 1.5, 2, 300),
    ]


def test_an_hour_nobody_looked_at_has_no_row():
    count = AreaCount(bucket_s=60)
    rows = [*count.look(look(1, person(1, 0.5, 0.5))), *count.look(look(400, person(1, 0.5, 0.5))), *count.rest()]
    assert [row.begin_s for row in rows] == [0, 360]
    assert list(count.rest()) == []
