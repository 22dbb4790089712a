"""What may pass between the two ends of a call: descriptions of sound, and nothing else."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from unjai.web.signals import signal

CALL = UUID("0199c1f2-0000-7000-8000-000000000001")
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_a_description_passes_with_its_number_and_nothing_beside_it():
    passed = signal(CALL, {"type": "x", "call_id": "another", "kind": "offer", "sdp": "v=0", "n": 3, "more": "no"})
    assert passed == {"type": "signal", "call_id": str(CALL), "kind": "offer", "sdp": "v=0", "n": 3}
    assert signal(CALL, {"again": True, "sdp": "v=0"}) == {"type": "signal", "call_id": str(CALL), "again": True}


def test_what_is_too_long_or_without_a_number_does_not_pass():
    assert signal(CALL, {"kind": "offer", "sdp": "x" * 48_001, "n": 1}) is None
    assert signal(CALL, {"kind": "offer", "sdp": "v=0"}) is None
    assert signal(CALL, {"kind": "candidate", "sdp": "v=0", "n": 1}) is None


@given(said=st.dictionaries(st.sampled_from(["kind", "sdp", "n", "again", "here", "call_id"]), JUNK, max_size=6))
def test_junk_never_passes_as_anything_but_itself(said):
    passed = signal(CALL, said)
    if passed is not None:
        assert passed["call_id"] == str(CALL)
        assert set(passed) <= {"type", "call_id", "kind", "sdp", "n", "again", "here"}
