"""``manage.py public_body``: enter a centre, a supervisor or an audit office when the platform is set up.

No intake desk can accept these: a centre does not make its own supervisor. The command registers, submits
and accepts in one transaction, on the ledger, with a first member who admits the others.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actors import SYSTEM
from accounts.models import Person
from accounts.rules.registration import POSTS, ROLES_OF_KIND
from accounts.services import (
    membership_grant,
    organisation_register,
    organisation_review,
    organisation_submit,
    person_register,
)
from accounts.states import OrganisationKind, Power
from kernel import clock
from kernel.errors import DomainError, RuleBroken

KINDS = (OrganisationKind.CENTRE, OrganisationKind.SUPERVISOR, OrganisationKind.AUDIT)


class Command(BaseCommand):
    """Enter a public body and its first member."""

    help = "Enter a trading centre, a supervising body or an audit office, with its first member."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[kind.value for kind in KINDS])
        parser.add_argument("--code", required=True, help="unified social credit code")
        parser.add_argument("--name", required=True, help="registered name")
        parser.add_argument("--representative", required=True, help="legal representative")
        parser.add_argument("--region", required=True, help="six digits")
        parser.add_argument("--phone", required=True, action="append", help="give it twice")
        parser.add_argument("--parent", default="", help="code of the superior authority")
        parser.add_argument("--email", required=True, help="login of the first member")
        parser.add_argument("--member", required=True, help="name of the first member")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = entered(options)
        except RuleBroken as refusal:
            raise CommandError("; ".join([str(refusal), *map(said, refusal.findings)])) from refusal
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{options['kind']} {code} accepted; {options['email']} admits its members")


@transaction.atomic
def entered(options: dict[str, Any]) -> str:
    """Do it all or nothing; the code as stored."""
    at, kind = clock.now(), OrganisationKind(options["kind"])
    organisation = organisation_register(
        code=options["code"],
        name=options["name"],
        kinds={kind},
        legal_representative=options["representative"],
        region=options["region"],
        contacts=[{"name": "", "phone": phone, "email": ""} for phone in options["phone"]],
        parent_code=options["parent"],
        actor=SYSTEM,
        at=at,
    )
    person = Person.objects.filter(email__iexact=options["email"]).first() or person_register(
        email=options["email"], name=options["member"], phone=options["phone"][0], actor=SYSTEM, at=at
    )
    membership_grant(
        organisation_id=organisation.pk,
        person_id=person.pk,
        roles=ROLES_OF_KIND[kind] - POSTS,
        powers=set(Power),
        actor=SYSTEM,
        at=at,
    )
    organisation_submit(organisation_id=organisation.pk, actor=SYSTEM, at=at)
    organisation_review(organisation_id=organisation.pk, defects=(), actor=SYSTEM, at=at)
    return organisation.code


def said(finding: Any) -> str:
    """A finding as one sentence."""
    message = str(finding.message)
    return f"{finding.field}: {message % finding.data if finding.data else message}"
