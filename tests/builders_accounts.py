"""People and organisations for tests, reached through services; the same arguments make the same market.

``n`` numbers organisations and people: one number, one code, one key. Names of firms are numbers on purpose.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts import selectors
from accounts.actors import SYSTEM, Actor
from accounts.models import Mandate, Organisation, Person, SigningKey
from accounts.rules import AccountFacts, MandateFacts, mandate_body, uscc_check_character
from accounts.rules.mandates import KIND
from accounts.services import (
    account_declare,
    mandate_accept,
    mandate_grant,
    membership_grant,
    organisation_register,
    organisation_review,
    organisation_submit,
    person_register,
    signing_key_register,
)
from accounts.states import MandatePower, OrganisationKind, Power, Role
from protocol import bodies, hashing
from protocol.dsse import Signer

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
REGION = "350100"


def signer(label: str) -> Signer:
    """An Ed25519 key which follows from its label."""
    return Signer.from_seed(hashing.sha256(b"sunlit tests ", label.encode()))


REGISTRAR = signer("registrar")
SUPERVISOR = signer("supervisor")
REGISTRAR_SPKIS = frozenset({REGISTRAR.spki.hex()})
SUPERVISOR_SPKIS = frozenset({SUPERVISOR.spki.hex()})


@dataclass(frozen=True)
class Party:
    """An organisation with its first member and its key."""

    organisation: Organisation
    person: Person
    actor: Actor
    signer: Signer
    key: SigningKey | None

    @property
    def spki(self) -> str:
        """The public key, hex."""
        return self.signer.spki.hex()


def uscc(n: int) -> str:
    """A well-formed unified social credit code for number ``n``."""
    body = f"91350100M{n:08d}"
    return body + uscc_check_character(body)


def person(n: int, *, at: datetime = START, **fields: Any) -> Person:
    """A person who logs in as ``person-n@example.test``."""
    values = {"name": f"Person {n}", "phone": f"+86 591 8700 {n:04d}", "language": "en"} | fields
    return person_register(email=f"person-{n}@example.test", actor=SYSTEM, at=at, **values)


def details(n: int) -> dict[str, Any]:
    """The fields of a complete registration."""
    return {
        "legal_representative": f"Representative {n}",
        "region": REGION,
        "address": f"{n} Wusi Road, Fuzhou",
        "contacts": [
            {"name": "Desk", "phone": f"0591-8765{n:04d}", "email": f"desk-{n}@example.test"},
            {"name": "Night", "phone": f"+86 139 0000 {n:04d}", "email": ""},
        ],
    }


def account(n: int, holder: str) -> AccountFacts:
    """A basic account of its holder."""
    return AccountFacts(holder=holder, number=f"3500{n:012d}", bank="Bank of Tests", cnaps=f"{n:012d}")


def registered(
    n: int = 1,
    *,
    kinds: frozenset[OrganisationKind] = frozenset({OrganisationKind.BIDDER}),
    name: str = "",
    at: datetime = START,
) -> Party:
    """An organisation whose registration is complete but not handed in."""
    first = person(n, at=at)
    name = name or f"Firm {n}"
    organisation = organisation_register(
        code=uscc(n),
        name=name,
        kinds=kinds,
        actor=Actor(person=first.pk),
        at=at,
        named_since=date(2020, 1, 1),
        **details(n),
    )
    actor = selectors.actor_of(first.pk, organisation.pk, at)
    account_declare(organisation_id=organisation.pk, account=account(n, name), actor=actor, at=at)
    return Party(organisation, first, actor, signer(f"organisation {n}"), None)


def accepted(
    n: int = 1,
    *,
    kinds: frozenset[OrganisationKind] = frozenset({OrganisationKind.BIDDER}),
    name: str = "",
    at: datetime = START,
    with_key: bool = True,
) -> Party:
    """An accepted organisation, its first member holding all its powers, with a registered signing key."""
    party = registered(n, kinds=kinds, name=name, at=at)
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=at)
    organisation = organisation_review(organisation_id=party.organisation.pk, defects=(), actor=SYSTEM, at=at)
    actor = selectors.actor_of(party.person.pk, organisation.pk, at)
    key = register_key(organisation, party.signer, at=at) if with_key else None
    return Party(organisation, party.person, actor, party.signer, key)


def bidder(n: int, *, at: datetime = START) -> Party:
    """An accepted bidder."""
    return accepted(n, at=at)


def owner(n: int = 901, *, at: datetime = START) -> Party:
    """An accepted owner."""
    return accepted(n, kinds=frozenset({OrganisationKind.OWNER}), name=f"Owner {n}", at=at)


def agency(n: int = 902, *, at: datetime = START) -> Party:
    """An accepted agency."""
    return accepted(n, kinds=frozenset({OrganisationKind.AGENCY}), name=f"Agency {n}", at=at)


def officer_body(n: int, *, at: datetime = START) -> Party:
    """An accepted organisation which sends an officer."""
    return accepted(n, kinds=frozenset({OrganisationKind.OFFICER_BODY}), name=f"Officer body {n}", at=at)


def supervisor(n: int = 903, *, at: datetime = START) -> Party:
    """An accepted supervising body."""
    return accepted(n, kinds=frozenset({OrganisationKind.SUPERVISOR}), name=f"Supervisor {n}", at=at)


def centre(n: int = 904, *, at: datetime = START) -> Party:
    """An accepted trading centre; its first member manages the members and holds no post."""
    return accepted(n, kinds=frozenset({OrganisationKind.CENTRE}), name=f"Centre {n}", at=at)


def staff(
    of: Party, role: Role, n: int, *, at: datetime = START, powers: frozenset[Power] = frozenset()
) -> Actor:
    """A further member of an organisation in one role, as the actor who stands for the login."""
    member = person(n, at=at)
    membership_grant(
        organisation_id=of.organisation.pk,
        person_id=member.pk,
        roles={role},
        powers=powers,
        actor=SYSTEM,
        at=at,
    )
    return selectors.actor_of(member.pk, of.organisation.pk, at)


def key_event(organisation: Organisation, spki: str, *, by: Signer = REGISTRAR) -> dict[str, Any]:
    """A ``signer-key`` event as the registrar's desk hands it over: body and signatures."""
    body = bodies.body("signer-key", org=organisation.code, name=organisation.name, spki=spki)
    return {"body": body, "signatures": [by.sign("signer-key", body)]}


def register_key(organisation: Organisation, key: Signer, *, at: datetime = START) -> SigningKey:
    """A signing key, certified by the registrar of the trial."""
    return signing_key_register(
        **key_event(organisation, key.spki.hex()), registrar=REGISTRAR_SPKIS, actor=SYSTEM, at=at
    )


def key_loss_event(
    organisation: Organisation, old: str, new: str, *, by: tuple[Signer, ...] = (REGISTRAR, SUPERVISOR)
) -> dict[str, Any]:
    """A ``key-loss`` event signed by both offices."""
    evidence = hashing.sha256(b"report of loss").hex()
    body = bodies.body("key-loss", org=organisation.code, old=old, new=new, evidence=evidence)
    return {"body": body, "signatures": [key.sign("key-loss", body) for key in by]}


def mandate_facts(
    giver: Party, taker: Party, tender: str, *, until: datetime, at: datetime = START
) -> MandateFacts:
    """A mandate with all powers."""
    return MandateFacts(
        owner=giver.organisation.code,
        agency=taker.organisation.code,
        tender=tender,
        powers=frozenset(MandatePower),
        valid_from=at,
        valid_to=until,
        fee_basis="Contract 7",
        fee_payer="owner",
    )


def mandate_offered(
    giver: Party, taker: Party, tender: str, *, until: datetime, at: datetime = START
) -> Mandate:
    """A mandate the owner has signed."""
    facts = mandate_facts(giver, taker, tender, until=until, at=at)
    return mandate_grant(
        owner_id=giver.organisation.pk,
        agency_id=taker.organisation.pk,
        tender=tender,
        powers=facts.powers,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        fee_basis=facts.fee_basis,
        fee_payer=facts.fee_payer,
        signatures=[giver.signer.sign(KIND, mandate_body(facts))],
        actor=giver.actor,
        at=at,
    )


def mandate(giver: Party, taker: Party, tender: str, *, until: datetime, at: datetime = START) -> Mandate:
    """A mandate both have signed."""
    offered = mandate_offered(giver, taker, tender, until=until, at=at)
    return mandate_accept(
        mandate_id=offered.pk, signatures=[taker.signer.sign(KIND, offered.body)], actor=taker.actor, at=at
    )
