"""The people of a rehearsal: organisations with one member and one key each, registered as any other."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts import selectors
from accounts.actors import SYSTEM, Actor
from accounts.models import Organisation
from accounts.rules import AccountFacts, uscc_check_character
from accounts.services import (
    account_declare,
    membership_grant,
    organisation_register,
    organisation_review,
    organisation_submit,
    person_register,
    signing_key_register,
)
from accounts.states import OrganisationKind, Role
from protocol import bodies
from protocol.dsse import Signer

REGION = "350100"


@dataclass(frozen=True)
class Party:
    """An organisation, its member as actor, and the key on that member's device."""

    organisation: Organisation
    actor: Actor
    signer: Signer
    email: str

    @property
    def id(self) -> UUID:
        """The organisation's id."""
        return self.organisation.pk


class Registry:
    """The registrar of a rehearsal and everybody it has enrolled, by name."""

    def __init__(self, password: str | None = None) -> None:
        """A registrar with a fresh key; nobody enrolled. With ``password`` everybody can log in."""
        self.registrar = Signer.generate()
        self.password = password
        self._parties: dict[str, Party] = {}
        self._staff: dict[str, Party] = {}

    def party(self, name: str, kind: OrganisationKind, *, at: datetime) -> Party:
        """The party of this name, enrolled when it is asked for the first time."""
        if name not in self._parties:
            self._parties[name] = self._enrol(name, kind, at)
        return self._parties[name]

    def staff(self, of: Party, role: Role, name: str, *, at: datetime) -> Party:
        """A further member of an organisation in one role, with a signing key of the organisation on the own device."""
        if name not in self._staff:
            number = len(self._parties) + len(self._staff) + 1
            person = person_register(
                email=f"rehearsal-staff-{number}@{role.value}.invalid",
                name=name,
                phone=f"+86 591 8800 {number:04d}",
                password=self.password,
                actor=SYSTEM,
                at=at,
            )
            membership_grant(organisation_id=of.id, person_id=person.pk, roles={role}, actor=SYSTEM, at=at)
            signer = self._certified(of.organisation, at)
            actor = selectors.actor_of(person.pk, of.id, at)
            self._staff[name] = Party(of.organisation, actor, signer, person.email)
        return self._staff[name]

    def staff_member(self, name: str) -> Party:
        """The member of staff of this name, who is enrolled already; ``KeyError`` otherwise."""
        return self._staff[name]

    def parties(self) -> list[Party]:
        """Everybody enrolled, in order."""
        return list(self._parties.values())

    def _enrol(self, name: str, kind: OrganisationKind, at: datetime) -> Party:
        number = len(self._parties) + 1
        code = f"91350100R{number:08d}"
        code += uscc_check_character(code)
        person = person_register(
            email=f"rehearsal-{number}@{kind.value.replace('_', '-')}.invalid",
            name=f"{name} 经办人",
            phone=f"+86 591 8700 {number:04d}",
            password=self.password,
            actor=SYSTEM,
            at=at,
        )
        organisation = organisation_register(
            code=code,
            name=name,
            kinds=frozenset({kind}),
            actor=Actor(person=person.pk),
            at=at,
            named_since=date(2020, 1, 1),
            legal_representative="法定代表人",
            region=REGION,
            address="福州市",
            contacts=[
                {"name": "值班", "phone": f"0591-8765{number:04d}", "email": ""},
                {"name": "夜班", "phone": f"+86 139 0000 {number:04d}", "email": ""},
            ],
        )
        actor = selectors.actor_of(person.pk, organisation.pk, at)
        account = AccountFacts(
            holder=name, number=f"3500{number:012d}", bank="预演银行", cnaps=f"{number:012d}"
        )
        account_declare(organisation_id=organisation.pk, account=account, actor=actor, at=at)
        organisation_submit(organisation_id=organisation.pk, actor=actor, at=at)
        organisation = organisation_review(organisation_id=organisation.pk, defects=(), actor=SYSTEM, at=at)
        signer = self._certified(organisation, at)
        actor = selectors.actor_of(person.pk, organisation.pk, at)
        return Party(organisation, actor, signer, person.email)

    def _certified(self, organisation: Organisation, at: datetime) -> Signer:
        """A fresh key of this organisation, certified by the registrar."""
        signer = Signer.generate()
        facts = {"org": organisation.code, "name": organisation.name, "spki": signer.spki.hex()}
        body = bodies.body("signer-key", **facts)
        signing_key_register(
            body=body,
            signatures=[self.registrar.sign("signer-key", body)],
            registrar=frozenset({self.registrar.spki.hex()}),
            actor=SYSTEM,
            at=at,
        )
        return signer
