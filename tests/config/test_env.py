"""Reading the environment."""

import pytest

from config import env


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("yes", True), ("ON", True), ("0", False), ("", False)]
)
def test_flag(monkeypatch, value, expected):
    monkeypatch.setenv("A_FLAG", value)

    assert env.flag("A_FLAG") is expected


def test_flag_that_says_neither(monkeypatch):
    monkeypatch.setenv("A_FLAG", "perhaps")

    with pytest.raises(env.InvalidVariable, match="A_FLAG"):
        env.flag("A_FLAG")


def test_number_that_is_none_names_the_variable_and_hides_the_value(monkeypatch):
    monkeypatch.setenv("A_NUMBER", "secret")

    with pytest.raises(env.InvalidVariable) as error:
        env.number("A_NUMBER", 1)

    assert "secret" not in str(error.value)


def test_words(monkeypatch):
    monkeypatch.setenv("SOME_WORDS", "a, b,,c ")

    assert env.words("SOME_WORDS") == ["a", "b", "c"]


def test_a_secret_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("value\n", encoding="utf-8")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))

    assert env.text("A_SECRET") == "value"


def test_no_url_is_sqlite_that_locks_at_the_beginning(tmp_path):
    found = env.database("", sqlite_path=tmp_path / "var" / "x.sqlite3")

    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in found["OPTIONS"]["init_command"]


def test_a_postgresql_url(tmp_path):
    url = "postgresql://some%40body:p%2Fw@db.example:6432/market?sslmode=require"

    found = env.database(url, sqlite_path=tmp_path)

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "some@body",
        "p/w",
        "db.example",
        "6432",
        "market",
    )
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_url_of_another_kind_is_refused(tmp_path):
    with pytest.raises(env.InvalidVariable, match="DATABASE_URL"):
        env.database("mysql://x/y", sqlite_path=tmp_path)


def test_a_sqlite_url(tmp_path):
    assert env.database(f"sqlite:///{tmp_path}/y.sqlite3", sqlite_path=tmp_path)["NAME"].endswith("y.sqlite3")


def test_a_package_that_is_not_there():
    with pytest.raises(env.InvalidVariable):
        env.package_dir("no_such_package_at_all")
