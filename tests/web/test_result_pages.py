"""The pages from the report to the contract: read, sign what the page asks, go on; and who has them at all."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kernel import clock
from tests.bidding.results import world as worlds
from tests.journeys.hall_world import body_on
from tests.journeys.hall_world import client_of as login
from tests.web.html import Page
from trading.models import (
    Award,
    CandidateOut,
    LotHold,
    Objection,
    OutDraft,
    Publicity,
    ResultLetter,
    WrittenReport,
)
from trading.services import publicity

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch, kept):
    made = kept(worlds.opened)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def paper():
    return SimpleUploadedFile("paper.pdf", b"%PDF-1.7 a paper")


def client_of(party):
    return login(party.email)


class Seat:
    """Somebody at the pages of the lot's result."""

    def __init__(self, world, party):
        self.world, self.party, self.client = world, party, client_of(party)
        self.at = f"/hall/{world.lot.tender.number}/{world.lot.no}/outcome/"

    def read(self, page="", status=200, base=None, language="en"):
        prefix = f"/{language}" if language == "en" else ""
        answer = self.client.get(f"{prefix}{base or self.at}{page}")
        assert answer.status_code == status, (page, answer.status_code)
        text = answer.content.decode()
        assert status != 200 or not Page(text).problems, (page, Page(text).problems)
        return text

    def print(self, page, status=200):
        answer = self.client.get(f"/en{self.at}{page}")
        assert answer.status_code == status, (page, answer.status_code)
        return answer.content

    def post(self, page, data=None, status=302, base=None):
        answer = self.client.post(f"/en{base or self.at}{page}", data or {})
        assert answer.status_code == status, (page, answer.status_code, answer.content.decode()[:3000])
        return answer.content.decode()

    def sign(self, page, kind, text, **more):
        signature = self.party.signer.sign(kind, body_on(text))
        return self.post(page, {**more, "signatures": json.dumps([signature])})


def shown(world, owner):
    world.receive()
    owner.post("report/receipt/")
    text = owner.post("publicity/", {"days": "3"}, status=200)
    owner.sign("publicity/", "publicity", text, days="3")
    return Publicity.objects.get()


def ended(world, owner):
    row = shown(world, owner)
    world.to(row.until_at)
    publicity.publicities_end(at=world.now)


def test_the_owner_goes_from_the_report_to_the_written_report(world):
    owner = Seat(world, world.hall.one.owner)
    assert "The candidates are not shown yet" not in owner.read()
    world.receive()
    assert "Read it and confirm the receipt" in owner.read()
    assert "评字〔2026〕7号" in owner.read("report/", language="zh-hans")
    owner.post("report/receipt/")
    assert "How this term is counted" in owner.read("report/")
    assert "at least 3 days" in owner.post("publicity/", {"days": "2"}, status=422)
    text = owner.post("publicity/", {"days": "3"}, status=200)
    assert "Worked days within it" in text
    owner.sign("publicity/", "publicity", text, days="3")
    row = Publicity.objects.get()
    assert "Shown until" in owner.read()
    notice = f"/n/{world.lot.tender.number}"
    everybody = owner.read(base=notice)
    assert "Whoever is concerned may object to the result." in everybody
    assert "On record so far" in everybody
    assert "data-until" in everybody
    world.to(row.until_at)
    publicity.publicities_end(at=world.now)

    refused = owner.post("decide/", {"candidate": str(world.row(2).pk)}, status=422)
    assert "The candidate ranked first wins" in refused
    owner.post("decide/", {"candidate": str(world.row(1).pk)})
    text = owner.read("decide/sign/")
    assert "Award letter" in text
    owner.sign("decide/sign/", "award", text)
    assert Award.objects.get().winner == world.bidder(1).organisation

    assert "Owner and winner sign the contract." in owner.read()
    assert "Owner and winner sign the contract." in owner.read(base=notice)
    text = owner.read("written/")
    owner.sign("written/", "written-report", text)
    supervisor = Seat(world, world.hall.one.supervisor)
    assert "Confirm the receipt" in supervisor.read("written/")
    supervisor.post("written/received/")
    assert WrittenReport.objects.get().received_at == world.now
    owner.read("written/")
    paper = owner.print("written.pdf")
    assert paper.startswith(b"%PDF")
    assert supervisor.print("written.pdf") == paper


def test_a_bidder_objects_and_the_award_waits_for_the_reply(world):
    owner, bidder = Seat(world, world.hall.one.owner), Seat(world, world.bidder(2))
    place = f"/bids/lot/{world.lot.number}/result/"
    world.receive()
    bidder.read(base=place, status=404)
    owner.post("report/receipt/")
    bidder.read(base=place, status=404)
    text = owner.post("publicity/", {"days": "3"}, status=200)
    owner.sign("publicity/", "publicity", text, days="3")
    assert "Object to the result" in bidder.read(base=place)
    bidder.read("object/", base=place)
    bidder.post("object/", {"request": "请复核", "facts": "业绩不符"}, base=place)
    row = Objection.objects.get()
    world.to(Publicity.objects.get().until_at)
    publicity.publicities_end(at=world.now)
    owner.post("decide/", {"candidate": str(world.row(1).pk)})
    assert "no award notice before the reply" in owner.read("decide/sign/")
    reply = f"/tenders/{world.lot.tender_id}/objections/{row.pk}/"
    assert world.bidder(2).organisation.name not in owner.read(base=reply)
    owner.post("", {"answer": "经复核，业绩有效"}, base=reply)
    owner.sign("decide/sign/", "award", owner.read("decide/sign/"))

    assert "经复核，业绩有效" in bidder.read(base=place)
    late = bidder.post("object/", {"request": "x", "facts": "y"}, base=place, status=422)
    assert "complain to the supervisor" in late


def test_a_winner_whose_award_fell_reads_why_and_no_longer_that_it_has_won(world):
    """条例 55: the letter stays what it was; the page says what holds now, to him alone."""
    world.ended()
    place = f"/bids/lot/{world.lot.number}/result/"
    world.award()
    world.fall(1, ground="no-bond", reason="期限届满未提交")

    fallen = Seat(world, world.bidder(1)).read(base=place)
    assert "The award to you has fallen" in fallen
    assert "期限届满未提交" in fallen
    assert "Your bid has won this lot" not in fallen
    assert "Sign the contract within" not in fallen
    assert "中标已失效" in Seat(world, world.bidder(1)).read(base=place, language="zh-hans")
    assert "期限届满未提交" not in Seat(world, world.bidder(2)).read(base=place)
    assert Seat(world, world.bidder(1)).client.get(f"/en{place}letter.pdf").status_code == 200

    world.later(hours=1)
    world.award(2)
    again = Seat(world, world.bidder(1)).read(base=place)
    assert "Your bid has not won this lot" in again
    assert "The award to you has fallen" not in again


def test_a_candidate_that_fell_before_the_award_reads_it_at_once(world):
    world.ended()
    world.fall(1)
    fallen = Seat(world, world.bidder(1)).read(base=f"/bids/lot/{world.lot.number}/result/")
    assert "Your bid has fallen out and cannot win this lot" in fallen


def test_each_bidder_reads_its_own_letter_and_nobody_elses(world):
    owner = Seat(world, world.hall.one.owner)
    ended(world, owner)
    place = f"/bids/lot/{world.lot.number}/result/"
    assert "71.25" not in Seat(world, world.bidder(4)).read(base=place)
    world.award()

    won = Seat(world, world.bidder(1)).read(base=place)
    behind = Seat(world, world.bidder(4)).read(base=place)
    rejected = Seat(world, world.bidder(5)).read(base=place)

    assert "Your bid has won this lot" in won
    assert "71.25" in behind
    assert "71.25" not in won + rejected
    assert "Your bid was rejected" in rejected
    assert "Letter of the result" in behind
    owner.read(base=place, status=404)
    pdf = Seat(world, world.bidder(4)).client.get(f"/en{place}letter.pdf")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF")
    assert owner.client.get(f"/en{place}letter.pdf").status_code == 404
    own = ResultLetter.objects.get(organisation=world.bidder(4).organisation)
    paper = f"letters/{own.pk}.pdf"
    assert owner.print(paper) == pdf.content  # the same paper, byte for byte, whoever prints it
    assert Seat(world, world.bidder(1)).print(paper, status=403)
    owner.print("written.pdf", status=404)


def test_a_candidate_falls_out_with_its_paper_and_the_next_wins(world):
    owner = Seat(world, world.hall.one.owner)
    ended(world, owner)
    given = {"candidate": str(world.row(1).pk), "ground": "declined", "reason": "来函放弃"}
    assert "No file chosen" in owner.post("out/", given, status=422)
    assert not OutDraft.objects.exists()
    owner.read("out/")
    owner.post("out/", {**given, "evidence": paper()})
    made = OutDraft.objects.get()
    assert not CandidateOut.objects.exists()
    assert "the owner has not signed" in owner.read()
    got = owner.client.get(f"/en{owner.at}files/{made.file_sha256}/")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 a paper"
    bidder = Seat(world, world.bidder(2))
    assert bidder.client.get(f"/en{owner.at}files/{made.file_sha256}/").status_code == 403
    assert owner.client.get(f"/en{owner.at}files/{'0' * 64}/").status_code == 404
    read = owner.read("out/sign/")
    assert "gives up the award" in read
    assert "来函放弃" in owner.read("out/sign/", language="zh-hans")
    owner.sign("out/sign/", "candidate-out", read)
    assert CandidateOut.objects.get().candidate == world.row(1)
    assert "Candidates that fell out" in owner.read()
    owner.read("again/")
    owner.read("decide/")
    owner.post("decide/", {"candidate": str(world.row(2).pk)})
    owner.sign("decide/sign/", "award", owner.read("decide/sign/"))
    assert Award.objects.get().decision.ground == "next"
    text = owner.read("out/")
    assert world.bidder(2).organisation.name in text
    assert f'value="{world.row(3).pk}"' not in text, "once awarded, the winner alone may fall out"


def test_a_fall_that_is_prepared_is_changed_refused_or_taken_back_and_nothing_is_lost(world):
    """The draft keeps its file; a wrong signature, a lock or a second window leave it as it was."""
    owner = Seat(world, world.hall.one.owner)
    ended(world, owner)
    given = {"candidate": str(world.row(2).pk), "ground": "no-bond", "reason": "未交履约保证金"}
    owner.post("out/", {**given, "evidence": paper()})
    read = owner.read("out/sign/")
    wrong = world.bidder(2).signer.sign("candidate-out", body_on(read))
    answer = owner.post("out/sign/", {"signatures": json.dumps([wrong])}, status=422)
    assert "来函" not in answer
    assert "未交履约保证金" in answer
    again = owner.read("out/")
    assert "paper.pdf is kept" in again
    assert "未交履约保证金" in again
    owner.post("out/", {**given, "reason": "逾期未交履约保证金"})
    assert "未交" in owner.post("out/", {**given, "ground": "too-dear"}, status=422)
    draft = OutDraft.objects.get(closed_at__isnull=True)
    assert (draft.reason, draft.file_name) == ("逾期未交履约保证金", "paper.pdf")
    stale = world.hall.one.owner.signer.sign("candidate-out", body_on(read))
    answer = owner.post("out/sign/", {"signatures": json.dumps([stale])}, status=422)
    assert "逾期未交履约保证金" in answer

    world.award(1)
    locked = owner.read("out/sign/")
    assert "The lot is awarded to another candidate." in locked
    assert "sign-button" not in locked
    owner.post("out/withdraw/")
    assert not CandidateOut.objects.exists()
    assert "the owner has not signed" not in owner.read()
    assert owner.client.get(f"/en{owner.at}out/sign/").status_code == 302, "on, with a sentence"
    owner.post("out/withdraw/", status=409)


def test_tender_again_and_recheck_have_their_pages(world):
    owner = Seat(world, world.hall.one.owner)
    ended(world, owner)
    owner.read("recheck/")
    given = {"candidate": str(world.row(1).pk), "reason": "重大变化", "evidence": paper()}
    owner.post("recheck/", given)
    assert "has not answered the re-check" in owner.read()
    owner.post("out/", {**given, "ground": "unlawful", "evidence": paper()})
    owner.sign("out/sign/", "candidate-out", owner.read("out/sign/"))
    owner.post("again/")
    assert world.lot.state == "unsuccessful"
    owner.read()


def test_the_supervisor_suspends_one_lot_and_lifts_it(world):
    owner, supervisor = Seat(world, world.hall.one.owner), Seat(world, world.hall.one.supervisor)
    ended(world, owner)
    owner.read("suspend/", status=403)
    supervisor.read("suspend/")
    supervisor.post("suspend/", {"ground": "order", "text": "核查", "article": "条例第六十二条"})
    assert "nothing is awarded until it lifts that" in owner.read()
    supervisor.post(f"suspend/{LotHold.objects.get().pk}/lift/")
    assert "nothing is awarded until it lifts that" not in owner.read()


def test_the_owner_stops_an_opened_lot_in_two_steps(world):
    owner = Seat(world, world.hall.one.owner)
    owner.read("stop/")
    given = {"reason": "项目取消", "article": "条例第三十一条", "decision": paper()}
    owner.post("stop/", given)
    owner.read("stop/")
    owner.post("stop/withdraw/")
    owner.post("stop/", {**given, "decision": paper()})
    owner.sign("stop/", "cancelled", owner.read("stop/"))
    assert world.lot.state == "cancelled"
    owner.read()


@pytest.mark.parametrize(
    "page", ["", "report/", "publicity/", "decide/", "decide/sign/", "out/", "out/sign/", "written/", "stop/"]
)
def test_no_bidder_and_no_officer_has_the_owners_pages(world, page):
    world.receive()
    for party in (world.bidder(1), world.hall.one.seats[0].party):
        Seat(world, party).read(page, status=403)


def test_before_the_publicity_nothing_of_the_report_is_on_any_public_page(world):
    """The rank leaks to nobody: not the notice page, not the hall, not the record, not the data."""
    world.receive()
    number = world.lot.tender.number
    places = [f"/n/{number}", f"/n/{number}/hall/{world.lot.no}", f"/n/{number}/opening/{world.lot.no}", "/"]
    for place in places:
        for client in (Client(), client_of(world.bidder(1))):
            text = client.get(f"/en{place}").content.decode()
            assert "评字〔2026〕7号" not in text, place
            assert "94.50" not in text, place
            assert "27.31" not in text, place


def test_everybody_reads_who_won_for_how_much_and_why(world):
    """P1: a citizen asks who won, at what price, and why not the cheapest; scores of others stay out."""
    place = f"/n/{world.lot.tender.number}"
    world.receive()
    assert "Not decided yet" not in Client().get(f"/en{place}").content.decode()
    world.receipt()
    shown = world.publish()
    assert "so that anybody concerned can object" in Client().get(f"/en{place}").content.decode()
    world.to(shown.until_at)
    publicity.publicities_end(at=world.now)
    assert "the owner answers objections and decides" in Client().get(f"/en{place}").content.decode()
    world.award()

    text = Client().get(f"/en{place}").content.decode()

    assert not Page(text).problems
    assert f"{world.bidder(1).organisation.name} has won, for CNY 9,000,001.00" in text
    assert "first in the panel’s ranking" in text
    assert "71.25" not in text
    zh = Client().get(place).content.decode()
    assert "中标价" in zh
