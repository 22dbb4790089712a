"""Who goes, and why."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from unjai.model.ids import UnitId
from unjai.respond.rules.ranking import STALE_S, Candidate, rank

POLICE = frozenset({"police"})


def unit(number: int, **facts) -> Candidate:
    known = {
        "unit_id": UnitId(UUID(int=number)),
        "call_sign": f"สายตรวจ {number}",
        "kind": "motorcycle",
        "road_m": 1000.0,
        "eta_s": 120.0,
        "position_age_s": 3.0,
    }
    return Candidate(**{**known, **facts})


def order(*units: Candidate, priority: int = 1, needs: frozenset[str] = POLICE) -> list[int]:
    return [one.unit_id.int for one in rank(units, needs=needs, priority=priority)]


def test_the_first_to_arrive_goes():
    assert order(unit(1, eta_s=300.0), unit(2, eta_s=60.0), unit(3, eta_s=200.0)) == [2, 3, 1]


def test_load_counts_only_where_it_is_not_urgent():
    tired, fresh = unit(1, eta_s=100.0, load=3), unit(2, eta_s=150.0)
    assert order(tired, fresh, priority=1) == [1, 2]
    assert order(tired, fresh, priority=2) == [2, 1]
    assert order(tired, fresh, priority=3) == [2, 1]


def test_who_lacks_what_is_needed_comes_after_and_is_never_asked_by_itself():
    found = rank([unit(1, kind="volunteer", eta_s=10.0), unit(2)], needs=POLICE, priority=1)
    assert [one.unit_id.int for one in found] == [2, 1]
    assert found[0].askable
    assert not found[1].askable
    assert "ขาดความสามารถ: เจ้าพนักงานตำรวจ" in found[1].reasons_th
    assert "lacks a sworn officer" in found[1].reasons_en


def test_a_volunteer_with_first_aid_is_fit_for_a_fall():
    found = rank(
        [unit(1, kind="volunteer", capabilities=frozenset({"first_aid"}))], needs=frozenset({"first_aid"}), priority=1
    )
    assert found[0].fits


def test_old_positions_and_missing_roads_come_last_and_say_so():
    stale = unit(1, eta_s=1.0, position_age_s=STALE_S + 600)
    cut_off = unit(2, eta_s=1.0, by_air=True)
    lost = unit(3, eta_s=None, road_m=None, position_age_s=None)
    lacking = unit(4, kind="volunteer", eta_s=1.0)
    mock = unit(5, eta_s=2.0, mock=True)
    good = unit(6, eta_s=900.0)
    found = rank([lost, cut_off, stale, lacking, mock, good], needs=POLICE, priority=1)
    assert [one.unit_id.int for one in found] == [6, 4, 1, 5, 2, 3]
    said = {one.unit_id.int: one for one in found}
    assert said[1].standing == "stale"
    assert "ตำแหน่งเก่า 13 นาที" in said[1].reasons_th
    assert said[2].standing == "unreachable"
    assert any("no street" in reason for reason in said[2].reasons_en)
    assert "the unit's position is unknown" in said[3].reasons_en
    assert any("simulated" in reason for reason in said[5].reasons_en)


def test_an_incident_without_a_place_leaves_everyone_unreachable_with_the_reason():
    found = rank([unit(1, road_m=None, eta_s=None)], needs=POLICE, priority=1)
    assert found[0].standing == "unreachable"
    assert "the incident has no position yet" in found[0].reasons_en


units = st.builds(
    unit,
    st.integers(1, 10_000),
    eta_s=st.one_of(st.none(), st.floats(0, 3600)),
    kind=st.sampled_from(["car", "motorcycle", "foot", "volunteer"]),
    position_age_s=st.one_of(st.none(), st.floats(0, 4000)),
    by_air=st.booleans(),
    load=st.integers(0, 9),
)


@given(st.lists(units, max_size=12, unique_by=lambda one: one.unit_id), st.integers(1, 3), st.randoms())
def test_every_order_of_candidates_gives_the_same_list_with_reasons_in_both_languages(found, priority, random):
    once = rank(found, needs=POLICE, priority=priority)
    random.shuffle(found)
    again = rank(found, needs=POLICE, priority=priority)
    assert once == again
    assert len(once) == len(found)
    ranks = [["fits", "lacks", "stale", "unreachable"].index(one.standing) for one in once]
    assert ranks == sorted(ranks)
    for one in once:
        assert one.reasons_th
        assert len(one.reasons_th) == len(one.reasons_en)
        assert (one.cost_s is None) is (one.eta_s is None)
