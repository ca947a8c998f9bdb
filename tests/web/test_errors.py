"""Every refusal as a page: what is wrong, that nothing was changed, the rule with its article, whom to call."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation

from config import errors
from kernel.errors import Finding, NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from tests.web.html import Page

FINDING = Finding("too_soon", "The deadline is too near.", "招标投标法第二十四条", field="close_at")
REFUSALS = {
    403: NotPermitted("not_yours", "Only the owner may do this."),
    404: NotFound("gone", "There is no such thing."),
    409: StateConflict("closed", "The tender is closed."),
    422: RuleBroken("not_ready", "The tender is not ready.", [FINDING, FINDING]),
    503: Unavailable("no_clock", "The time source does not answer."),
}

pytestmark = pytest.mark.django_db


def answer(error, **headers):
    request = RequestFactory().get("/somewhere", headers={"Accept": "text/html", **headers})
    request.user = AnonymousUser()
    request.htmx = "HX-Request" in headers
    return errors.respond(request, error)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", REFUSALS)
def test_refusal_is_a_whole_page_in_the_readers_language(status, language):
    with translation.override(language):
        response = answer(REFUSALS[status])

    page = Page(response.content.decode())
    assert response.status_code == status
    assert not page.problems
    assert page.tags["h1"] == page.tags["main"] == 1


def test_broken_rules_stand_with_their_articles():
    with translation.override("en"):
        text = answer(REFUSALS[422]).content.decode()

    assert text.count("Tendering Law, article 24") == 2
    assert "Nothing was changed." in text


def test_fragment_for_a_part_of_a_page_names_the_field():
    with translation.override("en"):
        text = answer(REFUSALS[422], **{"HX-Request": "true"}).content.decode()

    assert "<html" not in text
    assert 'href="#id_close_at"' in text
    assert not Page(text.replace('href="#id_close_at"', "")).problems
