"""A member of the owner's own fell out and no substitute is left: the owner names somebody in the open (条例48).

The supervisor decides; who is agreed to steps in as a substitute does.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from accounts.rules.words import said
from accounts.services import notify
from bidding.security_files import LIMIT
from experts.models import OwnMember, OwnReplacement, Panel
from experts.policies.panel import may_decide_own, may_name_own
from experts.rules.own_members import REASON, Delegate, Standing, replacement_findings
from experts.selectors.mandates import letters_gone, own_request
from experts.selectors.own_replacements import empty_places, replacement_get, replacement_needed
from experts.services.changes import Entropy
from experts.services.own_follow import own_follow
from experts.services.own_members import letter_keep, owners_people
from experts.services.panel_events import actor_key, panel_locked, panel_recorded
from experts.services.seat_call import own_tied
from experts.states.own import REPLACEMENT, ReplacementAction, ReplacementState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state


@transaction.atomic
def own_replacement_ask(
    *, panel_id: UUID, one: Delegate, cause: str, reason: str, actor: Actor, at: datetime
) -> OwnReplacement:
    """Ask, as the owner, to send ``one`` into a place of its own that is empty, with a cause of the list and a letter.

    StateConflict ``replacement_not_needed`` while no place is empty, a substitute stands, a request waits, or the
    report is handed over. RuleBroken for no cause or reason, somebody of another body, who was called in to this panel
    or is tied as far as is known here, no letter or another's. Source: 法37; 条例48; the supervisor's word is ours.
    """
    panel = panel_locked(panel_id)
    require(may_name_own(actor, panel.lot.tender.project.owner_id))
    assert actor.person is not None
    request = own_request(panel.lot)
    if request is None or not replacement_needed(panel):
        raise StateConflict(
            "replacement_not_needed",
            _(
                "Somebody else is asked for while a place of your own is empty, no substitute is left, and the report "
                "is not handed over."
            ),
        )
    standing = _standing(panel, one.person, at)
    gone = letters_gone(request, [one.person])
    if found := replacement_findings(one, cause, reason, standing, gone=gone, letter=LIMIT):
        raise RuleBroken(found[0].code, found[0].message, found, **found[0].data)
    assert one.letter is not None
    serial = (panel.replacements.aggregate(last=Max("serial"))["last"] or 0) + 1
    data = {"serial": serial, "cause": cause, "mandate": one.letter.sha256}
    entry = panel_recorded(panel, "own-replacement-asked", data, actor_key(panel, actor), at)
    rank = (OwnMember.objects.filter(request=request).aggregate(last=Max("rank"))["last"] or 0) + 1
    member = OwnMember.objects.create(
        request=request, person_id=one.person, by_id=actor.person, at=at, rank=rank, entry=entry
    )
    letter_keep(member, one, actor, at, entry)
    made = OwnReplacement.objects.create(
        panel=panel,
        member=member,
        serial=serial,
        cause=cause,
        reason=tidy(reason),
        by_id=actor.person,
        at=at,
        entry=entry,
    )
    if (supervisor := panel.lot.tender.project.supervisor_id) is not None:
        notify(event="replacement_to_agree", to_organisation=supervisor, data=_words(made), at=at)
    return made


@transaction.atomic
def own_replacement_withdraw(*, replacement_id: UUID, actor: Actor, at: datetime) -> OwnReplacement:
    """Take it back before it is decided, as the owner."""
    row = _locked(replacement_id)
    require(may_name_own(actor, row.panel.lot.tender.project.owner_id))
    _moved(row, ReplacementAction.WITHDRAW)
    return _ended(row, actor, at)


@transaction.atomic
def own_replacement_refuse(
    *, replacement_id: UUID, reason: str, actor: Actor, at: datetime
) -> OwnReplacement:
    """Refuse, as the supervisor, with a reason; the owner may ask for somebody again."""
    row = _locked(replacement_id)
    require(may_decide_own(actor, row.panel.lot.tender.project.supervisor_id, row.by_id))
    row.answer = said(reason, REASON, "reason")
    _moved(row, ReplacementAction.REFUSE)
    row.reader_id, row.decided_at = actor.person, at
    return _told(_ended(row, actor, at), at)


@transaction.atomic
def own_replacement_agree(
    *, replacement_id: UUID, actor: Actor, at: datetime, random: Entropy = secrets.token_bytes
) -> OwnReplacement:
    """Agree, as the supervisor: who was named is called in, as a substitute steps in.

    StateConflict ``replacement_late`` once no place is empty any more, the report is handed over, or this person is no
    longer of the owner's, sits, or is tied; ``seats_used`` when the panel has no number left. Source: 条例48.
    """
    row = _locked(replacement_id)
    panel = row.panel
    require(may_decide_own(actor, panel.lot.tender.project.supervisor_id, row.by_id))
    standing = _standing(panel, row.member.person_id, at)
    if not empty_places(panel) or not standing.free:
        text = _("This person cannot follow any more. Refuse the request; the owner names somebody else.")
        raise StateConflict("replacement_late", text)
    _moved(row, ReplacementAction.AGREE)
    row.reader_id, row.decided_at = actor.person, at
    row.save(update_fields=["state", "reader", "decided_at"])
    _recorded(row, actor, at)
    if not own_follow(panel, at=at, random=random):
        raise StateConflict("seats_used", _("All seat numbers of this panel are used."))
    return _told(row, at)


def _standing(panel: Panel, person: UUID, at: datetime) -> Standing:
    """What is known here of somebody who would follow."""
    return Standing(
        of_owner=bool(owners_people(panel.lot.tender.project.owner_id, [person], at)),
        called=panel.seats.filter(person=person).exists(),
        tied=own_tied(panel.lot, person, at),
    )


def _locked(replacement_id: UUID) -> OwnReplacement:
    panel_locked(replacement_get(replacement_id).panel_id)
    OwnReplacement.objects.select_for_update().filter(pk=replacement_id).first()
    return replacement_get(replacement_id)


def _moved(row: OwnReplacement, action: ReplacementAction) -> None:
    row.state = next_state(REPLACEMENT, action, ReplacementState(row.state)).value


def _ended(row: OwnReplacement, actor: Actor, at: datetime) -> OwnReplacement:
    """Keep that nobody comes of it: who was named is named no more."""
    row.save(update_fields=["state", "answer", "reader", "decided_at"])
    row.member.left_at = at
    row.member.save(update_fields=["left_at"])
    _recorded(row, actor, at)
    return row


def _recorded(row: OwnReplacement, actor: Actor, at: datetime) -> None:
    data = {"serial": row.serial, "cause": row.cause}
    panel_recorded(row.panel, f"own-replacement-{row.state}", data, actor_key(row.panel, actor), at)


def _told(row: OwnReplacement, at: datetime) -> OwnReplacement:
    notify(event="replacement_decided", to_person=row.by_id, data=_words(row), at=at)
    return row


def _words(row: OwnReplacement) -> dict[str, object]:
    """What messages say: the tender and the page."""
    return {"title": row.panel.lot.tender.title, "url": f"/panels/{row.panel_id}/own/"}
