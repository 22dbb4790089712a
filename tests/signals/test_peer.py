"""What an outside peer is told of a junction; it itself is fetched and run by the bench alone."""

from __future__ import annotations

import pytest

from bench.signals.__main__ import main
from bench.signals.peer import described
from tests.signals.test_sumo import NET
from unjai.signals.plants.sumo_net import read


def test_the_peer_is_told_each_phase_with_its_yellow_and_the_lanes_that_it_serves() -> None:
    (place,) = read(NET)
    told = described(place)
    assert list(told["lanes"]) == [0, 2], "its numbers count the yellows too"
    assert (told["greens"], told["yellows"]) == (["GGgrrrGGgrrr", "rrrGGgrrrGGg"], ["yyyrrryyyrrr", "rrryyyrrryyy"])
    keys = {lane.key for lane in place.junction.lanes}
    first, second = (set(lanes) & keys for lanes in told["lanes"].values())
    assert first | second == keys
    assert not first & second


def test_the_peer_is_not_run_in_another_version(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench.signals", "--peer", "--sumo", "current"])
    with pytest.raises(SystemExit):
        main()
    assert "1.9.1" in capsys.readouterr().err
