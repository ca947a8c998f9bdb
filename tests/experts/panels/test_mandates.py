"""招标人代表 (法37): each is named by the owner's letter, whose digest is in ledger, page and report; few open it."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Person
from accounts.states import OrganisationKind, Role
from bidding.security_files import LIMIT, store
from experts.models import MandateLook, OwnMandate, OwnMember, Report
from experts.policies.panel import may_read_mandate
from experts.rehearsal.letters import delegate
from experts.rules.own_members import Delegate, Letter
from experts.selectors.mandates import mandate_of
from experts.services.own_members import own_members_name
from kernel.errors import RuleBroken
from ledger.models import Entry
from portal.selectors.report_print import _mandate
from protocol import hashing
from tests.experts.draws import world as drawing
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import at, client_of
from tests.experts.panels import scored
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db
TWO = {"seats": {"A0301": 3, "A05": 2}, "own_members": 2}
NO_LETTER = "No letter is kept"


@pytest.fixture
def play(kept):
    """Two members of the owner's own are asked for; nobody is named, nothing is drawn."""
    made = kept(drawing.play)
    made.asked(**TWO)
    return made


def person(play, name):
    return play.hall.registry.staff(play.owner, Role.OWNER, name, at=play.now).actor


def letter(text):
    return Letter(f"授权委托书 {text}.pdf", b"%PDF-1.7 " + text.encode())


def named(play, *members):
    given = [Delegate(who.person, paper) for who, paper in members]
    return own_members_name(request_id=play.request.pk, members=given, actor=play.owner.actor, at=play.now)


def against(play, *members):
    """What stands against naming these: code and field."""
    with pytest.raises(RuleBroken) as error:
        named(play, *members)
    return {(one.code, one.field) for one in error.value.findings}


def last_record():
    return Entry.objects.filter(body_text__contains='"panel-own-named"').order_by("-seq")[0]


def test_nobody_is_named_without_a_letter_that_is_his_own(play):
    """One paper for two, none at all, or something that is no paper: refused at the field of that member."""
    lin, wu = person(play, "林代表"), person(play, "吴代表")
    paper = letter("林")
    assert against(play, (lin, None), (wu, letter("吴"))) == {("mandate", "letter_1")}
    assert against(play, (lin, None), (wu, None)) == {("mandate", "letter_1"), ("mandate", "letter_2")}
    assert against(play, (lin, paper), (wu, paper)) == {("mandate_other", "letter_2")}
    for wrong, code in (
        (Letter("letter.pdf", b"<html>"), "paper_kind"),
        (Letter("letter.exe", b"%PDF-1.7"), "paper_kind"),
        (Letter("letter.pdf", b""), "paper_empty"),
        (Letter("letter.pdf", b"%PDF-" + bytes(LIMIT)), "paper_too_large"),
    ):
        assert against(play, (lin, paper), (wu, wrong)) == {(code, "letter_2")}
    assert against(play, (lin, paper)) == {("own_members", "member_1")}
    assert against(play, (lin, paper), (lin, letter("再"))) == {("own_members", "member_1")}
    stranger = play.supervisor.actor
    assert against(play, (lin, paper), (stranger, letter("外"))) == {("own_stranger", "member_2")}
    assert not OwnMember.objects.exists()
    assert not OwnMandate.objects.exists()
    assert not store().exists(paper.sha256)  # nothing of a refused naming is kept


def test_the_ledger_holds_the_digest_of_each_letter_and_names_nobody(play):
    lin, wu = person(play, "林代表"), person(play, "吴代表")
    papers = letter("林"), letter("吴")
    named(play, (lin, papers[0]), (wu, papers[1]))
    record = last_record()
    digests = sorted(hashing.sha256(one.content).hex() for one in papers)
    assert record.data == {"members": 2, "mandates": digests}
    text = record.body_text + record.data_text
    assert not [one for one in (lin, wu) if str(one.person) in text or one.name in text]
    rows = {row.member.person_id: row for row in OwnMandate.objects.all()}
    for who, paper in zip((lin, wu), papers, strict=True):
        row = rows[who.person]
        assert (row.sha256, row.size, row.by_id) == (
            paper.sha256,
            len(paper.content),
            play.owner.actor.person,
        )
        assert store().read(row.sha256) == paper.content


def test_who_comes_in_anothers_place_needs_a_letter_of_his_own(play):
    """Otherwise a letter for one would let the owner send anybody."""
    lin, wu, chen = (person(play, name) for name in ("林代表", "吴代表", "陈代表"))
    named(play, (lin, letter("林")), (wu, letter("吴")))
    assert against(play, (lin, None), (chen, None)) == {("mandate", "letter_2")}
    assert against(play, (lin, None), (chen, letter("吴"))) == {("mandate_other", "letter_2")}
    assert OwnMember.objects.filter(left_at__isnull=True).count() == 2

    named(play, (lin, None), (chen, letter("陈")))  # who stays keeps the letter
    assert OwnMandate.objects.count() == 3
    assert last_record().data["mandates"] == sorted([letter("林").sha256, letter("陈").sha256])
    named(
        play, (lin, letter("林二")), (chen, letter("陈"))
    )  # a newer letter; the same one again adds nothing
    assert OwnMandate.objects.count() == 4
    assert last_record().data["mandates"] == sorted([letter("林二").sha256, letter("陈").sha256])
    named(play, (lin, letter("陈")), (chen, letter("林二")))  # two that were mixed up change places
    assert last_record().data["mandates"] == sorted([letter("林二").sha256, letter("陈").sha256])


def test_who_was_named_before_letters_were_kept_is_named_again_only_with_one(play):
    """Rows of before: they stand as they are, and the next naming asks for the paper."""
    lin, wu = person(play, "林代表"), person(play, "吴代表")
    for who in (lin, wu):
        panels.named_before(play, who)
    assert against(play, (lin, None), (wu, letter("吴"))) == {("mandate", "letter_1")}
    named(play, (lin, letter("林")), (wu, letter("吴")))
    assert OwnMember.objects.count() == OwnMandate.objects.count() == 2


def test_the_owner_names_at_its_page_and_reads_what_is_wrong_at_the_field(play, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    lin, wu = person(play, "林代表"), person(play, "吴代表")
    client, path = client_of(play.owner.actor.person), at("panel-own", play.request.pk)
    data = {"member_1": str(lin.person), "member_2": str(wu.person)}

    def papers(*texts):
        return {
            f"letter_{n}": SimpleUploadedFile(letter(text).name, letter(text).content)
            for n, text in enumerate(texts, start=1)
        }

    answer = client.post(path, data | papers("林"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"letter_2"}
    assert client.post(path, data | papers("林", "吴")).status_code == 302
    assert OwnMandate.objects.count() == 2
    page = client.get(path).content.decode()
    digests = [letter(text).sha256 for text in ("林", "吴")]
    for digest in digests:
        assert " ".join(digest[i : i + 4] for i in range(0, 64, 4)) in page
    for other in (play.supervisor.actor, play.operator, play.hall.bidder(1).actor):
        assert client_of(other.person).get(path).status_code == 404


def test_letters_are_opened_by_owner_supervisor_desk_and_auditor_and_by_nobody_else(kept, monkeypatch):
    """法37: the letter names a member who is secret until the award."""
    world = kept(panels.called)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    row = OwnMandate.objects.get()
    path, content = at("mandate-file", row.pk), delegate(world.own.actor, world.lot).letter.content
    registry = world.hall.registry
    auditor = registry.party("审计机关", OrganisationKind.AUDIT, at=world.at).actor
    assert may_read_mandate(auditor, world.owner.id, world.supervisor.id).allowed
    for who in (world.owner.actor, world.supervisor.actor, world.desk, auditor):
        answer = client_of(who.person).get(path)
        assert (answer.status_code, answer.content) == (200, content), who.name
        said = answer["Content-Disposition"]
        assert said == f'attachment; filename="{row.sha256[:12]}.pdf"'  # the name of the file may name him
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
            "application/octet-stream",
            "nosniff",
        )
        assert answer["Cache-Control"] == "no-store"
    others = [
        registry.party("别家业主", OrganisationKind.OWNER, at=world.at).actor,
        registry.party("别处监督", OrganisationKind.SUPERVISOR, at=world.at).actor,
        *(panels.bidder(world, number).actor for number in (1, 2)),
        *(world.met(seat).actor for seat in world.panel.seats.filter(kind="expert")[:1]),
    ]
    for who in others:
        assert client_of(who.person).get(path).status_code == 404, who.name
    assert Client().get(path).status_code == 302
    assert client_of(world.owner.actor.person).get(at("mandate-file", uuid4())).status_code == 404
    # a letter that was exchanged on the disk is not handed out as if it were the one in the ledger
    file = store().path(row.sha256)
    file.chmod(0o640)
    file.write_bytes(content + b" ")
    assert client_of(world.supervisor.actor.person).get(path).status_code == 503


def test_every_opening_is_recorded_and_read_by_supervisor_and_auditor_alone(kept, monkeypatch):
    """Who, for which body, which letter, when; of somebody who may not open it there is nothing to record."""
    world = kept(panels.called)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    row = OwnMandate.objects.get()
    path = at("mandate-file", row.pk)
    auditor = world.hall.registry.party("审计机关", OrganisationKind.AUDIT, at=world.at).actor
    assert client_of(panels.bidder(world, 1).actor.person).get(path).status_code == 404
    assert not MandateLook.objects.exists()
    for who in (world.desk, world.owner.actor, world.desk):
        assert client_of(who.person).get(path).status_code == 200
    looks = list(MandateLook.objects.order_by("pk"))
    assert [(one.by_id, one.mandate_id, one.at) for one in looks] == [
        (who.person, row.pk, world.at) for who in (world.desk, world.owner.actor, world.desk)
    ]
    assert looks[1].organisation_id == world.owner.id
    entry = looks[0].entry
    assert (entry.data, entry.body["name"]) == ({"mandate": row.sha256}, "panel-mandate-looked")
    name = Person.objects.get(pk=world.own.actor.person).name
    assert name not in entry.body_text + entry.data_text
    opener = looks[1].by.name
    for who, reads in ((world.supervisor.actor, True), (auditor, True), (world.owner.actor, False)):
        page = page_of(who, "panel-process", world.panel)
        assert (f"{opener}</span>" in page) is reads, who.name
        assert ("Who opened the letters" in page) is reads
        assert name not in page

    file = store().path(row.sha256)
    file.chmod(0o640)
    file.write_bytes(b"%PDF other")
    assert client_of(world.desk.person).get(path).status_code == 503
    assert MandateLook.objects.count() == 3  # nothing was handed out
    refused("DELETE FROM experts_mandatelook")
    refused("UPDATE experts_mandatelook SET id = id")


def test_no_office_but_these_opens_a_letter():
    allowed = {Role.OWNER, Role.SUPERVISOR, Role.WITNESS, Role.AUDITOR}
    here = uuid4()
    for role in Role:
        who = Actor(person=uuid4(), organisation=here, roles=frozenset({role}))
        assert may_read_mandate(who, here, here).allowed is (role in allowed), role
        if role in {Role.OWNER, Role.SUPERVISOR}:
            assert not may_read_mandate(replace(who, organisation=uuid4()), here, here).allowed


def fours(digest):
    return " ".join(digest[i : i + 4] for i in range(0, 64, 4))


def page_of(who, name, panel):
    return client_of(who.person).get(at(name, panel.pk)).content.decode()


def test_the_digest_stands_on_the_process_page_and_at_the_door_without_a_name(kept, monkeypatch):
    world = kept(panels.called)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    digest = OwnMandate.objects.get().sha256
    process = page_of(world.supervisor.actor, "panel-process", world.panel)
    assert fours(digest) in process
    assert Person.objects.get(pk=world.own.actor.person).name not in process
    assert fours(digest) in page_of(world.desk, "panel-door", world.panel)


def test_a_panel_of_before_says_plainly_that_no_letter_is_kept(kept, monkeypatch):
    """A report of it is made, handed over, and says so."""
    world = kept(scored.shown, lettered=False)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    own = world.panel.seats.get(kind="owner")
    assert mandate_of(own) is None
    for who, name in ((world.supervisor.actor, "panel-process"), (world.desk, "panel-door")):
        assert NO_LETTER in page_of(who, name, world.panel)
    content = scored.report(world).content
    [row] = [row for row in content["members"] if row["kind"] == "owner"]
    assert row["mandate"] == ""
    scored.handed(world)
    assert "mandate: none is kept" in page_of(world.supervisor.actor, "report", world.panel)
    with translation.override("en"):
        for old in (row, {key: value for key, value in row.items() if key != "mandate"}):
            assert "none is kept" in _mandate(old)


def test_the_report_carries_the_digest_on_page_and_paper_in_both_languages(kept, monkeypatch):
    """Who holds the paper compares it with the content, whose digest the chair has signed into the log."""
    world = kept(scored.shown)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    report = scored.report(world)
    digest = hashing.sha256(delegate(world.own.actor, world.lot).letter.content).hex()
    told = {row["seat"]: row.get("mandate") for row in report.content["members"]}
    own = world.panel.seats.get(kind="owner").seat
    assert told == {number: digest if number == own else None for number in told}
    scored.handed(world)
    shown = client_of(world.supervisor.actor.person)
    for language, word in (("en", "mandate: SHA-256"), ("zh-hans", "授权委托书：SHA-256")):
        with translation.override(language):
            page = shown.get(reverse("experts:report", args=[world.panel.pk])).content.decode()
            assert word in page
            assert fours(digest) in page
            assert fours(digest) in _mandate(Report.objects.get().content["members"][own - 1])
            assert word in _mandate(Report.objects.get().content["members"][own - 1])


def test_the_page_offers_no_naming_once_anybody_can_be_drawn(kept, monkeypatch):
    """法37: nobody is named with a view to who was drawn; the letters stay to be read."""
    world = kept(panels.called)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    answer = client_of(world.owner.actor.person).get(at("panel-own", world.play.request.pk))
    page = answer.content.decode()
    assert fours(OwnMandate.objects.get().sha256) in page
    assert "That time is over." in page
    assert "Name them" not in page


def test_letters_are_written_once(kept):
    kept(panels.called)
    assert OwnMandate.objects.exists()
    refused("DELETE FROM experts_ownmandate")
    refused("UPDATE experts_ownmandate SET id = id")
