"""The owner names its own members (招标人代表) and who steps in for them, each by a letter, before anybody is drawn."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import paper_name
from accounts.selectors import memberships_at
from bidding.security_files import LIMIT, file_keep
from experts.models import OwnMandate, OwnMember
from experts.policies.panel import may_name_own
from experts.rules.own_members import Bounds, Delegate, Sent, own_findings
from experts.rules.packs import pool_pack
from experts.selectors.mandates import letters_gone, letters_standing, naming_open
from experts.services.draw_request import request_locked
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from ledger.models import Entry
from ledger.services import record_append


@transaction.atomic
def own_members_name(
    *,
    request_id: UUID,
    members: Sequence[Delegate],
    substitutes: Sequence[Delegate] = (),
    actor: Actor,
    at: datetime,
) -> list[OwnMember]:
    """Name them all anew; those named before and not now are taken back. The ledger tells how many, not whom.

    It holds the SHA-256 of every letter they stand by, those of ``substitutes`` in the order in which they step in.
    Who is named again may keep his letter; whoever comes in another's place has one of his own. RuleBroken at the field
    of each for another number than was asked for, somebody who is not of the owner, no letter, another's letter, or no
    paper; StateConflict once the officers are asked to commit: nobody is named with a view to who was drawn. Where
    nothing is drawn, once the members are called in. Source: 法37; substitutes are ours.
    """
    request = request_locked(request_id)
    owner = request.lot.tender.project.owner_id
    require(may_name_own(actor, owner))
    if not naming_open(request):
        raise StateConflict("named_late", _("Members of your own are named before anybody is drawn."))
    assert actor.person is not None
    named = Sent(members, substitutes)
    wanted = named.people
    before = letters_standing(request)
    found = own_findings(
        named,
        Bounds(request.own_members, pool_pack().number("own_substitutes"), LIMIT),
        people=owners_people(owner, wanted, at),
        standing=before,
        gone=letters_gone(request, wanted),
    )
    if found:
        raise RuleBroken(found[0].code, found[0].message, found, **found[0].data)
    everybody = [*members, *substitutes]
    letters = before | {one.person: one.letter.sha256 for one in everybody if one.letter}
    entry = record_append(
        name="panel-own-named",
        subject=f"{request.lot.number}/panel",
        data={
            "members": len(members),
            "mandates": sorted(letters[one.person] for one in members),
            **({"substitutes": [letters[one.person] for one in substitutes]} if substitutes else {}),
        },
        actor=actor.key,
        at=at,
    )
    standing = OwnMember.objects.filter(request=request, left_at__isnull=True)
    standing.exclude(person__in=wanted).update(left_at=at)
    kept = {row.person_id: row for row in standing}
    for place, one in enumerate(everybody, start=1 - len(members)):
        rank = place if place > 0 else None
        row = kept.get(one.person) or OwnMember.objects.create(
            request=request, person_id=one.person, by_id=actor.person, at=at, rank=rank, entry=entry
        )
        if row.rank != rank:
            row.rank = rank
            row.save(update_fields=["rank"])
        if one.letter and one.letter.sha256 != before.get(one.person):
            letter_keep(row, one, actor, at, entry)
    return list(OwnMember.objects.filter(request=request, left_at__isnull=True))


def letter_keep(row: OwnMember, one: Delegate, actor: Actor, at: datetime, entry: Entry) -> None:
    """Keep a letter as it came, and write whose it is."""
    assert one.letter is not None
    assert actor.person is not None
    name = paper_name(one.letter.name)
    kept = file_keep(name, one.letter.content)
    OwnMandate.objects.create(
        member=row, sha256=kept.sha256, name=name, size=kept.size, by_id=actor.person, at=at, entry=entry
    )


def owners_people(owner: UUID, wanted: Sequence[UUID], at: datetime) -> set[UUID]:
    """Those of them who are of the owner now."""
    rows = memberships_at(at).filter(organisation=owner, person__in=wanted)
    return set(rows.values_list("person", flat=True))
