"""The virtual controller by itself: whatever is commanded, its lamps stay safe; in silence it is its own again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.street import TIMINGS, StreetWatch, a_core
from unjai.signals.ntcip.oids import FLASH, FREE, ControlColumn, ControlStatus, FlashStatus
from unjai.signals.virtual.core import Core, Timing

ALL = frozenset(range(1, 9))


def until(core, watch, greens):
    """Run on until these are green: no longer than three minutes."""
    for _ in range(360):
        if core.greens() == greens:
            return
        run(core, 0.5, watch, begin=watch.at + 0.5)
    pytest.fail(f"{greens} never came")


def run(core, seconds, watch, begin=0.0, step=0.5):
    shown = []
    for turn in range(int(seconds / step)):
        at = begin + turn * step
        core.step(at)
        watch.see(at)
        shown.append(core.greens())
    return shown


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(ControlColumn), st.integers(0, 255), st.integers(1, 40)), max_size=25))
def test_no_command_makes_it_unsafe(commands):
    core = a_core()
    watch = StreetWatch(core)
    at = 0.0
    for column, bits, half_seconds in commands:
        core.command(column, frozenset(bit + 1 for bit in range(8) if bits >> bit & 1), ALL)
        core.vehicles = {phase for phase in ALL if (bits * phase) % 3 == 0}
        core.buttons = {phase for phase in ALL if (bits + phase) % 5 == 0}
        run(core, half_seconds / 2, watch, begin=at)
        at += half_seconds / 2
    assert watch.wrong == []
    assert core.flash is FlashStatus.NOT_FLASH


def test_by_itself_it_serves_everybody_who_is_called():
    core = a_core()
    watch = StreetWatch(core)
    core.vehicles = set(ALL)
    core.buttons = {2, 4}
    shown = run(core, 300, watch)
    assert watch.wrong == []
    assert set().union(*shown) == ALL
    assert {frozenset({2, 6}), frozenset({1, 5}), frozenset({4, 8}), frozenset({3, 7})} <= set(shown)
    assert max(watch.longest_red.values()) < 150.0


def test_who_is_not_called_is_not_served():
    core = a_core()
    shown = run(core, 120, StreetWatch(core))
    assert set().union(*shown) == {2, 4, 6, 8}


def test_without_pedestrians_there_is_no_walk_and_with_them_it_is_whole():
    core = a_core()
    watch = StreetWatch(core)
    run(core, 60, watch)
    assert watch.walked == {}
    core.buttons = {2}
    run(core, 120, watch, begin=60.0)
    assert watch.wrong == []
    assert core.buttons == set()


def test_a_hold_keeps_a_green_and_a_force_off_ends_it():
    core = a_core()
    watch = StreetWatch(core)
    core.vehicles = set(ALL)
    until(core, watch, {2, 6})
    for _ in range(60):
        core.command(ControlColumn.HOLD, frozenset({2, 6}), ALL)
        run(core, 1, watch, begin=watch.at + 0.5)
    assert core.greens() == {2, 6}
    core.command(ControlColumn.HOLD, frozenset(), ALL)
    core.command(ControlColumn.FORCE_OFF, frozenset({2, 6}), ALL)
    run(core, 1, watch, begin=watch.at + 0.5)
    assert core.yellows() == {2, 6}
    assert core.commands.phases[ControlColumn.FORCE_OFF] == frozenset()
    assert watch.wrong == []


def test_what_is_omitted_is_not_served():
    core = a_core()
    watch = StreetWatch(core)
    core.vehicles = set(ALL)
    shown = []
    for turn in range(200):
        core.command(ControlColumn.PHASE_OMIT, frozenset({1, 5, 3, 7}), ALL)
        shown += run(core, 1, watch, begin=turn)
    assert set().union(*shown) == {2, 4, 6, 8}
    assert watch.wrong == []


def test_in_silence_it_is_its_own_again():
    core = a_core(backup_s=6)
    watch = StreetWatch(core)
    core.step(0.0)
    core.command(ControlColumn.HOLD, frozenset({2, 6}), ALL)
    core.command_pattern(1)
    assert core.status is ControlStatus.SYSTEM
    run(core, 5.5, watch, begin=0.5)
    assert core.status is ControlStatus.SYSTEM
    run(core, 0.5, watch, begin=6.0)
    assert core.status is ControlStatus.BACKUP
    assert core.commands.phases[ControlColumn.HOLD] == frozenset()
    assert core.pattern() == FREE


def test_without_a_backup_time_a_command_stands_for_ever():
    core = a_core(backup_s=0)
    core.step(0.0)
    core.command(ControlColumn.HOLD, frozenset({2, 6}), ALL)
    run(core, 600, StreetWatch(core), begin=0.5)
    assert core.commands.phases[ControlColumn.HOLD] == {2, 6}


def test_the_monitor_trips_where_lamps_conflict():
    core = a_core()
    run(core, 60, StreetWatch(core))
    core.stuck = set(ALL - core.greens())
    core.step(60.0)
    assert core.flash is FlashStatus.MMU
    assert (core.greens(), core.pattern(), core.lamps({2: "Gr"})) == (frozenset(), FLASH, "oo")
    core.stuck = set()
    run(core, 10, StreetWatch(core), begin=60.5)
    assert core.flash is FlashStatus.MMU
    core.reset()
    core.step(71.0)
    assert (core.flash, core.greens()) == (FlashStatus.NOT_FLASH, frozenset())


def test_a_pattern_gives_each_phase_its_split():
    core = a_core(backup_s=0)
    watch = StreetWatch(core)
    core.command_pattern(1)
    run(core, 400, watch)
    assert watch.wrong == []
    for phase in (2, 4):
        assert watch.longest[phase] == pytest.approx(25 - TIMINGS[phase].yellow_s - TIMINGS[phase].red_clear_s, abs=1.0)


def test_an_unknown_pattern_is_free_and_flash_flashes_until_silence():
    core = a_core()
    core.step(0.0)
    core.command_pattern(77)
    assert core.pattern() == FREE
    core.command_pattern(FLASH)
    assert (core.pattern(), core.flash) == (FLASH, FlashStatus.AUTOMATIC)
    run(core, 12, StreetWatch(core), begin=0.5)
    assert core.flash is FlashStatus.NOT_FLASH


def one_ring():
    """Three phases in one ring; their letters for five signals, the last of them pedestrians'."""
    walked = Timing(walk_s=4.0, ped_clear_s=3.0, recall=False)
    core = Core({1: walked, 2: Timing(recall=False), 3: Timing(recall=False)}, rings=[[(1,), (2,), (3,)]])
    return core, {1: "GgGrG", 2: "rGGrr", 3: "rrrGr"}


def letters(core, states, seconds, begin):
    shown = []
    for at in range(begin, begin + seconds):
        core.step(float(at))
        shown.append(core.lamps(states, walkers={4}))
    return shown


def test_its_lamps_drive_links_and_what_goes_on_stays_green():
    core, states = one_ring()
    assert letters(core, states, 10, 0)[-1] == "GgGrr"
    core.vehicles = {2}
    shown = letters(core, states, 10, 10)
    assert list(dict.fromkeys(shown)) == ["ygGrr", "rgGrr", "rGGrr"]
    core.vehicles = {3}
    assert list(dict.fromkeys(letters(core, states, 14, 20))) == ["ryyrr", "rrrrr", "rrrGr"]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(ControlColumn), st.integers(0, 255), st.integers(1, 20)), max_size=20))
def test_no_lamp_goes_from_green_to_red_or_from_yellow_to_green(commands):
    """Whatever phases of a ring share a signal."""
    core, at = Core(TIMINGS, rings=[[(1,), (2,), (3,), (4, 5, 6), (7, 8)]]), 0
    signals = ({2, 6}, {1, 6}, {4, 7, 8}, {1, 2}, {3, 5, 8}, {2, 4, 6, 8})
    states = {phase: "".join("G" if phase in green else "r" for green in signals) for phase in ALL}
    before = "r" * len(signals)
    for column, bits, seconds in commands:
        core.command(column, frozenset(bit + 1 for bit in range(8) if bits >> bit & 1), ALL)
        core.vehicles = {phase for phase in ALL if (bits * phase) % 3 == 0}
        for _ in range(seconds):
            at += 1
            core.step(float(at))
            shown = core.lamps(states)
            steps = {old + new for old, new in zip(before, shown, strict=True)}
            assert not steps & {"Gr", "yG", "ry"}
            before = shown


def test_what_its_change_leads_to_is_not_chosen_anew():
    """A green that stays through a change would else end without a yellow."""
    core, states = one_ring()
    letters(core, states, 10, 0)
    core.vehicles = {2, 3}
    letters(core, states, 1, 10)
    assert (core.yellows(), core.nexts()) == ({1}, {2})
    core.command(ControlColumn.PHASE_OMIT, frozenset({2}), ALL)
    assert list(dict.fromkeys(letters(core, states, 5, 11))) == ["ygGrr", "rgGrr", "rGGrr"]


def test_the_same_time_again_changes_no_lamp():
    """Whoever asks it in between makes it look at the clock."""
    core, states = one_ring()
    letters(core, states, 10, 0)
    core.vehicles = {2}
    core.step(9.0)
    assert core.lamps(states, walkers={4}) == "GgGrr"


def test_who_presses_during_a_green_that_nobody_else_wants_walks_in_it():
    core, states = one_ring()
    assert letters(core, states, 30, 0)[-1] == "GgGrr"
    core.buttons = {1}
    shown = letters(core, states, 6, 30)
    assert [one[4] for one in shown] == ["G", "G", "G", "G", "r", "r"]
    core.vehicles = {3}
    assert core.ped_clears() == {1}
    assert [one[0] for one in letters(core, states, 3, 36)] == ["G", "y", "y"]


def test_who_presses_while_others_wait_walks_the_next_time():
    core, states = one_ring()
    letters(core, states, 30, 0)
    core.vehicles, core.buttons = {1, 3}, {1}
    assert {one[4] for one in letters(core, states, 60, 30)} == {"r"}
    core.vehicles = {1}
    assert "G" in {one[4] for one in letters(core, states, 40, 90)}


@pytest.mark.parametrize("leap", [-50.0, 500.0])
def test_a_leap_of_its_clock_shortens_nothing(leap):
    core = a_core()
    watch = StreetWatch(core)
    until(core, watch, {4, 8})
    until(core, watch, set())
    shown = core.yellows()
    assert shown
    core.step(watch.at + leap)
    assert core.yellows() == shown
