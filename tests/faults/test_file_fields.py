"""Every field that takes a file, given what no field should take: clear sentences, nothing stored, no time lost.

A field of a new form must be one of the two kinds looked at here: a paper (``PaperField``), or one tried at its page.
"""

import io
import json
import pkgutil
import time
import tracemalloc
import zipfile
from importlib import import_module

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.files import ContentStore
from accounts.forms.base import PaperField
from accounts.models import Person
from bidding.models import ReleaseCommit
from experts.forms.handed import SignedObjectForm
from kernel import clock
from tests import builders_bidding as halls
from tests import builders_trading as build
from tests.bidding.test_upload_api import API, Device
from trading import selectors
from trading.models import TenderDocument

pytestmark = pytest.mark.django_db
APPS = ("accounts", "trading", "bidding", "experts", "supervision", "portal")
TRIED = frozenset(
    {"DocumentForm", "HandedIn", "BankFileForm", "PoolFileForm", "MethodFileForm", "SignedObjectForm"}
)
"""Forms whose field is no paper; each is tried below, bank files in tests/web/test_security_pages.py, workbooks of
experts in tests/experts/test_import.py."""
CLEANED = frozenset({"PaperForm", "QuestionForm", "ObjectionForm", "ChangeForm"})
"""Forms whose file is taken apart to take its maker out; tests/trading/test_stripping.py gives them bombs."""
PDF = b"%PDF-1.7 a paper"
PAGE = b"<html><script>alert(1)</script></html>"
MIB = 1 << 20


def file_fields():
    """(form, field) of every file field of our own forms."""
    for app in APPS:
        try:
            package = import_module(f"{app}.forms")
        except ModuleNotFoundError:
            continue
        for found in pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}."):
            import_module(found.name)
    open_, seen = [forms.Form], set()
    while open_:
        for form in open_.pop().__subclasses__():
            if form in seen:
                continue
            seen.add(form)
            open_.append(form)
            if form.__module__.split(".")[0] in APPS:
                yield from (
                    (form, field) for field in form.base_fields.values() if isinstance(field, forms.FileField)
                )


def bomb(mebibytes=512):
    """A small archive of a very large file of zeros."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(mebibytes):
            file.write(bytes(MIB))
    return made.getvalue()


def test_every_file_field_is_a_paper_or_tried_by_itself():
    others = {form.__name__ for form, field in file_fields() if not isinstance(field, PaperField)}

    assert others - CLEANED == TRIED
    assert {field for _, field in file_fields() if isinstance(field, PaperField)}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b""),
        ("a.pdf", PAGE),
        ("a.html", PAGE),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.html", PDF),
        ("a.exe", b"MZ\x90\x00"),
        ("../../a.php", b"<?php"),
        ("a.pdf", b"PK\x03\x04"),
    ],
)
def test_a_paper_is_refused_with_a_sentence(name, data, language):
    with translation.override(language):
        for _, field in file_fields():
            if isinstance(field, PaperField):
                with pytest.raises(forms.ValidationError) as refusal:
                    field.clean(SimpleUploadedFile(name, data))
                assert refusal.value.messages[0].endswith((".", "。"))


def test_a_paper_too_large_is_refused_by_its_size():
    with TemporaryUploadedFile("a.pdf", "application/pdf", 51 * MIB, None) as file:
        file.write(PDF)
        file.truncate(51 * MIB)
        file.seek(0)
        with pytest.raises(forms.ValidationError, match="50 MB"), translation.override("en"):
            PaperField().clean(file)


@pytest.fixture
def drafting(client, monkeypatch):
    """An owner at the documents of a draft."""
    made = build.draft_tender()
    monkeypatch.setattr(clock, "now", lambda: build.START)
    client.force_login(Person.objects.get(pk=made.market.owner.actor.person))
    with translation.override("en"):
        address = reverse("trading:documents", args=[made.tender.pk])
    return made, address


def sent(client, address, name, data, kind="contract"):
    return client.post(address, {"kind": kind, "file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.html", PAGE, "Files of type .html are not taken."),
        ("a.svg", PAGE, "Files of type .svg are not taken."),
        ("a.exe", b"MZ", "Files of type .exe are not taken."),
        ("a", b"x", "Files of type ? are not taken."),
        ("a.pdf", PAGE, "The file is not what its name says."),
        ("a.xlsx", PAGE, "The file is not what its name says."),
        ("a.pdf", b"", "The file is empty."),
        ("x" * 200 + ".pdf", PDF, "This file name cannot be used."),
    ],
)
def test_a_document_is_refused_and_nothing_is_stored(client, drafting, name, data, words, monkeypatch):
    made, address = drafting
    stored = []
    monkeypatch.setattr(ContentStore, "_write", counting(ContentStore._write, stored))
    before = TenderDocument.objects.filter(tender=made.tender).count()

    answer = sent(client, address, name, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert TenderDocument.objects.filter(tender=made.tender).count() == before
    assert stored == []


def counting(write, stored):
    """The same writing, which leaves a trace."""

    def counted(self, pieces, limit):
        stored.append(limit)
        return write(self, pieces, limit)

    return counted


def test_a_documents_name_with_a_path_stays_in_its_place(client, drafting):
    made, address = drafting

    answer = sent(client, address, "../../../etc/cron.d/evil.pdf", PDF)

    assert answer.status_code == 302
    row = TenderDocument.objects.get(tender=made.tender, name="evil.pdf")
    root = selectors.document_store().root.resolve()
    assert selectors.document_store().path(row.sha256).resolve().is_relative_to(root)


@pytest.mark.parametrize("kind", ["boq", "contract"])
def test_a_bomb_among_the_documents_is_never_unpacked(client, drafting, kind):
    """Kept as it is or refused; in no case does half a gigabyte of zeros pass through memory or take long."""
    _, address = drafting
    data = bomb()
    tracemalloc.start()
    begun = time.process_time()
    answer = sent(client, address, "bomb.xlsx", data, kind)
    spent, peak = time.process_time() - begun, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert answer.status_code in {302, 422}
    assert peak < 64 * MIB
    assert spent < 10


def test_a_bomb_in_place_of_a_method_is_never_unpacked(client, drafting):
    """As small as a method may be, and half a gigabyte unpacked."""
    made, _ = drafting
    with translation.override("en"):
        address = reverse("trading:method-upload", args=[made.tender.pk, made.tender.lots.get().pk])
    data = bomb()
    assert len(data) < 2 * MIB
    tracemalloc.start()
    begun = time.process_time()
    answer = client.post(address, {"file": SimpleUploadedFile("method.xlsx", data)})
    spent, peak = time.process_time() - begun, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert answer.status_code == 422
    assert peak < 64 * MIB
    assert spent < 10


@pytest.mark.parametrize(
    "data", [b"", PAGE, b"[" * 100_000, b"\xff\xfe", b'{"body": [], "signatures": []}', b" " * (20 * MIB)]
)
def test_what_is_no_signed_object_is_refused_in_words(data):
    form = SignedObjectForm({}, {"file": SimpleUploadedFile("signed.json", data)})
    assert not form.is_valid()
    assert all(text for texts in form.errors.values() for text in texts)


@pytest.fixture
def seat(client, monkeypatch, kept):
    """An officer at the seat of a running opening."""
    hall = kept(halls.hall)
    hall.bids(3)
    hall.close()
    hall.check()
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    client.force_login(Person.objects.get(pk=hall.one.seats[0].party.actor.person))
    return f"/en/hall/{hall.lot.tender.number}/{hall.lot.no}/officer"


DEEP = b'{"body":' + b"[" * 200_000 + b"]" * 200_000 + b',"signatures":[]}'


@pytest.mark.parametrize(
    "data", [PDF, PAGE, b"\xff\xfe\x00", b"[]", b"{}", DEEP, b'{"body":{},"signatures":1}']
)
@pytest.mark.parametrize("act", ["commit", "release"])
def test_what_is_no_signed_object_is_refused_at_the_seat(client, seat, act, data):
    answer = client.post(f"{seat}/{act}/", {"file": SimpleUploadedFile("release.json", data)})

    assert answer.status_code == 422
    assert "This is not a signed file" in answer.content.decode()
    assert not ReleaseCommit.objects.exists()


def test_a_release_too_large_is_refused_unread(client, seat, monkeypatch):
    monkeypatch.setattr("bidding.forms.hall.MOST_BYTES", MIB)

    answer = client.post(f"{seat}/commit/", {"file": SimpleUploadedFile("r.json", b" " * (MIB + 1))})

    assert answer.status_code == 422
    assert "too large" in answer.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        DEEP,
        b'{"body":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b',"signatures":[{}]}',
        json.dumps({"body": {}, "signatures": [{}] * 5}).encode(),
        json.dumps({"body": {"price": 1e308}, "signatures": [{"alg": "\u0000"}]}).encode(),
    ],
    ids=["empty", "cut", "binary", "deep", "nested", "many", "odd"],
)
def test_a_malformed_submission_is_a_problem_and_no_fault_of_ours(client, data, monkeypatch, kept):
    hall = kept(halls.hall)
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    device = Device(hall, client, 1)
    upload = device.open().json()["id"]
    device.put_all(upload)

    answer = client.post(f"{API}/uploads/{upload}/bid", data, content_type="application/json")

    assert 400 <= answer.status_code < 500, answer.content
    assert device.submit(upload).status_code == 200


@pytest.mark.parametrize(
    "place", ["1/../0/0", "1/-1", "..%2f..%2fetc/0", "1/0/../../../../readyz", "1/9999999999"]
)
def test_a_place_outside_the_upload_is_not_found(client, place, monkeypatch, settings, kept):
    hall = kept(halls.hall)
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    device = Device(hall, client, 1)
    upload = device.open().json()["id"]

    answer = device.client.put(
        f"{API}/uploads/{upload}/{place}", b"x", content_type="application/octet-stream"
    )

    assert answer.status_code in {404, 405, 422}
    assert not (settings.STORE_DIR / "parts").exists()
