"""What the account pages take: each form's way through, what it refuses and with which words."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.forms.base import PaperField
from accounts.models import (
    Invitation,
    KeyLoss,
    KeyRequest,
    Mandate,
    Membership,
    Organisation,
    OrganisationRecord,
    Person,
    SigningKey,
    StaffSession,
)
from accounts.registrar_keys import registrar_trust
from accounts.rules import mandate_body, paper_findings, paper_name
from accounts.services import organisation_submit
from accounts.services.key_requests import key_request_body, signer_key_body
from accounts.states import Role
from kernel import clock
from tests import builders_accounts as build
from tests.web.test_accounts_pages import asked_key, reported_loss

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a paper"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def at():
    return clock.now() - timedelta(hours=1)


@pytest.fixture
def intake(at):
    registrar_trust(build.REGISTRAR.spki.hex())
    return build.staff(build.centre(at=at), Role.INTAKE, 950, at=at)


def enter(client, person_id):
    client.force_login(Person.objects.get(pk=person_id))
    return client


def english(name, *args):
    """The address of an account page (or, with a colon or underscore inside, of any page) in English."""
    with translation.override("en"):
        return reverse(name if "_" in name else f"accounts:{name}", args=args)


def post(client, name, data, *args):
    return client.post(english(name, *args), data)


def signed(party, kind, body):
    return json.dumps([party.signer.sign(kind, body)])


def test_registration_goes_from_code_to_desk(client, at):
    enter(client, build.person(1, at=at).pk)
    begun = post(client, "register", {"code": build.uscc(1).lower(), "name": "Firm", "kinds": ["bidder"]})
    assert begun.status_code == 302
    unit = {"name": "Firm", "kinds": ["bidder"], "legal_representative": "R", "region": "350100"}
    assert post(client, "part", unit, "unit")["Location"].endswith("/organisation/contacts/")
    contacts = {"phone_1": "0591-87651234", "phone_2": "+86 139 0000 0001"}
    assert post(client, "part", contacts, "contacts")["Location"].endswith("/organisation/account/")
    proof = SimpleUploadedFile("permit.pdf", PDF)
    account = {
        "holder": "Firm",
        "number": "3500 0000 0001",
        "bank": "Bank",
        "cnaps": "123456789012",
        "proof": proof,
    }
    assert post(client, "part", account, "account").status_code == 302

    handed = post(client, "hand-in", {})

    organisation = Organisation.objects.get()
    assert handed.status_code == 302
    assert (organisation.state, organisation.code) == ("submitted", build.uscc(1))
    assert organisation.basic_accounts.get().number == "350000000001"
    file = client.get(english("file", organisation.basic_accounts.get().proof_sha256))
    assert b"".join(file.streaming_content) == PDF


def test_hand_in_names_everything_missing_at_once(client, at):
    person = build.person(1, at=at)
    enter(client, person.pk)
    post(client, "register", {"code": build.uscc(1), "name": "Firm", "kinds": ["bidder"]})

    response = post(client, "hand-in", {})

    text = response.content.decode()
    assert response.status_code == 422
    assert "4 things to put right" in text
    assert "A region code has 6 digits. (GB/T 2260)" in text
    assert "A bidder declares its basic account. (条26)" in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91350100M000100Y43", "The code is well formed"),
        ("91350100M000100Y4", "The code has 17 characters"),
        ("91350100M000100Y44", "does not fit the others"),
        ("", "This field is empty"),
    ],
)
def test_code_is_checked_while_the_form_is_filled_in(code, words, client, at):
    enter(client, build.person(1, at=at).pk)

    response = client.get(english("code-check"), {"code": code})

    assert words in response.content.decode()
    assert "<html" not in response.content.decode()


def test_code_registered_already_is_refused_at_the_form(client, at):
    build.bidder(1, at=at)
    enter(client, build.person(2, at=at).pk)

    response = post(client, "register", {"code": build.uscc(1), "name": "Other", "kinds": ["bidder"]})

    assert response.status_code == 422
    assert "already registered; ask it to admit you" in response.content.decode()


def test_one_telephone_number_is_refused_at_the_second_field(client, at):
    party = build.registered(1, at=at)
    enter(client, party.person.pk)
    post(client, "part", {"phone_1": "0591-87651234"}, "contacts")

    response = post(client, "hand-in", {})

    assert "at least 2 different telephone numbers" in response.content.decode()


def paper(**changes):
    return {
        "kind": "qualification",
        "title": "Class two",
        "number": "D1",
        "valid_to": "2027-12-31",
        "file": SimpleUploadedFile("../../etc/<b>scan</b>\u202e.pdf", PDF),
        **changes,
    }


def test_paper_is_kept_under_a_harmless_name_and_only_ever_downloaded(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)

    assert post(client, "paper-add", paper()).status_code == 302

    record = OrganisationRecord.objects.get()
    assert record.file_name == "b.pdf"
    assert not set('<>:"|?*;%\u202e/\\') & set(record.file_name)
    response = client.get(english("file", record.file_sha256))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_paper_of_another_organisation_cannot_be_downloaded(client, at):
    enter(client, build.bidder(1, at=at).person.pk)
    post(client, "paper-add", paper())
    address = OrganisationRecord.objects.get().file_sha256
    enter(client, build.bidder(2, at=at).person.pk)

    assert client.get(english("file", address)).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.html", b"<script>alert(1)</script>", "This is not a PDF"),
        ("a.pdf", b"<html>", "This is not a PDF"),
        ("a.png", PDF, "This is not a PDF"),
        ("a.pdf", b"", "The file is empty"),
    ],
)
def test_other_files_are_refused_and_nothing_is_stored(name, data, words, client, at, installation):
    enter(client, build.bidder(1, at=at).person.pk)

    response = post(client, "paper-add", paper(file=SimpleUploadedFile(name, data)))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not OrganisationRecord.objects.exists()


def test_paper_too_large_is_refused_before_it_is_stored():
    findings = paper_findings("a.pdf", PDF[:8], 60 * 1024 * 1024)

    assert [finding.code for finding in findings] == ["paper_too_large"]
    assert PaperField(required=False).clean(None) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\x\\licence.PDF", "licence.pdf"),
        ("../../etc/passwd", "passwd"),
        ("营业执照.pdf", "营业执照.pdf"),
        ("a\x00\u202efdp.exe", "afdp.exe"),
        ("...", "paper"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_paper_name_keeps_what_is_harmless(given, kept):
    assert paper_name(given) == kept


def test_paper_is_ended_with_a_reason(client, at):
    enter(client, build.bidder(1, at=at).person.pk)
    post(client, "paper-add", paper())
    record = OrganisationRecord.objects.get()

    assert post(client, "paper-end", {"reason": ""}, record.pk).status_code == 422
    assert post(client, "paper-end", {"reason": "replaced"}, record.pk).status_code == 302
    assert "replaced" in client.get(english("papers")).content.decode()


def test_invitation_reaches_a_stranger_who_joins(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)

    page = post(client, "invite", {"email": "New@Example.test", "roles": ["bidder"], "powers": ["seal"]})

    link = next(word for word in mail.outbox[0].body.split() if "/join/" in word)
    assert link in page.content.decode()
    assert mail.outbox[0].to == ["new@example.test"]
    assert link.rsplit("/", 2)[1] not in Invitation.objects.get().token_hash
    stranger = Person.objects.create_user("new@example.test", PASSWORD)
    client.force_login(stranger)
    path = link.split("testserver")[1]
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    member = Membership.objects.get(person=stranger)
    assert (member.roles, member.powers) == (["bidder"], ["seal"])
    assert client.post(path).status_code == 409


def test_invitation_is_for_its_address_only(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)
    post(client, "invite", {"email": "new@example.test", "powers": ["seal"]})
    path = next(word for word in mail.outbox[0].body.split() if "/join/" in word).split("testserver")[1]
    enter(client, build.person(2, at=at).pk)

    assert client.post(path).status_code == 403
    assert Membership.objects.filter(organisation=party.organisation).count() == 1


def test_invitation_with_two_posts_is_refused_and_one_can_be_taken_back(client, at):
    centre = build.centre(at=at)
    enter(client, centre.person.pk)

    refused = post(client, "invite", {"email": "x@example.test", "roles": ["intake", "finance"]})
    assert refused.status_code == 422
    assert "never one person" in refused.content.decode()
    post(client, "invite", {"email": "x@example.test", "roles": ["intake"]})
    again = post(client, "invite", {"email": "x@example.test", "roles": ["intake"]})
    assert "already been invited" in again.content.decode()
    post(client, "invitation-end", {}, Invitation.objects.get().pk)
    assert Invitation.objects.get().state == "withdrawn"


def test_member_is_changed_and_the_last_manager_stays(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)
    member = Membership.objects.get()

    refused = post(client, "member", {"roles": ["bidder"], "powers": ["seal"]}, member.pk)
    assert refused.status_code == 422
    assert "Somebody must remain" in refused.content.decode()
    assert post(client, "member-end", {"reason": "left"}, member.pk).status_code == 422
    changed = post(client, "member", {"roles": ["bidder"], "powers": ["members", "seal"]}, member.pk)
    assert changed.status_code == 302
    assert Membership.objects.get(revoked_at=None).powers == ["members", "seal"]


def test_mandate_is_signed_by_both(client, at):
    owner, agency = build.owner(at=at), build.agency(at=at)
    given = {
        "agency": agency.organisation.code,
        "tender": "350102-GC-2026-00007",
        "powers": ["draft", "publish"],
        "valid_from": "2026-11-02",
        "valid_to": "2027-11-01",
        "fee_basis": "Contract 7",
        "fee_payer": "owner",
    }
    enter(client, owner.person.pk)
    shown = post(client, "mandate-new", given)
    body = shown.context["signing"]["body"]
    assert body["to"] - body["from"] == 365 * 86400
    offered = post(client, "mandate-new", {**given, "signatures": signed(owner, "mandate", body)})
    assert offered.status_code == 302
    mandate = Mandate.objects.get()
    enter(client, agency.person.pk)
    wrong = post(client, "mandate-accept", {"signatures": signed(owner, "mandate", mandate.body)}, mandate.pk)
    assert wrong.status_code == 422
    taken = post(
        client, "mandate-accept", {"signatures": signed(agency, "mandate", mandate.body)}, mandate.pk
    )

    mandate.refresh_from_db()
    assert (taken.status_code, mandate.state) == (302, "accepted")
    assert post(client, "mandate-end", {"reason": "over"}, mandate.pk).status_code == 302


def test_mandate_for_an_unknown_agency_is_refused_at_the_field(client, at):
    owner = build.owner(at=at)
    enter(client, owner.person.pk)
    given = {
        "agency": build.uscc(5),
        "tender": "T",
        "valid_from": "2026-11-02",
        "valid_to": "2027-11-01",
        "fee_basis": "C",
        "fee_payer": "owner",
    }

    response = post(client, "mandate-new", given)

    assert response.status_code == 422
    assert "No organisation with this code is registered here" in response.content.decode()
    assert mandate_body is not None


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


def test_message_is_read_by_its_addressee_only(client, at):
    first, second = build.bidder(1, at=at), build.bidder(2, at=at)
    from accounts.selectors import inbox

    message = inbox(first.person.pk).first()
    enter(client, second.person.pk)
    assert post(client, "message-read", {}, message.pk).status_code == 403
    enter(client, first.person.pk)
    assert "Mark as read" in client.get(english("messages")).content.decode()

    assert post(client, "message-read", {}, message.pk).status_code == 302

    message.refresh_from_db()
    assert message.delivered_at is not None


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


def test_desk_returns_with_the_whole_list_or_accepts(client, at, intake):
    party = build.registered(2, at=at)
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=at)
    enter(client, intake.person)
    pk = party.organisation.pk

    nothing = post(client, "review", {"decision": "return"}, pk)
    assert "You listed no defect" in nothing.content.decode()
    both = post(client, "review", {"decision": "accept", "defect_name": "wrong"}, pk)
    assert "You listed defects" in both.content.decode()
    listed = {"decision": "return", "defect_name": "wrong", "defect_address": "missing"}
    assert post(client, "review", listed, pk).status_code == 302
    assert party.organisation.reviews.get().defects.count() == 2
    organisation_submit(organisation_id=pk, actor=party.actor, at=at)
    assert post(client, "review", {"decision": "accept"}, pk).status_code == 302
    assert Organisation.objects.get(pk=pk).state == "accepted"


def test_staff_session_is_opened_shown_everywhere_and_closed(client, at, intake):
    enter(client, intake.person)
    given = {"role": "intake", "purpose": "Letter 7", "hours": "2"}

    assert post(client, "sessions", {**given, "purpose": ""}).status_code == 422
    assert post(client, "sessions", given).status_code == 302

    session = StaffSession.objects.get()
    assert session.expires_at - session.opened_at == timedelta(hours=2)
    assert "Purpose: Letter 7." in client.get("/en/verify").content.decode()
    post(client, "session-close", {}, session.pk)
    assert "Letter 7" not in client.get("/en/verify").content.decode()


def test_binding_post_waits_for_a_fresh_proof_and_then_goes_through(client, at):
    party = build.bidder(1, at=at)
    party.person.set_password(PASSWORD)
    party.person.save()
    client.post(reverse("account_login"), {"login": party.person.email, "password": PASSWORD})

    held = post(client, "key-retire", {}, party.key.pk)

    assert held["Location"].startswith(english("account_reauthenticate"))
    assert SigningKey.objects.get().state == "active"
    proved = client.post(
        held["Location"],
        {"password": PASSWORD, "next": english("key-retire", party.key.pk)},
    )
    assert proved["Location"].endswith(english("keys"))
    assert SigningKey.objects.get().state == "retired"


def test_person_of_two_organisations_chooses_for_which_to_act(client, at):
    first, second = build.bidder(1, at=at), build.owner(at=at)
    from accounts.actors import SYSTEM
    from accounts.services import membership_grant

    membership_grant(
        organisation_id=second.organisation.pk,
        person_id=first.person.pk,
        roles={Role.OWNER},
        actor=SYSTEM,
        at=at,
    )
    enter(client, first.person.pk)

    post(
        client, "acting", {"organisation": str(second.organisation.pk), "next": "https://elsewhere.example/"}
    )

    assert "You act for Owner 901" in client.get(english("home")).content.decode()


def test_key_waits_until_the_organisation_is_accepted(client, at):
    enter(client, build.registered(1, at=at).person.pk)

    text = client.get(english("key-new")).content.decode()

    assert "once the desk has accepted the registration" in text
    assert "page_new.js" not in text
