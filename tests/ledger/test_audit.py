"""``ledger_fsck`` finds whatever somebody with the whole database in hand could change."""

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import keys, sources
from ledger.audit import log_check
from ledger.models import Checkpoint, Entry
from tests.ledger.builders import appended, cut, recorded
from tests.ledger.guards import unguarded


def filled():
    for round_ in range(3):
        appended()
        appended("T-1/L-2/bid")
        recorded(a=round_)
        cut(round_ * 60, sources=[sources.local_authority(), sources.local_witness()])
    for _ in range(300):
        appended()
    cut(300)
    appended()


def tampered(sql, parameters=()):
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.django_db
def test_honest_log_has_no_fault(capsys):
    filled()

    report = log_check()
    call_command("ledger_fsck")

    assert report.faults == []
    assert (report.leaves, report.entries, report.checkpoints, report.pending) == (328, 309, 4, 1)
    assert capsys.readouterr().out.endswith("ok\n")


@pytest.mark.django_db
def test_empty_log_has_no_fault():
    assert log_check().faults == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "UPDATE ledger_entry SET body_text = replace(body_text, 'v1', 'v2') WHERE leaf_index < 8",
            "body is not",
        ),
        ("UPDATE ledger_entry SET signatures_text = '[]' WHERE leaf_index < 8", "leaf does not follow"),
        ("UPDATE ledger_entry SET r = k WHERE leaf_index < 8", "leaf does not follow"),
        ("UPDATE ledger_entry SET data_text = '{\"a\":9}' WHERE data_text = '{\"a\":0}'", "data is not"),
        ("UPDATE ledger_entry SET chain = 'other' WHERE leaf_index BETWEEN 8 AND 15", "leaf does not follow"),
        ("DELETE FROM ledger_entry WHERE leaf_index < 8 AND kind = 'record'", "root does not follow"),
        ("UPDATE ledger_padseed SET secret = (SELECT root FROM ledger_logstate)", "root does not follow"),
        (
            "UPDATE ledger_tile SET hashes = (SELECT root FROM ledger_logstate) WHERE level = 1",
            "tile 1/0 differs",
        ),
        (
            "UPDATE ledger_checkpoint SET note = replace(note, 'sunlit', 'sunset') WHERE size = 8",
            "checkpoint 8",
        ),
        (
            "UPDATE ledger_checkpoint SET root = (SELECT root FROM ledger_logstate) WHERE size = 8",
            "checkpoint 8: root",
        ),
        ("UPDATE ledger_checkpoint SET at = '2026-03-02T09:00:00+00:00' WHERE size = 16", "time falls"),
        ("UPDATE ledger_chainhead SET leaf_index = leaf_index + 1", "chain head"),
        ("DELETE FROM ledger_chainhead", "chain head"),
        ("UPDATE ledger_statement SET time_ms = time_ms - 5000", "the token says another time"),
        (
            "UPDATE ledger_statement SET upper_ms = upper_ms - 500, lower_ms = lower_ms - 500",
            "bounds do not follow",
        ),
        ("UPDATE ledger_statement SET token = (SELECT root FROM ledger_logstate)", "the token does not hold"),
        ("UPDATE ledger_logstate SET size = size + 8", "state of the log"),
        ("DELETE FROM ledger_checkpoint WHERE size = 328", "entries have places beyond"),
    ],
)
def test_tampering_is_found(change, fault):
    filled()

    tampered(change)

    faults = log_check().faults
    assert any(fault in found for found in faults), faults


@pytest.mark.django_db(transaction=True)
def test_entry_forged_with_all_its_hashes_is_found():
    """Somebody recomputes everything in the row but cannot change what was signed."""
    filled()
    entry = Entry.objects.filter(kind="record").order_by("leaf_index").first()
    other = Entry.objects.filter(kind="record").order_by("leaf_index").last()
    columns = ["body_text", "ev", "data_text", "r", "k", "link", "leaf"]
    values = [getattr(other, column) for column in columns]

    tampered(
        f"UPDATE ledger_entry SET {', '.join(f'{column} = %s' for column in columns)} WHERE seq = {entry.seq}",
        values,
    )

    assert any("root does not follow" in fault for fault in log_check().faults)


@pytest.mark.django_db
def test_log_behind_its_witness_is_found(capsys):
    cut()
    keys.mark_raise(80, None)

    with pytest.raises(SystemExit):
        call_command("ledger_fsck")

    assert "a witness has signed a larger tree" in capsys.readouterr().err


@pytest.mark.django_db
def test_checkpoints_by_another_key_are_found(settings):
    cut()
    settings.LOG_KEY_FILE = settings.PLATFORM_KEY_FILE

    assert any("not signed by this key" in fault for fault in log_check().faults)
    assert Checkpoint.objects.count() == 1
