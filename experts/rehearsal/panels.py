"""A panel at work, from the reveal of its draw to the report: each member acts on a device of his own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from accounts.actors import SYSTEM, Actor
from accounts.selectors import actor_of
from bidding.models import Bid
from experts.models import Panel, PanelSeat, Report, Sheet
from experts.rehearsal.draws import DrawPlay
from experts.rules.sheets import Change, sheet_body
from experts.selectors.evaluated import Evaluation
from experts.selectors.evaluation import evaluation_of, method_of
from experts.selectors.own import as_expert
from experts.selectors.panels import (
    DECLARATION_KIND,
    KEY_KIND,
    declaration_body,
    key_body,
    panel_body,
    panel_get,
    seat_get,
    units,
)
from experts.selectors.report_draft import draft_body, settled
from experts.services.chair_vote import chair_vote
from experts.services.fact_enter import fact_confirm, fact_enter
from experts.services.facts_make import facts_make
from experts.services.member_sign_in import member_sign_in
from experts.services.panel_form import panel_form
from experts.services.panel_seat import panel_offer, panel_seat
from experts.services.report_make import report_make
from experts.services.report_stand import report_sign
from experts.services.review_mark import review_mark
from experts.services.sheet_lock import sheet_lock
from experts.services.sheet_save import sheet_save
from experts.services.unit_answer import unit_answer
from experts.states.panel import PanelState
from protocol import dsse, evaluation_bodies
from protocol.dsse import Signer


@dataclass
class Member:
    """A member with the key on his own device."""

    id: UUID
    actor: Actor
    signer: Signer

    @property
    def seat(self) -> PanelSeat:
        """The seat as the database has it."""
        return seat_get(self.id)

    def signed(self, kind: str, **members: Any) -> dict[str, Any]:
        """A body of this seat and its signature, as most services take them."""
        seat = self.seat
        body = evaluation_bodies.body(kind, policy=seat.panel.lot.policy, seat=seat.seat, **members)
        return {"body": body, "signatures": [self.signer.sign(kind, body)]}


@dataclass
class PanelPlay:
    """The members of the panel of a lot whose draw was played."""

    play: DrawPlay
    panel_id: UUID | None = None
    members: list[Member] = field(default_factory=list)

    @property
    def panel(self) -> Panel:
        """The panel as the database has it."""
        assert self.panel_id is not None
        return panel_get(self.panel_id)

    @property
    def chair(self) -> Member:
        """The member who was elected."""
        return next(one for one in self.members if one.id == self.panel.chair_id)

    def seated(self) -> Panel:
        """Called in, signed in, declared, signed by owner and supervisor, a chair elected."""
        made = panel_form(lot_id=self.play.lot.pk, actor=SYSTEM, at=self.play.clock.now, key=self.play.key)
        self.panel_id = made.pk
        for seat in made.seats.filter(state="expected"):
            self.members.append(self.arrive(seat))
        self.sign()
        for member in self.sitting():
            if self.panel.state == PanelState.SEATED.value:
                chair_vote(
                    seat_id=member.id,
                    choice=self.members[0].seat.seat,
                    actor=member.actor,
                    at=self.play.clock.now,
                )
        self.play.clock.cut()
        return self.panel

    def arrive(self, seat: PanelSeat) -> Member:
        """A member signs in with a fresh device, and is tied to no bidder."""
        at, owner = self.play.clock.now, self.play.owner
        actor = as_expert(actor_of(seat.person_id, owner.id if seat.kind == "owner" else None, at))
        member = Member(seat.pk, actor, Signer.generate())
        spki = member.signer.spki.hex()
        member_sign_in(
            seat_id=seat.pk,
            spki=spki,
            signatures=[member.signer.sign(KEY_KIND, key_body(seat, spki))],
            place=self.panel.place,
            actor=actor,
            at=at,
        )
        answers = [(one.code, False, "") for one in units(self.play.lot)]
        body = declaration_body(member.seat, answers)
        unit_answer(
            seat_id=seat.pk,
            answers=answers,
            signatures=[member.signer.sign(DECLARATION_KIND, body)],
            actor=actor,
            at=at,
        )
        return member

    def sign(self) -> None:
        """Owner and supervisor sign the panel as it has formed; the event is in the log."""
        owner, supervisor, at = self.play.owner, self.play.supervisor, self.play.clock.now
        panel = self.panel
        body = panel_body(panel)
        panel_offer(
            panel_id=panel.pk,
            signatures=[owner.signer.sign("panel", body)],
            actor=owner.actor,
            at=at,
        )
        panel_seat(
            panel_id=panel.pk,
            signatures=[supervisor.signer.sign("panel", body)],
            actor=supervisor.actor,
            at=at,
        )
        self.play.clock.cut()

    def sitting(self) -> list[Member]:
        """The members in their seats."""
        return [member for member in self.members if member.seat.state == "seated"]

    def reviewed(self, quantities: Mapping[str, str]) -> None:
        """Everybody finds every item in order; ``quantities`` of the objective criteria are entered and confirmed.

        The chair ends the review: the facts are in the log.
        """
        at, items = self.play.clock.now, Evaluation(self.play.lot).items
        first, second, *_others = self.sitting()
        bids = list(Bid.objects.filter(lot=self.play.lot).order_by("ev"))
        for bid in bids:
            for member in self.sitting():
                findings = {one.code: (True, "") for one in items}
                review_mark(seat_id=member.id, bid=bid.ev, findings=findings, actor=member.actor, at=at)
            for name, value in quantities.items():
                item = fact_enter(
                    seat_id=first.id,
                    bid=bid.ev,
                    kind="quantity",
                    of=name,
                    value=value,
                    reason="业绩合同，第 9 页",
                    actor=first.actor,
                    at=at,
                )
                fact_confirm(item_id=item.pk, seat_id=second.id, actor=second.actor, at=at)
        facts_make(seat_id=self.chair.id, actor=self.chair.actor, at=at)
        self.play.clock.cut()

    def scored(self) -> None:
        """Each member fills in a sheet and locks it on his device; the last lock shows them all to the panel."""
        for member in self.sitting():
            changes = self.opinion(member)
            sheet_save(panel_id=self.panel.pk, changes=changes, actor=member.actor, at=self.play.clock.now)
            self.lock(member)
        self.play.clock.cut()

    def opinion(self, member: Member) -> list[Change]:
        """Marks between seven and nine tenths of the most, in steps, a little apart from member to member."""
        method = method_of(self.play.lot)
        judged = [row for row in method.data["criteria"] if row["kind"] == "judged"]
        found = []
        for place, bid in enumerate(sorted(evaluation_of(self.panel).bids)):
            for row in judged:
                most, step = Fraction(row["max"]), Fraction(row["step"])
                share = Fraction(70 + (7 * place + 3 * member.seat.seat) % 20, 100)
                mark = most * share // step * step
                found.append(Change(bid, row["id"], f"{float(mark):g}", ""))
        return found

    def lock(self, member: Member) -> None:
        """The device signs the sheet, and the lock that names it."""
        draft = Sheet.objects.select_related("facts__entry").get(seat=member.id, state="draft")
        body = sheet_body(
            policy=self.play.lot.policy,
            facts=draft.facts.entry.ev,
            seat=member.seat.seat,
            look=draft.round,
            nonce=secrets.token_hex(32),
            marks=draft.marks,
            notes=draft.notes,
        )
        lock = member.signed(
            "sheet-lock", round=draft.round, reason="", hash=dsse.event_id("score-sheet", body).hex()
        )
        sheet = {"body": body, "signatures": [member.signer.sign("score-sheet", body)]}
        sheet_lock(
            panel_id=self.panel.pk,
            sheet=sheet,
            lock=lock,
            actor=member.actor,
            at=self.play.clock.now,
        )

    def reported(self, matters: str = "") -> Report:
        """The chair makes the report, every member signs it, and the owner has it."""
        evaluation = evaluation_of(self.panel)
        body = draft_body(evaluation, *settled(evaluation))
        report = report_make(
            panel_id=self.panel.pk,
            body=body,
            signatures=[self.chair.signer.sign("evaluation-report", body)],
            matters=matters,
            actor=self.chair.actor,
            at=self.play.clock.now,
        )
        self.play.clock.cut()
        for member in self.sitting():
            given = member.signed("report-sign", report=report.entry.ev, stance="agree", note=None)
            report_sign(panel_id=self.panel.pk, note="", actor=member.actor, at=self.play.clock.now, **given)
        self.play.clock.cut()
        return report
