"""Reads of the record that other apps and the auditor build on, and what they answer when there is nothing."""

import pytest
from django.apps import apps
from django.db import connection

from kernel.errors import NotFound, StateConflict, Unavailable
from ledger import keys, policies, selectors, sources
from ledger.audit import log_check
from ledger.models import Entry
from ledger.services import event_append, incident_record
from ledger.states import IncidentCode
from protocol import bodies
from protocol.dsse import Signer
from tests.ledger.builders import CHAIN, appended, cut, moment, new_event, recorded, signature
from tests.ledger.guards import unguarded

pytestmark = pytest.mark.django_db


def test_checkpoints_are_found_by_size_leaf_and_time():
    heads = [cut(seconds) for seconds in (0, 10, 20)]

    assert selectors.checkpoint_at(16) == heads[1]
    assert [selectors.checkpoint_for(leaf) for leaf in (0, 7, 8, 23, 24)] == [
        *heads[:1] * 2,
        heads[1],
        heads[2],
        None,
    ]
    assert list(selectors.checkpoints_between(moment(5), moment(20))) == heads[1:]
    assert list(selectors.checkpoints_sized([24, 8, 9])) == [heads[0], heads[2]]


def test_entries_are_found_by_leaf_and_event():
    entry = appended()
    waiting = appended()
    new = new_event()
    pair = [
        event_append(kind=new.kind, body=new.body, signatures=[signature()], chain=CHAIN, at=moment())
        for _ in range(2)
    ]
    cut()
    placed = Entry.objects.get(pk=entry.pk)

    assert selectors.entry_by_leaf(bytes(placed.leaf)).pk == entry.pk
    assert selectors.entry_by_leaf(b"\x00" * 32) is None
    assert [found.pk for found in selectors.entries_by_event(pair[0].ev)] == [row.pk for row in pair]
    assert [found.pk for found in selectors.entries_by_event(waiting.ev)] == [waiting.pk]
    assert selectors.entries_by_event("00" * 32) == []


def test_key_events_stand_outside_chains():
    body = bodies.body("signer-key", org="o", name="n", spki="00" * 44)
    entry = event_append(kind="signer-key", body=body, signatures=[signature()], chain=None, at=moment())
    recorded()
    assert not selectors.key_entries(["signer-key"]).exists()

    cut()

    assert [found.pk for found in selectors.key_entries(["signer-key", "dryrun"])] == [entry.pk]
    assert not selectors.chain_entries(CHAIN).exists()


def test_what_does_not_exist_is_not_found():
    entry = appended()
    cut()
    place = Entry.objects.get(pk=entry.pk).leaf_index

    for ask in (
        lambda: selectors.checkpoint_at(9),
        lambda: selectors.inclusion_proof(8, 8),
        lambda: selectors.inclusion_proof(0, 16),
        lambda: selectors.consistency_proof(0, 8),
        lambda: selectors.consistency_proof(8, 16),
        lambda: selectors.pad_opening(place),
        lambda: selectors.pad_opening(8),
        lambda: selectors.pad_opening(-1),
        lambda: selectors.leaves_between(0, 9),
        lambda: selectors.tile_published(0, 0, 9),
    ):
        with pytest.raises(NotFound):
            ask()


def test_things_name_themselves():
    appended()
    cut(sources=[sources.local_authority()])
    incident_record(code=IncidentCode.SOURCE_SILENT, source="somebody", note="", at=moment())

    named = {
        model.__name__: str(model.objects.first())
        for model in apps.get_app_config("ledger").get_models()
        if model.objects.exists()
    }

    assert len(named) == 8
    assert named["Checkpoint"] == "8"
    assert named["Tile"] == "0/0"
    assert named["Incident"] == "source-silent somebody"
    assert named["PadSeed"] == "2026-03-02"


def test_printed_matrix_asks_the_deciding_functions():
    class Auditor:
        roles = frozenset({"auditor"})

    class Anybody:
        roles = frozenset()

    answers = {
        row.action: (row.check(Auditor, None).allowed, row.check(Anybody, None).allowed)
        for row in policies.MATRIX
    }

    assert answers == {"log_read": (True, True), "leaf_opening_read": (True, False)}


def test_log_is_signed_with_ed25519_only(settings):
    keys.signer_in(settings.PLATFORM_KEY_FILE)
    settings.LOG_KEY_FILE.write_bytes(Signer.generate("ecdsa-p256-sha256").save())

    with pytest.raises(Unavailable) as refusal:
        cut()

    assert refusal.value.code == "ledger_key_kind"


@pytest.mark.django_db(transaction=True)
def test_torn_state_stops_the_log():
    """Tables restored from different moments must not be continued."""
    cut()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_logstate")

    with pytest.raises(StateConflict) as refusal:
        cut(10)

    assert refusal.value.code == "ledger_torn"


@pytest.mark.django_db(transaction=True)
def test_rebuild_names_an_entry_of_an_impossible_kind():
    recorded()
    cut()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'No Such Kind'")

    assert any("body is not that of its event id" in fault for fault in log_check().faults)
