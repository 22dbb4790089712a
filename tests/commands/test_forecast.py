"""`unjai forecast score` on files as they come: what is left out is told, what cannot be scored is refused in words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from unjai.commands import forecast
from unjai.model.errors import UnjaiError

FIGURES = [f"{name}_{area}" for name in ("pai", "hit", "pei") for area in (1, 2, 5)]


def made(
    path: Path, heads: tuple[str, ...] = ("Time", "lon", "lat", "name"), rows: int = 900, days: float = 1000.0
) -> Path:
    chance = np.random.default_rng(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(heads)
        for day, corner in zip(np.sort(chance.uniform(0, days, rows)), chance.integers(0, 15, rows), strict=True):
            moment = np.datetime64("2022-01-01T00:00:00") + np.timedelta64(int(day * 86400), "s")
            out.writerow([moment, 98.98 + corner * 0.004, 18.79 + (corner % 4) * 0.004, "x"][: len(heads)])
    return path


def test_the_names_that_others_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forecast.score(made(tmp_path / "cases.csv"), weeks=4, as_json=True) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(found["methods"]) == {"ours", "all_history", "last_year", "kde", "promap"}
    for of in found["methods"].values():
        for name in FIGURES:
            low, high = of[f"{name}_interval"]
            assert low <= of[name] <= high
    low, high = found["ours_over_all_history_interval"]
    assert low <= found["ours_over_all_history"] <= high
    assert found["fit_s"] > 0
    assert len(found["origins"]) == 13
    assert found["notes"] == []


def test_a_short_file_says_what_was_done_in_its_place(tmp_path: Path) -> None:
    found = forecast.scored(made(tmp_path / "cases.csv", days=200.0), weeks=4)
    assert [one["code"] for one in found["notes"]] == ["short_history", "windows_overlap"]
    assert found["notes"][1]["independent"] == 4
    assert all(one["th"] != one["en"] and "{" not in one["th"] + one["en"] for one in found["notes"])


def test_rows_that_say_nothing_are_counted_and_left_out(tmp_path: Path) -> None:
    file = made(tmp_path / "cases.csv")
    with file.open("a", encoding="utf-8") as out:
        out.write("2024-01-01,0,0,x\nno day,98.98,18.79,x\n2024-01-02,,18.79,x\n2024-01-03,2.35,48.86,x\n")
    events, rows, dropped = forecast.read(file)
    assert rows == 904
    assert len(events.t) == 900
    assert dropped == {"time_unreadable": 1, "point_unreadable": 1, "point_zero": 1, "point_far": 1}


def test_metres_are_as_good_as_degrees(tmp_path: Path) -> None:
    file = tmp_path / "xy.csv"
    file.write_text("x,time,y\n" + "\n".join(f"{k % 40 * 90},2024-01-{1 + k % 28:02},{k}" for k in range(60)), "utf-8")
    events, _, _ = forecast.read(file)
    assert events.y.max() == 59


def test_years_of_both_eras_and_zones_are_the_same_moment(tmp_path: Path) -> None:
    told = ("2024-03-01 05:30", "2567-03-01 05:30", "2024-03-01T12:30:00+07:00", "2567-03-01T05:30:00Z")
    file = tmp_path / "eras.csv"
    file.write_text("time,x,y\n" + "\n".join(f"{one},500,700" for one in told), "utf-8")
    events, _, dropped = forecast.read(file)
    assert len(events.t) == 4
    assert events.t == pytest.approx(events.t[0])
    assert not any(dropped.values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("when,lon,lat\n2024-01-01,1,2\n", "forecast_columns"),
        ("time,lon,lat\n", "forecast_empty"),
        ("time,lon,lat\nx,y,z\n", "forecast_empty"),
        ("", "forecast_file"),
        ("time,x,y\n2024-01-01,98.98,18.79\n", "forecast_degrees"),
    ],
)
def test_a_file_that_cannot_be_scored_says_why(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(UnjaiError) as refused:
        forecast.scored(file, weeks=4)
    assert refused.value.code == code


def test_in_json_a_refusal_is_json_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forecast.score(made(tmp_path / "few.csv", rows=40), weeks=4, as_json=True) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "too_few_to_rank"
    assert error["th"] != error["en"]
    assert forecast.score(tmp_path / "none.csv", weeks=4, as_json=True) == 1
