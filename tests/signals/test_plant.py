"""The plant at the virtual controller: it climbs the ladder, checks what it commands, and lets go in every doubt."""

import json
import math
from dataclasses import replace

import pytest

from tests.signals.street import STAGES, TIMINGS, Line, StreetWatch, a_core, the_junction
from unjai.model.errors import UnjaiError
from unjai.platform.i18n import catalogue
from unjai.signals.ntcip import oids
from unjai.signals.ntcip.client import check_commands
from unjai.signals.ntcip.oids import COMMANDS, ControlColumn, ControlStatus, FlashStatus
from unjai.signals.ntcip.plant import Alert, Masks, Plant, Rung, Watch, check_masks
from unjai.signals.ntcip.street import doubt, read_status, read_times
from unjai.signals.virtual.core import Timing


class Street:
    """A controller, its line, a plant, and the watch; a clock that the test moves."""

    def __init__(self, **changes):
        self.core = a_core(**changes)
        self.line = Line(self.core)
        self.watch = StreetWatch(self.core)
        self.at = 1000.0
        self.plant = None
        self.told = None
        self.alerts: list[Alert] = []
        self.greens: list[frozenset[int]] = []

    async def open(self, rung=Rung.PHASES, **watch):
        self.core.step(self.at)
        self.plant = await Plant.open(self.line, the_junction(), STAGES, rung=rung, watch=Watch(**watch))
        return self

    async def run(self, seconds, wish=lambda _: None, pattern=None):
        """One step of the plant a second, two of the controller."""
        for _ in range(seconds):
            self.told = await self.plant.step(self.at, wish(self.at), pattern)
            self.alerts += self.told.alerts
            for _ in range(2):
                self.at += 0.5
                self.core.step(self.at)
                self.watch.see(self.at)
                self.greens.append(self.core.greens())

    def codes(self):
        return [alert.code for alert in self.alerts]


def turns(at):
    """Wish another phase every 15 seconds."""
    return int(at // 15) % 4


def always(phase):
    return lambda _: phase


async def test_it_takes_the_times_of_the_controller():
    street = await Street().open()
    first, second, *_ = street.plant.junction.phases
    assert (first.min_green_s, first.max_green_s, first.yellow_s, first.red_clear_s) == (7, 40, 3.5, 1.5)
    assert (first.walk_s, first.walk_clear_s) == (5, 8)
    assert (second.min_green_s, second.max_green_s, second.yellow_s, second.walk_s) == (5, 20, 3.0, 0)


async def test_what_is_wished_comes_and_stays():
    street = await Street().open()
    await street.run(60, always(2))
    assert street.greens[-1] == {4, 8}
    assert (street.told.phase, street.told.rung, street.told.doubt) == (2, Rung.PHASES, "")
    assert street.told.masks == Masks(
        hold=frozenset({4, 8}), omit=frozenset({1, 2, 3, 5, 6, 7}), call=frozenset({4, 8})
    )
    await street.run(15, always(1))
    assert street.greens[-1] == {1, 5}
    assert street.watch.wrong == []


async def test_a_phase_is_held_no_longer_than_its_longest():
    street = await Street().open()
    await street.run(400, always(0))
    assert street.watch.longest[2] <= 40 + 2
    assert street.watch.wrong == []


async def test_in_shadow_it_sets_nothing_and_says_what_it_would():
    street = await Street().open(Rung.SHADOW)
    await street.run(60, turns)
    assert street.line.sets == []
    assert street.told.rung is Rung.SHADOW
    assert street.told.masks.call == frozenset(STAGES[turns(street.at - 1)]) or street.told.masks != Masks()


async def test_commands_are_repeated_every_second():
    street = await Street().open()
    await street.run(30, always(0))
    before = len(street.line.sets)
    await street.run(20, always(0))
    assert len(street.line.sets) - before == 20
    assert street.core.status is ControlStatus.SYSTEM


@pytest.mark.parametrize("backup_s", [0, 1, 61, 3600])
async def test_a_controller_that_would_not_take_itself_back_is_not_commanded(backup_s):
    street = Street(backup_s=backup_s)
    for rung in (Rung.PATTERN, Rung.PHASES):
        with pytest.raises(UnjaiError, match="signals_backup_time"):
            await street.open(rung)
    await street.open(Rung.SHADOW)
    assert street.line.sets == []


async def test_stopping_clears_every_command():
    street = await Street().open()
    await street.run(30, turns)
    assert any(street.core.commands.phases.values())
    assert await street.plant.stop()
    assert not any(street.core.commands.phases.values())


async def test_when_the_wish_is_lost_every_command_is_cleared_and_it_says_so():
    street = await Street().open()
    await street.run(30, turns)
    await street.run(12)
    assert not any(street.core.commands.phases.values())
    assert street.codes()[-1] == "signals_wish_stale"
    await street.run(30, turns)
    assert street.codes()[-1] == "signals_resumed"
    assert street.told.rung is Rung.PHASES
    assert street.watch.wrong == []


async def test_an_hour_with_the_line_cut_ten_times():
    """Each time the controller is its own again within the backup time, and is commanded again once the line is back."""
    street = await Street().open()
    street.core.vehicles = {1, 2, 4, 7}
    backup_s, cut_s = street.core.backup_s, 60
    for turn in range(10):
        street.core.buttons = {2, 8} if turn % 2 else {4, 6}
        await street.run(300, turns)
        assert (street.told.rung, street.core.status) == (Rung.PHASES, ControlStatus.SYSTEM)
        street.line.cut = True
        await street.run(backup_s, turns)
        assert street.core.status is ControlStatus.BACKUP
        assert not any(street.core.commands.phases.values())
        assert (street.told.rung, street.told.status) == (Rung.SHADOW, None)
        since = street.at
        street.greens.clear()
        await street.run(cut_s - backup_s, turns)
        assert len(set(street.greens)) > 2, f"by itself it serves more than one, {since}"
        street.line.cut = False
        street.line.deaf = turn % 3 == 2
        await street.run(2, turns)
        street.line.deaf = False
    await street.run(30, turns)
    assert street.told.rung is Rung.PHASES
    assert street.at - 1000.0 > 3600.0
    assert street.watch.wrong == []
    assert street.core.flash is FlashStatus.NOT_FLASH
    assert street.codes().count("signals_resumed") == 10
    assert set(street.codes()) == {"signals_no_answer", "signals_resumed"}
    assert max(street.watch.longest_red.values()) < 300.0


async def test_a_controller_that_ignores_a_set_is_let_go_until_somebody_looks():
    street = await Street().open()
    await street.run(30, turns)
    street.line.objects.refuses = {oids.control_object(ControlColumn.PHASE_OMIT, 1)}
    await street.run(40, turns)
    assert street.codes()[-1] == "signals_set_ignored"
    street.line.objects.refuses = set()
    sets = len(street.line.sets)
    await street.run(30, turns)
    assert (street.told.rung, len(street.line.sets)) == (Rung.SHADOW, sets)
    assert street.core.status is ControlStatus.BACKUP
    street.plant.rearm()
    await street.run(10, turns)
    assert street.told.rung is Rung.PHASES
    assert street.watch.wrong == []


async def test_other_times_in_the_cabinet_stop_it():
    street = await Street().open()
    await street.run(30, turns)
    street.core.timings[4] = Timing(min_green_s=12.0, max_green_s=40.0, yellow_s=3.5)
    await street.run(60, turns)
    assert street.codes()[-1] == "signals_timing_changed"
    assert dict(street.alerts[-1].facts)["phase"] == 4
    assert not any(street.core.commands.phases.values())


async def test_after_a_gap_it_knows_nothing_of_how_long_a_green_has_lasted():
    street = await Street().open()
    await street.run(30, always(0))
    assert street.core.greens() == {2, 6}
    street.line.cut = True
    for shown in ({4, 8}, {2, 6}):
        for _ in range(60):
            if street.core.greens() != shown:
                await street.run(1, always(0))
    street.line.cut = False
    await street.run(1, always(0))
    assert street.core.greens() == {2, 6}
    assert all(age <= 1.0 for age in street.plant._greens_s(street.at).values())


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_backup_time_that_is_taken_away_stops_it(lost):
    street = await Street().open()
    await street.run(30, turns)
    street.core.backup_s = lost
    await street.run(60, turns)
    assert (street.codes()[-1], street.told.rung) == ("signals_timing_changed", Rung.SHADOW)


async def test_a_flashing_controller_is_not_commanded():
    street = await Street().open()
    await street.run(30, turns)
    street.core.stuck = frozenset(TIMINGS) - street.core.greens()
    street.core.step(street.at)
    await street.run(10, turns)
    assert (street.codes()[-1], street.told.rung) == ("signals_flashing", Rung.SHADOW)
    street.core.stuck = set()
    street.core.reset()
    await street.run(20, turns)
    assert street.told.rung is Rung.PHASES


async def test_lamps_that_conflict_stop_it_until_somebody_looks():
    street = await Street().open()
    await street.run(30, turns)
    street.core.stuck = frozenset(TIMINGS) - street.core.greens()
    await street.run(10, turns)
    street.core.stuck = set()
    street.core.reset()
    await street.run(30, turns)
    assert (street.told.doubt, street.told.rung) == ("signals_street_conflict", Rung.SHADOW)
    street.plant.rearm()
    await street.run(20, turns)
    assert street.told.rung is Rung.PHASES


@pytest.mark.parametrize("at_s", [math.nan, math.inf, 0.0, 1e9])
async def test_a_clock_that_leaps_or_fails_makes_it_let_go(at_s):
    street = await Street().open()
    await street.run(30, turns)
    told = await street.plant.step(at_s, 1)
    assert told.rung is Rung.SHADOW
    assert told.doubt in {"signals_clock_unusable", "signals_time_leapt"}
    assert not any(street.core.commands.phases.values())
    await street.run(30, turns)
    assert street.told.rung is Rung.PHASES
    assert street.watch.wrong == []


@pytest.mark.parametrize("wish", [9, -1, math.nan, "north", True])
async def test_a_wish_that_is_no_phase_ends_in_local_control(wish):
    street = await Street().open()
    await street.run(30, turns)
    await street.run(12, always(wish))
    assert (street.told.doubt, street.told.rung) == ("signals_wish_stale", Rung.SHADOW)


async def test_a_pattern_is_chosen_at_the_edge_of_the_cycle():
    street = await Street().open(Rung.PATTERN)
    await street.run(20, pattern=1)
    assert street.core.pattern() == 1
    left = street.core.cycle_left_s()
    assert left > 5
    await street.run(left - 2, pattern=3)
    assert street.core.pattern() == 1
    await street.run(5, pattern=3)
    assert street.core.pattern() == 3
    assert street.watch.wrong == []
    await street.run(15)
    assert (street.core.pattern(), street.told.doubt) == (oids.FREE, "signals_wish_stale")


@pytest.mark.parametrize("pattern", [2, 255, 254, 99])
async def test_a_pattern_that_gives_too_little_or_is_none_is_not_chosen(pattern):
    """Pattern 2 leaves the turning phases less than minimum, yellow and red; 255 would flash."""
    street = await Street(timings=TIMINGS | {1: Timing(min_green_s=9.0)}).open(Rung.PATTERN)
    await street.run(20, pattern=pattern)
    assert street.told.doubt in {"signals_pattern_refused", "signals_no_such_object"}
    assert {values.get(oids.SYSTEM_PATTERN_CONTROL) for values in street.line.sets} == {0}


async def test_nothing_but_commands_is_ever_set():
    street = await Street().open()
    await street.run(100, turns)
    await street.plant.stop()
    assert {oid for values in street.line.sets for oid in values} <= COMMANDS
    for oid, value in {
        oids.UNIT_BACKUP_TIME_S: 5,
        f"{oids.ASC}.3.14.1.2.1": 1,
        oids.SYSTEM_PATTERN_CONTROL: 255,
    }.items():
        with pytest.raises(UnjaiError, match="signals_never_set"):
            check_commands({oid: value})


async def test_stages_that_do_not_fit_the_street_are_refused():
    street = Street()
    for stages in (((2, 4), (1, 5), (4, 8), (3, 7)), ((), (1, 5), (4, 8), (3, 7)), ((2, 6),), ((2, 9), *STAGES[1:])):
        with pytest.raises(UnjaiError, match="signals_stages"):
            await Plant.open(street.line, the_junction(), stages)


async def test_a_yellow_that_is_too_short_is_not_believed():
    street = Street(timings=TIMINGS | {2: Timing(yellow_s=2.0)})
    with pytest.raises(UnjaiError, match="signals_yellow_short"):
        await street.open()


WRONG = {
    "a green too young": (Masks(force_off=frozenset({2})), {2: 3.0, 6: 20.0}),
    "held and forced": (Masks(hold=frozenset({6}), force_off=frozenset({6})), {2: 20.0, 6: 20.0}),
    "held though they cross": (Masks(hold=frozenset({2, 4})), {2: 20.0, 4: 1.0}),
    "called and omitted": (Masks(call=frozenset({4}), omit=frozenset({4})), {2: 20.0, 6: 20.0}),
    "held beyond its longest": (Masks(hold=frozenset({2})), {2: 41.0, 6: 41.0}),
    "held unseen": (Masks(hold=frozenset({2})), {}),
    "nobody left": (Masks(omit=frozenset(TIMINGS)), {2: 20.0, 6: 20.0}),
}


@pytest.mark.parametrize(("masks", "ages"), WRONG.values(), ids=WRONG)
async def test_a_plan_that_breaks_a_rule_is_refused(masks, ages):
    street = await Street().open()
    while street.core.greens() != {2, 6}:
        await street.run(1, turns)
    status, times = await read_status(street.line, TIMINGS), await read_times(street.line, TIMINGS)
    with pytest.raises(UnjaiError, match="signals_plan_refused"):
        check_masks(masks, status, times, ages)


async def test_a_green_is_not_forced_off_while_somebody_walks():
    street = await Street().open()
    street.core.buttons = set(TIMINGS)
    await street.run(240, turns)
    assert street.watch.wrong == []
    status = await read_status(street.line, TIMINGS)
    assert status.walks | status.ped_clears <= status.greens


DOUBTS = {
    "signals_flashing": [{"flash": FlashStatus.LOCAL_MANUAL}, {"flash": 1}, {"alarms": 0b0010_0000}],
    "signals_preempted": [{"short_alarms": 1}, {"short_alarms": 0b1000_0000}],
    "signals_manual": [{"control": ControlStatus.MANUAL}],
    "signals_colours_unclear": [{"reds": frozenset()}, {"yellows": frozenset({1})}],
    "signals_street_conflict": [{"greens": frozenset({2, 4}), "reds": frozenset(TIMINGS) - {2, 4}}],
    "": [{}, {"alarms": 0b1100_1111}, {"short_alarms": 0b0111_1110}, {"control": ControlStatus.TIMEBASE}],
}


@pytest.mark.parametrize(("code", "seen"), [(code, seen) for code, many in DOUBTS.items() for seen in many])
async def test_what_speaks_against_a_controller_is_named(code, seen):
    street = Street()
    street.core.step(0.0)
    status, times = await read_status(street.line, TIMINGS), await read_times(street.line, TIMINGS)
    assert doubt(replace(status, **seen), times) == code


async def test_every_alert_has_its_words():
    street = await Street().open()
    street.line.cut = True
    await street.run(2, turns)
    said = {alert.code for alert in street.alerts}
    assert said == {"signals_no_answer"}
    assert said <= catalogue().keys()
    assert json.dumps(dict(street.alerts[0].facts))
