"""Registration, from the code of the organisation to its desk, and the papers it hands in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.forms.base import PaperField
from accounts.models import (
    Organisation,
    OrganisationRecord,
)
from accounts.rules import paper_findings, paper_name
from tests import builders_accounts as build
from tests.web.account_forms.acting import PDF, english, enter, post

pytestmark = pytest.mark.django_db


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
