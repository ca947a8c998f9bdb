"""Collecting time statements: slow, silent, refusing, lying sources; what counts as in time."""

import time
from dataclasses import dataclass, replace

import pytest
from django.db import IntegrityError, transaction

from kernel.errors import Unavailable
from ledger import keys, selectors, sources
from ledger.models import Entry, Incident, Statement
from ledger.services import statements as collecting
from ledger.services import statements_collect
from ledger.timesources import HttpAuthority, SourceKnows, SourceSilent, Stamp
from ledger.trial_tsa import POLICY, TrialAuthority
from protocol import notes
from tests.ledger.builders import cut, milliseconds, moment
from tests.ledger.servers import serving, stalled, time_authority

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """A source that says what the test tells it: a fixed time, or a failure."""

    name: str
    says: object = 0
    kind: str = "tsa"
    accuracy_ms: int = 0
    remote: bool = False

    def stamp(self, ask):
        if isinstance(self.says, Exception):
            raise self.says
        return Stamp(b"token", milliseconds(self.says), 1, None)


def described(*names, accuracy=0):
    return [{"kind": "tsa", "name": name, "org": "o", "accuracy_ms": accuracy} for name in names]


def codes():
    return list(Incident.objects.order_by("at", "code").values_list("code", flat=True))


def test_cut_keeps_a_statement_of_every_source():
    checkpoint = cut(5, sources=[sources.local_authority(), sources.local_witness()])

    rows = selectors.statements_of(checkpoint)
    assert [(row.source, row.kind) for row in rows] == [("trial-tsa", "tsa"), ("trial-witness", "witness")]
    assert [(row.lower_ms, row.upper_ms) for row in rows] == [
        (milliseconds(4), milliseconds(7)),
        (milliseconds(4), milliseconds(7)),
    ]
    assert not Incident.objects.exists()


def test_cosignature_joins_the_note():
    checkpoint = cut(sources=[sources.local_witness()])

    note = notes.parse_note(checkpoint.note)
    assert [signature.name for signature in note.signatures] == ["sunlit.local/log", "trial-witness"]
    notes.verify(note, notes.VerifierKey.parse(keys.log_vkey()))
    assert keys.mark() == (8, bytes(checkpoint.root))


def test_cut_asks_the_sources_of_the_settings():
    from ledger.services import batch_cut

    assert [row.source for row in selectors.statements_of(batch_cut(at=moment()))] == ["trial-tsa"]


def test_collecting_again_adds_nothing():
    source = sources.local_authority()
    checkpoint = cut(sources=[source])

    assert statements_collect(at=moment(60), checkpoint=checkpoint, sources=[source]) == []
    assert Statement.objects.count() == 1


def test_missing_statement_is_collected_later():
    checkpoint = cut(sources=[Told("a", SourceSilent("asleep"))])

    kept = statements_collect(at=moment(30), sources=[Told("a", 29.9)], patient=True)

    assert [(row.checkpoint_id, row.upper_ms) for row in kept] == [(checkpoint.pk, milliseconds(29.9) + 1)]
    assert codes() == ["source-silent", "source-answers-again"]


def test_nothing_to_collect_before_the_first_cut():
    assert statements_collect(at=moment(), sources=[Told("a")]) == []


def test_silent_source_is_written_down_once():
    for seconds in range(3):
        cut(seconds, sources=[Told("a", SourceSilent("asleep")), Told("b", seconds)])

    assert codes() == ["source-silent"]
    record = Entry.objects.get(kind="record")
    assert (record.body["name"], record.body["subject"]) == ("ledger.incident", "a")
    assert Statement.objects.count() == 3


def test_stalled_source_holds_nobody_up_twice(monkeypatch, tmp_path):
    """A4: one slow witness or authority must not stop all bidding."""
    monkeypatch.setattr(collecting, "PATIENCE_S", 0.5)
    authority = TrialAuthority.kept_in(tmp_path / "other.pem")
    with stalled() as slow, serving(time_authority(authority)) as quick:
        both = [
            HttpAuthority(name, "o", authority.root_der(), (POLICY,), url=url)
            for name, url in (("slow", slow), ("quick", quick))
        ]
        begun = time.monotonic()
        first = cut(0, sources=both)
        waited = time.monotonic() - begun
        begun = time.monotonic()
        second = cut(1, sources=both)
        waited_again = time.monotonic() - begun

    assert 0.4 < waited < 2
    assert waited_again < waited
    for checkpoint in (first, second):
        assert [row.source for row in selectors.statements_of(checkpoint)] == ["quick"]
    assert codes() == ["source-silent"]


def test_witness_whose_answer_was_lost_is_told_the_right_size():
    witness = sources.local_witness()
    first = cut(0)
    witness.stamp(collecting.ask_of(witness, first, 0, at=moment()))

    second = cut(10, sources=[witness])

    assert [row.source for row in selectors.statements_of(second)] == ["trial-witness"]
    assert codes() == []


def test_witness_that_knows_a_larger_tree_stops_the_log():
    """After a restore from backup the log must not sign what a witness would call a fork."""
    checkpoint = cut(0, sources=[Told("w", SourceKnows(80), kind="witness")])

    assert selectors.statements_of(checkpoint) == []
    assert codes() == ["log-behind-witness", "source-refused"]
    with pytest.raises(Unavailable):
        cut(10)


def test_token_that_does_not_hold_is_refused(tmp_path):
    right, wrong = (TrialAuthority.kept_in(tmp_path / name) for name in ("right.pem", "wrong.pem"))
    with serving(time_authority(wrong)) as url:
        checkpoint = cut(sources=[HttpAuthority("a", "o", right.root_der(), (POLICY,), url=url)])

    assert selectors.statements_of(checkpoint) == []
    assert codes() == ["source-refused"]


def test_back_dated_statement_is_refused():
    """V6: a larger tree cannot have existed long before a smaller one."""
    cut(0, sources=[Told("a", 1000)])

    late = cut(1001, sources=[Told("b", 870), Told("c", 890)])

    assert [row.source for row in selectors.statements_of(late)] == ["c"]
    assert codes().count("source-refused") == 1


def test_source_whose_clock_differs_is_written_down():
    cut(0, sources=[Told("a", 2.5), Told("b", -1.9)])

    assert Statement.objects.count() == 2
    assert [(row.code, row.source) for row in Incident.objects.all()] == [("time-disagrees", "a")]


def test_one_statement_per_source_and_checkpoint():
    checkpoint = cut(sources=[Told("a")])

    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(
            checkpoint=checkpoint,
            source="a",
            kind="tsa",
            token=b"",
            time_ms=0,
            resolution_ms=0,
            lower_ms=0,
            upper_ms=0,
        )
    again = collecting.statement_store(checkpoint=checkpoint, source=Told("a"), stamp=Stamp(b"x", 5, 1))
    assert bytes(again.token) == b"token"


# N_close


def test_whole_second_at_close_is_late():
    """A3: genTime = close_at without a fraction says only that it was within that second."""
    source = replace(sources.local_authority(), accuracy_ms=0)
    cut(9.5, sources=[source])
    cut(10, sources=[source])

    assert selectors.n_close(described("trial-tsa"), milliseconds(10), 1) == 8
    assert selectors.n_close(described("trial-tsa"), milliseconds(11), 1) == 16


def test_two_of_three_sources_decide_when_one_is_absent():
    asleep = Told("c", SourceSilent("asleep"))
    cut(1, sources=[Told("a", 1), Told("b", 1), asleep])
    cut(2, sources=[Told("a", 2), Told("b", 4), asleep])

    three = described("a", "b", "c")
    assert selectors.n_close(three, milliseconds(3), 1) == 16
    assert selectors.n_close(three, milliseconds(3), 2) == 8
    assert selectors.n_close(three, milliseconds(3), 3) == 0
    assert selectors.n_close(three, milliseconds(0.5), 1) == 0


def test_accuracy_of_the_policy_decides_when_the_token_gives_none():
    cut(9, sources=[Told("a", 9)])

    assert selectors.n_close(described("a", accuracy=900), milliseconds(10), 1) == 8
    assert selectors.n_close(described("a", accuracy=1000), milliseconds(10), 1) == 0


def test_sources_the_policy_does_not_name_do_not_count():
    cut(1, sources=[Told("a", 1)])

    assert selectors.n_close(described("b"), milliseconds(5), 1) == 0
    witness = [{**described("a")[0], "kind": "witness"}]
    assert selectors.n_close(witness, milliseconds(5), 1) == 0


def test_n_close_is_that_of_the_verifier():
    for seconds, said in ((1, 1), (2, 2.2), (3, 2.9), (4, 9), (5, 5)):
        cut(seconds, sources=[Told("a", said), Told("b", seconds)])
    names = described("a", "b", accuracy=100)

    for second in range(8):
        for k in (1, 2):
            clockwork = selectors.clockwork(names, k)
            expected = clockwork.n(int(moment(second).timestamp()))
            assert selectors.n_close(names, milliseconds(second), k) == expected


def test_late_is_said_only_when_it_is_proven():
    cut(10, sources=[Told("a", 10.05)])

    assert selectors.moment_proven(milliseconds(10), described("a", accuracy=50))
    assert not selectors.moment_proven(milliseconds(10), described("a", accuracy=60))
    assert not selectors.moment_proven(milliseconds(10), described("b"))


def test_first_checkpoint_with_enough_statements():
    cut(0)
    cut(1, sources=[Told("a", 1)])
    third = cut(2, sources=[Told("a", 2), Told("b", 2)])

    assert selectors.checkpoint_for(3).size == 8
    assert selectors.checkpoint_stated_for(3).size == 16
    assert selectors.checkpoint_stated_for(3, sources=["a", "b"], k=2) == third
    assert selectors.checkpoint_stated_for(3, sources=["b", "x"], k=2) is None
    assert selectors.checkpoint_for(24) is None
