"""Faces hidden in real pictures: found nowhere again, and nothing of them left in the released file."""

import hashlib
import io
from pathlib import Path
from uuid import uuid4

import av
import cv2
import numpy as np
import pytest

from tests.conftest import shared_data
from tests.vision.conftest import built_face_model, built_model
from unjai.cameras.evidence import blurring, drafts
from unjai.cameras.evidence.folder import package_of
from unjai.cameras.evidence.members import body_of, member_of
from unjai.cameras.evidence.plan import DraftFile, DraftMark, DraftPlan
from unjai.model.errors import UnjaiError
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed.archive import Archive
from unjai.platform.sealed.keys import key_of, print_of, public_of
from unjai.platform.sealed.parcel import EVIDENCE, line_of, seals_of
from unjai.vision.faces import FaceFinder

FIRST, COUNT, FACE = 846, 18, 9
"""Pictures of the clip, and the one of them in which a visitor looks toward the camera."""
STILL_AT = 855


@pytest.fixture(scope="module")
def visitor() -> list[np.ndarray]:
    """A visitor of the real clip, 768 × 432, ten pictures a second."""
    with av.open(str(shared_data("video/one-by-one-person-detection.mp4"))) as film:
        return [
            one.to_ndarray(format="rgb24")
            for number, one in enumerate(film.decode(video=0))
            if FIRST <= number < FIRST + COUNT
        ]


def filmed(pictures, rate=10) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=rate, options={"crf": "16", "preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for one in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(one, format="rgb24")))
        film.mux(stream.encode(None))
    return out.getvalue()


def packed(data: Path, files: dict[str, bytes]) -> DraftPlan:
    """A sealed package with these files, and the plan of a copy of all of them."""
    key, evidence_id = key_of(data), uuid4()
    package = package_of(data, 1, evidence_id)
    package.parent.mkdir(parents=True, exist_ok=True)
    with package.open("w+b") as out:
        archive = Archive(out)
        lines = [line_of(archive.add(name, len(body), [body])) for name, body in files.items()]
        for name, body in seals_of(EVIDENCE, canonical({"format": EVIDENCE.name, "files": lines}), key).items():
            archive.add(name, len(body), [body])
        archive.end()
    return DraftPlan(
        id=str(uuid4()),
        station_id=1,
        data=str(data),
        package=str(package),
        package_digest=hashlib.sha256(package.read_bytes()).hexdigest(),
        package_key=print_of(public_of(key)),
        style="mosaic",
        files=[DraftFile(name=name, sort="clip" if name.endswith("mp4") else "still") for name in files],
        marks=[],
        floor_bytes=0,
    )


def changed(plan: DraftPlan, **values) -> DraftPlan:
    return DraftPlan(**{**{name: getattr(plan, name) for name in plan.__struct_fields__}, **values})


def seen(plan: DraftPlan, number=0) -> list[np.ndarray]:
    """The pictures of a draft's file."""
    file = drafts.draft_file(drafts.draft_of(Path(plan.data), 1, plan.id), number, plan.files[number].sort)
    with av.open(str(file)) as film:
        return [one.to_ndarray(format="rgb24") for one in film.decode(video=0)]


def detail(rgb: np.ndarray) -> np.ndarray:
    """What of a picture is not colour and shade: edges, by which a face is known."""
    return cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_64F).ravel()


@pytest.fixture(scope="module")
def released(visitor, tmp_path_factory):
    """The clip with faces hidden, and a still of it."""
    built_face_model()
    built_model()
    still = blurring.jpeg_of(visitor[FACE])
    plan = packed(tmp_path_factory.mktemp("data"), {"01.mp4": filmed(visitor), "02.jpg": still})
    return plan, blurring.draft(plan)


def test_no_face_is_found_again_in_any_picture_that_leaves(released, visitor):
    plan, draft = released
    clip, still = draft.files
    finder = FaceFinder(built_face_model(), threshold=0.35)
    assert any(finder.find(one) for one in visitor), "there was a face to be found"
    assert (clip.pictures, clip.faces + clip.heads > 0, clip.hidden_pictures) == (COUNT, True, COUNT)
    out = seen(plan)
    assert len(out) == COUNT
    assert [finder.find(one) for one in out] == [[]] * COUNT
    assert [finder.find(one) for one in seen(plan, 1)] == [[]]
    assert [one.left for one in (*clip.shots, *still.shots)] == [0] * (len(clip.shots) + len(still.shots))


def test_where_a_face_was_nothing_of_it_is_left(released, visitor):
    plan, _draft = released
    finder, out = FaceFinder(built_face_model(), threshold=0.35), seen(plan)
    looked = 0
    for before, after in zip(visitor, out, strict=True):
        for face in finder.find(before):
            x0, y0, x1, y1 = (round(side) for side in face.box)
            was, now = before[y0:y1, x0:x1], after[y0:y1, x0:x1]
            looked += 1
            assert np.abs(was.astype(int) - now.astype(int)).mean() > 8, "the pixels are others"
            assert np.std(detail(now)) < 0.35 * np.std(detail(was)), "its edges are gone"
            assert abs(np.corrcoef(detail(was), detail(now))[0, 1]) < 0.3, "and what is there says nothing of them"
    assert looked >= 3


def test_the_rest_of_the_picture_is_as_it_was(released, visitor):
    plan, _draft = released
    ground = (slice(330, 430), slice(0, 300))
    for before, after in zip(visitor, seen(plan), strict=True):
        assert np.abs(before[ground].astype(int) - after[ground].astype(int)).mean() < 6


def test_a_rectangle_and_a_mask_hide_and_what_was_found_is_not_sought_again(visitor, tmp_path, monkeypatch):
    built_face_model()
    plan = packed(tmp_path, {"01.mp4": filmed(visitor)})
    masked = [DraftFile(name="01.mp4", sort="clip", masks=[[(0.0, 0.8), (0.2, 0.8), (0.2, 1.0), (0.0, 1.0)]])]
    plan = changed(plan, files=masked, style="solid")
    first = blurring.draft(plan)
    assert first.files[0].pictures == COUNT
    assert all(one[360:425, 5:140].max() < 30 for one in seen(plan)), "the camera's mask is black"

    def sought(*_of):
        raise AssertionError("what was found is kept")

    monkeypatch.setattr(blurring.Finder, "look", sought)
    mark = DraftMark(file="01.mp4", x0=0.5, y0=0.8, x1=0.7, y1=1.0, since_s=0.5, until_s=1.0)
    blurring.draft(changed(plan, marks=[mark]))
    for number, one in enumerate(seen(plan)):
        flat = int(np.ptp(one[370:420, 420:500].astype(int))) < 20
        assert flat == (5 <= number <= 10), number


def test_a_package_that_is_not_what_was_sealed_or_shows_nothing_is_refused(tmp_path):
    plan = packed(tmp_path, {"01.mp4": b"no film at all"})
    for code, other in (
        ("copy_package_changed", changed(plan, package_digest="0" * 64)),
        ("copy_package_changed", changed(plan, package_key="0000 " * 7 + "0000")),
        ("copy_film_unreadable", plan),
        ("evidence_file_gone", changed(plan, package=str(tmp_path / "none.zip"))),
        ("evidence_no_room", changed(plan, floor_bytes=10**18)),
    ):
        with pytest.raises(UnjaiError) as refused:
            blurring.draft(other)
        assert refused.value.code == code


def test_a_member_is_read_in_its_place(tmp_path):
    body = bytes(range(256)) * 20
    plan = packed(tmp_path, {"a.jpg": b"before", "b.jpg": body, "c.jpg": b"after"})
    package = Path(plan.package)
    assert body_of(package, "b.jpg") == body
    with member_of(package, "b.jpg") as member:
        assert member.seek(-3, 2) == len(body) - 3
        assert (member.read(100), member.read(1)) == (body[-3:], b"")
        assert (member.seek(256), member.read(2), member.tell()) == (256, b"\x00\x01", 258)
    with pytest.raises(UnjaiError, match="copy_file_unknown"):
        body_of(package, "d.jpg")
