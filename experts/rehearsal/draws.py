"""The draw of one lot, from the owner's request to the reveal: owner, supervisor, officers, contributors, clock."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.actors import SYSTEM, Actor
from accounts.states import OrganisationKind, Role
from bidding.rehearsal import hosts
from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Party, Registry
from experts.models import Draw, DrawnSeat, DrawOfficer, DrawRequest
from experts.pool_keys import PoolKey
from experts.rehearsal.letters import delegate
from experts.selectors.draws import DrawChain, draw_get, round_now
from experts.services.answer_record import answer_record
from experts.services.commit_give import commit_give, release_give
from experts.services.contribution_give import contribution_give
from experts.services.draw_begin import (
    draw_begin,
    draw_cert_body,
    draw_officer_invite,
    draw_officer_register,
)
from experts.services.draw_dryrun import dryrun_answer, dryrun_begin
from experts.services.draw_prepare import Times, draw_prepare
from experts.services.draw_request import RequestFields, draw_confirm, draw_request
from experts.services.draws_drive import draws_drive
from experts.services.header_sign import header_sign
from experts.services.own_members import own_members_name
from experts.states.draw import SeatAnswer
from protocol import bodies, officer
from protocol.draw import contributing, objects, releasing
from protocol.dsse import Signer
from trading.models import Lot

UNITS = ("公证处", "审计局", "第二交易中心", "行业协会", "纪检组")
OPERATOR, ASKER, OWN = "抽取操作员", "业主经办", "招标人代表"
MARGIN = timedelta(seconds=3)


@dataclass
class Device:
    """An officer's device: the keys made on it, and the seat they are for."""

    seat: DrawOfficer
    actor: Actor
    signer: Signer
    secret: bytes


@dataclass
class DrawPlay:
    """The people of one draw, its lot, the log's clock. Steps may be taken one by one, or by ``through``."""

    lot: Lot
    owner: Party
    supervisor: Party
    registry: Registry
    clock: Clock
    key: PoolKey
    contributors: Sequence[Party] = ()
    draw_id: UUID | None = None
    devices: list[Device] = field(default_factory=list)

    @property
    def draw(self) -> Draw:
        """The draw as the database has it."""
        assert self.draw_id is not None
        return draw_get(self.draw_id)

    def staff(self, role: Role, name: str) -> Actor:
        """A member of the centre's staff in one role."""
        centre = self.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=self.clock.now)
        return self.registry.staff(centre, role, name, at=self.clock.now).actor

    @property
    def operator(self) -> Actor:
        """Who runs the draw."""
        return self.staff(Role.WITNESS, OPERATOR)

    def through(self, fields: RequestFields, *, declines: int = 0) -> Draw:
        """All of it: asked for, drawn, ``declines`` of the first round declined and drawn again, opened at its time."""
        self.ask(fields)
        self.begin()
        self.prepare()
        self.sign()
        self.contribute()
        self.decide()
        self.answer(declines)
        while self.draw.state not in {"complete", "short"}:
            self.decide()
            self.answer()
        return self.reveal()

    def ask(self, fields: RequestFields) -> DrawRequest:
        """One person of the owner asks, another confirms, and the owner's own members are named."""
        asker = self.registry.staff(self.owner, Role.OWNER, ASKER, at=self.clock.now).actor
        made = draw_request(lot_id=self.lot.pk, fields=fields, actor=asker, at=self.clock.now)
        self.request = draw_confirm(
            request_id=made.pk,
            owner_key=self.owner.signer.spki.hex(),
            actor=self.owner.actor,
            at=self.clock.now,
        )
        own = [
            self.registry.staff(self.owner, Role.OWNER, f"{OWN}{n}", at=self.clock.now).actor
            for n in range(1, fields.asked.own_members + 1)
        ]
        own_members_name(
            request_id=made.pk,
            members=[delegate(one, self.lot) for one in own],
            actor=self.owner.actor,
            at=self.clock.now,
        )
        return self.request

    def begin(self, *, t: int = 3, n: int = 5) -> Draw:
        """A serial with n officers of as many bodies, their keys in the log."""
        made = draw_begin(request_id=self.request.pk, t=t, actor=self.operator, at=self.clock.now)
        self.draw_id = made.pk
        self.devices = [self.officer(i) for i in range(1, n + 1)]
        self.clock.cut()
        return self.draw

    def officer(self, i: int) -> Device:
        """An officer, invited, with keys made on the own device, certified by the own body, proven by a dry run."""
        at, draw = self.clock.now, self.draw
        body = self.registry.party(UNITS[i - 1], OrganisationKind.OFFICER_BODY, at=at)
        member = self.registry.staff(body, Role.OFFICER, f"抽取持钥人{i}", at=at)
        assert member.actor.person is not None
        seat = draw_officer_invite(
            draw_id=draw.pk,
            i=i,
            organisation_id=body.id,
            person_id=member.actor.person,
            role="notary",
            actor=self.operator,
            at=at,
        )
        signer = Signer.generate()
        secret, pk = officer.generate_key(secrets.token_bytes)
        key = bodies.body(
            "officer-key",
            tender=draw.lot.tender.reference,
            lot=objects.lot_of(draw.lot.code, draw.serial),
            i=i,
            pk=pk.hex(),
            sig_key=signer.spki.hex(),
        )
        seat = draw_officer_register(
            draw_id=draw.pk,
            i=i,
            signed={"body": key, "signatures": [signer.sign("officer-key", key)]},
            certificate=body.signer.sign("officer-cert", draw_cert_body(seat, signer.spki.hex())),
            actor=member.actor,
            at=at,
        )
        device = Device(seat, member.actor, signer, secret)
        self.prove(device)
        return device

    def prove(self, device: Device) -> None:
        """The device opens what the platform sealed to its key."""
        draw = self.draw
        challenge = dryrun_begin(draw_id=draw.pk, i=device.seat.i, actor=device.actor, at=self.clock.now)
        answered = officer.answer_object(
            draw.lot.tender.reference,
            objects.lot_of(draw.lot.code, draw.serial),
            device.seat.i,
            "publish",
            bytes.fromhex(challenge),
            device.secret,
            device.signer,
        )
        dryrun_answer(
            draw_id=draw.pk, i=device.seat.i, signed=answered, actor=device.actor, at=self.clock.now
        )

    def prepare(self, *, minutes: int = 30, reveal: timedelta = timedelta(days=1)) -> Draw:
        """The header: contributions close in so many minutes, names open ``reveal`` after that."""
        close_at = self.clock.now.replace(microsecond=0) + timedelta(minutes=minutes)
        return draw_prepare(
            draw_id=self.draw.pk,
            supervisor_key=self.supervisor.signer.spki.hex(),
            times=Times(close_at, close_at + reveal),
            actor=self.operator,
            at=self.clock.now,
            key=self.key,
        )

    def sign(self) -> Draw:
        """The supervisor signs, the header stands in the log."""
        signature = self.supervisor.signer.sign("draw-header", self.draw.header)
        header_sign(
            draw_id=self.draw.pk,
            signatures=[signature],
            actor=self.supervisor.actor,
            at=self.clock.now,
        )
        self.clock.cut()
        return self.draw

    def contribute(self) -> None:
        """Owner, supervisor, those named, and the platform by itself; then T_close is proven past."""
        for party in (self.owner, self.supervisor, *self.contributors):
            made = contributing.contribute(
                header=self.draw.header,
                org=party.organisation.code,
                signer=party.signer,
                random=secrets.token_bytes,
                client="rehearsal/1",
            )
            contribution_give(
                draw_id=self.draw.pk,
                body=made["body"],
                signatures=made["signatures"],
                actor=party.actor,
                at=self.clock.now,
            )
        self.drive()
        close_at = self.draw.close_at
        assert close_at is not None
        self.past(close_at)
        self.drive()

    def past(self, moment: datetime) -> None:
        """Go beyond a moment, with beats of the log before and after it."""
        self.clock.cut()
        for beat in (moment - MARGIN, moment + MARGIN):
            self.clock.to(beat)
            self.clock.cut()

    def drive(self) -> None:
        """What the clock does, and a beat of the log."""
        draws_drive(at=self.clock.now, key=self.key)
        self.clock.cut()

    def decide(self) -> None:
        """One officer more than needed commits and releases, the clock decides."""
        pairs = [(one, self.pair(one)) for one in self.devices[: self.draw.t + 1]]
        for give, position in ((commit_give, 0), (release_give, 1)):
            for device, pair in pairs:
                made = pair[position]
                give(
                    draw_id=self.draw.pk,
                    body=made["body"],
                    signatures=made["signatures"],
                    actor=device.actor,
                    at=self.clock.now,
                )
            self.clock.cut()
        self.drive()

    def pair(self, device: Device) -> tuple[dict[str, Any], dict[str, Any]]:
        """Commit and release of a device for the round that is asked for."""
        draw, chain = self.draw, DrawChain(self.draw)
        now = round_now(draw)
        assert now.head.leaf_index is not None
        return releasing.release_pair(
            header=draw.header,
            round_=bytes.fromhex(now.head.ev),
            leaf=now.head.leaf_index,
            j=now.j,
            contributions=sorted(chain.counting.items()),
            i=device.seat.i,
            sk=device.secret,
            signer=device.signer,
            random=secrets.token_bytes,
        )

    def answer(self, declines: int = 0) -> None:
        """The drawn are called; the first ``declines`` decline, the others accept; the clock goes on."""
        self.drive()
        for position, row in enumerate(DrawnSeat.objects.filter(round=round_now(self.draw)).order_by("seat")):
            answer_record(
                seat=row.seat,
                answer=SeatAnswer.DECLINE if position < declines else SeatAnswer.ACCEPT,
                actor=SYSTEM,
                at=self.clock.now,
                receipt=f"call {position}",
            )
        self.clock.cut()
        self.drive()

    def reveal(self) -> Draw:
        """Its time has come: the gateway's key goes into the log."""
        reveal_at = self.draw.reveal_at
        assert reveal_at is not None
        self.past(reveal_at)
        self.drive()
        return self.draw
