"""What a register's entry may say: addresses, masks, the four points, papers, requests, advice."""

import contextlib
from datetime import date, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from unjai.cameras.rules import requests as life
from unjai.cameras.rules.advice import advice_of
from unjai.cameras.rules.files import PAPERS, PICTURES, media_type_of
from unjai.cameras.rules.registry import (
    address_of,
    calibration_of,
    channel_url,
    in_force,
    masks_of,
    paper_of,
    template_of,
)
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point

DAY = date(2026, 11, 22)
WORD = st.text("abcDEF019@:/%?# ก", min_size=1, max_size=12)


def code(call, *args, **named):
    with pytest.raises(UnjaiError) as caught:
        call(*args, **named)
    return caught.value.code


@given(user=WORD, password=WORD)
def test_a_login_inside_an_address_is_taken_out_whole(user, password):
    from urllib.parse import quote

    said = f"rtsp://{quote(user, safe='')}:{quote(password, safe='')}@10.0.0.5:554/Streaming/Channels/101?a=1"
    found = address_of("rtsp", said)
    assert found.url == "rtsp://10.0.0.5:554/Streaming/Channels/101?a=1"
    assert (found.username, found.password) == (user, password)
    assert "password" not in repr(found)
    assert address_of("rtsp", found.url).url == found.url


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("rtsp", "http://10.0.0.5/x"),
        ("rtsp", "rtsp://"),
        ("rtsp", "rtsp://10.0.0.5:99999/x"),
        ("rtsp", "rtsp://ho st/x"),
        ("rtsp", "concat:/etc/passwd"),
        ("rtsp", "rtsp://a\nb/x"),
        ("still", "file:///etc/passwd"),
        ("still", "rtsp://10.0.0.5/x"),
        ("file", "relative.mp4"),
        ("file", "/clips/../etc/passwd"),
        ("rtsp", "rtsp://10.0.0.5/" + "x" * 500),
    ],
)
def test_an_address_that_no_camera_has_is_refused(kind, said):
    assert code(address_of, kind, said) == "camera_url_wrong"


def test_an_empty_address_is_none():
    assert address_of("rtsp", "  ").url == ""


def test_a_source_names_its_channel_once_and_no_login():
    template = template_of("rtsp://10.0.0.5/Streaming/Channels/{channel}01")
    assert channel_url(template, "12") == "rtsp://10.0.0.5/Streaming/Channels/1201"
    assert channel_url(template, "") == channel_url("", "3") == ""
    assert code(template_of, "rtsp://10.0.0.5/1") == "camera_template_wrong"
    assert code(template_of, "rtsp://10.0.0.5/{channel}/{channel}") == "camera_template_wrong"
    assert code(template_of, "rtsp://a:b@10.0.0.5/{channel}") == "camera_template_login"


SHARE = st.floats(-3, 3, allow_nan=False)


@given(st.lists(st.tuples(SHARE, SHARE), min_size=3, max_size=12))
def test_a_mask_that_is_taken_hides_all_that_was_drawn_inside_the_picture(corners):
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shapely.intersection(shape, shapely.box(0, 0, 1, 1)).area < 1e-3:
        return
    kept = masks_of([corners])
    assert all(0 <= part <= 1 for ring in kept for corner in ring for part in corner)
    hidden = shapely.union_all([shapely.Polygon(ring).buffer(0.002) for ring in kept])
    wanted = shapely.intersection(shapely.Polygon(corners), shapely.box(0, 0, 1, 1))
    assert shapely.difference(wanted, hidden).area < 2e-3


def test_masks_that_cannot_be_meant_are_refused():
    square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert code(masks_of, [[[0, 0], [1, 1], [1, 0], [0, 1]]]) == "camera_mask_crosses"
    assert code(masks_of, [[[2, 2], [3, 2], [3, 3]]]) == "camera_mask_outside"
    assert code(masks_of, [[[0, 0], [1, 1]]]) == "camera_mask_corners"
    assert code(masks_of, [[[0, 0], [1, float("nan")], [1, 1]]]) == "camera_mask_corners"
    assert code(masks_of, [square] * 21) == "camera_masks_many"


PLACE = Point(lon=99.0, lat=16.6)
TIES = [
    {"x": 0.1, "y": 0.9, "lon": 99.0, "lat": 16.6},
    {"x": 0.9, "y": 0.9, "lon": 99.0002, "lat": 16.6},
    {"x": 0.8, "y": 0.3, "lon": 99.0003, "lat": 16.6004},
    {"x": 0.2, "y": 0.3, "lon": 98.9999, "lat": 16.6004},
]


def test_four_points_tie_the_picture_to_the_ground():
    assert calibration_of(TIES, PLACE) == TIES
    assert calibration_of([], PLACE) == []
    assert code(calibration_of, TIES[:3], PLACE) == "camera_calibration_count"
    assert code(calibration_of, TIES, Point(lon=99.1, lat=16.6)) == "camera_calibration_far"
    in_line = [{**one, "y": 0.5} for one in TIES]
    assert code(calibration_of, in_line, PLACE) == "camera_calibration_line"
    one_spot = [{**one, "lon": 99.0, "lat": 16.6} for one in TIES]
    assert code(calibration_of, one_spot, PLACE) == "camera_calibration_line"
    assert code(calibration_of, [*TIES[:3], {**TIES[3], "x": 1.2}], PLACE) == "camera_calibration_outside"


def paper(from_days, until_days):
    until = None if until_days is None else DAY + timedelta(days=until_days)
    return {"id": from_days, "from_on": DAY + timedelta(days=from_days), "until_on": until}


@pytest.mark.parametrize(
    ("owner", "papers", "stands"),
    [
        ("police", [], "not_needed"),
        ("province", [paper(-9, -3)], "not_needed"),
        ("business", [], "missing"),
        ("business", [paper(-9, 0)], "ends_soon"),
        ("house", [paper(0, 31)], "holds"),
        ("house", [paper(-9, None)], "holds"),
        ("house", [paper(-9, -1)], "ended"),
        ("house", [paper(3, 9)], "to_come"),
        ("house", [paper(-99, -9), paper(-3, 200)], "holds"),
    ],
)
def test_how_a_camera_stands_with_its_owners_paper(owner, papers, stands):
    assert paper_of(owner, papers, DAY) == stands
    held = in_force(papers, DAY)
    if owner not in {"police", "province"}:
        assert (held is not None) == (stands in {"holds", "ends_soon"})


@given(st.lists(st.sampled_from(list(life.MOVES)), max_size=12))
def test_a_request_that_is_checked_was_turned_and_has_both_pictures(moves):
    state, been = "asked", ["asked"]
    for to in moves:
        pictures = frozenset(what for what, when in life.PICTURES.items() if when & set(been))
        with contextlib.suppress(UnjaiError):
            life.move(state, to, pictures=pictures)
            state = to
            been.append(to)
    if state == "checked":
        assert been[-2] == "turned"
        assert "agreed" in been


def test_nothing_is_called_checked_without_its_pictures():
    assert code(life.move, "turned", "checked", pictures=frozenset({"before"})) == "camera_request_picture"
    life.move("turned", "checked", pictures=frozenset({"before", "after"}))


def test_what_to_mend_of_a_stream():
    hevc = {"codec": "hevc", "width": 3840, "height": 2160}
    small = {"codec": "h264", "width": 640, "height": 360}
    assert advice_of("rtsp", hevc, None) == ["h265", "no_sub"]
    assert advice_of("rtsp", hevc, small) == []
    assert advice_of("rtsp", small, hevc) == ["h265", "large_sub"]
    assert advice_of("rtsp", hevc, None, sub_failed=True) == ["h265", "sub_failed"]
    assert advice_of("still", hevc, None) == []


def test_a_file_is_what_its_first_bytes_say():
    assert media_type_of(b"%PDF-1.7", PAPERS) == "application/pdf"
    assert media_type_of(b"\xff\xd8\xff\xe0", PICTURES) == "image/jpeg"
    assert code(media_type_of, b"%PDF-1.7", PICTURES) == "camera_file_kind"
    assert code(media_type_of, b"<html>", PAPERS) == "camera_file_kind"
