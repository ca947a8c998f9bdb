"""What somebody uploaded comes back as a file to keep and never as a page, from whatever address, to whoever asks.

The tender's documents, a bidder's paper and the sealed files all hold a script. Every address of the site is visited by
everybody; an answer that holds it raw must be a download no browser would run.
"""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import OrganisationRecord, Person
from bidding import services
from bidding.models import Receipt
from bidding.rehearsal.tenders import Plan
from bidding.states import Edition
from tests import builders_bidding as build
from tests.web.test_leak_walk import addresses
from trading.services import documents_take

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('upload')</script>"
RUNS = (
    "text/html",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/xml",
    "text/javascript",
)


@pytest.fixture
def hall(monkeypatch):
    """A tender opened and recorded, whose documents hold the script."""
    made = build.hall(plan=plan())
    for number in range(1, 4):
        documents_take(tender_id=made.lot.tender_id, actor=made.bidder(number).actor, at=made.clock.now)
    made.bids(3)
    made.opened()
    made.end()
    services.bundle_export(lot_id=made.lot.pk, edition=Edition.PUBLIC, actor=SYSTEM, at=made.clock.now)
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    return made


def plan():
    return Plan(
        id="scripted",
        title=f"某工程 {SCRIPT}",
        title_en=f"Some works {SCRIPT}",
        scope=SCRIPT,
        ceiling=9_500_000,
        offers=[],
        technical_bytes=1000,
    )


@pytest.fixture
def paper(hall, client):
    """A bidder's paper that is a PDF by its first bytes and a page by the rest."""
    client.force_login(Person.objects.get(pk=hall.bidder(1).actor.person))
    file = SimpleUploadedFile("../../证书<b>.pdf", b"%PDF-1.7\n" + SCRIPT.encode())
    answer = client.post(
        reverse("accounts:paper-add"),
        {"kind": "qualification", "title": "二级", "number": "D1", "valid_to": "2027-12-31", "file": file},
    )
    assert answer.status_code == 302, answer.content.decode()
    return OrganisationRecord.objects.get(file_sha256__gt="")


def places(hall, paper):
    """Every address, its arguments filled with what is there."""
    tender = hall.lot.tender
    receipt = Receipt.objects.filter(organisation=hall.bidder(1).id).first()
    known = {
        "lot": str(hall.lot.no),
        "lot_id": str(hall.lot.pk),
        "tender_id": str(tender.pk),
        "i": "1",
        "seat_id": str(hall.lot.seats.get(i=1).pk),
        "document_id": str(tender.documents.order_by("name")[0].pk),
        "project_id": str(tender.project_id),
        "digest": hall.lot.policy,
        "sha256": paper.file_sha256,
        "record_id": str(paper.pk),
        "code": receipt.code,
        "ev": receipt.ev,
        "bid_id": str(hall.handed[0].bid.pk),
        "upload_id": str(hall.handed[0].bid.upload_id),
    }
    for route in addresses():
        number = hall.lot.number if "lot/<" in route else tender.number
        path = filled(route, {**known, "number": number})
        if not re.search(r"[?^(]", path):
            yield route, f"/{path}"


def filled(route, known):
    """The route with its arguments; a question mark for what is not known."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "?"), route)


def people(hall):
    found = {"public": Client()}
    parties = {
        "owner": hall.one.owner,
        "supervisor": hall.one.supervisor,
        "officer": hall.one.seats[0].party,
        "bidder": hall.bidder(1),
    }
    for role, party in parties.items():
        found[role] = Client()
        found[role].force_login(Person.objects.get(pk=party.actor.person))
    return found


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.walk
def test_no_address_renders_what_was_uploaded(hall, paper):
    raw, downloads = set(), set()
    for role, client in people(hall).items():
        for route, path in places(hall, paper):
            answer = client.get(path)
            where = (role, path, answer.status_code)
            kind = answer.headers.get("Content-Type", "").split(";")[0]
            saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
            assert answer["X-Content-Type-Options"] == "nosniff", where
            if saved:
                downloads.add(route)
                assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox", where
                assert kind not in RUNS, where
            if SCRIPT.encode() in body_of(answer):
                raw.add(route)
                assert saved, where
                assert kind == "application/octet-stream", where

    assert {route.split("/")[-2] for route in raw} >= {"<uuid:document_id>", "<str:sha256>"}
    assert any("bundle.zip" in route for route in downloads)
    assert len(downloads) >= 6


def test_a_name_with_a_path_stays_a_name(hall, paper, settings, client):
    """The name somebody gave a file is kept for people; it is no path, neither here nor in the answer."""
    answer = client.get(reverse("accounts:file", args=[paper.file_sha256]))

    assert "/" not in paper.file_name
    assert "<" not in paper.file_name
    assert ".." not in answer["Content-Disposition"]
    assert "\n" not in answer["Content-Disposition"]
