"""The intake desk, sessions of staff, messages and the fresh proof before a binding act."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import (
    Organisation,
    SigningKey,
    StaffSession,
)
from accounts.services import organisation_submit
from accounts.states import Role
from tests import builders_accounts as build
from tests.web.account_forms.acting import PASSWORD, english, enter, post

pytestmark = pytest.mark.django_db


def test_message_is_read_by_its_addressee_only(client, at):
    first, second = build.bidder(1, at=at), build.bidder(2, at=at)
    from accounts.selectors import inbox

    message = inbox(first.person.pk).first()
    enter(client, second.person.pk)
    assert post(client, "message-read", {}, message.pk).status_code == 403
    enter(client, first.person.pk)
    assert "Mark as read" in client.get(english("messages")).content.decode()

    assert post(client, "message-read", {}, message.pk).status_code == 302

    message.refresh_from_db()
    assert message.delivered_at is not None


def test_desk_returns_with_the_whole_list_or_accepts(client, at, intake):
    party = build.registered(2, at=at)
    organisation_submit(organisation_id=party.organisation.pk, actor=party.actor, at=at)
    enter(client, intake.person)
    pk = party.organisation.pk

    nothing = post(client, "review", {"decision": "return"}, pk)
    assert "You listed no defect" in nothing.content.decode()
    both = post(client, "review", {"decision": "accept", "defect_name": "wrong"}, pk)
    assert "You listed defects" in both.content.decode()
    listed = {"decision": "return", "defect_name": "wrong", "defect_address": "missing"}
    assert post(client, "review", listed, pk).status_code == 302
    assert party.organisation.reviews.get().defects.count() == 2
    organisation_submit(organisation_id=pk, actor=party.actor, at=at)
    assert post(client, "review", {"decision": "accept"}, pk).status_code == 302
    assert Organisation.objects.get(pk=pk).state == "accepted"


def test_staff_session_is_opened_shown_everywhere_and_closed(client, at, intake):
    enter(client, intake.person)
    given = {"role": "intake", "purpose": "Letter 7", "hours": "2"}

    assert post(client, "sessions", {**given, "purpose": ""}).status_code == 422
    assert post(client, "sessions", given).status_code == 302

    session = StaffSession.objects.get()
    assert session.expires_at - session.opened_at == timedelta(hours=2)
    assert "Purpose: Letter 7." in client.get("/en/verify").content.decode()
    post(client, "session-close", {}, session.pk)
    assert "Letter 7" not in client.get("/en/verify").content.decode()


def test_binding_post_waits_for_a_fresh_proof_and_then_goes_through(client, at):
    party = build.bidder(1, at=at)
    party.person.set_password(PASSWORD)
    party.person.save()
    client.post(reverse("account_login"), {"login": party.person.email, "password": PASSWORD})

    held = post(client, "key-retire", {}, party.key.pk)

    assert held["Location"].startswith(english("account_reauthenticate"))
    assert SigningKey.objects.get().state == "active"
    proved = client.post(
        held["Location"],
        {"password": PASSWORD, "next": english("key-retire", party.key.pk)},
    )
    assert proved["Location"].endswith(english("keys"))
    assert SigningKey.objects.get().state == "retired"


def test_person_of_two_organisations_chooses_for_which_to_act(client, at):
    first, second = build.bidder(1, at=at), build.owner(at=at)
    from accounts.actors import SYSTEM
    from accounts.services import membership_grant

    membership_grant(
        organisation_id=second.organisation.pk,
        person_id=first.person.pk,
        roles={Role.OWNER},
        actor=SYSTEM,
        at=at,
    )
    enter(client, first.person.pk)

    post(
        client, "acting", {"organisation": str(second.organisation.pk), "next": "https://elsewhere.example/"}
    )

    assert "You act for Owner 901" in client.get(english("home")).content.decode()


def test_key_waits_until_the_organisation_is_accepted(client, at):
    enter(client, build.registered(1, at=at).person.pk)

    text = client.get(english("key-new")).content.decode()

    assert "once the desk has accepted the registration" in text
    assert "page_new.js" not in text
