"""What the panel is to look at in an opening line (protocol/line.py): never a rejection by the machine.

What is written is read out as written (法36); a conflict or an excess is a flag for the panel (12号令19,
实施条例51).
"""

from decimal import Decimal

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding
from protocol.amounts import parse_words
from protocol.line import OpeningLine


def flags(line: OpeningLine, *, org: str, currency: str, ceiling: Decimal | None) -> tuple[Finding, ...]:
    """What the panel is to look at in this line: never blocking, in the order of the form."""
    found = []
    if line.org != org:
        found.append(
            _flag("other_organisation", _("The line names another organisation than the signer."), "org")
        )
    try:
        differs = parse_words(line.price_words) != line.price
    except ValueError:
        differs = True
    if differs:
        found.append(
            _flag(
                "words_differ", _("The amount in words differs from the figures."), "price_words", "12号令19"
            )
        )
    if line.currency != currency:
        found.append(_flag("other_currency", _("The price is in another currency than asked."), "currency"))
    elif ceiling is not None and line.price > ceiling:
        found.append(
            _flag("over_ceiling", _("The price is higher than the ceiling price."), "price", "实施条例51(五)")
        )
    return tuple(found)


def _flag(code: str, message: str, field: str, source: str = "") -> Finding:
    return Finding(code, message, source, blocks=False, field=field)
