"""Where django-allauth meets the domain: an edge, like views.

Login is by e-mail; there are no user names. A new login is a person without any organisation and without any
role, entered into the ledger in the same transaction.
"""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, gettext_lazy, gettext_noop, ngettext_lazy

from accounts.actors import Actor
from accounts.models import Person
from accounts.models.people import LANGUAGES
from accounts.services import person_enrol
from kernel import clock

ADDRESSED = (
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
"""Sentences of Django and django-allauth; our catalogue says them in Chinese, and 您 like every other page."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How this platform signs people up."""

    def is_open_for_signup(self, request: Any) -> bool:  # noqa: ARG002
        """Anybody may sign up unless the installation admits people itself."""
        return bool(settings.ACCOUNT_SIGNUP_OPEN)

    def clean_email(self, email: str) -> str:
        """Addresses are kept in lower case: two spellings of one address are one person."""
        return str(super().clean_email(email)).lower()

    def format_email_subject(self, subject: Any) -> str:
        """The subject as we wrote it: no name of a site before it, on one line."""
        return " ".join(str(subject).split())

    def save_user(self, request: Any, user: Person, form: Any, commit: bool = True) -> Person:  # noqa: FBT001, FBT002
        """Save the new person in the language of the page and record that they joined."""
        with transaction.atomic():
            language = get_language()
            user.language = language if language in dict(LANGUAGES) else "zh-hans"
            saved: Person = super().save_user(request, user, form, commit=commit)
            if commit:
                person_enrol(person_id=saved.pk, actor=Actor(person=saved.pk), at=clock.now())
        return saved

    def populate_username(self, request: Any, user: Person) -> None:
        """Leave out user names: there are none."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What a second factor that does not fit is told."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code does not fit. Enter the one shown now; if it is refused again, set the clock of that device."
        )
    }
