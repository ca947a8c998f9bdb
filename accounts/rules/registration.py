"""What a registration must hold before the intake desk looks at it; every gap is given at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from accounts.rules.names import name_key
from accounts.rules.uscc import uscc_findings
from accounts.states import OrganisationKind, Role
from kernel.errors import Finding

MIN_PHONES = 2
_CNAPS = re.compile(r"[0-9]{12}")
_ACCOUNT = re.compile(r"[0-9-]{6,40}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")

# Kinds no single organisation may be registered as together, with the article.
FORBIDDEN_KINDS: tuple[tuple[OrganisationKind, OrganisationKind, str], ...] = (
    (OrganisationKind.CENTRE, OrganisationKind.SUPERVISOR, "条5"),
    (OrganisationKind.CENTRE, OrganisationKind.BIDDER, "ours"),
    (OrganisationKind.CENTRE, OrganisationKind.AGENCY, "条5"),
    (OrganisationKind.SUPERVISOR, OrganisationKind.BIDDER, "ours"),
    (OrganisationKind.SUPERVISOR, OrganisationKind.AGENCY, "法14"),
    (OrganisationKind.SUPERVISOR, OrganisationKind.OFFICER_BODY, "ours"),
)

# The roles members of each kind of organisation can hold.
ROLES_OF_KIND: Mapping[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.OWNER: frozenset({Role.OWNER}),
    OrganisationKind.AGENCY: frozenset({Role.AGENCY}),
    OrganisationKind.BIDDER: frozenset({Role.BIDDER}),
    OrganisationKind.OFFICER_BODY: frozenset({Role.OFFICER}),
    OrganisationKind.CENTRE: frozenset(
        {Role.INTAKE, Role.WITNESS, Role.FINANCE, Role.POOL, Role.CALLER, Role.SYSADMIN}
    ),
    OrganisationKind.SUPERVISOR: frozenset({Role.SUPERVISOR}),
    OrganisationKind.AUDIT: frozenset({Role.AUDITOR}),
}
# Posts of a centre, never one person (journeys 2.5); an administrator holds no business role at all. Who keeps the
# expert pool neither runs draws (the witness) nor enters exclusions (the intake desk), and who calls the drawn experts
# does none of these, see experts.policies.
POSTS = frozenset({Role.INTAKE, Role.WITNESS, Role.FINANCE, Role.POOL, Role.CALLER, Role.SYSADMIN})


@dataclass(frozen=True)
class AccountFacts:
    """A basic deposit account (基本存款账户) as declared; ``cnaps`` is the 12-digit 联行号."""

    holder: str
    number: str
    bank: str
    cnaps: str
    permit: str = ""


@dataclass(frozen=True)
class RegistrationFacts:
    """A registration as it stands, for the rules."""

    code: str
    name: str
    kinds: frozenset[OrganisationKind]
    legal_representative: str
    region: str
    phones: Sequence[str]
    account: AccountFacts | None


def registration_findings(facts: RegistrationFacts) -> tuple[Finding, ...]:
    """Everything a machine can find wrong or missing in a registration, all at once."""
    findings = [*uscc_findings(facts.code), *kinds_findings(facts.kinds)]
    for field, value in (("name", facts.name), ("legal_representative", facts.legal_representative)):
        if not value.strip():
            findings.append(Finding("missing", _("This field is empty."), field=field))
    if not re.fullmatch(r"[0-9]{6}", facts.region):
        findings.append(
            Finding("region", _("A region code has 6 digits."), source="GB/T 2260", field="region")
        )
    phones = {re.sub(r"[ -]", "", phone) for phone in facts.phones if _PHONE.fullmatch(phone)}
    if len(phones) < MIN_PHONES:
        findings.append(
            Finding(
                "phones",
                _("Give at least %(count)s different telephone numbers: addenda must reach you at night."),
                field="contacts",
                data={"count": MIN_PHONES},
            )
        )
    if facts.account is not None:
        findings.extend(account_findings(facts.account, registered_name=facts.name))
    elif OrganisationKind.BIDDER in facts.kinds:
        findings.append(
            Finding(
                "account_missing", _("A bidder declares its basic account."), source="条26", field="account"
            )
        )
    return tuple(findings)


def account_findings(account: AccountFacts, *, registered_name: str) -> tuple[Finding, ...]:
    """What is wrong with a basic account; its holder must be the organisation itself (条26)."""
    findings = []
    if name_key(account.holder) != name_key(registered_name):
        findings.append(
            Finding(
                "account_holder",
                _("The account's holder is not the registered name."),
                source="条26",
                field="account",
            )
        )
    if not _ACCOUNT.fullmatch(account.number):
        findings.append(
            Finding("account_number", _("An account number has 6 to 40 digits."), field="account")
        )
    if not account.bank.strip():
        findings.append(Finding("account_bank", _("The bank is missing."), field="account"))
    if not _CNAPS.fullmatch(account.cnaps):
        findings.append(
            Finding("account_cnaps", _("A bank's clearing number has 12 digits."), field="account")
        )
    return tuple(findings)


def kinds_findings(kinds: frozenset[OrganisationKind]) -> tuple[Finding, ...]:
    """Kinds that may not be one organisation, each with its article; none at all is a finding too."""
    if not kinds:
        return (Finding("kinds", _("Say what the organisation registers as."), field="kinds"),)
    return tuple(
        Finding(
            "kinds_conflict",
            _("One organisation cannot be registered as “%(one)s” and as “%(other)s”."),
            source=source,
            field="kinds",
            data={"one": one.value, "other": other.value},
        )
        for one, other, source in FORBIDDEN_KINDS
        if {one, other} <= kinds
    )


def roles_findings(
    roles: frozenset[Role],
    *,
    kinds: frozenset[OrganisationKind],
    held_elsewhere: frozenset[Role] = frozenset(),
) -> tuple[Finding, ...]:
    """What stands against a member holding ``roles`` in an organisation of these ``kinds``.

    ``held_elsewhere`` are the roles the same person holds now through other memberships: the posts of
    a centre are never one person, and an administrator holds no business role.
    """
    findings = []
    possible = frozenset[Role]().union(*(ROLES_OF_KIND[kind] for kind in kinds))
    if beyond := sorted(role.value for role in roles - possible):
        findings.append(
            Finding(
                "role_not_of_kind",
                _("Members of this organisation cannot hold: %(roles)s."),
                field="roles",
                data={"roles": ", ".join(beyond)},
            )
        )
    held = roles | held_elsewhere
    if len(held & POSTS) > 1:
        findings.append(
            Finding(
                "posts",
                _("The posts of a trading centre are never one person."),
                source="ours",
                field="roles",
            )
        )
    elif Role.SYSADMIN in held and len(held) > 1:
        findings.append(
            Finding(
                "administrator", _("An administrator holds no business role."), source="ours", field="roles"
            )
        )
    return tuple(findings)
