"""A lot whose bids were opened, its panel drawn, called in, seated and with a chair; each member with a real key."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from accounts.actors import SYSTEM
from accounts.selectors import actor_of
from accounts.states import OrganisationKind, Role
from bidding.models import Bid
from bidding.rehearsal.tenders import Plan
from experts.models import Expert, OwnMember, Panel, PanelSeat
from experts.rehearsal.letters import delegate
from experts.rules.packs import pool_pack
from experts.rules.review import article_of
from experts.selectors.competition import competition_of
from experts.selectors.evaluated import Evaluation
from experts.selectors.own import as_expert
from experts.selectors.panels import DECLARATION_KIND, KEY_KIND, declaration_body, key_body, panel_body, units
from experts.services.chair_vote import chair_vote
from experts.services.competition_state import competition_state
from experts.services.expert_register import expert_link
from experts.services.fact_enter import fact_confirm, fact_enter
from experts.services.facts_make import facts_make
from experts.services.member_sign_in import member_sign_in
from experts.services.motion_make import motion_make, motion_vote, quote_hash
from experts.services.own_members import own_members_name
from experts.services.panel_ask import panel_answer, panel_ask
from experts.services.panel_form import panel_form
from experts.services.panel_seat import panel_offer, panel_seat
from experts.services.panels_drive import panels_drive
from experts.services.review_mark import review_mark
from experts.services.unit_answer import unit_answer
from ledger.models import Entry
from protocol import evaluation_bodies
from protocol.dsse import Signer
from tests import builders_accounts as people
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.protocol.evaluation import methods

PLACE = "评标室三"
PLAN = Plan(
    id="panel",
    title="某工程",
    title_en="Some works",
    scope="道路",
    ceiling=Decimal(9_500_000),
    offers=[],
    technical_bytes=1000,
    scheme=methods.scheme(flags={"below_mean": "10", "below_ceiling": "15"}),
)
"""Judged ``plan`` and ``team``, objective ``works``, and the price: ``tests.protocol.evaluation.methods``."""


def competition_rule(lot):
    """The rule of the lot's trade on too little competition."""
    return pool_pack().competition_rule(lot.tender.project.trade)


@dataclass
class Member:
    """A member with the key on his own device."""

    id: object
    actor: object
    signer: Signer

    @property
    def seat(self):
        """The seat as the database has it."""
        return PanelSeat.objects.select_related("panel__lot__tender__project").get(pk=self.id)

    @property
    def number(self):
        """The seat's number."""
        return self.seat.seat

    def signed(self, kind, **members):
        """A body of this seat with its policy, and its signature: keyword arguments of most services."""
        seat = self.seat
        body = evaluation_bodies.body(kind, policy=seat.panel.lot.policy, seat=seat.seat, **members)
        return {"body": body, "signatures": [self.signer.sign(kind, body)]}


@dataclass
class World:
    """The people of an evaluation; methods take the next lawful step."""

    play: drawing.Play
    own: object = None
    members: list[Member] = field(default_factory=list)

    @property
    def hall(self):
        """The opening behind it."""
        return self.play.hall

    @property
    def at(self):
        """The simulated moment."""
        return self.hall.clock.now

    @property
    def lot(self):
        """The lot's row."""
        return self.hall.lot

    @property
    def panel(self):
        """The panel as the database has it."""
        return Panel.objects.select_related("lot__tender__project", "seated", "chair").get(lot=self.lot)

    @property
    def bids(self):
        """The opened bids, by event id."""
        return list(Bid.objects.filter(lot=self.lot).order_by("ev"))

    @property
    def chair(self):
        """The member who was elected."""
        return next(one for one in self.members if one.id == self.panel.chair_id)

    @property
    def owner(self):
        return self.play.owner

    @property
    def supervisor(self):
        return self.play.supervisor

    @property
    def desk(self):
        """The desk of the evaluation area."""
        return self.play.operator

    def later(self, **span):
        """Some time on, with a beat of the log."""
        self.hall.clock.to(self.at + timedelta(**span))
        self.hall.cut()

    # steps -------------------------------------------------------------------------------------------------

    def form(self):
        """Everybody called in."""
        return panel_form(lot_id=self.lot.pk, actor=SYSTEM, at=self.at, key=worlds.KEY)

    def met(self, seat):
        """A member with his login and a fresh device."""
        actor = actor_of(seat.person_id, self.owner.id if seat.kind == "owner" else None, self.at)
        return Member(seat.pk, as_expert(actor), Signer.generate())

    def sign_in(self, member):
        spki = member.signer.spki.hex()
        return member_sign_in(
            seat_id=member.id,
            spki=spki,
            signatures=[member.signer.sign(KEY_KIND, key_body(member.seat, spki))],
            place=PLACE,
            actor=member.actor,
            at=self.at,
        )

    def declare(self, member, tied=None):
        """Answers for every bidder; ``tied`` is the code of the one he is tied to."""
        answers = [
            (one.code, one.code == tied, "同学" if one.code == tied else "") for one in units(self.lot)
        ]
        body = declaration_body(member.seat, answers)
        return unit_answer(
            seat_id=member.id,
            answers=answers,
            signatures=[member.signer.sign(DECLARATION_KIND, body)],
            actor=member.actor,
            at=self.at,
        )

    def arrived(self):
        """Everybody called in has signed in and declared."""
        known = {one.id for one in self.members}
        for seat in self.panel.seats.filter(state="expected").exclude(pk__in=known):
            self.members.append(self.met(seat))
        for member in self.members:
            if member.seat.state == "expected":
                self.sign_in(member)
            if member.seat.state == "present":
                self.declare(member)

    def offer(self, reason=""):
        body = panel_body(self.panel, reason)
        return panel_offer(
            panel_id=self.panel.pk,
            signatures=[self.owner.signer.sign("panel", body)],
            actor=self.owner.actor,
            at=self.at,
            reason=reason,
        )

    def seat(self, reason=""):
        """Owner and supervisor sign; the event is in the log."""
        self.offer(reason)
        body = self.panel.offered["body"]
        panel_seat(
            panel_id=self.panel.pk,
            signatures=[self.supervisor.signer.sign("panel", body)],
            actor=self.supervisor.actor,
            at=self.at,
        )
        self.hall.cut()
        return self.panel

    def elect(self, choice=1):
        """Members vote for the one on seat ``choice`` until he is elected."""
        for member in self.members:
            if self.panel.state == "seated" and member.seat.state == "seated":
                chair_vote(seat_id=member.id, choice=choice, actor=member.actor, at=self.at)
        self.hall.cut()
        return self.panel

    # the review ------------------------------------------------------------------------------------------------

    def mark(self, member, bid, *, fails=(), note="第三章 2.1，第 4 页，未盖章"):
        """A member's findings on a bid: passes, but for the items named."""
        items = Evaluation(self.lot).items
        findings = {one.code: (one.code not in fails, note if one.code in fails else "") for one in items}
        return review_mark(seat_id=member.id, bid=bid.ev, findings=findings, actor=member.actor, at=self.at)

    def marked(self):
        """Every member has looked at every bid."""
        for member in self.seated():
            for bid in self.bids:
                self.mark(member, bid)

    def seated(self):
        """The members in their seats."""
        return [one for one in self.members if one.seat.state == "seated"]

    def move(self, member, bid, ground="not-responsive", *, quote="工期 400 天", told=None, **changes):
        """A member moves to reject a bid; ``told`` is another sentence than the one he signs."""
        members = {
            "bid": bid.ev,
            "ground": ground,
            "article": article_of(ground),
            "clause": "3.2",
            "page": "17",
            "quote": quote_hash(quote),
            "reason": "未响应实质性要求",
        } | changes
        signed = member.signed("rejection", **members)
        return motion_make(seat_id=member.id, quote=told or quote, actor=member.actor, at=self.at, **signed)

    def vote(self, member, motion, agrees=True, note="不构成实质性偏离"):
        """A member votes on a motion."""
        return motion_vote(
            motion_id=motion.pk,
            seat_id=member.id,
            agrees=agrees,
            note="" if agrees else note,
            actor=member.actor,
            at=self.at,
        )

    def reject(self, bid, ground="not-responsive"):
        """Moved by the first member, carried by the next two, in the log."""
        first, *others = self.seated()
        motion = self.move(first, bid, ground)
        for member in others[:2]:
            motion = self.vote(member, motion)
        self.hall.cut()
        return motion

    def want(self, member, bid):
        """A member moves to reject a bid because too few are left (12号令 27), carried by the next two."""
        code = competition_rule(self.lot).code
        motion = self.move(member, bid, "document", article=code, reason="有效投标不足三个，明显缺乏竞争")
        for other in [one for one in self.seated() if one.id != member.id][:2]:
            motion = self.vote(other, motion)
        self.hall.cut()
        return motion

    def enough(self, reason="两家报价接近且均低于限价，具有竞争性"):
        """More than half of the members find that the bids left compete enough, where the question has arisen."""
        found = competition_of(self.panel, [bid.ev for bid in self.bids])
        if found.short and not found.lacking and found.rule.panel_decides and not found.stated:
            for member in self.seated()[:3]:
                competition_state(seat_id=member.id, reason=reason, actor=member.actor, at=self.at)

    def ask(self, member, bid, kind="clarify", *, minutes=180, e=0, text="请说明工期如何安排。"):
        """A member asks a bidder."""
        until = int(self.at.timestamp()) + 60 * minutes
        signed = member.signed("clarification-question", bid=bid.ev, e=e, text=text, until=until)
        return panel_ask(seat_id=member.id, kind=kind, actor=member.actor, at=self.at, **signed)

    def party(self, bid):
        """The device of the firm whose bid this is."""
        return next(one.party for one in self.hall.handed if one.bid.pk == bid.pk)

    def answer(self, question, text="见附件。", files=(), party=None):
        """The bidder answers; ``party`` is somebody else's device."""
        party = party or self.party(question.bid)
        body = evaluation_bodies.body(
            "clarification-answer",
            policy=self.lot.policy,
            question=question.entry.ev,
            bid=question.bid.ev,
            e=question.envelope,
            text=text,
            files=[one.sha256 for one in files],
        )
        signatures = [party.signer.sign("clarification-answer", body)]
        return panel_answer(
            question_id=question.pk,
            body=body,
            signatures=signatures,
            files=files,
            actor=party.actor,
            at=self.at,
        )

    def fact(self, bid, value="2", kind="quantity", of="works", reason="第 9 页合同", confirm=1):
        """Entered by the first member, confirmed by so many of the next."""
        first, *others = self.seated()
        item = fact_enter(
            seat_id=first.id,
            bid=bid.ev,
            kind=kind,
            of=of,
            value=value,
            reason=reason,
            actor=first.actor,
            at=self.at,
        )
        for member in others[:confirm]:
            fact_confirm(item_id=item.pk, seat_id=member.id, actor=member.actor, at=self.at)
        return item

    def facts(self):
        """The chair ends the review: the facts are in the log."""
        self.enough()
        made = facts_make(seat_id=self.chair.id, actor=self.chair.actor, at=self.at)
        self.hall.cut()
        return made

    def reviewed(self):
        """Everybody has looked at everything, the quantities are agreed on, the facts are in the log."""
        self.marked()
        for number, bid in enumerate(self.bids):
            self.fact(bid, value=str(number + 1))
        return self.facts()


def called(
    *,
    bids=3,
    prices=None,
    plan=PLAN,
    experts=14,
    before=None,
    drive=False,
    officers=None,
    declines=0,
    short=None,
    lettered=True,
    substitutes=0,
):
    """Up to the members called in, nobody signed in: four experts, one member of the owner.

    ``before`` is done with the world just before they are called in; with ``drive`` the clock calls them.
    ``officers`` are t and n of the draw. With ``short`` there is one round, in which so many decline as ``declines``
    says: the draw ends short, and ``short`` is done with it before it is opened to everybody. Not ``lettered``: the
    owner's member was named before letters of authorisation were kept. So many ``substitutes`` are named beside him.
    """
    pool = worlds.Pool(now=drawing.EARLY)
    for number in range(1, experts + 1):
        one = pool.admitted(number, **drawing.TERM)
        person = people.person(700 + number)
        expert_link(expert_id=one.pk, email=person.email, actor=pool.keeper, at=pool.now)
    hall = build.hall(plan=plan)
    if prices:
        hall.before_close(minutes=60)
        for number, price in enumerate(prices, start=1):
            hall.bid(number, price)
        hall.cut()
    else:
        hall.bids(bids)
    hall.opened()
    hall.end()
    play = drawing.Play(hall, pool)
    play.asked(**({"max_rounds": 0} if short else {}))
    representative = hall.registry.staff(play.owner, Role.OWNER, "林代表", at=hall.clock.now)
    if lettered:
        own_members_name(
            request_id=play.request.pk,
            members=[delegate(representative.actor, hall.lot)],
            substitutes=[delegate(substitute(play, n).actor, hall.lot) for n in range(1, substitutes + 1)],
            actor=play.owner.actor,
            at=hall.clock.now,
        )
    else:
        named_before(play, representative.actor)
    play.begun(**(officers or {}))
    play.prepared()
    play.signed()
    play.contributed()
    play.decided()
    play.answered(declines)
    if short:
        short(play)
    play.revealed()
    made = World(play, own=representative)
    if before:
        before(made)
    if drive:
        panels_drive(at=made.at, key=worlds.KEY)
    else:
        made.form()
    return made


def substitute(play, number):
    """Somebody of the owner's who steps in for its member, first or second."""
    return play.hall.registry.staff(play.owner, Role.OWNER, f"替补代表 {number}", at=play.now)


def named_before(play, who):
    """A member named as it was done before letters were kept: the row of that time, which is still there."""
    given = {"request": play.request, "person_id": who.person, "by_id": play.owner.actor.person}
    return OwnMember.objects.create(**given, at=play.now, entry=Entry.objects.order_by("-seq")[0])


def reviewing(**given):
    """The panel in its seats, its chair elected: preliminary review."""
    made = called(**given)
    made.arrived()
    made.seat()
    made.elect()
    assert made.panel.state == "reviewing"
    return made


def scoring(**given):
    """The review over, the facts in the log: members score."""
    made = reviewing(**given)
    made.reviewed()
    assert made.panel.state == "scoring"
    return made


def expert_of_seat(seat):
    """The record of the pool behind a seat."""
    return Expert.objects.filter(person=seat.person_id).first()


def bidder(made, number):
    """A bidder's device."""
    return made.hall.registry.party(f"投标单位 {number}", OrganisationKind.BIDDER, at=made.at)
