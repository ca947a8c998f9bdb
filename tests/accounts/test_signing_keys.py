"""Signing keys: certified by the registrar; lost only by the word of two offices (A2)."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.actors import SYSTEM
from accounts.models import Outbox, SigningKey
from accounts.rules.signed import fingerprint
from accounts.services import (
    key_request_open,
    signing_key_lost,
    signing_key_register,
    signing_key_retire,
)
from accounts.services.key_requests import key_request_body
from accounts.states import KeyState, OrganisationKind, Role
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol.dsse import ECDSA, Signer
from tests import builders_accounts as build
from tests.builders_accounts import REGISTRAR_SPKIS, START, SUPERVISOR_SPKIS

pytestmark = pytest.mark.django_db
UNTIL = datetime(2027, 11, 2, 1, 0, tzinfo=UTC)
TENDER = "500112-GC-2026-00123"


def register(organisation, spki, *, by=build.REGISTRAR, body=None, actor=SYSTEM, **more):
    event = build.key_event(organisation, spki, by=by)
    return signing_key_register(
        body=body or event["body"],
        signatures=event["signatures"],
        registrar=REGISTRAR_SPKIS,
        actor=actor,
        at=START,
        **more,
    )


def test_signing_key_register_writes_the_registrars_event_into_the_ledger():
    party = build.bidder(1)

    entry = Entry.objects.get(kind="signer-key")
    assert entry.body["org"] == party.organisation.code
    assert entry.body["spki"] == party.spki
    assert entry.chain == ""
    assert party.key.ev == entry.ev
    assert selectors.signing_key_active(party.spki).organisation == party.organisation


def test_signing_key_register_takes_an_event_only_from_the_registrar():
    """A false key enrolled by anybody else would be a kill switch on any rival (A2)."""
    party = build.accepted(1, with_key=False)
    for signer in (party.signer, build.SUPERVISOR):
        with pytest.raises(RuleBroken) as refusal:
            register(party.organisation, party.spki, by=signer)
        assert refusal.value.code == "signature_stranger"


def test_signing_key_register_refuses_a_body_changed_after_signing():
    party, rival = build.accepted(1, with_key=False), build.accepted(2, with_key=False)
    signed = build.key_event(party.organisation, party.spki)["body"]

    with pytest.raises(RuleBroken) as refusal:
        register(party.organisation, party.spki, body={**signed, "spki": rival.spki})

    assert refusal.value.code == "signature"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"extra": 1}, "event_body"), ({"spki": "zz"}, "event_body"), ({"org": ""}, "event_body")],
)
def test_signing_key_register_refuses_a_malformed_body(change, code):
    party = build.accepted(1, with_key=False)
    body = {**build.key_event(party.organisation, party.spki)["body"], **change}

    with pytest.raises(RuleBroken) as refusal:
        register(party.organisation, party.spki, body=body)

    assert refusal.value.code == code


def test_signing_key_register_never_takes_a_key_twice_nor_for_two():
    party, rival = build.bidder(1), build.bidder(2)
    for organisation in (party.organisation, rival.organisation):
        with pytest.raises(RuleBroken) as refusal:
            register(organisation, party.spki)
        assert refusal.value.code == "key_taken"


def test_signing_key_register_compares_the_certified_name():
    party = build.accepted(1, with_key=False)
    body = {**build.key_event(party.organisation, party.spki)["body"], "name": "Firm 2"}

    with pytest.raises(RuleBroken) as refusal:
        signing_key_register(
            body=body,
            signatures=[build.REGISTRAR.sign("signer-key", body)],
            registrar=REGISTRAR_SPKIS,
            actor=SYSTEM,
            at=START,
        )

    assert refusal.value.code == "key_name"


def test_signing_key_register_takes_an_accepted_organisation_only():
    party = build.registered(1)
    with pytest.raises(StateConflict):
        register(party.organisation, party.spki)
    unknown = {**build.key_event(party.organisation, party.spki)["body"], "org": build.uscc(77)}
    with pytest.raises(NotFound):
        register(party.organisation, party.spki, body=unknown)


def test_signing_key_register_takes_other_algorithms_and_tells_the_organisation():
    party = build.bidder(1)
    other = Signer.generate(ECDSA)

    key = register(party.organisation, other.spki.hex(), actor=party.actor, label="second clerk")

    assert key.algorithm == ECDSA
    assert selectors.active_spkis(party.organisation.pk) == {party.spki, other.spki.hex()}
    told = Outbox.objects.filter(event="key_registered", data__fingerprint=fingerprint(other.spki.hex()))
    assert {row.channel for row in told} == {"site", "mail", "sms"}


def test_signing_key_register_refuses_a_certificate_that_cannot_be_read():
    party = build.bidder(1)

    for unreadable in ("00", "not hex"):
        with pytest.raises(RuleBroken) as refusal:
            register(party.organisation, build.signer("x").spki.hex(), certificates=[unreadable])
        assert refusal.value.code == "key_certificate"


def certificate(signer):
    """A self-signed certificate for a key, DER in hex."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Firm 1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(UNTIL)
        .sign(signer.key, None)
    )
    return made.public_bytes(serialization.Encoding.DER).hex()


def test_signing_key_register_keeps_a_certificate_of_the_same_key_only():
    party, new, other = build.bidder(1), build.signer("new"), build.signer("other")
    with pytest.raises(RuleBroken) as refusal:
        register(party.organisation, new.spki.hex(), certificates=[certificate(other)])
    assert refusal.value.code == "key_certificate"

    key = register(party.organisation, new.spki.hex(), certificates=[certificate(new)])

    assert key.certificates == [certificate(new)]


def test_signing_key_register_refuses_a_key_of_an_unknown_kind():
    party = build.accepted(1, with_key=False)
    x25519 = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    spki = x25519.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(RuleBroken) as refusal:
        register(party.organisation, spki.hex())

    assert refusal.value.code == "key_algorithm"


def lost(
    party, new, *, by=(build.REGISTRAR, build.SUPERVISOR), org=None, supervisor=SUPERVISOR_SPKIS, actor=SYSTEM
):
    return signing_key_lost(
        **build.key_loss_event(org or party.organisation, party.spki, new, by=by),
        registrar=REGISTRAR_SPKIS,
        supervisor=supervisor,
        actor=actor,
        at=START,
    )


def test_signing_key_lost_passes_to_the_new_key_by_both_signatures():
    party, new = build.bidder(1), build.signer("new")
    build.register_key(party.organisation, new)

    old = lost(party, new.spki.hex())

    assert old.state == KeyState.LOST
    assert old.successor.spki == new.spki.hex()
    assert selectors.active_spkis(party.organisation.pk) == {new.spki.hex()}
    assert Entry.objects.get(kind="key-loss").ev == old.loss_ev
    assert Outbox.objects.filter(event="key_lost").exists()


@pytest.mark.parametrize("by", [(build.REGISTRAR,), (build.SUPERVISOR,)])
def test_signing_key_lost_refuses_one_office_alone(by):
    """A2: a registrar alone who could end a key could end any rival's bid."""
    party, new = build.bidder(1), build.signer("new")
    build.register_key(party.organisation, new)

    with pytest.raises(RuleBroken) as refusal:
        lost(party, new.spki.hex(), by=by)

    assert refusal.value.code == "signature_missing"


def test_signing_key_lost_refuses_one_key_for_both_offices():
    party, new = build.bidder(1), build.signer("new")
    build.register_key(party.organisation, new)

    with pytest.raises(RuleBroken) as refusal:
        lost(party, new.spki.hex(), by=(build.REGISTRAR,), supervisor=REGISTRAR_SPKIS)

    assert refusal.value.code == "key_loss_two_offices"


def test_signing_key_lost_refuses_to_hand_a_key_to_a_rival():
    party, rival = build.bidder(1), build.bidder(2)
    for org in (party.organisation, rival.organisation):
        with pytest.raises(RuleBroken) as refusal:
            lost(party, rival.spki, org=org)
        assert refusal.value.code == "key_loss_organisation"


def test_signing_key_lost_needs_an_active_successor_and_a_key_not_lost_yet():
    party, new, third = build.bidder(1), build.signer("new"), build.signer("third")
    for key in (new, third):
        build.register_key(party.organisation, key)
    lost(party, new.spki.hex())
    with pytest.raises(StateConflict):
        lost(party, third.spki.hex())
    signing_key_retire(key_id=SigningKey.objects.get(spki=third.spki.hex()).pk, actor=party.actor, at=START)
    second = build.bidder(2)
    with pytest.raises(RuleBroken) as refusal:
        lost(second, second.spki)
    assert refusal.value.code == "key_loss_same"
    with pytest.raises(NotFound):
        lost(second, build.signer("unknown").spki.hex())


def test_signing_key_lost_refuses_a_retired_successor():
    party, new = build.bidder(1), build.signer("new")
    key = build.register_key(party.organisation, new)
    signing_key_retire(key_id=key.pk, actor=party.actor, at=START)

    with pytest.raises(StateConflict):
        lost(party, new.spki.hex())


def test_signing_key_lost_is_entered_by_the_desk_or_the_supervisor():
    party, new = build.bidder(1), build.signer("new")
    build.register_key(party.organisation, new)

    with pytest.raises(NotPermitted):
        lost(party, new.spki.hex(), actor=party.actor)


def test_signing_key_retire_is_the_organisations_own():
    party, rival = build.bidder(1), build.bidder(2)
    with pytest.raises(NotPermitted):
        signing_key_retire(key_id=party.key.pk, actor=rival.actor, at=START)
    with pytest.raises(NotFound):
        signing_key_retire(key_id=party.person.pk, actor=rival.actor, at=START)

    signing_key_retire(key_id=party.key.pk, actor=party.actor, at=START)

    assert selectors.signing_key_active(party.spki) is None
    assert [key.state for key in selectors.signing_keys_of(party.organisation.pk)] == [KeyState.RETIRED]


def test_the_database_refuses_a_lost_key_without_its_event():
    party = build.bidder(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(pk=party.key.pk).update(state=KeyState.LOST.value, ended_at=START)


def test_signed_by_bounds_the_number_of_signatures():
    party = build.accepted(1, with_key=False)
    event = build.key_event(party.organisation, party.spki)
    for count in (0, 5):
        with pytest.raises(RuleBroken) as refusal:
            signing_key_register(
                body=event["body"],
                signatures=event["signatures"] * count,
                registrar=REGISTRAR_SPKIS,
                actor=SYSTEM,
                at=START + timedelta(0),
            )
        assert refusal.value.code == "signature_count"


@pytest.mark.parametrize(
    ("role", "asks"),
    [
        (Role.WITNESS, True),
        (Role.AGENCY, True),
        (Role.OWNER, True),
        (Role.INTAKE, False),
        (Role.BIDDER, False),
    ],
)
def test_whoever_may_sit_in_a_hall_asks_for_its_key_without_any_power(role, asks):
    """法36: the record is signed by those who conducted; a key that seals bids is asked for with that power only."""
    kinds = {
        Role.WITNESS: OrganisationKind.CENTRE,
        Role.INTAKE: OrganisationKind.CENTRE,
        Role.AGENCY: OrganisationKind.AGENCY,
        Role.OWNER: OrganisationKind.OWNER,
        Role.BIDDER: OrganisationKind.BIDDER,
    }
    house = build.accepted(904, kinds=frozenset({kinds[role]}), name="House")
    actor, key = build.staff(house, role, 960), build.signer("seat")
    asked = {
        "organisation_id": house.organisation.pk,
        "spki": key.spki.hex(),
        "label": "hall",
        "signatures": [key.sign("key-request", key_request_body(house.organisation.code, key.spki.hex()))],
        "actor": actor,
        "at": build.START,
    }
    assert not actor.powers
    if asks:
        assert key_request_open(**asked).requested_by_id == actor.person
        return
    with pytest.raises(NotPermitted):
        key_request_open(**asked)


def test_nobody_asks_for_a_key_of_another_house():
    house, other = build.centre(), build.centre(905)
    actor, key = build.staff(other, Role.WITNESS, 961), build.signer("seat")
    signature = key.sign("key-request", key_request_body(house.organisation.code, key.spki.hex()))
    with pytest.raises(NotPermitted):
        key_request_open(
            organisation_id=house.organisation.pk,
            spki=key.spki.hex(),
            label="hall",
            signatures=[signature],
            actor=actor,
            at=build.START,
        )
