"""Words of the pool's pages, and where the account's pages lead an expert."""

from typing import Any

from django import template
from django.utils.translation import gettext

from accounts.forms.base import sentence
from accounts.middleware import actor
from accounts.states import Role
from experts.selectors.own import as_expert
from experts.selectors.pool import specialty_words
from experts.states import ChangeKind, label
from kernel.errors import Finding

register = template.Library()


@register.simple_tag(takes_context=True)
def has_expert_record(context: Any) -> bool:
    """Whether the pool holds a record of whoever is signed in."""
    return Role.EXPERT in as_expert(actor(context["request"])).roles


@register.filter
def said(finding: Finding) -> str:
    """A finding in the reader's language, with its article."""
    return sentence(finding)


@register.filter
def specialty(code: str) -> str:
    """A code with its words."""
    return specialty_words([code])[0]


@register.filter
def change_word(why: str) -> str:
    """Why somebody came or went between two epochs."""
    if why == "waiting_over":
        return gettext("waiting period over")
    return gettext("term not running") if why == "term" else gettext(label(ChangeKind(why)))
