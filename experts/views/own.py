"""The expert's own page, and numbers without names for who supervises."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.own import AwayForm, InterestForm
from experts.pool_keys import pool_key
from experts.rules.packs import pool_pack
from experts.selectors.epochs import epoch_public, own_statement
from experts.selectors.own import interests_of, own_page, own_record
from experts.selectors.own_chances import chance_file, own_chances, paper_public
from experts.selectors.supervised import numbers
from experts.services.availability_set import availability_back, availability_set
from experts.services.interest_declare import interest_back, interest_declare
from experts.views.answers import as_json, done, kept, myself, page
from kernel import clock

OWN, INTERESTS = "experts:own", "experts:interests"


def _shown(request: HttpRequest, form: AwayForm) -> HttpResponse:
    who, key = myself(request), pool_key()
    chances = own_chances(own_record(who), who, key)
    return page(request, "own", form, seen=own_page(who, clock.now(), key), chances=chances)


@require_safe
@member
def own(request: HttpRequest) -> HttpResponse:
    """What is recorded of me."""
    return _shown(request, AwayForm())


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
    return _shown(request, form)


@require_POST
@binding
def away_back(request: HttpRequest, away_id: UUID) -> HttpResponse:
    """Take days away back."""
    availability_back(away_id=away_id, actor=myself(request), at=clock.now())
    return done(request, _("Taken back."), OWN)


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def interests(request: HttpRequest) -> HttpResponse:
    """The units I declared, and one more."""
    who, at = myself(request), clock.now()
    expert = own_record(who)
    form = InterestForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        if form.attempt(lambda: interest_declare(expert_id=expert.pk, actor=who, at=at, **told)):
            return done(request, _("Declared. It counts in every draw prepared from now on."), INTERESTS)
    years = pool_pack().number("interest_years")
    return page(request, "interests", form, rows=interests_of(expert, who), years=years)


@require_POST
@binding
def interest_taken(request: HttpRequest, interest_id: UUID) -> HttpResponse:
    """Take a declaration back."""
    interest_back(interest_id=interest_id, actor=myself(request), at=clock.now())
    return done(request, _("Taken back."), INTERESTS)


@require_safe
@member
def own_epoch(request: HttpRequest, epoch: int) -> HttpResponse:
    """What opens my leaf of an epoch: keep it, and check it on your own device."""
    who = myself(request)
    statement = own_statement(own_record(who), epoch, pool_key(), who)
    return kept(as_json(statement), f"pool-record-{epoch}.json", "application/json")


@require_safe
@member
def own_chance(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """What my chance in a draw is checked with on my own device."""
    who = myself(request)
    told = chance_file(own_record(who), draw_id, pool_key(), who)
    return kept(as_json(told), f"draw-chance-{told['draw'][:12]}.json", "application/json")


@require_safe
def draw_paper(_request: HttpRequest, t_d: str, digest: str) -> HttpResponse:
    """A paper of a revealed draw, for everybody."""
    return kept(paper_public(t_d, digest), f"{digest[:12]}.json", "application/json")


@require_safe
@member
def supervised(request: HttpRequest) -> HttpResponse:
    """The pool in numbers."""
    return page(request, "supervised", seen=numbers(actor(request)))


@require_safe
def epoch_file(_request: HttpRequest, epoch: int) -> HttpResponse:
    """An epoch as the ledger holds it, for everybody: root, table of types, counts."""
    return kept(as_json(epoch_public(epoch)), f"pool-epoch-{epoch}.json", "application/json")
