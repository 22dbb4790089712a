"""Our own boxes: other programs read them, cut-off files stay whole as far as they go, exports keep the wall's time."""

import io
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cameras.films import clip
from unjai.cameras.mp4 import nal
from unjai.cameras.mp4.boxes import TIMESCALE, Sample, fragment, init_segment, moved
from unjai.cameras.mp4.progressive import Piece, export_of
from unjai.cameras.mp4.reading import contents_of, init_of

SIZES = [
    ("libx264", 320, 180),
    ("libx264", 1920, 1080),
    ("libx264", 130, 98),
    ("libx265", 320, 180),
    ("libx265", 648, 362),
]
BEGAN_S = 1_795_000_000.25


def headers(codec: str = "libx264", width: int = 320, height: int = 180) -> nal.Headers:
    taken = clip(codec, width, height)
    found = nal.headers_of(taken.codec, {nal.kind_of(taken.codec, one): one for one in taken.sets})
    assert found is not None
    return found


def samples(codec: str = "libx264", *, first: int = 0, count: int = 20) -> list[Sample]:
    taken = clip(codec)
    step = TIMESCALE // taken.fps
    return [
        Sample(
            first + number * step,
            step,
            0,
            taken.keys[number % 20],
            b"".join(len(one).to_bytes(4) + one for one in taken.units[number % 20]),
        )
        for number in range(count)
    ]


def written(file: Path, *, codec: str = "libx264", first: int = 0, count: int = 20, began_s: float = BEGAN_S) -> Path:
    """A recording as the writer makes it, five pictures a fragment."""
    whole = samples(codec, first=first, count=count)
    body = init_segment(headers(codec))
    for number in range(0, count, 5):
        wall_s = began_s + number / clip(codec).fps
        body += fragment(number + 1, whole[number : number + 5], wall_s=wall_s)
    file.write_bytes(body)
    return file


def decoded(body: bytes) -> list[float]:
    with av.open(io.BytesIO(body)) as source:
        return [float(frame.time) for frame in source.decode(video=0)]


@pytest.mark.parametrize(("codec", "width", "height"), SIZES)
def test_the_size_that_the_headers_say_is_the_one_a_decoder_sees(codec, width, height):
    found = headers(codec, width, height)
    assert (found.width, found.height) == (width, height)
    with av.open(io.BytesIO(init_segment(found) + b"")) as source:
        stream = source.streams.video[0]
        assert (stream.width, stream.height) == (width, height)
        assert stream.codec_context.name == found.codec


def test_the_word_for_browsers_names_profile_and_level():
    assert headers().codecs == "avc1." + clip().sets[0][1:4].hex()
    assert headers("libx265").codecs.startswith("hvc1.1.6.L")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_headers_of_junk_raise_nothing_else(junk):
    for codec, first in (("h264", b"\x67"), ("hevc", b"\x42\x01")):
        sets = {7: first + junk, 8: b"\x68"} if codec == "h264" else {32: b"\x40", 33: first + junk, 34: b"\x44"}
        try:
            found = nal.headers_of(codec, sets)
        except nal.NalError:
            continue
        assert found is not None
        assert 16 <= found.width <= 16384


@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda one: b"\0\0" not in one and one[-1:] != b"\0")))
def test_units_come_back_from_start_codes_and_from_lengths(units):
    assert list(nal.annex_b_units(b"".join(b"\0\0\0\1" + one for one in units))) == units
    assert list(nal.annex_b_units(b"".join(b"\0\0\1" + one for one in units))) == units
    assert list(nal.length_units(b"".join(len(one).to_bytes(4) + one for one in units))) == units


@given(st.binary(max_size=80))
def test_lengths_that_lie_give_no_unit_beyond_the_end(junk):
    assert sum(len(one) for one in nal.length_units(junk)) <= len(junk)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_another_program_plays_what_we_write(tmp_path, codec):
    times = decoded(written(tmp_path / "a.mp4", codec=codec).read_bytes())
    assert times == pytest.approx([number / 10 for number in range(20)])


def test_a_fragment_knows_its_time_on_the_wall_and_its_pictures(tmp_path):
    held = contents_of(written(tmp_path / "a.mp4"))
    assert [len(one.rows) for one in held.fragments] == [5, 5, 5, 5]
    assert [one.begins_with_key for one in held.fragments] == [True, False, True, False]
    assert [one.wall_s for one in held.fragments] == pytest.approx([BEGAN_S + number / 2 for number in range(4)])
    assert held.duration_s == pytest.approx(2.0)
    assert init_of(tmp_path / "a.mp4") == held.init == init_segment(headers())


def test_a_file_cut_off_anywhere_keeps_its_whole_fragments(tmp_path):
    body = written(tmp_path / "a.mp4").read_bytes()
    whole = contents_of(tmp_path / "a.mp4")
    ends = [one.offset + one.size for one in whole.fragments]
    cut = tmp_path / "cut.mp4"
    for at in [*range(len(whole.init), len(body), 97), *ends, *(end - 1 for end in ends)]:
        cut.write_bytes(body[:at])
        held = contents_of(cut)
        assert held.fragments == whole.fragments[: sum(1 for end in ends if end <= at)]
    for at in (0, 5, 30, len(whole.init) - 1):
        cut.write_bytes(body[:at])
        with pytest.raises(ValueError, match="recording"):
            contents_of(cut)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_junk_after_the_beginning_is_never_taken_for_pictures(tmp_path_factory, junk):
    file = tmp_path_factory.mktemp("junk") / "a.mp4"
    file.write_bytes(init_segment(headers()) + junk)
    assert contents_of(file).fragments == ()


def test_a_moved_fragment_plays_at_its_new_time(tmp_path):
    held = contents_of(written(tmp_path / "a.mp4", first=999_000))
    body = (tmp_path / "a.mp4").read_bytes()
    one = held.fragments[2]
    piece = moved(body[one.offset : one.offset + one.size], 30 * TIMESCALE - one.first)
    assert decoded(held.init + piece) == pytest.approx([30 + number / 10 for number in range(5)])


def export(*pieces: Piece, since: float, until: float):
    return export_of(pieces, BEGAN_S + since, BEGAN_S + until)


def piece(file: Path, at_s: float = 0.0) -> Piece:
    return Piece(file, contents_of(file), BEGAN_S + at_s)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_an_export_begins_with_a_picture_one_can_begin_with_and_says_so(tmp_path, codec):
    made = export(piece(written(tmp_path / "a.mp4", codec=codec)), since=1.35, until=1.75)
    body = b"".join(made.parts())
    assert len(body) == made.size_bytes
    assert (made.begins_s, made.ends_s) == (pytest.approx(BEGAN_S + 1.0), pytest.approx(BEGAN_S + 1.8))
    assert decoded(body) == pytest.approx([number / 10 for number in range(8)])
    assert body[4:8] == b"ftyp"
    assert body.index(b"moov") < body.index(b"mdat")


def test_two_minutes_in_the_file_are_two_minutes_in_the_street_though_a_part_is_missing(tmp_path):
    first, second = written(tmp_path / "a.mp4", first=5_000), written(tmp_path / "b.mp4", first=77)
    made = export(piece(first), piece(second, 10.0), since=0, until=60)
    times = decoded(b"".join(made.parts()))
    assert times == pytest.approx([*(number / 10 for number in range(20)), *(10 + number / 10 for number in range(20))])
    assert made.gaps == ((pytest.approx(BEGAN_S + 2.0), pytest.approx(BEGAN_S + 10.0)),)


def test_pictures_of_another_size_in_the_middle_are_still_there(tmp_path):
    first = written(tmp_path / "a.mp4")
    second = tmp_path / "b.mp4"
    large = clip("libx264", 648, 362)
    units = [b"".join(len(one).to_bytes(4) + one for one in picture) for picture in large.units]
    rows = [Sample(n * 9000, 9000, 0, large.keys[n], unit) for n, unit in enumerate(units)]
    second.write_bytes(init_segment(headers("libx264", 648, 362)) + fragment(1, rows, wall_s=BEGAN_S + 2))
    made = export(piece(first), piece(second, 2.0), since=0, until=60)
    with av.open(io.BytesIO(b"".join(made.parts()))) as source:
        sizes = [(frame.width, frame.height) for frame in source.decode(video=0)]
    assert sizes == [(320, 180)] * 20 + [(648, 362)] * 20


def test_nothing_recorded_is_no_export(tmp_path):
    assert export(since=0, until=10) is None
    assert export(piece(written(tmp_path / "a.mp4")), since=30, until=40) is None
