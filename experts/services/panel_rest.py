"""休会: a panel at work is sent to rest; two offices seal its room and papers, and open them again.

While it rests ``selectors.rests`` shuts every act and page of its members. Drafts stay as they are; a member can fall
out and another be drawn; bidders answer what they were asked by the moment they were given. The clocks of the
evaluation stand.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from accounts.services import notify
from experts.models import Panel, PanelSeat, Rest, RestStep
from experts.policies.panel import may_keep_door
from experts.policies.rest import may_adjourn, may_decide_seal, may_seal
from experts.rules.rests import incident_code, rest_findings, rest_state, seal_findings
from experts.selectors.panels import members
from experts.selectors.rests import Rested, awake, resting, returned
from experts.services.member_sign_in import inside, passed
from experts.services.panel_events import actor_key, panel_locked, panel_recorded
from experts.states.panel import PanelState
from experts.states.rest import RestOffice, RestState, RestWord
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.policies import require

REASON: Final = 500
SEALS: Final = 200


@transaction.atomic
def panel_adjourn(
    *, panel_id: UUID, cause: str, until: datetime, reason: str = "", actor: Actor, at: datetime
) -> Rest:
    """Send the panel to rest until a moment: its chair does, or the desk while it has none.

    Whoever is inside is noted as gone; the planned end moves by the length of the rest. RuleBroken names ``cause``,
    ``reason`` or ``until``; StateConflict when the panel rests already, or its report is handed over.
    """
    panel = panel_locked(panel_id)
    require(may_adjourn(actor, panel.chair.person_id if panel.chair else None))
    if panel.state == PanelState.ENDED.value:
        raise StateConflict("panel_ended", _("The report is handed over. There is nothing to adjourn."))
    awake(panel)
    if panel.chair is not None:
        returned(panel.chair)
    # Whatever a member is saving ends first; what comes later finds the rest.
    list(PanelSeat.objects.select_for_update().filter(panel=panel).order_by("pk"))
    words = said(reason, REASON, "reason", optional=True)
    if found := rest_findings(cause, words, until, at):
        raise RuleBroken("rest", found[0].message, found, **found[0].data)
    assert actor.person is not None
    number = panel.rests.count() + 1
    data = {"number": number, "cause": cause, "until": until}
    entry = panel_recorded(panel, "panel-adjourned", data, actor_key(panel, actor), at)
    made = Rest.objects.create(
        panel=panel,
        number=number,
        cause=cause,
        reason=words,
        place=panel.place,
        until=until,
        by_id=actor.person,
        at=at,
        entry=entry,
    )
    for seat in members(panel):
        if inside(seat):
            passed(seat, "out", panel.place or "-", "", actor, at)
    if panel.until is not None:
        panel.until += until - at
        panel.save(update_fields=["until"])
    _told(panel, "panel_adjourned", {"until_at": until.isoformat()}, at)
    return made


@transaction.atomic
def rest_seal(*, panel_id: UUID, seals: str, actor: Actor, at: datetime) -> RestStep:
    """Confirm that room and papers are sealed: the desk and the supervisor, two people, with the same numbers.

    Where the panel has no room there is nothing to seal and ``seals`` stays empty. RuleBroken names ``seals``.
    """
    panel, rest, office = _spoken(panel_id, actor)
    other = next((one for one in rest.steps if one.word == RestWord.SEALED), None)
    words = said(seals, SEALS, "seals", optional=True)
    if found := seal_findings(words, rest.rest.place, other.seals if other else None):
        raise RuleBroken(found[0].code, found[0].message, found)
    return _stated(panel, rest, (RestWord.SEALED, office), actor, at, seals=words)


@transaction.atomic
def rest_unbroken(*, panel_id: UUID, actor: Actor, at: datetime) -> RestStep:
    """State that the seals are as they were left; with the second of the two the panel resumes.

    StateConflict before the moment that was set, and while not both have sealed.
    """
    panel, rest, office = _spoken(panel_id, actor)
    if rest.state is RestState.CALLED:
        raise StateConflict(
            "not_sealed", _("Desk and supervisor must both have sealed. Report it as broken if not.")
        )
    _due(rest, at)
    return _stated(panel, rest, (RestWord.UNBROKEN, office), actor, at)


@transaction.atomic
def rest_broken(*, panel_id: UUID, reason: str, actor: Actor, at: datetime) -> RestStep:
    """Report a seal that is broken, or was never put on: an incident with a public code; the supervisor decides."""
    panel, rest, office = _spoken(panel_id, actor)
    words = said(reason, REASON, "reason")
    code = incident_code(rest.rest.pk)
    made = _stated(panel, rest, (RestWord.BROKEN, office), actor, at, reason=words, code=code)
    supervisor = panel.lot.tender.project.supervisor_id
    data = {"code": code, "url": f"/panels/{panel.pk}/rest/"}
    notify(event="panel_seal_broken", to_organisation=supervisor, data=data, at=at)
    return made


@transaction.atomic
def rest_decide(*, panel_id: UUID, reason: str, actor: Actor, at: datetime) -> RestStep:
    """Let the panel go on after a broken seal, as the supervisor, with the reason; it resumes at once, not before the
    moment that was set.
    """
    panel = panel_locked(panel_id)
    require(may_decide_seal(actor, panel.lot.tender.project.supervisor_id))
    rest = _now(panel)
    if rest.state is not RestState.BROKEN:
        raise StateConflict("not_broken", _("No seal of this panel is reported broken."))
    _due(rest, at)
    words = said(reason, REASON, "reason")
    return _stated(panel, rest, (RestWord.DECIDED, RestOffice.SUPERVISOR), actor, at, reason=words)


def _spoken(panel_id: UUID, actor: Actor) -> tuple[Panel, Rested, RestOffice]:
    """Panel, its rest, and the office in which the actor speaks; refused for everybody else."""
    panel = panel_locked(panel_id)
    require(may_seal(actor, panel.lot.tender.project.supervisor_id))
    return panel, _now(panel), RestOffice.DESK if may_keep_door(actor).allowed else RestOffice.SUPERVISOR


def _due(rest: Rested, at: datetime) -> None:
    if at < rest.rest.until:
        raise StateConflict("rest_early", _("The panel resumes at the moment that was set, not before."))


def _now(panel: Panel) -> Rested:
    found = resting(panel)
    if found is None:
        raise StateConflict("not_resting", _("This panel does not rest."))
    return found


def _stated(
    panel: Panel, rest: Rested, what: tuple[RestWord, RestOffice], actor: Actor, at: datetime, **more: str
) -> RestStep:
    """One more step, if it leads anywhere; the last one ends the rest."""
    word, office = what
    same = [one for one in rest.steps if one.word == word]
    if any(one.office == office for one in same):
        raise StateConflict("stated", _("Your office has stated this already. The other one is awaited."))
    if any(one.by_id == actor.person for one in same):
        raise NotPermitted(
            "two_people", _("Two people seal and open: another person acts for the other office.")
        )
    state = rest_state([*((one.word, one.office) for one in rest.steps), (word.value, office.value)])
    assert actor.person is not None
    data: Mapping[str, Any] = {"number": rest.rest.number, "office": office, **more}
    entry = panel_recorded(panel, f"panel-rest-{word.value}", data, actor_key(panel, actor), at)
    made = RestStep.objects.create(
        rest=rest.rest, word=word.value, office=office.value, by_id=actor.person, at=at, entry=entry, **more
    )
    if state is RestState.OVER:
        _resumed(panel, rest.rest, at)
    return made


def _resumed(panel: Panel, rest: Rest, at: datetime) -> None:
    """The planned end moves by what the rest was longer than planned; the members are called."""
    if panel.until is not None and at != rest.until:
        panel.until += at - rest.until
        panel.save(update_fields=["until"])
    panel_recorded(panel, "panel-resumed", {"number": rest.number}, "system", at)
    _told(panel, "panel_resumed", {}, at)


def _told(panel: Panel, event: str, data: Mapping[str, str], at: datetime) -> None:
    """Owner, supervisor and members hear when it rests and goes on."""
    project = panel.lot.tender.project
    url = {"url": f"/panels/{panel.pk}/rest/"}
    for organisation in (project.owner_id, project.supervisor_id):
        if organisation is not None:
            notify(event=event, to_organisation=organisation, data={**data, **url}, at=at)
    for seat in members(panel):
        notify(event=event, to_person=seat.person_id, data={**data, "url": f"/panels/{panel.pk}/"}, at=at)
