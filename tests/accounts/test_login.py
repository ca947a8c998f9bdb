"""Login by e-mail through django-allauth and our adapter."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from accounts.models import Membership, Person
from ledger.models import Entry
from tests import builders_accounts as build

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def sign_up(client, email="Clerk@Example.Test"):
    return client.post(
        reverse("account_signup"), {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    )


def test_a_new_login_is_a_person_without_any_role(client, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    sign_up(client)

    person = Person.objects.get()
    assert person.email == "clerk@example.test"
    assert person.joined_at is not None
    assert not Membership.objects.exists()
    assert [entry.body["name"] for entry in Entry.objects.all()] == ["person-joined"]


def test_a_second_login_with_the_same_address_in_other_case_is_not_made(client):
    sign_up(client)
    client.logout()

    sign_up(client, email="CLERK@example.test")

    assert Person.objects.count() == 1


def test_sign_up_can_be_closed(client, settings):
    settings.ACCOUNT_SIGNUP_OPEN = False

    sign_up(client)

    assert not Person.objects.exists()


def test_login_takes_the_address_in_any_case_and_refuses_a_wrong_password(client):
    build.person(1, password=PASSWORD)
    client.post(reverse("account_login"), {"login": "person-1@example.test", "password": "wrong"})
    assert "_auth_user_id" not in client.session

    client.post(reverse("account_login"), {"login": "Person-1@Example.Test", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(Person.objects.get().pk)


def test_there_are_no_superusers_and_no_permission_tables():
    """What a person may do follows from memberships; no flag in the database opens everything."""
    names = {field.name for field in Person._meta.get_fields()}

    assert not names & {"is_superuser", "is_staff", "user_permissions", "groups", "username"}
    assert "django.contrib.admin" not in django_settings.INSTALLED_APPS


def test_person_without_a_password_cannot_log_in_with_one():
    person = build.person(1)

    assert not person.has_usable_password()
    assert Person.objects.get_by_natural_key("PERSON-1@example.test") == person
    assert (str(person), person.get_short_name(), person.get_full_name()) == ("Person 1",) * 3
    with pytest.raises(ValueError, match="e-mail"):
        Person.objects.create_user("")
