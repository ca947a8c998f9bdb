"""Refusals as answers: pages, fragments, problem documents."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from config import errors
from config.middleware import DomainErrorMiddleware
from kernel.errors import DomainError, Finding, NotFound, NotPermitted, RuleBroken, StateConflict, Unavailable
from kernel.transitions import next_state

KINDS = [(NotPermitted, 403), (NotFound, 404), (StateConflict, 409), (RuleBroken, 422), (Unavailable, 503)]


def answer(error, *, path="/tenders/", htmx=False, **headers):
    request = RequestFactory().get(path, headers=headers)
    request.htmx = htmx
    request.user = None
    return errors.respond(request, error)


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_each_kind_has_its_status(kind, status):
    assert errors.status_of(kind("c", "m")) == status
    assert answer(kind("c", "m"), path="/api/v1/x").status_code == status


def test_a_kind_of_no_name_is_our_fault():
    assert errors.status_of(DomainError("c", "m")) == 500


def test_the_api_gets_a_problem_document():
    finding = Finding(
        "days", "At least %(days)s days.", source="招标投标法 第二十四条", field="due", data={"days": 20}
    )

    response = answer(RuleBroken("tender_rules", "Not yet.", [finding]), path="/api/v1/tenders")

    body = json.loads(response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert body["type"] == "urn:sunlit:problem:tender_rules"
    assert (body["status"], body["code"], body["detail"]) == (422, "tender_rules", "Not yet.")
    assert body["findings"] == [
        {
            "code": "days",
            "message": "At least 20 days.",
            "source": "招标投标法 第二十四条",
            "blocks": True,
            "field": "due",
        }
    ]


def test_programs_elsewhere_get_it_when_they_ask():
    assert answer(NotFound("c", "m"), accept="application/json")["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_people_get_a_page_with_every_finding():
    error = RuleBroken(
        "rules", "Two rules.", [Finding("a", "First rule.", source="条26"), Finding("b", "Second.")]
    )

    with translation.override("en"):
        response = answer(error)

    text = response.content.decode()
    assert response.status_code == 422
    assert "First rule." in text
    assert "条26" in text
    assert "Second." in text


@pytest.mark.django_db
def test_htmx_gets_a_fragment_for_the_messages():
    response = answer(StateConflict("c", "Too late."), htmx=True)

    assert response.status_code == 409
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#messages", "innerHTML")
    assert "<html" not in response.content.decode()


def test_unavailable_says_when_to_try_again():
    assert answer(Unavailable("store", "m"), path="/api/v1/x").status_code == 503


@pytest.mark.django_db
def test_unavailable_page_says_when_to_try_again():
    assert answer(Unavailable("store", "m"))["Retry-After"] == "30"


def test_data_that_does_not_fit_is_left_out():
    assert errors.sentence("At least %(days)s.", {"hours": 1}).startswith("At least")
    assert errors.sentence("", {}) == ""


def test_states_are_named_by_the_fields_words():
    from trading.states import LOT, LotAction, LotState

    with pytest.raises(StateConflict) as refusal, translation.override("en"):
        next_state(LOT, LotAction.PUBLISH, LotState.CLOSED)

    with translation.override("en"):
        text = errors.sentence(refusal.value.message, refusal.value.data)
    assert "Deadline passed" in text
    assert str(refusal.value).endswith("the state is “closed”.")


def test_a_fault_shows_a_number_and_nothing_else():
    response = errors.server_error(RequestFactory().get("/x"))

    assert response.status_code == 500
    assert "Traceback" not in response.content.decode()


def test_a_fault_of_the_api_is_a_problem_document():
    response = errors.server_error(RequestFactory().get("/api/v1/x"))

    assert response.status_code == 500
    assert json.loads(response.content)["code"] == "server_error"


def test_other_exceptions_are_left_to_django():
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())

    assert middleware.process_exception(RequestFactory().get("/"), ValueError("x")) is None


def test_domain_errors_are_answered_by_the_middleware():
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/api/v1/x")
    request.resolver_match = None

    response = middleware.process_exception(request, NotFound("gone", "Gone."))

    assert response is not None
    assert response.status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/no/such/page", "/en/no/such/page"])
def test_wrong_addresses_get_the_status_page(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert b"<html" in response.content


def test_wrong_api_addresses_get_a_problem_document(client):
    response = client.get("/api/v1/no/such", headers={"accept": "application/json"})

    assert response.status_code == 404


@pytest.mark.django_db
def test_a_forged_form_is_refused():
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a", "password": "b"})

    assert response.status_code == 403
