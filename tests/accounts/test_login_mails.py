"""Mails and on-screen messages of signing in are in our own words, in both languages (django-allauth's are replaced)."""

from datetime import UTC, datetime
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import get_template, render_to_string
from django.utils import translation

from accounts.models import Person
from tests import builders_accounts as build

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.BASE_DIR) / "templates"
FOLDERS = ("account/email", "mfa/email", "account/messages", "mfa/messages")
NAMES = sorted(f"{folder}/{path.name}" for folder in FOLDERS for path in (THEIRS / folder).glob("*.txt"))
CONTEXT = {
    "email": "clerk@example.test",
    "from_email": "old@example.test",
    "to_email": "new@example.test",
    "deleted_email": "old@example.test",
    "recipient": "clerk@example.test",
    "phone": "+86 591 8700 0001",
    "activate_url": "https://sunlit.test/confirm/1/",
    "password_reset_url": "https://sunlit.test/reset/1/",
    "signup_url": "https://sunlit.test/signup/",
    "timestamp": datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
    "ip": "192.0.2.7",
    "user_agent": "Mozilla/5.0",
}
DEFAULTS = ("example.com", "Hello from", "Thank you for using", "192.0.2.7", "Mozilla")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_is_ours_in_both_languages(name, language):
    assert Path(get_template(name).origin.name).is_relative_to(OURS), name
    with translation.override(language):
        text = render_to_string(name, {**CONTEXT, "user": Person(email="clerk@example.test")}).strip()

    assert text
    assert not [word for word in DEFAULTS if word in text]
    assert any("一" <= letter <= "鿿" for letter in text) is (language == "zh-hans")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "subject", "sentence"),
    [
        ("", "设置新密码", "签名密钥与密码无关，保持不变。"),
        (
            "/en",
            "Set a new password",
            "Your signing keys do not depend on the password; they stay as they are.",
        ),
    ],
)
def test_a_forgotten_password_is_answered_in_the_readers_language(client, prefix, subject, sentence):
    build.person(1)
    client.post(f"{prefix}/account/password/reset/", {"email": "person-1@example.test"})

    sent = mail.outbox[0]
    assert sent.subject == subject
    assert sentence in sent.body
    assert "example.com" not in sent.body + sent.subject


@pytest.mark.django_db
def test_an_unknown_address_learns_that_there_is_no_account_and_the_page_does_not_tell(client):
    answer = client.post("/en/account/password/reset/", {"email": "nobody@example.test"}, follow=True)

    assert mail.outbox[0].subject == "No account with this address"
    assert "nobody@example.test" not in answer.content.decode()
    assert "If the address is known here" in answer.content.decode()


@pytest.mark.django_db
def test_a_changed_password_is_told_by_mail(client):
    person = build.person(1)
    person.set_password("correct horse battery")
    person.save()
    client.force_login(person)
    client.post("/account/password/change/", {"oldpassword": "correct horse battery"})
    given = {
        "oldpassword": "correct horse battery",
        "password1": "another horse battery",
        "password2": "another horse battery",
    }
    client.post("/account/password/change/", given)

    assert [sent.subject for sent in mail.outbox] == ["密码已更改"]
    assert "北京时间" in mail.outbox[0].body
