"""Prepare and publish the tender of a rehearsal as its owner, its officers and the intake desk would."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.actors import SYSTEM
from accounts.states import OrganisationKind
from bidding.rehearsal.parties import Party, Registry
from protocol import bodies, officer
from protocol.dsse import Signer
from trading.models import Lot
from trading.rules import Times
from trading.services.document_add import document_add
from trading.services.officers import (
    officer_dryrun,
    officer_dryrun_challenge,
    officer_key_register,
    officer_seat_accept,
    officer_seat_invite,
)
from trading.services.opening_setup import OpeningFields, opening_setup_set
from trading.services.policy_body import lot_policy_body, officer_cert_body
from trading.services.projects import ProjectFields, project_accept, project_register
from trading.services.tender_draft import LotFields, TenderFields, lot_add, tender_create, tender_ready
from trading.services.tender_publish import tender_publish

ROLES = ("招标人", "招标代理", "交易中心见证", "公证处", "审计", "第二中心", "行业协会")
DOCUMENTS = ("data_sheet", "method", "boq", "contract")
VALIDITY_DAYS = 90


@dataclass(frozen=True)
class Offer:
    """One bid to be handed in: the firm's name and its price, in the order in which they arrive."""

    firm: str
    price: Decimal


@dataclass(frozen=True)
class Plan:
    """A tender to be rehearsed. ``id`` names its files; ``skipped`` counts rows that hold no bid; yuan.

    ``scheme`` is the method as data (docs/protocol.md, 16.2), where it has one; ``technical`` what the second envelope
    holds, where it is not so many random bytes; ``blind`` the envelopes judged without knowing whose they are.
    """

    id: str
    title: str
    title_en: str
    scope: str
    ceiling: Decimal
    offers: Sequence[Offer]
    note: str = ""
    note_en: str = ""
    coefficient: Mapping[str, Any] = field(default_factory=dict)
    scheme: Mapping[str, Any] = field(default_factory=dict)
    blind: Sequence[int] = ()
    technical: bytes = b""
    technical_bytes: int = 2_000
    skipped: int = 0
    deposit: Decimal = Decimal(0)
    deposit_forms: Sequence[str] = ("transfer", "guarantee", "e_guarantee", "insurance")
    region: str = "350100"


@dataclass(frozen=True)
class Panel:
    """How many officers, how many of them needed, whether bidders hold a factor; agencies named to read or record."""

    t: int = 3
    n: int = 5
    factor: bool = False
    reader: str = ""
    recorder: str = ""


@dataclass
class Seat:
    """An officer's device: the secret key of this lot and the signing key."""

    i: int
    party: Party
    secret: bytes
    signer: Signer


@dataclass
class Published:
    """A published lot with everything its parties hold on their own devices."""

    plan: Plan
    lot: Lot
    owner: Party
    supervisor: Party
    seats: list[Seat]
    policy: dict[str, Any]
    bids: list[Any] = field(default_factory=list)

    @property
    def close_at(self) -> datetime:
        """The deadline of the set-up."""
        return self.lot.opening.close_at


def draft(
    plan: Plan, panel: Panel, registry: Registry, *, at: datetime, close_at: datetime
) -> tuple[Lot, Party, Party]:
    """From registration to a draft with lot, documents and set-up: (lot, owner, supervisor)."""
    owner = registry.party("预演市建设局", OrganisationKind.OWNER, at=at)
    supervisor = registry.party("预演市发展和改革委员会", OrganisationKind.SUPERVISOR, at=at)
    project = project_register(
        owner_id=owner.id,
        fields=ProjectFields(
            name=plan.title,
            name_en=plan.title_en,
            region=plan.region,
            estimate=plan.ceiling,
            supervisor=supervisor.id,
            mandatory=True,
            state_funded=True,
            public_owner=True,
            scheme_approved=True,
            funds=[{"source": "财政资金", "share": "100"}],
            site="福州市",
        ),
        actor=owner.actor,
        at=at,
    )
    project_accept(project_id=project.pk, actor=SYSTEM, at=at)
    tender = tender_create(project_id=project.pk, fields=_sheet(plan, at), actor=owner.actor, at=at)
    for kind in DOCUMENTS:
        text = f"{plan.title}\n{plan.scope}\n{kind}\n".encode()
        document_add(
            tender_id=tender.pk, kind=kind, name=f"{kind}.txt", content=text, actor=owner.actor, at=at
        )
    return _lot(tender.pk, plan, panel, registry, owner, at, close_at), owner, supervisor


def _lot(
    tender: UUID,
    plan: Plan,
    panel: Panel,
    registry: Registry,
    owner: Party,
    at: datetime,
    close_at: datetime,
) -> Lot:
    lot = lot_add(tender_id=tender, fields=_lot_fields(plan), actor=owner.actor, at=at)
    opening = replace(
        _opening(panel, close_at),
        reader=_agency(panel.reader, registry, at),
        recorder=_agency(panel.recorder, registry, at),
    )
    opening_setup_set(lot_id=lot.pk, fields=opening, actor=owner.actor, at=at)
    return lot


def publish(plan: Plan, panel: Panel, registry: Registry, *, at: datetime, close_at: datetime) -> Published:
    """From registration to the published notice, at one moment; the deadline is ``close_at``."""
    return publish_lots(plan, panel, registry, at=at, closes=[close_at])[0]


def publish_lots(
    plan: Plan, panel: Panel, registry: Registry, *, at: datetime, closes: Sequence[datetime]
) -> list[Published]:
    """One tender with a lot for each of the deadlines, all published in one moment; each lot has its own officers."""
    first, owner, supervisor = draft(plan, panel, registry, at=at, close_at=closes[0])
    tender = first.tender_id
    lots = [first, *(_lot(tender, plan, panel, registry, owner, at, close) for close in closes[1:])]
    seats = {lot.pk: [_seat(lot, i, registry, owner, at) for i in range(1, panel.n + 1)] for lot in lots}
    tender_ready(tender_id=tender, actor=owner.actor, at=at)
    rows = Lot.objects.select_related("tender__project").filter(pk__in=seats).order_by("no")
    policies = {lot.pk: lot_policy_body(lot, at=at) for lot in rows}
    signed = {
        lot: {"body": body, "signatures": [owner.signer.sign("policy", body)]}
        for lot, body in policies.items()
    }
    tender_publish(tender_id=tender, policies=signed, actor=owner.actor, at=at)
    made = Lot.objects.select_related("tender__project", "opening").filter(pk__in=seats).order_by("no")
    return [Published(plan, lot, owner, supervisor, seats[lot.pk], policies[lot.pk]) for lot in made]


def _sheet(plan: Plan, at: datetime) -> TenderFields:
    return TenderFields(
        title=plan.title,
        title_en=plan.title_en,
        summary=plan.scope,
        owner_address="福州市",
        place="福州市",
        obtain_documents="本平台",
        contact="0591-87650001",
        consortium_allowed=False,
        documents_from=at,
        documents_until=at + timedelta(days=7),
        questions_until=at + timedelta(days=10),
        media=("本平台",),
        note=plan.note,
        note_en=plan.note_en,
    )


def _lot_fields(plan: Plan) -> LotFields:
    return LotFields(
        name=plan.title,
        name_en=plan.title_en,
        scope=plan.scope,
        estimate=plan.ceiling,
        ceiling=plan.ceiling,
        duration_days=180,
        quality="合格",
        validity_days=VALIDITY_DAYS,
        deposit_amount=plan.deposit,
        deposit_forms=tuple(plan.deposit_forms) if plan.deposit else (),
        deposit_validity_days=VALIDITY_DAYS if plan.deposit else None,
        method=_method(plan),
    )


def _method(plan: Plan) -> dict[str, Any]:
    """The method of a plan, as data where it has a scheme."""
    same = {name: plan.scheme[name] for name in ("kind", "candidates", "coefficient") if name in plan.scheme}
    return {
        "kind": "lowest_evaluated",
        "tie": "lot",
        "rounding": "cent",
        "candidates": 3,
        **({"coefficient": dict(plan.coefficient)} if plan.coefficient else {}),
        **({**same, "scheme": dict(plan.scheme)} if plan.scheme else {}),
        **({"blind": list(plan.blind)} if plan.blind else {}),
    }


def _agency(name: str, registry: Registry, at: datetime) -> UUID | None:
    return registry.party(name, OrganisationKind.AGENCY, at=at).organisation.pk if name else None


def _opening(panel: Panel, close_at: datetime) -> OpeningFields:
    factor_until = close_at + timedelta(minutes=10) if panel.factor else None
    times = Times(
        close_at=close_at,
        open_at=(close_at, close_at),
        factor_until=factor_until,
        check_until=(factor_until or close_at) + timedelta(minutes=5),
        release_until=close_at + timedelta(hours=4),
    )
    return OpeningFields(
        times=times,
        t=panel.t,
        envelopes=("开标一览表", "技术文件"),
        factor="required" if panel.factor else "none",
        remedy="留底文件可在解密时限内补交" if panel.factor else "",
        hall="一号开标厅",
    )


def _seat(lot: Lot, i: int, registry: Registry, owner: Party, at: datetime) -> Seat:
    """Invite officer i of an organisation of its own, who makes a key and proves it."""
    role = ROLES[(i - 1) % len(ROLES)]
    party = registry.party(f"{role}（钥匙官 {i}）", OrganisationKind.OFFICER_BODY, at=at)
    seat = officer_seat_invite(
        lot_id=lot.pk,
        i=i,
        organisation_id=party.id,
        person_id=party.actor.person or party.id,
        role=role,
        actor=owner.actor,
        at=at,
    )
    officer_seat_accept(seat_id=seat.pk, actor=party.actor, at=at)
    secret, public = officer.generate_key(secrets.token_bytes)
    signer = Signer.generate()
    place = {"tender": lot.tender.reference, "lot": lot.code, "i": i, "pk": public.hex()}
    body = bodies.body("officer-key", **place, sig_key=signer.spki.hex())
    seat.refresh_from_db()
    cert = party.signer.sign("officer-cert", officer_cert_body(seat, signer.spki.hex()))
    officer_key_register(
        seat_id=seat.pk,
        signed={"body": body, "signatures": [signer.sign("officer-key", body)]},
        certificate=cert,
        tool="offline",
        actor=party.actor,
        at=at,
    )
    challenge = officer_dryrun_challenge(seat_id=seat.pk, actor=party.actor, at=at)
    answer = officer.dryrun_answer(secret, lot.tender.reference, lot.code, i, bytes.fromhex(challenge))
    run = bodies.body("dryrun", **place, stage="publish", answer=answer.hex(), tool="offline")
    officer_dryrun(
        seat_id=seat.pk,
        signed={"body": run, "signatures": [signer.sign("dryrun", run)]},
        actor=party.actor,
        at=at,
    )
    return Seat(i, party, secret, signer)
