"""What lies before the reader besides one clean plate: two plates, halves, words, other countries' plates, nonsense."""

import json
import random
import warnings

import cv2
import numpy as np
import pytest

from tests.vision.plates.drawn import plate, vehicle
from unjai.commands.plates import read
from unjai.model.plate import PLACES
from unjai.vision.box import Box
from unjai.vision.plates import EdgeFinder, PlateNet, PlateReader, net, read_of

LETTERS = "กขฆงจชฌญฐถทธนบผพภมยรลวศษสฬอฮ"
LATIN = "ABCDEFGHJKLMNPRSTUVWXYZ"
GOOD = ("กข 1234", "1กฮ 5678", "ผม 907", "70-1234", "2ฒธ 3456")


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    if not net.FILE.is_file():
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: the plate reader's model is not there"), stacklevel=2)
        pytest.skip("the plate reader's model is not there")
    return PlateReader(net=PlateNet(net.FILE), finders=(EdgeFinder(),))


def seen(drawn: np.ndarray, width: int, seed: int) -> np.ndarray:
    """What a camera makes of it: smaller, a little soft, with grain."""
    dice = random.Random(seed)
    size = width, max(8, width * drawn.shape[0] // drawn.shape[1])
    small = cv2.GaussianBlur(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), (0, 0), dice.uniform(0.3, 0.8))
    grain = np.random.default_rng(seed).normal(0, dice.uniform(1, 6), small.shape)
    return np.clip(small * dice.uniform(0.7, 1.05) + grain, 0, 255).astype(np.uint8)


def crop_of(reader: PlateReader, drawn: np.ndarray, width: int, seed: int):
    return read_of([reader.crop(seen(drawn, width, seed))])


@pytest.mark.parametrize("registration", GOOD)
def test_a_clean_plate_is_read(reader, registration):
    found = crop_of(reader, plate(registration, "พิษณุโลก"), 150, 1)
    assert found.registration == registration.replace(" ", "")


def test_the_same_plates_far_away_are_unreadable(reader):
    told = [
        found.registration
        for number, registration in enumerate(GOOD * 4)
        if (found := crop_of(reader, plate(registration, "พิษณุโลก"), 24 + number % 5, number)).registration
    ]
    assert told == []


def _some(kind: str, dice: random.Random) -> np.ndarray:
    letters = "".join(dice.choices(LETTERS, k=2))
    if kind == "words":
        words = ("SUPREME", "SPORT 86", "NIKE AIR", "รักเมืองไทย", "ขายรถมือสอง", "ห้ามจอด", "LOVE 2569")
        return plate(dice.choice(words), dice.choice(("EST 1999", "ราคาถูก", "TEAM")))
    if kind == "foreign":
        return plate("".join(dice.choices(LATIN, k=3)) + f" {dice.randrange(100, 9999)}", "MALAYSIA")
    if kind == "grammar":
        many = "".join(dice.choices(LETTERS, k=4)) + f" {dice.randrange(10000, 99999)}"
        return plate(dice.choice((f"{letters} 0{dice.randrange(100, 999)}", many)), dice.choice(PLACES).th)
    whole = plate(f"{letters} {dice.randrange(1000, 9999)}", dice.choice(PLACES).th)
    if kind == "left half":
        return whole[:, : round(whole.shape[1] * dice.uniform(0.35, 0.55))]
    if kind == "lower half":
        return whole[round(whole.shape[0] * 0.45) :]
    return whole[: round(whole.shape[0] * 0.32)]


@pytest.mark.parametrize("kind", ["words", "foreign", "grammar", "left half", "lower half", "upper third"])
def test_what_is_no_whole_thai_plate_is_nearly_always_unreadable(reader, kind):
    dice = random.Random(kind)
    found = [crop_of(reader, _some(kind, dice), 150, number) for number in range(24)]
    alarming = [one for one in found if one.registration is not None and one.confidence >= 0.9 and one.province]
    assert len(alarming) <= 1, [one.registration for one in alarming]
    assert sum(one.registration is not None for one in found) <= 6


def test_a_shirt_in_a_vehicles_box_is_no_plate(reader):
    shirt = np.full((400, 560, 3), (40, 60, 160), np.uint8)
    words = cv2.resize(plate("SUPREME 86", "TEAM"), (300, 132))
    shirt[120:252, 130:430] = words
    found = reader.vehicle(shirt, Box(0, 0, 560, 400))
    assert found is None or read_of([found]).registration is None


def test_two_plates_in_one_picture_are_both_told_in_one_line(reader, tmp_path, capsys):
    street = np.asarray(cv2.GaussianBlur(np.full((520, 1300, 3), 120, np.uint8), (0, 0), 2))
    for x, registration in ((40, "กข 1234"), (690, "1กฮ 5678")):
        car = vehicle(registration, "พิษณุโลก")
        street[60 : 60 + car.shape[0], x : x + car.shape[1]] = car
    assert cv2.imwrite(str(tmp_path / "two.png"), street[:, :, ::-1])
    assert reader is not None
    assert read([tmp_path / "two.png"], as_json=True, model=net.FILE, finder=None) == 0
    [line] = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    [other] = line["others"]
    told = {line["registration"]: line["box"], other["registration"]: other["box"]}
    assert set(told) == {"กข1234", "1กฮ5678"}
    assert told["กข1234"][2] < 650 < told["1กฮ5678"][0]
