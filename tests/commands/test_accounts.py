"""What the command line does to accounts and stations, as the process does it: by its own connection, all or nothing."""

import pytest
from typer.testing import CliRunner

from unjai.__main__ import cli
from unjai.commands import accounts, station
from unjai.model.errors import UnjaiError

CODE, NAME_TH, NAME_EN = "สภ.ทดสอบใหม่", "สถานีตำรวจภูธรทดสอบใหม่", "New Test Station"


def test_a_station_is_added_below_its_parent_and_named_anew(settings, ask):
    accounts.first_steps(settings)
    found = "SELECT id, name_th, name_en, level FROM org_unit WHERE code = :code"
    key = station.add(settings, code=CODE, name_th=NAME_TH, name_en="", parent="ภ.จว.เชียงใหม่")
    assert ask(found, code=CODE) == [(key, NAME_TH, NAME_TH, "station")]
    assert station.add(settings, code=CODE, name_th=NAME_TH, name_en=NAME_EN, parent="ภ.จว.เชียงใหม่") == key
    assert ask(found, code=CODE) == [(key, NAME_TH, NAME_EN, "station")]


def test_who_cannot_come_in_gets_a_new_password(settings, ask):
    accounts.first_steps(settings)
    stored = "SELECT password_hash FROM account WHERE username = 'admin'"
    before = ask(stored)
    first, second = accounts.reset_password(settings, "admin"), accounts.reset_password(settings, "admin")
    assert first != second
    assert ask(stored) != before
    assert accounts.reset_second_factor(settings, "admin") is False, "there was none"
    with pytest.raises(UnjaiError, match="not_found"):
        accounts.reset_password(settings, "nobody")


def test_the_commands_ask_the_running_centre(settings, ask, tmp_path):
    """`--data` alone is enough: `run/state.json` says where the engines are."""
    accounts.first_steps(settings)
    url = settings.database_url
    (tmp_path / "run").mkdir(exist_ok=True)
    said = CliRunner().invoke(cli, ["account", "reset-password", "admin", "--data", str(tmp_path / "elsewhere")])
    assert isinstance(said.exception, UnjaiError)
    assert said.exception.code == "centre_not_running"
    environment = {"UNJAI_DATABASE_URL": url}
    told = CliRunner().invoke(cli, ["account", "reset-password", "admin", "--data", str(tmp_path)], env=environment)
    assert told.exit_code == 0, told.exception
    assert len(told.stdout.strip()) > 8
    gone = CliRunner().invoke(
        cli, ["account", "reset-second-factor", "admin", "--data", str(tmp_path)], env=environment
    )
    assert "there was none" in gone.stdout
    made = ["station", CODE, NAME_TH, "--parent", "ภ.จว.เชียงใหม่", "--data", str(tmp_path)]
    assert CliRunner().invoke(cli, made, env=environment).stdout.strip().isdigit()
    assert ask("SELECT name_th FROM org_unit WHERE code = :code", code=CODE) == [(NAME_TH,)]
