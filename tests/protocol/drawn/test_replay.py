"""A draw told in words: every step of every serial, in both languages, from a bundle as it lies or unpacked."""

import tomllib
from importlib import resources
from zipfile import ZipFile

import pytest

from protocol import cli
from tests.protocol.drawn import test_honest, test_hostile


def replayed(tmp_path, world, *more, members=None):
    bundle = world.write(tmp_path / "b.zip", members=members)
    (tmp_path / "anchors.json").write_bytes(world.anchors())
    return cli.main(["draw", "replay", str(bundle), "--anchors", str(tmp_path / "anchors.json"), *more])


def test_a_stalled_and_a_second_draw_are_told(tmp_path, capsys):
    world = test_honest.STORIES["officers stay away from a replacement round"]("told")

    assert replayed(tmp_path, world) == 0

    told = capsys.readouterr().out
    for words in (
        "Draw 1 of lot 01. Asked for: 2 of A08, 1 of B02. At most 1 of one employer.",
        "24 experts, 0 left out before the draw (nobody), 24 could be drawn.",
        "3 of these 5 officers open a round together: 1 ",
        "4 contributions count: firm-1, owner-org, platform-org, supervisor-org.",
        "Round 0 is asked. All seats are open.",
        "Committed: 1, 2, 3, 4. Released: 1, 2, 3, 4.",
        "Round 1 is asked. Seats given up: declined 1.",
        "Released: 1, 2.\nThe releases give no result: the round is undecided.",
        "Draw 1 ended: officers stayed away. Officers who did not release: 3, 4, 5.",
        "It follows draw 1, which ended short (officers stayed away). 2 who accepted there stay.",
        "Draw 2 ended: the panel is complete.",
        "The panel: 3 experts drawn who accepted.",
        "V22 holds: 2 rounds",
    ):
        assert words in told, words
    assert told.count("Drawn for ") == 4
    assert "of several organisations" in told


def test_chinese_tells_the_same_and_a_folder_is_a_bundle(tmp_path, capsys):
    world = test_honest.STORIES["the owner deals junk to three officers, who say so"]("中文")
    assert replayed(tmp_path, world, "--lang", "zh") == 0
    told = capsys.readouterr().out
    with ZipFile(tmp_path / "b.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    asked = ["draw", "replay", str(tmp_path / "unpacked"), "--anchors", str(tmp_path / "anchors.json")]

    assert cli.main([*asked, "--lang", "zh"]) == 0

    assert capsys.readouterr().out == told
    assert "因持钥人无法打开或分发有误而剔除：owner-org。" in told
    assert "评标委员会：抽取并已接受的专家 3 名。" in told


def test_a_trial_is_called_one(tmp_path, capsys):
    assert replayed(tmp_path, test_honest.STORIES["a trial with one officer"]("trial")) == 0

    assert "SELF-ATTESTED" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "officers stay away from a replacement round",
        "the owner deals junk to three officers, who say so",
        "the centre never contributes, and a second draw follows",
        "nobody is left to be drawn",
    ],
)
def test_without_anchors_a_draw_is_told_and_not_checked(tmp_path, capsys, name):
    """The same story, but for who can be believed: no label of independence, no check, an exit code of its own."""
    world = test_honest.STORIES[name]("bare")
    assert replayed(tmp_path, world) == 0
    whole = capsys.readouterr().out

    assert cli.main(["draw", "replay", str(tmp_path / "b.zip")]) == 3

    told = capsys.readouterr().out
    assert "NOT CHECKED" in told
    assert "--anchors" in told
    for word in ("verified", "holds", "of several organisations", "V21"):
        assert word not in told
    kept = [
        line
        for line in whole.splitlines()
        if line.startswith(("  Drawn", "Everything", "The panel", "Draw "))
    ]
    assert kept
    assert [line for line in kept if line not in told] == []


def test_who_did_not_contribute_is_named(tmp_path, capsys):
    world = test_honest.STORIES["the centre never contributes, and a second draw follows"]("named")

    assert replayed(tmp_path, world) == 0

    told = capsys.readouterr().out
    assert "Draw 1 ended: too few contributions. Had to contribute and did not in time: platform-org." in told
    assert told.count("Round 0 is asked.") == 1


def test_without_anchors_a_story_that_breaks_off_is_a_failure(tmp_path, capsys):
    told = test_hostile.STORIES["the_panel_is_another"][1]()
    bundle = told.world.write(tmp_path / "b.zip", members=told.members)

    assert cli.main(["draw", "replay", str(bundle), "--lang", "zh"]) == 1

    assert "未核验" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("story", "number"),
    [
        ("the_panel_is_another", "V24"),
        ("the_draw_is_ended_although_t_officers_released", "V22"),
        ("the_key_is_revealed_before_its_time", "V23"),
    ],
)
def test_what_does_not_hold_is_said(tmp_path, capsys, story, number):
    told = test_hostile.STORIES[story][1]()

    assert replayed(tmp_path, told.world, members=told.members) == 1

    assert f"{number} DOES NOT HOLD: " in capsys.readouterr().out


def test_both_languages_have_every_sentence():
    texts = tomllib.loads(resources.files("protocol.draw").joinpath("replay.toml").read_text("utf-8"))

    assert texts["en"].keys() == texts["zh"].keys()
    assert texts["en"]["words"].keys() == texts["zh"]["words"].keys()
