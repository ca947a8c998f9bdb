"""What every answer carries: request id, content security policy, no sniffing, no frames."""

import re

import pytest

PATHS = ["/healthz", "/account/login/", "/en/account/login/", "/no/such/page"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client, path):
    response = client.get(path)

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_a_proxys_request_id_is_kept(client):
    assert (
        client.get("/healthz", headers={"x-request-id": "proxy-12345678"})["X-Request-ID"] == "proxy-12345678"
    )


@pytest.mark.parametrize("forged", ["short", "a" * 65, "id with blanks", 'quote"quote'])
def test_a_malformed_request_id_is_replaced(client, forged):
    assert client.get("/healthz", headers={"x-request-id": forged})["X-Request-ID"] != forged


@pytest.mark.django_db
def test_pages_of_a_person_are_stored_nowhere(client, django_user_model):
    person = django_user_model.objects.create_user(email="a@example.org", password="correct horse battery")
    client.force_login(person)

    assert "no-store" in client.get("/account/logout/")["Cache-Control"]
