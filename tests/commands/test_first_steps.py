"""A centre's first start."""

from unjai.commands import accounts


def test_the_first_steps_make_the_tree_and_one_administrator_once(settings, ask):
    accounts.first_steps(settings)
    name, password = (settings.data / "run" / "first-password").read_text("utf-8").split()
    assert len(password) > 8
    assert ask("SELECT count(*) > 100 FROM org_unit") == [(True,)]
    assert ask("SELECT must_change FROM account WHERE username = :name", name=name) == [(True,)]
    (settings.data / "run" / "first-password").unlink()
    accounts.first_steps(settings)
    assert not (settings.data / "run" / "first-password").exists(), "a second start gives nobody a password"
    assert ask("SELECT count(*) FROM account") == [(1,)]
