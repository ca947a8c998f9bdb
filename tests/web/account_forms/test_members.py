"""Invitations, members and mandates: who acts for whom, and how it ends."""

import pytest
from django.core import mail

from accounts.models import (
    Invitation,
    Mandate,
    Membership,
    Person,
)
from accounts.rules import mandate_body
from tests import builders_accounts as build
from tests.web.account_forms.acting import PASSWORD, enter, post, signed

pytestmark = pytest.mark.django_db


def test_invitation_reaches_a_stranger_who_joins(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)

    page = post(client, "invite", {"email": "New@Example.test", "roles": ["bidder"], "powers": ["seal"]})

    link = next(word for word in mail.outbox[0].body.split() if "/join/" in word)
    assert link in page.content.decode()
    assert mail.outbox[0].to == ["new@example.test"]
    assert link.rsplit("/", 2)[1] not in Invitation.objects.get().token_hash
    stranger = Person.objects.create_user("new@example.test", PASSWORD)
    client.force_login(stranger)
    path = link.split("testserver")[1]
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    member = Membership.objects.get(person=stranger)
    assert (member.roles, member.powers) == (["bidder"], ["seal"])
    assert client.post(path).status_code == 409


def test_invitation_is_for_its_address_only(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)
    post(client, "invite", {"email": "new@example.test", "powers": ["seal"]})
    path = next(word for word in mail.outbox[0].body.split() if "/join/" in word).split("testserver")[1]
    enter(client, build.person(2, at=at).pk)

    assert client.post(path).status_code == 403
    assert Membership.objects.filter(organisation=party.organisation).count() == 1


def test_invitation_with_two_posts_is_refused_and_one_can_be_taken_back(client, at):
    centre = build.centre(at=at)
    enter(client, centre.person.pk)

    refused = post(client, "invite", {"email": "x@example.test", "roles": ["intake", "finance"]})
    assert refused.status_code == 422
    assert "never one person" in refused.content.decode()
    post(client, "invite", {"email": "x@example.test", "roles": ["intake"]})
    again = post(client, "invite", {"email": "x@example.test", "roles": ["intake"]})
    assert "already been invited" in again.content.decode()
    post(client, "invitation-end", {}, Invitation.objects.get().pk)
    assert Invitation.objects.get().state == "withdrawn"


def test_member_is_changed_and_the_last_manager_stays(client, at):
    party = build.bidder(1, at=at)
    enter(client, party.person.pk)
    member = Membership.objects.get()

    refused = post(client, "member", {"roles": ["bidder"], "powers": ["seal"]}, member.pk)
    assert refused.status_code == 422
    assert "Somebody must remain" in refused.content.decode()
    assert post(client, "member-end", {"reason": "left"}, member.pk).status_code == 422
    changed = post(client, "member", {"roles": ["bidder"], "powers": ["members", "seal"]}, member.pk)
    assert changed.status_code == 302
    assert Membership.objects.get(revoked_at=None).powers == ["members", "seal"]


def test_mandate_is_signed_by_both(client, at):
    owner, agency = build.owner(at=at), build.agency(at=at)
    given = {
        "agency": agency.organisation.code,
        "tender": "350102-GC-2026-00007",
        "powers": ["draft", "publish"],
        "valid_from": "2026-11-02",
        "valid_to": "2027-11-01",
        "fee_basis": "Contract 7",
        "fee_payer": "owner",
    }
    enter(client, owner.person.pk)
    shown = post(client, "mandate-new", given)
    body = shown.context["signing"]["body"]
    assert body["to"] - body["from"] == 365 * 86400
    offered = post(client, "mandate-new", {**given, "signatures": signed(owner, "mandate", body)})
    assert offered.status_code == 302
    mandate = Mandate.objects.get()
    enter(client, agency.person.pk)
    wrong = post(client, "mandate-accept", {"signatures": signed(owner, "mandate", mandate.body)}, mandate.pk)
    assert wrong.status_code == 422
    taken = post(
        client, "mandate-accept", {"signatures": signed(agency, "mandate", mandate.body)}, mandate.pk
    )

    mandate.refresh_from_db()
    assert (taken.status_code, mandate.state) == (302, "accepted")
    assert post(client, "mandate-end", {"reason": "over"}, mandate.pk).status_code == 302


def test_mandate_for_an_unknown_agency_is_refused_at_the_field(client, at):
    owner = build.owner(at=at)
    enter(client, owner.person.pk)
    given = {
        "agency": build.uscc(5),
        "tender": "T",
        "valid_from": "2026-11-02",
        "valid_to": "2027-11-01",
        "fee_basis": "C",
        "fee_payer": "owner",
    }

    response = post(client, "mandate-new", given)

    assert response.status_code == 422
    assert "No organisation with this code is registered here" in response.content.decode()
    assert mandate_body is not None
