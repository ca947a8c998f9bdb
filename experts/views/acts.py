"""What can be done with a record, each with its form, the states it is offered in, and the service it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.forms import DomainForm
from bidding.security_files import file_keep
from experts.forms import keeper as forms
from experts.selectors.pool import Record
from experts.services.expert_examine import expert_admit, expert_examine, expert_leave_outside
from experts.services.expert_register import certificate_add, expert_link
from experts.services.expert_standing import expert_remove, expert_renew, expert_resume, expert_suspend
from experts.services.rating_give import rating_give
from experts.states import ExpertAction, ExpertState, RemovalGround

Run = Callable[[UUID, Any, Actor, datetime], Any]


@dataclass(frozen=True)
class Act:
    """One thing to do. ``moves`` are the actions of the table it stands for; none: possible until somebody leaves."""

    name: str
    title: Any
    verb: Any
    form: type[DomainForm]
    run: Run
    moves: frozenset[ExpertAction] = frozenset()

    def offered(self, seen: Record) -> bool:
        """Whether the record's page leads there now."""
        if self.name == "admit" and not seen.may_admit:
            return False
        if not self.moves:
            return seen.expert.state != ExpertState.REMOVED.value
        return bool(self.moves & set(seen.actions))


def form_for(act: Act, request: HttpRequest) -> DomainForm:
    """The act's form with what was sent."""
    return act.form(request.POST if request.method == "POST" else None, request.FILES or None)


def _examine(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return expert_examine(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _admit(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    data = form.cleaned_data
    if data["decision"] == forms.OUTSIDE:
        return expert_leave_outside(expert_id=expert_id, reason=data["reason"], actor=who, at=at)
    admit = data["decision"] == forms.ADMIT
    return expert_admit(expert_id=expert_id, admit=admit, reason=data["reason"], actor=who, at=at)


def _suspend(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return expert_suspend(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _resume(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return expert_resume(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _renew(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return expert_renew(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _remove(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    data = form.cleaned_data
    ground = RemovalGround(data["ground"])
    return expert_remove(expert_id=expert_id, ground=ground, reason=data["reason"], actor=who, at=at)


def _rate(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return rating_give(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _link(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    return expert_link(expert_id=expert_id, actor=who, at=at, **form.cleaned_data)


def _certificate(expert_id: UUID, form: Any, who: Actor, at: datetime) -> Any:
    data = dict(form.cleaned_data)
    upload = data.pop("file")
    file = file_keep(upload.name, upload.read())
    return certificate_add(expert_id=expert_id, file=file, actor=who, at=at, **data)


_A = ExpertAction
ACTS: dict[str, Act] = {
    one.name: one
    for one in (
        Act(
            "examine",
            gettext_lazy("Examine the conditions"),
            gettext_lazy("The conditions are met"),
            forms.ExamineForm,
            _examine,
            frozenset({_A.EXAMINE}),
        ),
        Act(
            "admit",
            gettext_lazy("Admit or return"),
            gettext_lazy("Record the decision"),
            forms.AdmitForm,
            _admit,
            frozenset({_A.ADMIT}),
        ),
        Act("rate", gettext_lazy("Rate conduct"), gettext_lazy("Record the rating"), forms.RatingForm, _rate),
        Act(
            "suspend",
            gettext_lazy("Suspend"),
            gettext_lazy("Suspend from today"),
            forms.SuspendForm,
            _suspend,
            frozenset({_A.SUSPEND}),
        ),
        Act(
            "resume",
            gettext_lazy("Lift the suspension"),
            gettext_lazy("Lift it"),
            forms.ReasonForm,
            _resume,
            frozenset({_A.RESUME}),
        ),
        Act(
            "renew",
            gettext_lazy("Renew the term"),
            gettext_lazy("Set the new term"),
            forms.RenewForm,
            _renew,
            frozenset({_A.RENEW, _A.EXTEND}),
        ),
        Act(
            "certificate",
            gettext_lazy("Add a certificate"),
            gettext_lazy("Add it"),
            forms.CertificateForm,
            _certificate,
        ),
        Act("link", gettext_lazy("Link the login"), gettext_lazy("Link it"), forms.LinkForm, _link),
        Act(
            "remove",
            gettext_lazy("Take out of the pool"),
            gettext_lazy("Take out for good"),
            forms.RemoveForm,
            _remove,
            frozenset({_A.REMOVE}),
        ),
    )
}
"""By the last word of their address, in the order in which they are offered."""
