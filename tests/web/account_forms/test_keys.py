"""Keys: asked for, certified, lapsed, lost, and only by their owner."""

import json
from datetime import timedelta

import pytest

from accounts.models import (
    KeyLoss,
    KeyRequest,
    SigningKey,
)
from accounts.services.key_requests import key_request_body, signer_key_body
from kernel import clock
from tests import builders_accounts as build
from tests.web.account_forms.acting import english, enter, post, signed
from tests.web.test_accounts_pages import asked_key, reported_loss

pytestmark = pytest.mark.django_db


def ask(client, party, key, **changes):
    body = key_request_body(party.organisation.code, key.spki.hex())
    data = {
        "label": "laptop",
        "spki": key.spki.hex(),
        "signatures": json.dumps([key.sign("key-request", body)]),
    }
    return post(client, "key-new", data | changes)


def test_key_is_asked_for_certified_and_retired(client, at, intake):
    party, key = build.accepted(1, at=at, with_key=False), build.signer("new")
    enter(client, party.person.pk)
    assert ask(client, party, key).status_code == 302
    request = KeyRequest.objects.get()
    enter(client, intake.person)
    body = signer_key_body(party.organisation, key.spki.hex())
    stranger = json.dumps([key.sign("signer-key", body)])
    assert post(client, "key-certify", {"signatures": stranger}, request.pk).status_code == 422
    right = json.dumps({"body": body, "signatures": [build.REGISTRAR.sign("signer-key", body)]})

    assert post(client, "key-certify", {"signatures": right}, request.pk).status_code == 302

    registered = SigningKey.objects.get(organisation=party.organisation)
    assert (registered.spki, registered.label) == (key.spki.hex(), "laptop")
    enter(client, party.person.pk)
    assert post(client, "key-retire", {}, registered.pk).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signatures": "[]"}, "Nothing is signed yet"),
        ({"signatures": "nonsense"}, "not a list of signatures"),
        ({"spki": ""}, "No key has been made yet"),
        ({"certificates": "-----BEGIN"}, "The chain cannot be read"),
    ],
)
def test_key_request_says_what_is_missing(changes, words, client, at):
    party = build.accepted(1, at=at, with_key=False)
    enter(client, party.person.pk)

    response = ask(client, party, build.signer("new"), **changes)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not KeyRequest.objects.exists()


def chain_for(key, *, days):
    """A self-made certificate for a key, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaf")])
    now = clock.now()
    builder = x509.CertificateBuilder(name, name, key.key.public_key(), 7, now, now + timedelta(days=days))
    return builder.sign(key.key, None).public_bytes(serialization.Encoding.PEM).decode()


def test_certificate_is_bound_to_its_key_and_warns_before_it_lapses(client, at):
    party, key = build.accepted(1, at=at, with_key=False), build.signer("new")
    enter(client, party.person.pk)

    other = ask(client, party, key, certificates=chain_for(build.signer("other"), days=400))
    assert "The certificate is for another key." in other.content.decode()
    assert ask(client, party, key, certificates=chain_for(key, days=7)).status_code == 302

    request = KeyRequest.objects.get()
    from accounts.actors import SYSTEM
    from accounts.services import signing_key_register

    signing_key_register(
        **build.key_event(party.organisation, request.spki),
        registrar=build.REGISTRAR_SPKIS,
        certificates=request.certificates,
        actor=SYSTEM,
        at=at,
    )
    assert "6 days left" in client.get(english("keys")).content.decode()
    from accounts.services import certificates_expiring_notify

    assert [certificates_expiring_notify(at=clock.now()) for _ in range(2)] == [1, 0]


def test_registrar_key_is_trusted_at_the_machine_only(capsys, installation, settings, tmp_path):
    from django.core.management import CommandError, call_command

    settings.KEYS_DIR = tmp_path
    spki = build.REGISTRAR.spki.hex()

    call_command("registrar_key", spki)

    assert spki in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("registrar_key", "00")


def test_key_of_somebody_else_cannot_be_asked_for(client, at):
    party, other = build.accepted(1, at=at, with_key=False), build.bidder(2, at=at)
    enter(client, party.person.pk)

    body = key_request_body(party.organisation.code, other.spki)
    forged = json.dumps([build.signer("new").sign("key-request", body)])
    assert ask(client, party, other.signer, signatures=forged).status_code == 422
    assert "never taken twice" in ask(client, party, other.signer).content.decode()


def test_key_is_refused_with_a_reason_its_owner_reads(client, at, intake):
    party = build.bidder(1, at=at)
    request = asked_key(party, at)
    enter(client, intake.person)

    assert post(client, "key-refuse", {"reason": "fingerprint differs"}, request.pk).status_code == 302

    enter(client, party.person.pk)
    assert "fingerprint differs" in client.get(english("keys")).content.decode()


def test_loss_counts_with_both_signatures_only(client, at, intake):
    party, supervisor = build.bidder(1, at=at), build.supervisor(at=at)
    loss = reported_loss(party, at)
    enter(client, intake.person)
    first = json.dumps([build.REGISTRAR.sign("key-loss", loss.body)])
    assert post(client, "loss-sign", {"signatures": first}, loss.pk).status_code == 302
    assert SigningKey.objects.get(spki=party.spki).state == "active"
    enter(client, supervisor.person.pk)

    assert (
        post(
            client, "loss-sign", {"signatures": signed(supervisor, "key-loss", loss.body)}, loss.pk
        ).status_code
        == 302
    )

    assert SigningKey.objects.get(spki=party.spki).state == "lost"
    enter(client, party.person.pk)
    assert "Event in the ledger" in client.get(english("keys")).content.decode()


def test_loss_is_reported_by_the_organisation_and_refused_by_an_office(client, at, intake):
    party, second = build.bidder(1, at=at), build.signer("second")
    build.register_key(party.organisation, second, at=at)
    enter(client, party.person.pk)
    data = {"old": party.spki, "new": party.spki, "report": "stolen"}
    assert "cannot succeed itself" in post(client, "key-lost", data).content.decode()
    assert post(client, "key-lost", {**data, "new": second.spki.hex()}).status_code == 302
    enter(client, intake.person)

    assert post(client, "loss-refuse", {"reason": "found again"}, KeyLoss.objects.get().pk).status_code == 302

    assert SigningKey.objects.get(spki=party.spki).state == "active"
