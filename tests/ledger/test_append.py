"""Writing to the record."""

import json
from datetime import date
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest

from kernel.errors import RuleBroken
from ledger.models import Entry
from ledger.services import event_append, events_append, record_append
from protocol import dsse, hashing
from tests.ledger.builders import CHAIN, appended, cut, moment, new_event, recorded, signature

pytestmark = pytest.mark.django_db


class Colour(Enum):
    RED = "red"


def test_record_append_hashes_the_data_it_keeps():
    entry = recorded(firm="91310000MA1FL0000X")

    assert entry.kind == "record"
    assert entry.signatures == []
    assert entry.chain == ""
    assert entry.leaf_index is None
    assert entry.data == {"firm": "91310000MA1FL0000X"}
    assert entry.body["data"] == hashing.sha256(entry.data_text.encode()).hex()
    assert entry.body["at"] == int(moment().timestamp())
    assert entry.ev == dsse.event_id("record", entry.body).hex()


def test_record_append_writes_the_values_services_have():
    entry = recorded(
        money=Decimal("1000.50"),
        day=date(2026, 3, 2),
        moment=moment(1.5),
        person=UUID(int=1),
        colour=Colour.RED,
        digest=b"\x01\xff",
        rows=({"a": 1},),
        roles=frozenset({"b", "a"}),
        nothing=None,
    )

    assert Entry.objects.get(pk=entry.pk).data == {
        "money": "1000.50",
        "day": "2026-03-02",
        "moment": int(moment(1).timestamp()),
        "person": "00000000-0000-0000-0000-000000000001",
        "colour": "red",
        "digest": "01ff",
        "rows": [{"a": 1}],
        "roles": ["a", "b"],
        "nothing": None,
    }


@pytest.mark.parametrize("value", [1.5, -1, "\ud800", object()])
def test_record_append_refuses_what_has_no_canonical_form(value):
    with pytest.raises(RuleBroken, match="cannot be written") as refusal:
        recorded(value=value)

    assert refusal.value.code == "ledger_body"
    assert not Entry.objects.exists()


def test_record_append_refuses_a_subject_over_several_lines():
    with pytest.raises(RuleBroken):
        record_append(name="test.act", subject="a\nb", data={}, actor="system", at=moment())


def test_event_append_keeps_the_canonical_bytes():
    entry = appended()

    kept = Entry.objects.get(pk=entry.pk)
    assert kept.body_text == json.dumps(entry.body, sort_keys=True, separators=(",", ":"))
    assert hashing.sha256(dsse.pae("withdraw", kept.body_text.encode())).hex() == kept.ev
    assert kept.chain == CHAIN


def test_event_append_is_idempotent_before_and_after_the_cut():
    new = new_event()
    arguments = {"kind": new.kind, "body": new.body, "signatures": new.signatures, "chain": CHAIN}
    first = event_append(**arguments, at=moment())
    cut()

    again = event_append(**arguments, at=moment(60))

    assert again.pk == first.pk
    assert again.leaf_index is not None
    assert Entry.objects.count() == 1


def test_event_append_with_other_signatures_is_another_entry():
    """A copy logged earlier without a valid signature must not displace the bid (A2)."""
    new = new_event()
    first = event_append(kind=new.kind, body=new.body, signatures=[signature()], chain=CHAIN, at=moment())

    second = event_append(kind=new.kind, body=new.body, signatures=new.signatures, chain=CHAIN, at=moment())

    assert second.pk != first.pk
    assert second.ev == first.ev


def test_events_append_keeps_the_order_and_names_twins_once():
    new = [new_event() for _ in range(30)]

    entries = events_append(events=[*new, new[3]], at=moment())

    assert [entry.body for entry in entries[:30]] == [event.body for event in new]
    assert entries[30].pk == entries[3].pk
    numbers = [entry.seq for entry in entries[:30]]
    assert numbers == sorted(numbers)
    assert Entry.objects.count() == 30


def test_events_append_in_bulk_writes_the_same_columns():
    entries = events_append(events=[new_event() for _ in range(150)], at=moment())

    kept = {entry.pk: entry for entry in Entry.objects.all()}
    for entry in entries:
        assert kept[entry.pk].body_text == entry.body_text
        assert bytes(kept[entry.pk].r) == entry.r
        assert bytes(kept[entry.pk].k) == entry.k
        assert kept[entry.pk].at == moment()


def test_blinds_are_fresh_for_every_entry():
    entries = [appended() for _ in range(5)]

    assert len({bytes(value) for entry in entries for value in (entry.r, entry.k)}) == 10


@pytest.mark.parametrize(
    ("kind", "chain", "code"),
    [
        ("withdraw", None, "ledger_chain"),
        ("officer-key", CHAIN, "ledger_chain"),
        ("pad", None, "ledger_kind"),
        ("record", None, "ledger_kind"),
        ("invented", CHAIN, "ledger_body"),
    ],
)
def test_event_append_refuses_a_kind_where_it_has_no_place(kind, chain, code):
    with pytest.raises(RuleBroken) as refusal:
        event_append(kind=kind, body=new_event().body, signatures=[signature()], chain=chain, at=moment())

    assert refusal.value.code == code


def test_event_append_refuses_an_unsigned_event():
    with pytest.raises(RuleBroken):
        event_append(kind="withdraw", body=new_event().body, signatures=[], chain=CHAIN, at=moment())


def test_event_append_refuses_an_additional_member():
    body = {**new_event().body, "extra": 1}

    with pytest.raises(RuleBroken, match="extra"):
        event_append(kind="withdraw", body=body, signatures=[signature()], chain=CHAIN, at=moment())
