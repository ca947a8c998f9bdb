"""The register of subjects (主体库), and files kept by content address."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from accounts import selectors
from accounts.files import ContentStore, StoredFile
from accounts.models import Outbox
from accounts.services import papers_expiring_notify, record_add, record_end
from accounts.states import RecordKind
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from protocol import hashing
from tests import builders_accounts as build
from tests.builders_accounts import START

FILE = StoredFile(sha256="ab" * 32, size=1000)
LATER = START + timedelta(hours=1)


def add(party, kind=RecordKind.QUALIFICATION, number="d235000001", *, actor=None, **changes):
    values = {
        "title": "建筑工程施工总承包二级",
        "file": FILE,
        "file_name": "licence.pdf",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2029, 1, 1),
    } | changes
    return record_add(
        organisation_id=party.organisation.pk,
        kind=kind,
        number=number,
        actor=actor or party.actor,
        at=START,
        **values,
    )


@pytest.mark.django_db
def test_record_add_keeps_number_term_and_file():
    party = build.bidder(1)

    record = add(party)

    assert record.number == "D235000001"
    assert (record.file_sha256, record.file_size, record.file_name) == (FILE.sha256, 1000, "licence.pdf")
    pk = party.organisation.pk
    assert selectors.records_valid(pk, RecordKind.QUALIFICATION, date(2029, 1, 1)) == [record]
    assert selectors.records_valid(pk, RecordKind.QUALIFICATION, date(2029, 1, 2)) == []


@pytest.mark.django_db
def test_record_add_registers_a_constructor_with_one_firm_only():
    """注册建造师管理规定: one employer at a time."""
    one, two = build.bidder(1), build.bidder(2)
    first = add(one, RecordKind.CONSTRUCTOR, "闽1350001")
    with pytest.raises(RuleBroken) as refusal:
        add(two, RecordKind.CONSTRUCTOR, "闽1350001")
    assert [found.code for found in refusal.value.findings] == ["record_number_taken"]

    record_end(record_id=first.pk, reason="Left the firm", actor=one.actor, at=LATER)

    assert add(two, RecordKind.CONSTRUCTOR, "闽1350001").organisation == two.organisation


@pytest.mark.django_db
def test_record_add_allows_one_safety_licence_at_a_time():
    party = build.bidder(1)
    add(party, RecordKind.SAFETY_LICENCE, "JZ1")

    with pytest.raises(RuleBroken) as refusal:
        add(party, RecordKind.SAFETY_LICENCE, "JZ2")

    assert [found.code for found in refusal.value.findings] == ["record_at_most"]


@pytest.mark.django_db
def test_record_services_are_for_the_organisations_own_people():
    party, rival = build.bidder(1), build.bidder(2)
    record = add(party)
    with pytest.raises(NotPermitted):
        add(party, number="D2", actor=rival.actor)
    with pytest.raises(NotPermitted):
        record_end(record_id=record.pk, reason="x", actor=rival.actor, at=LATER)
    with pytest.raises(NotFound):
        record_end(record_id=party.person.pk, reason="x", actor=party.actor, at=LATER)
    with pytest.raises(RuleBroken):
        record_end(record_id=record.pk, reason=" ", actor=party.actor, at=LATER)
    record_end(record_id=record.pk, reason="Renewed", actor=party.actor, at=LATER)
    with pytest.raises(StateConflict):
        record_end(record_id=record.pk, reason="Renewed", actor=party.actor, at=LATER)


@pytest.mark.django_db
def test_papers_expiring_notify_says_30_7_and_1_days_once_each():
    party = build.bidder(1)
    add(party, valid_to=date(2026, 12, 31))
    said = []
    for day in (
        date(2026, 11, 30),
        date(2026, 12, 1),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 30),
    ):
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        said.append((papers_expiring_notify(at=at), papers_expiring_notify(at=at)))

    assert said == [(0, 0), (1, 0), (1, 0), (0, 0), (1, 0)]
    days = Outbox.objects.filter(event="paper_expiring", channel="site").values_list("data__days", flat=True)
    assert sorted(days) == [1, 7, 30]


@pytest.mark.django_db
def test_papers_expiring_notify_counts_days_in_beijing():
    """At 16:30 UTC it is already tomorrow in Beijing."""
    party = build.bidder(1)
    add(party, valid_to=date(2026, 12, 31))

    assert papers_expiring_notify(at=datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == 0
    assert papers_expiring_notify(at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == 1


@pytest.fixture
def store(tmp_path):
    """A store of its own."""
    return ContentStore(tmp_path / "store")


def files_below(root: Path):
    return [path for path in root.rglob("*") if path.is_file()]


def test_content_store_gives_back_the_same_bytes_by_their_hash(store):
    stored = store.put([b"abc", b"", b"def"])

    assert stored == StoredFile(hashing.sha256(b"abcdef").hex(), 6)
    assert store.read(stored.sha256) == b"abcdef"
    assert list(store.pieces(stored.sha256, 4)) == [b"abcd", b"ef"]
    assert store.verify(stored.sha256)
    assert store.exists(stored.sha256)


def test_content_store_keeps_the_same_bytes_once(store):
    assert store.put(b"x") == store.put([b"x"])
    assert len(files_below(store.root)) == 1


def test_content_store_takes_an_empty_file(store):
    assert store.read(store.put(b"").sha256) == b""


def test_content_store_leaves_nothing_behind_when_a_file_is_too_large(store):
    with pytest.raises(RuleBroken) as refusal:
        store.put([b"12345", b"67890"], limit=9)

    assert refusal.value.code == "file_too_large"
    assert files_below(store.root) == []
    assert store.put(b"123456789", limit=9).size == 9


def test_content_store_leaves_nothing_behind_when_the_upload_breaks_off(store):
    def pieces():
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(Unavailable):
        store.put(pieces())

    assert files_below(store.root) == []


def test_content_store_notices_damage(store):
    stored = store.put(b"bill of quantities")
    path = store.path(stored.sha256)
    path.chmod(0o600)
    path.write_bytes(b"bill of quantitiez")

    assert not store.verify(stored.sha256)
    with pytest.raises(Unavailable) as refusal:
        store.read(stored.sha256)
    assert refusal.value.code == "file_damaged"


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "AB" * 32, "ab" * 31 + "/x", "ab" * 33])
def test_content_store_takes_no_other_address_than_a_hash(store, address):
    with pytest.raises(NotFound):
        store.path(address)


def test_content_store_says_when_a_file_is_not_there(store):
    with pytest.raises(NotFound):
        store.open("ab" * 32)
    assert not store.exists("ab" * 32)


def test_content_store_says_when_it_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Unavailable):
        ContentStore(tmp_path / "file").put(b"x")
