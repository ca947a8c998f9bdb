"""The keeper's pages: the list, a record, what is done with it, workbooks in and out."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import DomainForm
from accounts.identity_keys import identity_key
from accounts.middleware import actor, binding, member
from bidding.security_files import store
from experts.forms.keeper import EditForm, PoolFileForm, RegisterForm
from experts.pool_keys import pool_key
from experts.rules.workbook import HEADINGS, OPTIONAL
from experts.selectors import pool as reads
from experts.services.epoch_cut import epoch_cut
from experts.services.expert_examine import import_admit
from experts.services.expert_register import expert_edit, expert_register
from experts.services.pool_export import pool_export
from experts.states import ExpertState
from experts.views.acts import ACTS, form_for
from experts.views.answers import XLSX, done, kept, page, workbook_take
from kernel import clock
from kernel.errors import NotFound

RECORD, POOL = "experts:record", "experts:pool"


@require_safe
@member
def pool(request: HttpRequest) -> HttpResponse:
    """The list, searched."""
    who, asked = actor(request), request.GET
    query, state, code = (asked.get(name, "")[:100] for name in ("q", "state", "code"))
    number = int(asked["page"]) if asked.get("page", "").isdecimal() else 1
    listing = reads.pool_list(who, query=query, state=state, specialty=code, page=number)
    return page(
        request,
        "pool",
        listing=listing,
        pages=reads.pages_of(listing, {"q": query, "state": state, "code": code}),
        numbers=reads.pool_numbers(who),
        waiting=reads.imports_waiting(who),
        asked={"q": query, "state": state, "code": code},
        states=[(one.value, reads.state_word(one.value).word) for one in ExpertState],
        codes=reads.codes_offered(),
    )


@require_safe
@member
def record(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One expert's record."""
    seen = reads.record_page(expert_id, actor(request), clock.now())
    acts = [act for act in ACTS.values() if act.offered(seen)]
    return page(request, "record", seen=seen, acts=acts, lead_code=pool_key().lead_code(expert_id.bytes))


@require_http_methods(["GET", "POST"])
@binding
def new(request: HttpRequest) -> HttpResponse:
    """Write a new record."""
    reads.pool_numbers(actor(request))
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"facts": form.facts(), "phone": form.cleaned_data["phone"]}
        given |= {"identity_number": form.cleaned_data["identity_number"], "identity_key": identity_key()}
        who, at, key = actor(request), clock.now(), pool_key()
        if made := form.attempt(lambda: expert_register(actor=who, at=at, key=key, **given)):
            return done(request, _("Written. Examine it next."), RECORD, made.pk)
    return page(request, "new", form)


@require_http_methods(["GET", "POST"])
@binding
def edit(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Correct a record."""
    seen = reads.record_page(expert_id, actor(request), clock.now())
    form = EditForm(request.POST or None, initial=reads.initial_of(seen))
    if form.is_valid():
        given: dict[str, Any] = {"facts": form.facts(), "phone": form.cleaned_data["phone"]}
        given |= {"expert_id": expert_id, "reason": form.cleaned_data["reason"]}
        who, at, key = actor(request), clock.now(), pool_key()
        if form.attempt(lambda: expert_edit(actor=who, at=at, key=key, **given)):
            return done(request, _("Corrected. What stood before is in the history."), RECORD, expert_id)
    return page(request, "edit", form, seen=seen)


@require_http_methods(["GET", "POST"])
@binding
def act(request: HttpRequest, expert_id: UUID, name: str) -> HttpResponse:
    """Do one thing with a record: examine, admit, suspend …"""
    if name not in ACTS:
        raise NotFound("act", _("There is no such page."))
    chosen, who = ACTS[name], actor(request)
    seen = reads.record_page(expert_id, who, clock.now())
    form: DomainForm = form_for(chosen, request)
    if form.is_valid() and form.attempt(lambda: chosen.run(expert_id, form, who, clock.now())):
        return done(request, _("Recorded in the history and in the ledger."), RECORD, expert_id)
    return page(request, "act", form, seen=seen, act=chosen)


@require_http_methods(["GET", "POST"])
@binding
def bring(request: HttpRequest) -> HttpResponse:
    """Take in a workbook, or only check it."""
    who = actor(request)
    waiting = reads.imports_waiting(who)
    form = PoolFileForm(request.POST or None, request.FILES or None)
    told = workbook_take(form, who) if form.is_valid() else {}
    headings = [(max(words), name not in OPTIONAL) for name, words in HEADINGS.items()]
    if told.get("taken"):
        waiting = reads.imports_waiting(who)
    return page(request, "import", form, headings=headings, waiting=waiting, **told)


@require_POST
@binding
def admit_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Admit everybody of an import."""
    count = import_admit(import_id=import_id, actor=actor(request), at=clock.now())
    return done(
        request, _("%(count)s experts admitted. Their waiting period begins today.") % {"count": count}, POOL
    )


@require_POST
@binding
def export(request: HttpRequest) -> HttpResponse:
    """The pool as a workbook."""
    return kept(pool_export(actor=actor(request), at=clock.now()), "experts.xlsx", XLSX)


@require_POST
@binding
def cut(request: HttpRequest) -> HttpResponse:
    """Cut an epoch now."""
    epoch = epoch_cut(actor=actor(request), at=clock.now(), key=pool_key())
    return done(request, _("Epoch %(number)s is cut.") % {"number": epoch.number}, POOL)


@require_safe
@member
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """A certificate as it came, to keep; never shown in the browser."""
    row = reads.certificate_of(certificate_id, actor(request))
    return kept(store().read(row.file_sha256), f"{row.file_sha256[:12]}.bin", "application/octet-stream")
