"""The crossing of the play: nobody is lost, its log makes sense, and what it tells is what the sensor reads."""

import json
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.demo.night.crossing import Crossing, Traffic
from unjai.demo.town.crossing import BOX
from unjai.model.reading import Received
from unjai.sense.signal import Signal


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_nobody_is_lost_and_green_follows_red(seed):
    traffic = Traffic(Random(seed))
    ways = {(one["from_lane"], one["to_lane"]) for one in traffic.file["links"]}
    over, codes = Counter(), []
    for _ in range(600):
        traffic.second()
        codes += [one for one in traffic.events if one[0] in (1, 8, 10)]
        for lane in traffic.lanes:
            places = [one.distance_m for one in lane.line]
            assert places == sorted(places)
    for counts in traffic.take_counts().values():
        over.update(counts)
    turned = traffic.take_turns()
    assert {(one["from_lane"], one["to_lane"]) for one in turned} <= ways
    assert sum(one["vehicles"] for one in turned) == sum(over.values())
    assert sum(over.values()) + len(traffic.seen()) == traffic._made
    assert over["motorcycle"] > 0
    for (code, phase), (after, other) in pairwise(codes):
        assert after == {1: 8, 8: 10, 10: 1}[code]
        assert (phase == other) == (code != 10)


def test_the_sensor_reads_all_that_it_tells():
    stage = SimpleNamespace(dice=Random(1), door=SimpleNamespace(client=lambda: None))
    crossing, told = Crossing(stage), Counter()
    for step in range(181):
        crossing._traffic.second()
        for event, body in crossing.messages(NIGHT + timedelta(seconds=step)):
            message = Received(
                body=json.dumps(body).encode(), received_at=NIGHT, topic_or_path=f"/signal/{event}", device=BOX
            )
            (reading,) = Signal.decode(message)
            told[reading.kind] += 1
    assert told["signal_seen"] == told["signal_state"] == told["signal_beyond"] == 181
    assert told["signal_turns"] == 36
    assert told["signal_count"] == 2
    assert told["signal_log"] > 5
