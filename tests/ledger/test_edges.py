"""Policies, tasks and commands of the ledger."""

from dataclasses import dataclass, field

import pytest
from django.core.management import call_command

from kernel.errors import NotPermitted
from ledger import policies, selectors, tasks
from ledger.models import Checkpoint
from tests.ledger.builders import cut


@dataclass(frozen=True)
class Reader:
    roles: frozenset[str] = field(default=frozenset())


@pytest.mark.parametrize("role", ["owner", "bidder", "officer", "supervisor", "sysadmin", "public"])
def test_only_the_auditor_opens_leaves(role):
    decision = policies.may_open_leaves(Reader(frozenset({role})))

    assert not decision.allowed
    assert decision.reason
    assert policies.may_open_leaves(Reader(frozenset({role, "auditor"}))).allowed


@pytest.mark.django_db
def test_leaf_is_not_opened_for_others():
    cut()

    with pytest.raises(NotPermitted):
        selectors.leaf_opening(0, reader=Reader(frozenset({"sysadmin"})))


def test_everybody_reads_the_log():
    assert policies.may_read_log(Reader()).allowed


@pytest.mark.django_db
def test_heartbeat_task_cuts_even_when_nothing_waits():
    tasks.heartbeat()
    tasks.statements()

    assert selectors.checkpoint_latest().size == 8
    assert [row.source for row in selectors.statements_of(selectors.checkpoint_latest())] == ["trial-tsa"]


@pytest.mark.django_db
def test_schedule_names_tasks_that_exist():
    assert [(name, task.name) for name, _, task in tasks.DUE] == [
        ("ledger.heartbeat", "ledger.heartbeat"),
        ("ledger.statements", "ledger.statements"),
    ]


@pytest.mark.django_db
def test_ledger_cut_command_prints_the_checkpoint(capsys):
    cut()

    call_command("ledger_cut")

    newest = Checkpoint.objects.order_by("-size").first()
    assert capsys.readouterr().out == f"16 {bytes(newest.root).hex()} stated by trial-tsa\n"
