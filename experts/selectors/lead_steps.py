"""What was decided about leads, beside what the leads are now: decisions rest on evidence, which may have changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from experts.models import LeadStep
from experts.rules.analytics import Lead
from experts.rules.analytics.identity import evidence_hash, lead_name
from experts.selectors.lead_runs import LeadsPage, leads_page
from experts.states.leads import LEAD, LeadAction, LeadState
from kernel.errors import NotFound
from kernel.transitions import allowed_actions

SHOWN = ("all", "open", "closed")


@dataclass(frozen=True)
class Standing:
    """A lead and every decision about it, the oldest first. ``changed``: the evidence is no longer that of the last.

    ``gone``: when it was found last, where the newest run finds it no more.
    """

    lead: Lead
    name: str
    evidence: str
    steps: Sequence[LeadStep]
    gone: datetime | None = None

    @property
    def state(self) -> LeadState:
        """As the last decision left it."""
        return LeadState(self.steps[-1].state) if self.steps else LeadState.NEW

    @property
    def changed(self) -> bool:
        """Whether the evidence has changed since the last decision."""
        return bool(self.steps) and self.steps[-1].evidence != self.evidence

    @property
    def closed(self) -> bool:
        """Whether nobody has to look at it: closed, on the evidence as it is."""
        return self.state is LeadState.CLOSED and not self.changed

    @property
    def actions(self) -> Sequence[LeadAction]:
        """What may be decided."""
        return allowed_actions(LEAD, self.state)


@dataclass(frozen=True)
class DecidedPage:
    """The leads with what was decided about each; ``show``: which are listed, ``counts``: how many there are."""

    page: LeadsPage
    leads: Mapping[str, Sequence[Lead]]
    standings: Mapping[str, Standing]
    show: str
    counts: Mapping[str, int]

    @property
    def empty(self) -> bool:
        """Whether a list was chosen that holds none."""
        return self.show != SHOWN[0] and not self.counts[self.show]


def decided_page(actor: Actor, show: str = "all") -> DecidedPage:
    """Every lead the actor may see, those alone that ``show`` names. A word that is none of ``SHOWN`` shows all."""
    page = leads_page(actor)
    found = {one.name: one for one in standings(actor, page)}
    kept = {name for name, one in found.items() if show not in SHOWN[1:] or one.closed == (show == "closed")}
    leads = {family: [lead for lead in own if lead_name(lead) in kept] for family, own in page.leads.items()}
    closed = sum(one.closed for one in found.values())
    counts = {"all": len(found), "open": len(found) - closed, "closed": closed}
    return DecidedPage(page, leads, found, show if show in SHOWN else SHOWN[0], counts)


def standings(actor: Actor, page: LeadsPage) -> list[Standing]:
    """Each lead with its decisions: those of the actor's organisation, or of all for an auditor."""
    leads = [(lead_name(lead), lead) for own in page.leads.values() for lead in own]
    steps = LeadStep.objects.filter(lead__in=[name for name, _lead in leads])
    if Role.AUDITOR not in actor.roles:
        steps = steps.filter(organisation=actor.organisation)
    by_lead: dict[str, list[LeadStep]] = defaultdict(list)
    for row in steps.select_related("organisation").order_by("at", "number"):
        by_lead[row.lead].append(row)
    return [
        Standing(lead, name, evidence_hash(lead), by_lead[name], page.gone.get(name)) for name, lead in leads
    ]


def lead_seen(name: str, actor: Actor) -> tuple[LeadsPage, Standing]:
    """One lead of those the newest run kept for the actor; NotFound when there is none of this name."""
    page = leads_page(actor)
    found = next((one for one in standings(actor, page) if one.name == name), None)
    if found is None:
        raise NotFound("lead", _("There is no such lead any more. Open the page of leads again."))
    return page, found
