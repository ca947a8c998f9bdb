"""The supervisor's note on an attribution or exception: in ledger, record and PDF, by its own supervisor only."""

from html import unescape

import pytest
from django.test import Client

from accounts.states import OrganisationKind
from bidding import services
from bidding.models import RecordSignature, SupervisorNote
from bidding.rules.notes import NoteAbout
from bidding.selectors import public
from bidding.selectors.hall_log import lines as log_lines
from bidding.selectors.signing import record_digest
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_bidding as build
from tests.journeys import hall_world as world

pytestmark = pytest.mark.django_db
WORDS = "平台心跳正常，认定依据充分。"


@pytest.fixture
def hall(monkeypatch, kept):
    """A hall at the reading in which nobody gave a factor; the owner has drafted one cause."""
    made = kept(build.nobody_gave, panel=world.FACTOR)
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    owner = world.client_of(made.one.owner.email)
    owner.post(
        world.address(made, "hall-attribute", made.handed[0].bid.ev),
        {"finding": "revoked", "reason": "未在时限内解密"},
    )
    return made


def note(hall, actor=None, **changed):
    given = {"about": NoteAbout.ATTRIBUTION, "bid_ev": hall.handed[0].bid.ev, "text": WORDS} | changed
    return services.note_enter(
        lot_id=hall.lot.pk, actor=actor or hall.one.supervisor.actor, at=hall.clock.now, **given
    )


def test_a_note_on_an_attribution_stands_in_ledger_record_page_and_paper(hall):
    supervisor = world.client_of(hall.one.supervisor.email)
    assert "The supervisor’s place" in world.shown(hall, "hall", supervisor)
    assert "未在时限内解密" in world.shown(hall, "hall-notes", supervisor)
    about = f"attribution:{hall.handed[0].bid.ev}"
    for _ in range(2):
        sent = supervisor.post(world.address(hall, "hall-notes"), {"about": about, "text": WORDS})
        assert sent.status_code == 302
    row = SupervisorNote.objects.get()
    assert row.entry.body["name"] == "supervisor-note"
    assert WORDS in world.shown(hall, "hall-chair", world.client_of(hall.one.owner.email))
    hall.end()

    (kept,) = public.opening_record(hall.lot.pk)["notes"]
    assert (kept["about"], kept["bid"], kept["text"]) == ("attribution", hall.handed[0].bid.ev, WORDS)
    for language, heading in (("en", "Notes of the supervisor"), ("zh-hans", "监督部门意见")):
        page = world.shown(hall, "opening", language=language, app="portal")
        assert heading in page
        assert WORDS in page
    from portal.selectors.opening import opening_page
    from portal.selectors.record_print import printed

    shown = opening_page(hall.lot.tender.number, hall.lot.no)
    sections = {one["title"]: one["rows"] for one in printed(hall.lot, shown)["sections"]}
    assert any(
        WORDS in str(rows) for title, rows in sections.items() if "note" in title.lower() or "意见" in title
    )


def test_a_note_after_the_signatures_makes_nobody_sign_again(hall, tmp_path):
    """Each note is an entry of its own; a supervisor could otherwise stall a record for ever."""
    hall.clock.after(minutes=31)
    hall.clock.cut()
    build.conduct.attribute(hall.one, hall.clock)
    hall.sign()
    before = record_digest(hall.lot)
    note(hall, about=NoteAbout.OTHER, bid_ev="", text="现场秩序良好。")

    assert record_digest(hall.lot) == before
    assert RecordSignature.objects.filter(digest=before).count() == 3
    hall.end()
    assert len(public.opening_record(hall.lot.pk)["notes"]) == 1
    assert build.faults(hall.judged(tmp_path)) == []
    with pytest.raises(StateConflict) as refused:
        note(hall)
    assert refused.value.code == "no_note_now"


def test_only_this_tender_s_supervisor_notes_and_only_what_is_there(hall):
    other = hall.registry.party("另一监督部门", OrganisationKind.SUPERVISOR, at=hall.clock.now)
    for party in (other, hall.one.owner, hall.handed[0].party, hall.one.seats[0].party):
        with pytest.raises(NotPermitted):
            note(hall, actor=party.actor)
        assert world.client_of(party.email).get(world.address(hall, "hall-notes")).status_code == 404
    with pytest.raises(RuleBroken) as refused:
        note(hall, bid_ev=hall.handed[1].bid.ev)
    assert refused.value.findings[0].field == "about"
    with pytest.raises(RuleBroken) as refused:
        note(hall, text="  ")
    assert refused.value.findings[0].field == "text"
    assert not SupervisorNote.objects.exists()


def test_the_hall_says_that_a_note_was_entered_by_whom_and_when_and_not_what(hall):
    """条80: supervision leaves its trace where everybody looks; what it says is public with the record, not before."""
    assert "entered a note" not in world.shown(hall, "hall")
    note(hall)
    body = hall.one.supervisor.organisation.name
    ledger = hall.clock.now

    lines = {
        "en": f"{body} entered a note; its words are published with the record",
        "zh-hans": f"{body}录入了一条意见，内容随开标记录公布",
    }
    for language, line in lines.items():
        for name in ("hall", "hall-part"):
            text = Client().get(world.address(hall, name, language=language)).content.decode()
            assert line in unescape(text), (name, language)
            assert WORDS not in text
            assert hall.one.supervisor.actor.name not in text
    (told,) = [one for one in log_lines(hall.lot, hall.opening) if body in one.text]
    assert told.at == SupervisorNote.objects.get().at == ledger
    assert hall.handed[0].party.organisation.name not in told.text
    hall.end()
    assert lines["en"] in unescape(world.shown(hall, "hall"))


def test_the_supervisor_reads_before_writing_what_the_hall_will_say(hall):
    supervisor = world.client_of(hall.one.supervisor.email)
    world.both(
        hall,
        "hall-notes",
        supervisor,
        "大厅记录立即显示贵单位何时录入了意见，不显示内容",
        "The hall’s log says at once that your body entered one, and when, not what it says",
    )
