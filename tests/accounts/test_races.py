"""Two clerks, one second: real connections on PostgreSQL."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from accounts.files import StoredFile
from accounts.models import Membership, Organisation, Outbox, SigningKey
from accounts.services import (
    membership_grant,
    notify,
    organisation_register,
    outbox_drain,
    record_add,
    signing_key_register,
)
from accounts.states import Channel, OrganisationKind, RecordKind, Role
from kernel.errors import DomainError, RuleBroken
from ledger.models import Entry
from tests import builders_accounts as build
from tests.builders_accounts import REGISTRAR_SPKIS, START

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


def together(*acts: Callable[[], object]) -> list[object]:
    """Run all acts at once, each on its own connection; what they returned, or their refusals."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = acts[place]()
        except DomainError as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def refusals(results: list[object]) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


def test_two_registrations_of_one_code_leave_one():
    def register():
        return organisation_register(
            code=build.uscc(1), name="Firm", kinds={OrganisationKind.BIDDER}, actor=SYSTEM, at=START
        )

    results = together(register, register, register)

    assert Organisation.objects.count() == 1
    assert refusals(results) == ["code_taken", "code_taken"]
    assert Entry.objects.filter(kind="record").count() == 1


def test_one_person_cannot_be_given_two_posts_at_once():
    """Maker in one house, checker in another, granted in the same second."""
    one, two, person = build.centre(904), build.centre(905), build.person(7)

    def grant(centre, role):
        return membership_grant(
            organisation_id=centre.organisation.pk, person_id=person.pk, roles={role}, actor=SYSTEM, at=START
        )

    results = together(lambda: grant(one, Role.FINANCE), lambda: grant(two, Role.WITNESS))

    assert refusals(results) == ["membership"]
    assert Membership.objects.filter(person=person).count() == 1


def test_one_key_cannot_be_registered_for_two_organisations_at_once():
    parties = [build.accepted(n, with_key=False) for n in (1, 2)]
    spki = build.signer("contested").spki.hex()

    def register(party):
        return signing_key_register(
            **build.key_event(party.organisation, spki), registrar=REGISTRAR_SPKIS, actor=SYSTEM, at=START
        )

    results = together(*(lambda party=party: register(party) for party in parties))

    assert refusals(results) == ["key_taken"]
    assert SigningKey.objects.count() == 1
    assert Entry.objects.filter(kind="signer-key").count() == 1


def test_one_constructor_cannot_be_registered_with_two_firms_at_once():
    parties = [build.bidder(n) for n in (1, 2)]

    def add(party):
        return record_add(
            organisation_id=party.organisation.pk,
            kind=RecordKind.CONSTRUCTOR,
            number="闽1350001",
            title="一级建造师",
            file=StoredFile("ab" * 32, 1),
            file_name="a.pdf",
            actor=party.actor,
            at=START,
        )

    results = together(*(lambda party=party: add(party) for party in parties))

    assert len(refusals(results)) == 1
    assert all(isinstance(result, RuleBroken) or result.pk for result in results)


class Counter:
    """A gateway that counts; slow enough for the drains to overlap."""

    def __init__(self):
        self.keys = []
        self.pause = threading.Event()

    def send(self, *, key, address, language, text):
        self.pause.wait(0.01)
        self.keys.append(key)
        return "ok"


def test_two_drains_send_no_message_twice():
    party, post = build.bidder(1), Counter()
    Outbox.objects.all().delete()
    data = {"title": "t", "number": "n", "kind": "k", "kind_en": "k", "url": "/n/n"}
    for _ in range(10):
        notify(event="notice_published", to_person=party.person.pk, data=data, at=START)

    together(*[lambda: outbox_drain(gateways={Channel.MAIL: post}, at=START)] * 2)

    assert len(post.keys) == len(set(post.keys)) == 10
