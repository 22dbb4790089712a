"""Every kind of rule keeps the contract, whoever adds it: a form with words, sentences, pure and quiet on junk."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai import app
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, UnitId, named_id
from unjai.picture.alerts.above import above
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.rules.facts import (
    QUIET_KINDS,
    REFUSED,
    SIGNAL_TROUBLE,
    Finding,
    Look,
    Seen,
    Thing,
    UnitNow,
    Words,
)
from unjai.picture.alerts.rules.kind import Scope
from unjai.territory.api.devices import QUIET
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.rules.rows import SILENT_AFTER_S

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
KINDS = list(alert_kinds().values())
SCOPE = Scope(who=Words(th="ก", en="a"), area=Words(th="ข", en="b"))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["battery", "open", "online", "speed_mps", "valid", "count", "event", "region", "label", "troubles"]


def test_app_wires_the_words():
    assert app.PICTURE
    assert above().code_words("DSL") is not None
    assert above().code_words("no such") is None
    assert "pole_battery" in above().observation_words()


def test_the_two_lists_of_quiet_kinds_are_one():
    assert QUIET == QUIET_KINDS
    assert set(DEVICE_KINDS) == set(SILENT_AFTER_S)
    assert set(DEVICE_KINDS) >= QUIET_KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_kind_has_words_and_a_form_in_both_languages(kind):
    assert kind.th
    assert kind.en
    for name, part in kind.Params.model_json_schema().get("properties", {}).items():
        assert part["title"], name
        assert part["title_th"], name
        if "minimum" in part:
            assert part["minimum"] <= part["default"] <= part["maximum"], name
        for choice in part.get("choices", []):
            assert choice["th"], name
            assert choice["en"], name
    params = kind.Params()
    for said in (kind.clause(params, SCOPE), kind.told(params, {})):
        assert said.th
        assert said.en
    known = set(above().observation_words()) | {"*", REFUSED, SIGNAL_TROUBLE, "camera_object"}
    assert kind.hears_of(params) <= known


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
@settings(max_examples=60, deadline=None)
@given(
    payload=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=5),
    placed=st.booleans(),
    carried=st.booleans(),
)
def test_a_kind_bears_any_payload(kind, payload, placed, carried):
    unit = UnitNow(id=UnitId(named_id("t", "u")), call_sign="ก", kind="car", state="en_route") if carried else None
    thing = Thing(id=DeviceId(named_id("t", "d")), key="d", kind="sos_pole", name_th="ด", name_en="", unit=unit)
    params, memory = kind.Params(), {}
    for n in range(3):
        at = NOW.replace(minute=n)
        fact = Seen(
            id=named_id("t", str(n)),
            kind="x",
            at=at,
            heard_at=at,
            thing=thing,
            point=Point(lon=99.0, lat=18.0) if placed else None,
            payload=payload,
            inside=n % 2 == 0,
        )
        for one in (fact, Look(at=at, listening_since=NOW, thing=thing)):
            finding = kind.decide(params, one, memory)
            assert finding is None or isinstance(finding, Finding)
            if finding is not None:
                memory = finding.memory
                assert kind.told(params, finding.facts).th
