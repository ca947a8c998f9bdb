"""A lot that was opened, a pool, and everybody who plays in the drawing of its panel; methods take lawful steps."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from accounts.actors import SYSTEM
from accounts.states import OrganisationKind, Role
from bidding import store
from bidding.rehearsal.hosts import CENTRE
from bidding.selectors.anchors import SAME_RUN, anchors_export
from bidding.states import Edition
from experts.models import Draw, DrawnSeat, DrawOfficer, DrawRequest
from experts.rules.draws import Asked
from experts.selectors.draws import DrawChain, anchors_of, certifiers_of, round_now
from experts.services.answer_record import answer_record
from experts.services.commit_give import commit_give, release_give
from experts.services.contribution_give import contribution_give
from experts.services.draw_begin import (
    draw_begin,
    draw_cert_body,
    draw_officer_invite,
    draw_officer_register,
)
from experts.services.draw_bundle import draw_bundle
from experts.services.draw_dryrun import dryrun_answer, dryrun_begin
from experts.services.draw_prepare import Times, draw_prepare
from experts.services.draw_request import RequestFields, draw_confirm, draw_request, exclusion_enter
from experts.services.draws_drive import draws_drive
from experts.services.header_sign import header_sign
from experts.states.draw import DrawState, SeatAnswer
from protocol import bodies, officer
from protocol.draw import contributing, objects, releasing
from protocol.dsse import Signer
from protocol.verify import verify
from tests import builders_bidding as build
from tests.experts import worlds

EARLY = datetime(2026, 1, 12, 1, 0, tzinfo=UTC)
SEATS = {"A0301": 2, "A05": 2}
TERM = {"term_from": date(2026, 1, 1), "term_to": date(2028, 12, 31)}
UNITS = ("公证处", "审计局", "第二交易中心", "行业协会", "纪检组")


@dataclass
class Device:
    """An officer's device."""

    seat: DrawOfficer
    actor: object
    signer: Signer
    secret: bytes


@dataclass
class Play:
    """The people of one draw and the lot it is for."""

    hall: build.Hall
    pool: worlds.Pool
    request: DrawRequest | None = None
    draw_id: object = None
    devices: list[Device] = field(default_factory=list)

    @property
    def now(self):
        """The simulated moment."""
        return self.hall.clock.now

    @property
    def draw(self):
        """The draw as the database has it."""
        return Draw.objects.select_related("lot__tender__project", "request", "header_entry").get(
            pk=self.draw_id
        )

    @property
    def owner(self):
        return self.hall.one.owner

    @property
    def supervisor(self):
        return self.hall.one.supervisor

    def staff(self, role, name):
        """A member of the centre's staff."""
        registry = self.hall.registry
        return registry.staff(
            registry.party(CENTRE, OrganisationKind.CENTRE, at=self.now), role, name, at=self.now
        )

    @property
    def operator(self):
        return self.staff(Role.WITNESS, "抽取操作员").actor

    @property
    def exclusions(self):
        return self.staff(Role.INTAKE, "回避录入员").actor

    def asker(self):
        """A second person of the owner."""
        return self.hall.registry.staff(self.owner, Role.OWNER, "业主经办", at=self.now).actor

    # steps -------------------------------------------------------------------------------------------------

    def fields(self, **changes):
        asked = Asked(
            seats=SEATS,
            own_members=1,
            employer_cap=1,
            regions={},
            begins_at=self.now + timedelta(days=1),
        )
        made = RequestFields(
            asked=replace(asked, **{k: v for k, v in changes.items() if hasattr(asked, k)}),
            category="市政工程",
            place="评标室三",
            city="福州",
            hours=4,
            fee="800 元",
            window_s=600,
            max_rounds=2,
        )
        return replace(made, **{k: v for k, v in changes.items() if hasattr(made, k)})

    def asked(self, **changes):
        """Requested by one person of the owner, confirmed by another."""
        self.request = draw_request(
            lot_id=self.hall.lot.pk, fields=self.fields(**changes), actor=self.asker(), at=self.now
        )
        self.request = draw_confirm(
            request_id=self.request.pk,
            owner_key=self.owner.signer.spki.hex(),
            actor=self.owner.actor,
            at=self.now,
        )
        return self.request

    def exclude(self, unit):
        """The exclusions' desk leaves a unit out."""
        return exclusion_enter(
            request_id=self.request.pk,
            unit=unit,
            code="",
            reason="related",
            evidence="ab" * 32,
            actor=self.exclusions,
            at=self.now,
        )

    def begun(self, *, t=3, n=5, automated=(), **given):
        """A serial begun, with n officers of as many bodies, their keys proven and in the log."""
        self.draw_id = draw_begin(
            request_id=self.request.pk, t=t, actor=self.operator, at=self.now, **given
        ).pk
        self.devices = [self.officer(i, automated=i in automated) for i in range(1, n + 1)]
        self.hall.cut()
        return self.draw

    def officer(self, i, *, automated=False, proven=True):
        registry = self.hall.registry
        body = registry.party(UNITS[i - 1], OrganisationKind.OFFICER_BODY, at=self.now)
        member = registry.staff(body, Role.OFFICER, f"抽取持钥人{i}", at=self.now)
        seat = draw_officer_invite(
            draw_id=self.draw_id,
            i=i,
            organisation_id=body.id,
            person_id=member.actor.person,
            role="notary",
            actor=self.operator,
            at=self.now,
        )
        signer = Signer.generate()
        secret, pk = officer.generate_key(secrets.token_bytes)
        key = bodies.body(
            "officer-key",
            tender=self.draw.lot.tender.reference,
            lot=objects.lot_of(self.draw.lot.code, self.draw.serial),
            i=i,
            pk=pk.hex(),
            sig_key=signer.spki.hex(),
        )
        seat = draw_officer_register(
            draw_id=self.draw_id,
            i=i,
            signed={"body": key, "signatures": [signer.sign("officer-key", key)]},
            certificate=body.signer.sign("officer-cert", draw_cert_body(seat, signer.spki.hex())),
            actor=member.actor,
            at=self.now,
            automated=automated,
        )
        device = Device(seat, member.actor, signer, secret)
        if proven:
            self.dry_run(device)
        return device

    def dry_run(self, device, secret=None):
        """The officer's device opens what the platform sealed to its key."""
        challenge = dryrun_begin(draw_id=self.draw_id, i=device.seat.i, actor=device.actor, at=self.now)
        answered = officer.answer_object(
            self.draw.lot.tender.reference,
            objects.lot_of(self.draw.lot.code, self.draw.serial),
            device.seat.i,
            "publish",
            bytes.fromhex(challenge),
            secret or device.secret,
            device.signer,
        )
        return self.dry_run_answered(device, answered)

    def dry_run_answered(self, device, answered):
        """The answer is handed in."""
        return dryrun_answer(
            draw_id=self.draw_id, i=device.seat.i, signed=answered, actor=device.actor, at=self.now
        )

    def prepared(self, *, minutes=30, release_s=3600):
        """Header made; contributions close in so many minutes, the reveal is two days later."""
        close_at = self.now.replace(microsecond=0) + timedelta(minutes=minutes)
        draw_prepare(
            draw_id=self.draw_id,
            supervisor_key=self.supervisor.signer.spki.hex(),
            times=Times(close_at, close_at + timedelta(days=2), release_s),
            actor=self.operator,
            at=self.now,
            key=worlds.KEY,
        )
        return self.draw

    def signed(self):
        """The supervisor has signed, the header stands in the log."""
        header = self.draw.header
        header_sign(
            draw_id=self.draw_id,
            signatures=[self.supervisor.signer.sign("draw-header", header)],
            actor=self.supervisor.actor,
            at=self.now,
        )
        self.hall.cut()
        return self.draw

    def contribution(self, party, *, draw=None):
        """What a party's device seals."""
        return contributing.contribute(
            header=(draw or self.draw).header,
            org=party.organisation.code,
            signer=party.signer,
            random=secrets.token_bytes,
            client="tests/1",
        )

    def contribute(self, party):
        """A party's device contributes."""
        made = self.contribution(party)
        return contribution_give(
            draw_id=self.draw_id,
            body=made["body"],
            signatures=made["signatures"],
            actor=party.actor,
            at=self.now,
        )

    def contributed(self, *parties):
        """Owner, supervisor, one bidder, and the platform by itself; then T_close is proven past."""
        for party in parties or (self.owner, self.supervisor, self.hall.bidder(1)):
            self.contribute(party)
        self.drive()
        self.past(self.draw.close_at)
        self.drive()

    def past(self, moment):
        """Go beyond a moment, with beats of the log before and after it."""
        self.hall.cut()
        self.hall.clock.to(moment - timedelta(seconds=3))
        self.hall.cut()
        self.hall.clock.to(moment + timedelta(seconds=3))
        self.hall.cut()

    def drive(self, gateway=None):
        """What the clock does, and a beat of the log."""
        refused = draws_drive(at=self.now, key=worlds.KEY, gateway=gateway)
        self.hall.cut()
        return refused

    def pair(self, device):
        """Commit and release of a device for the round asked."""
        draw, chain = self.draw, DrawChain(self.draw)
        head = round_now(draw).head
        return releasing.release_pair(
            header=draw.header,
            round_=bytes.fromhex(head.ev),
            leaf=head.leaf_index,
            j=round_now(draw).j,
            contributions=sorted(chain.counting.items()),
            i=device.seat.i,
            sk=device.secret,
            signer=device.signer,
            random=secrets.token_bytes,
        )

    def commit(self, device, made):
        return commit_give(
            draw_id=self.draw_id,
            body=made["body"],
            signatures=made["signatures"],
            actor=device.actor,
            at=self.now,
        )

    def release(self, device, made):
        return release_give(
            draw_id=self.draw_id,
            body=made["body"],
            signatures=made["signatures"],
            actor=device.actor,
            at=self.now,
        )

    def decided(self, devices=None):
        """t + 1 officers commit and release, the clock decides."""
        pairs = [(one, self.pair(one)) for one in devices or self.devices[:4]]
        for one, (commit, _release) in pairs:
            self.commit(one, commit)
        self.hall.cut()
        for one, (_commit, release) in pairs:
            self.release(one, release)
        self.hall.cut()
        self.drive()

    def called(self, gateway=None):
        """The clock calls the drawn."""
        self.drive(gateway)
        return list(DrawnSeat.objects.filter(round=round_now(self.draw)).order_by("seat"))

    def answered(self, declines=0):
        """The gateway hears the first ``declines`` decline and the others accept; the clock goes on."""
        for position, row in enumerate(self.called()):
            answer = SeatAnswer.DECLINE if position < declines else SeatAnswer.ACCEPT
            answer_record(seat=row.seat, answer=answer, actor=SYSTEM, at=self.now, receipt=f"call {position}")
        self.hall.cut()
        self.drive()

    def ready(self, **changes):
        """Up to the header in the log."""
        self.asked(**changes)
        self.begun()
        self.prepared()
        return self.signed()

    def revealed(self):
        """The time of the reveal has come, and the key is in the log."""
        self.past(self.draw.reveal_at)
        self.drive()
        assert DrawState(self.draw.state) is DrawState.REVEALED

    def anchors(self):
        """Anchors of this run."""
        lots = [self.hall.lot]
        return anchors_export(
            lots=lots,
            registrar=self.hall.registry.registrar.spki.hex(),
            origin=SAME_RUN,
            draws=anchors_of(lots),
            certifiers=certifiers_of(lots),
        )

    def judged(self, folder, edition=Edition.PUBLIC, receipts=()):
        """What a stranger finds in the bundle with the draws."""
        made = draw_bundle(lot_id=self.hall.lot.pk, edition=edition, actor=SYSTEM, at=self.now)
        path = folder / f"{edition.value}.zip"
        path.write_bytes(b"".join(store.default().read(made.path)))
        return verify(path, self.anchors(), list(receipts))


def play(*, experts=14, bids=3):
    """A pool of ``experts`` (each holds both specialties), a lot opened and its record closed."""
    pool = worlds.Pool(now=EARLY)
    for number in range(1, experts + 1):
        pool.admitted(number, **TERM)
    hall = build.hall()
    hall.bids(bids)
    hall.opened()
    hall.end()
    return Play(hall, pool)
