"""Every account page for every role, in both languages: whole where it is theirs, refused where it is not."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.registrar_keys import registrar_trust
from accounts.rules import Defect
from accounts.services import (
    invitation_send,
    key_loss_report,
    key_request_open,
    organisation_review,
    organisation_submit,
)
from accounts.services.key_requests import key_request_body
from accounts.states import Power, Role
from kernel import clock
from tests import builders_accounts as build
from tests.web.test_pages import LANGUAGES, whole

pytestmark = pytest.mark.django_db
TENDER = "350102-GC-2026-00007"
NOBODY = UUID(int=7)


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


@pytest.fixture
def at():
    return clock.now() - timedelta(hours=1)


@pytest.fixture
def centre(at):
    registrar_trust(build.REGISTRAR.spki.hex())
    return build.centre(at=at)


@pytest.fixture
def intake(centre, at):
    return build.staff(centre, Role.INTAKE, 950, at=at)


def sign_in(client, person_id):
    from accounts.models import Person

    client.force_login(Person.objects.get(pk=person_id))
    return client


def asked_key(party, at, label="third"):
    key = build.signer(label)
    return key_request_open(
        organisation_id=party.organisation.pk,
        spki=key.spki.hex(),
        label="laptop",
        signatures=[key.sign("key-request", key_request_body(party.organisation.code, key.spki.hex()))],
        actor=party.actor,
        at=at,
    )


def reported_loss(party, at):
    second = build.signer("second")
    build.register_key(party.organisation, second, at=at)
    return key_loss_report(
        organisation_id=party.organisation.pk,
        old=party.spki,
        new=second.spki.hex(),
        report="stolen",
        actor=party.actor,
        at=at,
    )


def addresses(party, at):
    """All pages of somebody who belongs to an organisation, with something on each."""
    invitation_send(
        organisation_id=party.organisation.pk,
        email="second@example.test",
        roles=[],
        powers=[Power.SEAL],
        token="token",
        actor=party.actor,
        at=at,
    )
    member = party.person.memberships.get(revoked_at=None)
    asked_key(party, at)
    reported_loss(party, at)
    return [
        reverse(f"accounts:{name}", args=args)
        for name, args in (
            ("home", []),
            ("messages", []),
            ("register", []),
            ("organisation", []),
            ("hand-in", []),
            ("part", ["unit"]),
            ("part", ["contacts"]),
            ("part", ["account"]),
            ("papers", []),
            ("paper-add", []),
            ("members", []),
            ("invite", []),
            ("member", [member.pk]),
            ("member-end", [member.pk]),
            ("join", ["token"]),
            ("mandates", []),
            ("keys", []),
            ("key-new", []),
            ("key-lost", []),
            ("key-retire", [party.key.pk]),
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_member_are_whole(language, client, at):
    party = build.bidder(1, at=at)
    sign_in(client, party.person.pk)
    with translation.override(language):
        paths = addresses(party, at)

    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        whole(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_desk_are_whole(language, client, at, intake):
    party, waiting = build.bidder(1, at=at), build.registered(2, at=at)
    organisation_submit(organisation_id=waiting.organisation.pk, actor=waiting.actor, at=at)
    request, loss = asked_key(party, at), reported_loss(party, at)
    sign_in(client, intake.person)
    with translation.override(language):
        paths = [
            reverse("accounts:desk"),
            reverse("accounts:desk-keys"),
            reverse("accounts:registrar"),
            reverse("accounts:review", args=[waiting.organisation.pk]),
            reverse("accounts:key-certify", args=[request.pk]),
            reverse("accounts:key-refuse", args=[request.pk]),
            reverse("accounts:loss-sign", args=[loss.pk]),
            reverse("accounts:loss-refuse", args=[loss.pk]),
            reverse("accounts:sessions"),
        ]

    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        whole(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_email",
        "account_change_password",
        "account_logout",
    ],
)
def test_pages_of_the_login_are_whole(name, language, client, at):
    person = build.person(1, at=at)
    person.set_password("correct horse battery staple")
    person.save()
    client.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery staple"})
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery staple"})
    with translation.override(language):
        path = reverse(name)

    response = client.get(path)

    assert response.status_code == 200
    whole(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_login",
        "account_reset_password",
        "account_inactive",
        "account_reset_password_done",
        "account_email_verification_sent",
    ],
)
def test_pages_of_the_door_are_whole(name, language, client):
    with translation.override(language):
        path = reverse(name)

    response = client.get(path)

    assert response.status_code == 200
    whole(response, language)


def every_address(party):
    return [
        reverse(f"accounts:{name}", args=args)
        for name, args in (
            *(
                (name, [])
                for name in ("home", "messages", "register", "organisation", "hand-in", "papers", "paper-add")
            ),
            *(
                (name, [])
                for name in ("members", "invite", "mandates", "mandate-new", "keys", "key-new", "key-lost")
            ),
            *((name, []) for name in ("desk", "desk-keys", "registrar", "sessions")),
            ("part", ["unit"]),
            ("review", [party.organisation.pk]),
            ("join", ["token"]),
            ("file", ["0" * 64]),
        )
    ]


def test_nobody_without_login_sees_an_account_page(client, at):
    for path in every_address(build.bidder(1, at=at)):
        response = client.get(path)
        assert response.status_code == 302, path
        assert response["Location"].startswith(reverse("account_login")), path


DESK = ("desk", "desk-keys", "registrar", "sessions")


@pytest.mark.parametrize("make", [build.bidder, build.owner, build.agency, build.officer_body])
def test_desk_is_closed_to_those_who_are_judged(make, client, at):
    party = make(1, at=at)
    sign_in(client, party.person.pk)

    assert [client.get(reverse(f"accounts:{name}")).status_code for name in DESK] == [403] * 4
    assert client.get(reverse("accounts:review", args=[party.organisation.pk])).status_code == 403


def test_supervisor_sees_losses_and_no_registrations(client, at):
    party, supervisor = build.bidder(1, at=at), build.supervisor(at=at)
    loss = reported_loss(party, at)
    sign_in(client, supervisor.person.pk)

    assert client.get(reverse("accounts:desk")).status_code == 403
    assert client.get(reverse("accounts:desk-keys")).status_code == 200
    assert client.get(reverse("accounts:loss-sign", args=[loss.pk])).status_code == 200


@pytest.mark.parametrize("role", [Role.WITNESS, Role.FINANCE, Role.SYSADMIN])
def test_other_posts_of_the_centre_have_no_desk(role, client, at, centre):
    post = build.staff(centre, role, 951, at=at)
    sign_in(client, post.person)

    assert client.get(reverse("accounts:desk")).status_code == 403
    assert client.get(reverse("accounts:desk-keys")).status_code == 403
    assert client.get(reverse("accounts:sessions")).status_code == 200


def test_pages_of_another_organisation_do_not_exist(client, at):
    own, other = build.bidder(1, at=at), build.bidder(2, at=at)
    sign_in(client, own.person.pk)
    member = other.person.memberships.get(revoked_at=None)

    paths = [
        reverse("accounts:member", args=[member.pk]),
        reverse("accounts:key-retire", args=[other.key.pk]),
        reverse("accounts:mandate-end", args=[NOBODY]),
        reverse("accounts:paper-end", args=[NOBODY]),
        reverse("accounts:join", args=["no-such-token"]),
    ]

    assert [client.get(path).status_code for path in paths] == [404] * 5


def test_member_without_powers_changes_nothing(client, at):
    party = build.bidder(1, at=at)
    clerk = build.staff(party, Role.BIDDER, 960, at=at)
    sign_in(client, clerk.person)

    assert client.post(reverse("accounts:invite"), {"email": "x@example.test"}).status_code == 403
    assert client.post(reverse("accounts:hand-in")).status_code == 403
    assert client.get(reverse("accounts:member", args=[party.person.memberships.get().pk])).status_code == 403


def test_returned_registration_shows_the_whole_list_and_what_was_missed(client, at, intake):
    party = build.registered(3, at=at)
    for defects in ([Defect("address", "desk", "Address")], [Defect("region", "desk", "Region")]):
        organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=at)
        organisation_review(organisation_id=party.organisation.pk, defects=defects, actor=intake, at=at)
    sign_in(client, party.person.pk)

    page = client.get("/en/account/organisation/").content.decode()

    assert "1 thing to put right: the complete list" in page
    assert "Missed by an earlier review" in page
