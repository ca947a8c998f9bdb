"""What somebody writes down: kept whole or refused, never cut."""

from django.utils.translation import gettext_noop as _

from accounts.rules.names import tidy
from kernel.errors import Finding, RuleBroken


def said(text: str, most: int, field: str, *, optional: bool = False) -> str:
    """The words, tidied; RuleBroken ``empty`` (unless they are ``optional``) or ``long``, over ``most`` characters.

    Both name the ``field``: somebody's own words go into records, so nobody shortens them for him.
    """
    words = tidy(text)
    if not words and not optional:
        message = _("Fill this in.")
        raise RuleBroken("empty", message, [Finding("empty", message, field=field)])
    if len(words) > most:
        message = _("Use at most %(most)s characters.")
        finding = Finding("long", message, field=field, data={"most": most})
        raise RuleBroken("long", message, [finding], most=most)
    return words
