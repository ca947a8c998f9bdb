"""The sweep over all mutants: it finds what a verifier lets through, judges nothing twice, and forgets nothing by remembering."""

import json

import pytest

from protocol import dsse
from protocol.errors import BadSignature, NotCanonical, ProtocolError
from tests.protocol import mutations, remembered, sweep


def planted(monkeypatch, *names):
    """A market of mutants with one family: of each, the base under another name, or a change of it."""
    base = sweep.base_of("honest-with-factor")

    def family():
        for name in names:
            members = dict(base.members)
            if name != "the same":
                members["method.json"] = b"{}"
            yield base.with_members(name, lambda members=members: members)

    monkeypatch.setattr(sweep, "families", lambda: {("honest-with-factor", "planted"): family})


@pytest.mark.parametrize(
    "by",
    [
        sweep.PYTHON,
        pytest.param(
            sweep.BROWSER,
            marks=pytest.mark.skipif(
                sweep.NODE is None, reason="LEFT OUT: Node.js, the browser's verifier judged nothing"
            ),
        ),
    ],
)
def test_a_mutant_which_is_accepted_is_named(by, monkeypatch, tmp_path):
    planted(monkeypatch, "another method", "the same")

    sweep.sweep(tmp_path / "out", by, (1, 1), "")

    (batch,) = sweep.read(tmp_path / "out", sweep.digest())
    assert (batch.by, batch.count, batch.survivors) == (by, 2, ["honest-with-factor: the same"])
    assert list(sweep.told([batch]))[-1] == f"{by} ACCEPTS honest-with-factor: the same"


def test_what_was_judged_is_not_judged_again_until_a_verifier_changes(monkeypatch, tmp_path):
    planted(monkeypatch, *(f"change {n}" for n in range(5)))
    monkeypatch.setattr(sweep, "BATCH", 2)
    out = tmp_path / "out"

    sweep.sweep(out, sweep.PYTHON, (1, 2), "")
    assert [batch.start for batch in sweep.read(out, sweep.digest())] == [0, 4]
    sweep.sweep(out, sweep.PYTHON, (1, 1), "")
    assert sorted(batch.start for batch in sweep.read(out, sweep.digest())) == [0, 2, 4]

    assert sweep.read(out, "another text") == []
    assert len(out.read_text().splitlines()) == 3


def test_a_base_that_is_refused_stops_the_sweep(monkeypatch, tmp_path):
    """Else a verifier which refuses everything would look best of all."""
    planted(monkeypatch, "any")
    base = sweep.base_of("honest-with-factor")
    monkeypatch.setattr(base, "members", base.members | {"method.json": b"{}"})

    with pytest.raises(SystemExit, match="refused as it is"):
        sweep.sweep(tmp_path / "out", sweep.PYTHON, (1, 1), "")


def test_every_family_is_swept_under_its_name():
    names = {family.__name__ for family in mutations.FAMILIES}

    found = set(sweep.families())

    assert found == {(base, name) for base in mutations.BASES for name in names} | {
        (mutations.DRAWN, "papers"),
        (sweep.DEALT, "manifests"),
    }


def test_a_remembered_function_is_asked_once_for_equal_arguments_and_refuses_each_time():
    asked = []

    def pure(data, forms):
        asked.append(data)
        if data == b"bad":
            raise NotCanonical("bad", obj="it")
        return len(data)

    ask, forms = remembered.once(pure), {"a": len}
    assert [ask(b"abc", forms), ask(b"abc", forms), ask(b"ab", forms)] == [3, 3, 2]
    for _ in range(2):
        with pytest.raises(NotCanonical, match="bad") as refused:
            ask(b"bad", forms)
        assert refused.value.obj == "it"
    assert asked == [b"abc", b"ab", b"bad"]


def test_arguments_that_differ_in_type_or_place_are_others():
    ask = remembered.once(lambda *args: args)

    for args in ((1, 2), (12,), ("1", 2), (b"1", 2), ((1, 2),), (True, 2)):
        assert ask(*args) == args
        assert [type(arg) for arg in ask(*args)] == [type(arg) for arg in args]


def test_what_is_remembered_says_what_the_function_says(monkeypatch):
    """Every function of the table, through the honest and the bent signature of an event."""
    base = sweep.base_of("honest-with-factor")
    event = base.world.events[0]
    data, signature = json.dumps(event["body"]).encode(), event["signatures"][0]
    plain = dsse.verify_one
    remembered.remember(monkeypatch.setattr)

    for body in (data, data + b" "):
        said = []
        for ask in (plain, dsse.verify_one, dsse.verify_one):
            try:
                said.append(ask(event["kind"], body, signature))
            except BadSignature as error:
                said.append((error.message, error.obj, error.evidence))
        assert said[0] == said[1] == said[2]
    assert issubclass(BadSignature, ProtocolError)
