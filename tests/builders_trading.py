"""Projects and tenders for tests, reached through services; the same arguments make the same tender.

``market()`` makes the parties once per test; ``draft_tender``, ``ready_tender`` and ``published_tender`` go on
from there. Officers, keys and dry runs are real: ``officers`` holds the secrets a device would keep.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts import selectors as accounts
from accounts.actors import SYSTEM, Actor
from accounts.states import Power, Role
from protocol import bodies, hashing, officer
from protocol.dsse import Signer
from tests import builders_accounts as people
from tests.builders_accounts import START, Party
from trading import services
from trading.models import Lot, OfficerSeat, Project, Tender
from trading.rules import CHINA, Times
from trading.services import LotFields, OpeningFields, ProjectFields, TenderFields

REGION = "350100"
DAYS = 25
METHOD: Mapping[str, Any] = {
    "kind": "lowest_evaluated",
    "criteria": [{"name": "price", "points": 100}],
    "rounding": {"places": 2, "mode": "half_up"},
    "tie": ["lower price", "higher technical score", "public draw"],
    "candidates": 3,
}
BILL = """<?xml version="1.0" encoding="UTF-8"?>
<工程量清单><分部 名称="路面工程">
<清单 项目编码="040203007001" 项目名称="水泥混凝土路面" 项目特征="C30，厚 220 mm" 计量单位="m2" 工程量="12000"/>
<清单 项目编码="040204002001" 项目名称="人行道块料铺设" 项目特征="透水砖 60 mm" 计量单位="m2" 工程量="3200.5"/>
</分部></工程量清单>
""".encode()
DOCUMENTS = (
    ("data_sheet", "data-sheet.pdf", b"%PDF-1.7 data sheet"),
    ("method", "method.pdf", b"%PDF-1.7 method"),
    ("boq", "bill-of-quantities.xml", BILL),
    ("drawings", "drawings.pdf", b"%PDF-1.7 drawings"),
    ("contract", "contract.pdf", b"%PDF-1.7 contract"),
)


@dataclass(frozen=True)
class OfficerKeys:
    """What one officer's device holds for one lot: the seat, the signing key, the KEM secret."""

    seat: OfficerSeat
    actor: Actor
    signer: Signer
    secret: bytes


@dataclass(frozen=True)
class Market:
    """The parties of a tender: owner, supervisor, intake desk, officers' organisations with their people."""

    owner: Party
    supervisor: Party
    intake: Actor
    bodies: tuple[Party, ...]
    agency: Party | None = None


@dataclass(frozen=True)
class Made:
    """A tender with its market, lots and officers' devices (by lot id, in the order of the seats)."""

    market: Market
    tender: Tender
    lots: tuple[Lot, ...]
    officers: Mapping[UUID, tuple[OfficerKeys, ...]] = field(default_factory=dict)

    @property
    def lot(self) -> Lot:
        """The first lot."""
        return self.lots[0]

    @property
    def owner(self) -> Actor:
        """The owner's person who confirms binding acts."""
        return self.market.owner.actor


def market(*, at: datetime = START, organisations: int = 3, base: int = 900) -> Market:
    """Owner, supervisor, intake desk and ``organisations`` units that send officers."""
    centre = people.centre(base + 4, at=at)
    return Market(
        owner=people.owner(base + 1, at=at),
        supervisor=people.supervisor(base + 3, at=at),
        intake=people.staff(centre, Role.INTAKE, base + 50, at=at),
        bodies=tuple(people.officer_body(base + 10 + n, at=at) for n in range(organisations)),
    )


def project_fields(of: Market, **changes: Any) -> ProjectFields:
    """A mandatory, state-funded project with everything intake asks for."""
    given = ProjectFields(
        name="Road works",
        name_en="Road works",
        region=REGION,
        estimate=Decimal("5000000.00"),
        supervisor=of.supervisor.organisation.pk,
        mandatory=True,
        state_funded=True,
        scheme_approved=True,
        approvals=({"no": "A-1", "body": "Planning office", "date": "2026-05-04", "file": ""},),
        funds=({"source": "Municipal budget", "share": "100"},),
        site="Main street",
    )
    return replace(given, **changes)


def accepted_project(of: Market, *, at: datetime = START, **changes: Any) -> Project:
    """A project accepted at intake."""
    project = services.project_register(
        owner_id=of.owner.organisation.pk, fields=project_fields(of, **changes), actor=of.owner.actor, at=at
    )
    return services.project_accept(project_id=project.pk, actor=of.intake, at=at)


def day(at: datetime, days: int, hour: int = 9, minute: int = 30) -> datetime:
    """A moment ``days`` after the China day of ``at``, at ``hour:minute`` in China."""
    local = at.astimezone(CHINA) + timedelta(days=days)
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0)


def times(close_at: datetime, *, envelopes: int = 1, factor: bool = False, check_s: int = 600) -> Times:
    """Times of an opening: factor 30 minutes if there is one, the seal check ``check_s``, release a day."""
    until = close_at + timedelta(minutes=30) if factor else None
    check = (until or close_at) + timedelta(seconds=check_s)
    return Times(
        close_at=close_at,
        open_at=(close_at,) * envelopes,
        factor_until=until,
        check_until=check,
        release_until=check + timedelta(days=1),
    )


def tender_fields(at: datetime = START, **changes: Any) -> TenderFields:
    """A complete data sheet; documents for eight days from ``at``."""
    given = TenderFields(
        title="主街道路工程",
        title_en="Main street road works",
        summary="路面改造",
        summary_en="Resurfacing",
        owner_address="1 Main street",
        place="Main street",
        obtain_documents="On this platform, free of charge",
        contact="0591-8700 0000",
        consortium_allowed=False,
        documents_from=at,
        documents_until=day(at, 8, 17),
        questions_until=day(at, 12, 17),
    )
    return replace(given, **changes)


def lot_fields(**changes: Any) -> LotFields:
    """A complete lot within the law."""
    given = LotFields(
        name="第一标段",
        name_en="Section one",
        scope="路面",
        scope_en="Road surface",
        estimate=Decimal("5000000.00"),
        ceiling=Decimal("4800000.00"),
        duration_days=120,
        quality="合格",
        qualification="市政公用工程施工总承包三级",
        manager_class="二级建造师",
        deposit_amount=Decimal("100000.00"),
        deposit_forms=("transfer", "e_guarantee"),
        validity_days=90,
        bond_percent=Decimal(10),
        method=METHOD,
    )
    return replace(given, **changes)


def opening_fields(close_at: datetime, **changes: Any) -> OpeningFields:
    """Three of five officers, one envelope, no factor."""
    given = OpeningFields(times=times(close_at), t=3, hall="Hall 1")
    return replace(given, **changes)


def device_random(label: str) -> Callable[[int], bytes]:
    """Bytes that follow from a label: a test's device."""
    count = iter(range(1 << 20))

    def draw(size: int) -> bytes:
        return b"".join(
            hashing.sha256(b"device", label.encode(), next(count).to_bytes(4, "big"))
            for _ in range(-(-size // 32))
        )[:size]

    return draw


def seat_officer(
    made: Market, lot: Lot, i: int, *, at: datetime, prove: bool = True, tool: str = "offline"
) -> OfficerKeys:
    """Invite, accept, certify, register a key and pass the dry run of seat ``i``."""
    body = made.bodies[(i - 1) % len(made.bodies)]
    label = f"{lot.pk}/{i}"
    member = people.person(700_000 + officer_number(lot, i), at=at)
    seat = services.officer_seat_invite(
        lot_id=lot.pk,
        i=i,
        organisation_id=body.organisation.pk,
        person_id=member.pk,
        role="notary" if i % 2 else "audit",
        actor=made.owner.actor,
        at=at,
    )
    actor = Actor(person=member.pk, organisation=body.organisation.pk, roles=frozenset({Role.OFFICER}))
    services.officer_seat_accept(seat_id=seat.pk, actor=actor, at=at)
    signer = people.signer(f"officer {label}")
    secret, pk = officer.generate_key(device_random(label))
    key = bodies.body(
        "officer-key",
        tender=lot.tender.reference,
        lot=lot.code,
        i=i,
        pk=pk.hex(),
        sig_key=signer.spki.hex(),
    )
    cert = body.signer.sign("officer-cert", services.officer_cert_body(seat, signer.spki.hex()))
    seat = services.officer_key_register(
        seat_id=seat.pk,
        signed={"body": key, "signatures": [signer.sign("officer-key", key)]},
        certificate=cert,
        tool=tool,
        actor=actor,
        at=at,
    )
    held = OfficerKeys(seat, actor, signer, secret)
    return dryrun(held, at=at) if prove else held


LOTS_SEATED: dict[UUID, int] = {}


def officer_number(lot: Lot, i: int) -> int:
    """A number of its own for each officer of each lot: lots are counted as they are first asked for."""
    return LOTS_SEATED.setdefault(lot.pk, len(LOTS_SEATED)) * 33 + i


def dryrun(held: OfficerKeys, *, at: datetime, stage: str = "publish") -> OfficerKeys:
    """Ask and answer one dry run with the device's key."""
    seat = held.seat
    lot = seat.lot
    sealed = services.officer_dryrun_challenge(seat_id=seat.pk, actor=held.actor, at=at)
    answer = officer.dryrun_answer(held.secret, lot.tender.reference, lot.code, seat.i, bytes.fromhex(sealed))
    body = bodies.body(
        "dryrun",
        tender=lot.tender.reference,
        lot=lot.code,
        i=seat.i,
        pk=seat.opening_key,
        stage=stage,
        answer=answer.hex(),
        tool=seat.tool,
    )
    signed = {"body": body, "signatures": [held.signer.sign("dryrun", body)]}
    proven = services.officer_dryrun(seat_id=seat.pk, signed=signed, actor=held.actor, at=at)
    return OfficerKeys(proven, held.actor, held.signer, held.secret)


def draft_tender(
    *,
    at: datetime = START,
    of: Market | None = None,
    project: Project | None = None,
    fields: TenderFields | None = None,
    lots: Sequence[LotFields] | None = None,
    opening: OpeningFields | None = None,
    officers: int = 5,
    documents: Sequence[tuple[str, str, bytes]] = DOCUMENTS,
    close_at: datetime | None = None,
    retender_of: UUID | None = None,
    project_changes: Mapping[str, Any] | None = None,
) -> Made:
    """A draft tender with documents, opening set-up and proven officers for each lot."""
    parties = of or market(at=at)
    project = project or accepted_project(parties, at=at, **(project_changes or {}))
    actor = parties.owner.actor
    tender = services.tender_create(
        project_id=project.pk, fields=fields or tender_fields(at), actor=actor, at=at, retender_of=retender_of
    )
    for kind, name, content in documents:
        services.document_add(tender_id=tender.pk, kind=kind, name=name, content=content, actor=actor, at=at)
    made: list[Lot] = []
    held: dict[UUID, tuple[OfficerKeys, ...]] = {}
    plan = opening or opening_fields(close_at or day(at, DAYS))
    for given in lots or (lot_fields(),):
        lot = services.lot_add(tender_id=tender.pk, fields=given, actor=actor, at=at)
        services.opening_setup_set(lot_id=lot.pk, fields=plan, actor=actor, at=at)
        held[lot.pk] = tuple(seat_officer(parties, lot, i, at=at) for i in range(1, officers + 1))
        made.append(lot)
    return refreshed(Made(parties, tender, tuple(made), held))


def ready_tender(*, at: datetime = START, **changes: Any) -> Made:
    """A tender handed to the owner for publication."""
    made = draft_tender(at=at, **changes)
    services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=at)
    return refreshed(made)


def published_tender(*, at: datetime = START, **changes: Any) -> Made:
    """A published tender: policies signed by the owner and logged, number given, notice out."""
    return publish(ready_tender(at=at, **changes), at=at)


def publish(made: Made, *, at: datetime) -> Made:
    """Sign every lot's policy as the owner and publish."""
    services.tender_publish(
        tender_id=made.tender.pk, policies=signed_policies(made, at=at), actor=made.owner, at=at
    )
    return refreshed(made)


def signed_policies(made: Made, *, at: datetime) -> dict[UUID, dict[str, Any]]:
    """Every lot's policy, signed by the owner's key."""
    return {lot.pk: signed(made, "policy", services.lot_policy_body(lot, at=at)) for lot in made.lots}


def signed(made: Made, kind: str, body: Mapping[str, Any], *, supervisor: bool = False) -> dict[str, Any]:
    """A signed object by the owner, and by the supervisor if asked."""
    signers = [made.market.owner.signer, *([made.market.supervisor.signer] if supervisor else [])]
    return {"body": dict(body), "signatures": [signer.sign(kind, body) for signer in signers]}


def postponed(
    made: Made, close_at: datetime, *, at: datetime, reason: str = "Weather", lot: Lot | None = None
) -> Made:
    """Move a lot's deadline, signed by owner and supervisor; the later phases keep their distance."""
    from trading.rules import shifted
    from trading.selectors import times_in_force

    moved = lot or made.lot
    new = shifted(times_in_force(moved), close_at)
    body = services.postpone_body(moved, new, reason)
    services.tender_postpone(
        lot_id=moved.pk,
        times=new,
        reason=reason,
        signed=signed(made, "postpone", body, supervisor=True),
        actor=made.owner,
        at=at,
    )
    return refreshed(made)


def refreshed(made: Made) -> Made:
    """The same tender as the database now has it."""
    tender = Tender.objects.select_related("project__owner").get(pk=made.tender.pk)
    lots = tuple(
        Lot.objects.select_related("tender__project", "opening").filter(tender=tender).order_by("no")
    )
    return Made(made.market, tender, lots, made.officers)


def bidder(n: int, *, at: datetime = START) -> Actor:
    """A bidder's member with all powers."""
    party = people.bidder(n, at=at)
    return accounts.actor_of(party.person.pk, party.organisation.pk, at)


__all__ = [
    "DAYS",
    "DOCUMENTS",
    "METHOD",
    "START",
    "SYSTEM",
    "Made",
    "Market",
    "OfficerKeys",
    "Power",
    "accepted_project",
    "bidder",
    "day",
    "draft_tender",
    "dryrun",
    "lot_fields",
    "market",
    "opening_fields",
    "postponed",
    "project_fields",
    "publish",
    "published_tender",
    "ready_tender",
    "refreshed",
    "seat_officer",
    "signed",
    "signed_policies",
    "tender_fields",
    "times",
]
