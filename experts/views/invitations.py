"""An expert's invitations: the words of the call, his answer with its receipt, what comes next."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import proven
from experts.forms.own import AnswerForm, code_choices
from experts.pool_keys import pool_key
from experts.rules.packs import pool_pack
from experts.selectors.named import is_named
from experts.selectors.own_draws import answers_file, own_invitations
from experts.services.answer_record import answer_record
from experts.services.named_answer import named_answer
from experts.states.draw import SeatAnswer
from experts.views.answers import as_json, done, kept, myself, page, unstashed
from kernel import clock

PAGE = "experts:invitations"


def _shown(request: HttpRequest, form: AnswerForm) -> HttpResponse:
    pack = pool_pack()
    return page(
        request,
        "invitations",
        form,
        seen=own_invitations(myself(request), pool_key(), clock.now()),
        declines=code_choices(pack.declines),
        relations=code_choices(pack.relations),
        reminder=pack.number("reminder_hours"),
    )


@require_safe
@proven
def invitations(request: HttpRequest) -> HttpResponse:
    """Every invitation of whoever asks; a page with none for everybody else."""
    return _shown(request, AnswerForm())


@require_POST
@unstashed(PAGE)
def answer(request: HttpRequest) -> HttpResponse:
    """Accept, decline, stand aside, or fall out after all."""
    form, who, at, key = AnswerForm(request.POST), myself(request), clock.now(), pool_key()
    if form.is_valid():
        given = dict(form.cleaned_data)
        said = SeatAnswer(given["answer"])
        told = {"seat": given["seat"], "answer": said, "reason": given["reason"], "actor": who, "at": at}
        named = is_named(given["seat"])
        if form.attempt(lambda: named_answer(**told) if named else answer_record(**told, key=key)):
            return done(request, _("Your answer is in the log. Its receipt is below."), PAGE)
    return _shown(request, form)


@require_safe
@proven
def answers(request: HttpRequest) -> HttpResponse:
    """The own answers as a file, with everything their hashes cover."""
    told = answers_file(own_invitations(myself(request), pool_key(), clock.now()))
    return kept(as_json(told), "invitation-answers.json", "application/json")
