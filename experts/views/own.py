"""The expert's own page, and numbers without names for who supervises."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.own import AwayForm
from experts.pool_keys import pool_key
from experts.selectors.epochs import epoch_public, own_statement
from experts.selectors.own import own_page, own_record
from experts.selectors.supervised import numbers
from experts.services.availability_set import availability_back, availability_set
from experts.views.answers import as_json, done, kept, myself, page
from kernel import clock

OWN = "experts:own"


@require_safe
@member
def own(request: HttpRequest) -> HttpResponse:
    """What is recorded of me."""
    return page(request, "own", AwayForm(), seen=own_page(myself(request), clock.now(), pool_key()))


@require_POST
@binding
def away(request: HttpRequest) -> HttpResponse:
    """Tell days away; the page again with what is wrong with them."""
    who, at = myself(request), clock.now()
    expert = own_record(who)
    form = AwayForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data
        if form.attempt(lambda: availability_set(expert_id=expert.pk, actor=who, at=at, **days)):
            return done(
                request,
                _("Told. A draw whose header is written from now on leaves you out on these days."),
                OWN,
            )
    return page(request, "own", form, seen=own_page(who, at, pool_key()))


@require_POST
@binding
def away_back(request: HttpRequest, away_id: UUID) -> HttpResponse:
    """Take days away back."""
    availability_back(away_id=away_id, actor=myself(request), at=clock.now())
    return done(request, _("Taken back."), OWN)


@require_safe
@member
def own_epoch(request: HttpRequest, epoch: int) -> HttpResponse:
    """What opens my leaf of an epoch: keep it, and check it on your own device."""
    who = myself(request)
    statement = own_statement(own_record(who), epoch, pool_key(), who)
    return kept(as_json(statement), f"pool-record-{epoch}.json", "application/json")


@require_safe
@member
def supervised(request: HttpRequest) -> HttpResponse:
    """The pool in numbers."""
    return page(request, "supervised", seen=numbers(actor(request)))


@require_safe
def epoch_file(_request: HttpRequest, epoch: int) -> HttpResponse:
    """An epoch as the ledger holds it, for everybody: root, table of types, counts."""
    return kept(as_json(epoch_public(epoch)), f"pool-epoch-{epoch}.json", "application/json")
