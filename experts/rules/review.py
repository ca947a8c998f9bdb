"""What the law asks of a rejection, a question, a fact: admissible or not, and with what remedy (条例 49, 51, 52)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from experts.rules.competition import GROUND as NO_COMPETITION
from experts.rules.packs import CompetitionRule, PoolPack, ReviewItem, review_item
from kernel.errors import Finding
from protocol.errors import NotCanonical
from protocol.evaluation_bodies import GROUNDS
from protocol.evaluation_method import Method
from protocol.evaluation_numbers import DECIMAL

DOCUMENT: Final = "条例49"
QUESTION_KINDS: Final = ("clarify", "low-price")
FACT_KINDS: Final = ("price", "quantity", "adjustment")


def ground_said(choice: str, rule: CompetitionRule) -> tuple[str, str]:
    """Ground and article of the event for what the form offers: want of competition is a ground of its own rule."""
    return ("document", rule.code) if choice == NO_COMPETITION else (choice, article_of(choice))


def article_of(ground: str) -> str:
    """The article a ground stands on, as the ``rejection`` event names it."""
    return f"条例{GROUNDS[ground]}" if GROUNDS.get(ground) else DOCUMENT


def review_items(method: Mapping[str, Any], pack: PoolPack) -> tuple[ReviewItem, ...]:
    """The items of the method (member ``review``), or the pack's where it names none."""
    own = method.get("review")
    return tuple(review_item(row) for row in own) if own else pack.review


def motion_findings(
    ground: str, *, price: Decimal | None, ceiling: Decimal | None, asked: bool
) -> list[Finding]:
    """What stands against moving a rejection on this ground.

    ``price`` is the evaluated bid's, ``asked`` whether it was asked about a low price and has answered or let the time
    pass: nobody is rejected for a price below cost unheard (12号令 21).
    """
    found = []
    if ground not in GROUNDS:
        found.append(Finding("ground", _("Choose one of the grounds of the list."), "条例51", field="ground"))
    if ground == "below-cost" and not asked:
        text = _("Ask the bidder first why its price is not below cost, and wait for the answer or its time.")
        found.append(Finding("unheard", text, "12号令21", field="ground"))
    if ground == "over-ceiling" and (ceiling is None or price is None or price <= ceiling):
        text = _("The price is not above the ceiling; this ground does not stand.")
        found.append(Finding("not_over", text, "条例51(5)", field="ground"))
    return found


def question_findings(kind: str, at: datetime, until: datetime, pack: PoolPack) -> list[Finding]:
    """What stands against a question: its kind, and a time to answer shorter than the pack allows."""
    if kind not in QUESTION_KINDS:
        return [Finding("kind", _("Choose one of the kinds of the list."), "条例52", field="kind")]
    rule = pack.rules["low_price_minutes" if kind == "low-price" else "question_minutes"]
    if until < at + timedelta(minutes=rule.value):
        text = _("Give at least %(minutes)s minutes to answer.")
        return [Finding("window", text, rule.article, field="until", data={"minutes": rule.value})]
    return []


def fact_findings(kind: str, of: str, value: str, reason: str, method: Method | None) -> list[Finding]:
    """What stands against a fact: not of the method, not a number of its form, a price without its reason."""
    if kind not in FACT_KINDS:
        return [Finding("kind", _("Choose one of the kinds of the list."), field="kind")]
    known = {
        "price": {""},
        "quantity": set(method.of_kind("objective")) if method else set(),
        "adjustment": set(method.adjustments) if method else set(),
    }[kind]
    found = []
    if of not in known:
        found.append(Finding("of", _("The method of this lot knows nothing by this name."), field="of"))
    elif kind == "quantity" and method and (words := choices_of(method, of)):
        if value not in words:
            text = _("Choose one of the words the method declares.")
            found.append(Finding("value", text, field="value"))
    elif not _number(value):
        text = _("Give a number, with a point before the decimals and at most six of them.")
        found.append(Finding("value", text, field="value"))
    if kind == "price" and not reason:
        text = _("Say why the price is another than the one read out, and where it stands in the bid.")
        found.append(Finding("reason", text, "12号令19", field="reason"))
    return found


def choices_of(method: Method, criterion: str) -> list[str]:
    """The words a criterion by choice knows; none for one by number."""
    formula = method.nodes[criterion]["formula"]
    return [row[0] for row in formula["rows"]] if formula["how"] == "choice" else []


def _number(text: str) -> bool:
    try:
        DECIMAL(text, "value")
    except NotCanonical:
        return False
    return True
