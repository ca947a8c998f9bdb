"""Tags of the account pages: words of codes, fingerprints, how long a paper is valid, the tabs."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import states
from accounts.actors import Actor
from accounts.middleware import actor
from accounts.policies import ASKED_ROLES, STAFF_ROLES
from accounts.rules.certificates import certificate_days_left
from accounts.rules.records import EXPIRY_WARNING_DAYS
from accounts.rules.signed import fingerprint as fingerprint_of
from accounts.states import LABELS, Role, label
from kernel import clock

register = template.Library()

SHAPES = {
    "draft": "wait",
    "submitted": "wait",
    "returned": "stop",
    "accepted": "done",
    "suspended": "fail",
    "offered": "wait",
    "revoked": "stop",
    "active": "done",
    "lost": "fail",
    "retired": "stop",
    "pending": "wait",
    "certified": "done",
    "refused": "fail",
    "reported": "soon",
    "entered": "done",
    "sent": "wait",
}


@register.filter
def word(value: Any, kind: str = "") -> str:
    """A code as people read it: ``state|word:"OrganisationState"``."""
    member: Enum = value if isinstance(value, Enum) else getattr(states, kind)(value)
    return _(label(member))


@register.filter
def words(values: list[str], kind: str) -> str:
    """Several codes, joined as the language does it."""
    return _(", ").join(word(value, kind) for value in values)


@register.filter
def part_before(form: Any, field: BoundField) -> Any:
    """The heading of the part of a long form that begins with this field, or nothing."""
    return getattr(form, "headings", {}).get(field.name, "")


@register.filter
def shape(value: str) -> str:
    """The shape of a state's status word."""
    return SHAPES.get(str(value), "")


@register.filter
def fingerprint(spki: str) -> str:
    """A key's fingerprint, to be read out by telephone."""
    return fingerprint_of(spki)


@register.filter
def expiry(left: int | None) -> str:
    """How long a paper is valid."""
    if left is None:
        return _("No last day")
    if left < 0:
        return ngettext("Lapsed %(days)s day ago", "Lapsed %(days)s days ago", -left) % {"days": -left}
    if left == 0:
        return _("Valid until today, 24:00")
    return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}


@register.filter
def expiry_shape(left: int) -> str:
    """The shape of the status word beside ``expiry``."""
    if left < 0:
        return "fail"
    return "soon" if left <= max(EXPIRY_WARNING_DAYS) else "done"


@register.filter
def certificate_days(certificates: list[str]) -> int | None:
    """Whole days until the leaf of a chain lapses; None without a certificate."""
    return certificate_days_left(certificates, clock.now()) if certificates else None


@register.filter
def field_word(name: str) -> str:
    """The name of a reviewed field."""
    return {
        "name": _("Registered name"),
        "name_en": _("English name"),
        "kinds": _("Registers as"),
        "legal_representative": _("Legal representative"),
        "region": _("Region code"),
        "address": _("Address"),
        "contacts": _("Contacts"),
        "parent_code": _("Superior authority"),
        "affiliate_codes": _("Affiliates"),
        "account": _("Basic account"),
        "records": _("Papers"),
    }.get(name, name)


@register.filter
def part_of(field: str) -> str:
    """The part of the registration in which a field is put right."""
    return {"contacts": "contacts", "account": "account"}.get(field, "unit")


@register.filter
def part_word(part: str) -> str:
    """The name of a part of the registration."""
    return {"unit": _("The organisation"), "contacts": _("Contacts"), "account": _("Basic account")}[part]


@register.filter
def bound(form: Any, name: str) -> Any:
    """A form's field by name."""
    return form[name]


@register.filter
def attribute(thing: Any, name: str) -> Any:
    """An attribute by name."""
    return getattr(thing, name)


@dataclass(frozen=True)
class Tab:
    """One word of the account's own navigation."""

    word: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def account_tabs(context: Any) -> list[Tab]:
    """The pages this person has, in the order of a first day."""
    request = context["request"]
    found = [("home", _("Overview"))]
    who: Actor = actor(request)
    if who.organisation is not None:
        found += [
            ("organisation", _("Organisation")),
            ("papers", _("Papers")),
            ("members", _("Members")),
            ("keys", _("Keys")),
        ]
    if who.roles & {Role.OWNER, Role.AGENCY}:
        found.append(("mandates", _("Mandates")))
    if Role.INTAKE in who.roles:
        found.append(("desk", _("Intake desk")))
    if who.roles & {Role.INTAKE, Role.SUPERVISOR}:
        found.append(("desk-keys", _("Keys to certify")))
    if who.roles & STAFF_ROLES:
        found.append(("sessions", _("Staff sessions")))
    if who.roles & (ASKED_ROLES | {Role.AUDITOR}):
        found.append(("asked", _("Questions for what is secret")))
    found += [("following", _("What I follow")), ("messages", _("Messages"))]
    tabs = [Tab(text, reverse(f"accounts:{name}"), current=False) for name, text in found]
    here = max((tab.url for tab in tabs if request.path.startswith(tab.url)), key=len, default="")
    own = [Tab(tab.word, tab.url, current=tab.url == here) for tab in tabs]
    work = [
        Tab(text, reverse(name), current=False)
        for name, text, roles in (
            ("bidding:desk", _("My tenders"), {Role.BIDDER}),
            ("trading:desk", _("My projects"), {Role.OWNER, Role.AGENCY}),
            ("trading:intake", _("Projects to review"), {Role.INTAKE}),
            ("trading:seats", _("Officers’ seats"), {Role.OFFICER}),
            ("bidding:hall-today", _("Openings that need my key"), {Role.OFFICER}),
            ("trading:supervised", _("Supervised tenders"), {Role.SUPERVISOR}),
            ("bidding:security-desk", _("Bid security"), {Role.FINANCE}),
            ("experts:pool", _("Expert pool"), {Role.POOL}),
            ("experts:rate-panels", _("Rate members of panels"), {Role.OWNER, Role.SUPERVISOR, Role.WITNESS}),
            ("experts:gateway", _("Calls to drawn experts"), {Role.CALLER}),
            ("experts:supervised", _("Expert pool in numbers"), {Role.SUPERVISOR, Role.AUDITOR}),
            ("experts:leads", _("Leads about draws and scores"), {Role.SUPERVISOR, Role.AUDITOR}),
        )
        if who.roles & roles
    ]
    return [*own, *work, Tab(_("Sign-in and security"), reverse("mfa_index"), current=False)]


@register.simple_tag(takes_context=True)
def who_acts(context: Any) -> Actor:
    """The actor of this request."""
    return actor(context["request"])


@register.simple_tag
def role_words(roles: Any) -> str:
    """Roles in the order of the table of powers."""
    return _(", ").join(_(LABELS[Role][role]) for role in Role if role in set(roles))
