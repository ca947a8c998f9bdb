"""The evaluation method of a lot as its readers see it: what stands against it, in words, with a worked example."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kernel.errors import Finding
from protocol.errors import ProtocolError
from protocol.evaluation_method import Method, method_defects
from trading.models import Lot
from trading.rules.methods.example import Example, worked_example
from trading.rules.methods.files import write_json
from trading.rules.methods.sums import method_sums
from trading.rules.methods.templates import Template, templates_for
from trading.rules.methods.words import MethodWords, method_text, method_words
from trading.rules.methods.workbook import MAX_BYTES, write_workbook
from trading.rules.schemes import scheme_findings
from trading.selectors.law import method_rules
from trading.selectors.rows import tender_facts

__all__ = [
    "MAX_BYTES",
    "MethodShown",
    "method_as_file",
    "method_beginnings",
    "method_findings",
    "method_in",
    "method_shown",
    "method_sums",
    "method_text_of",
]
WRITERS = {"json": write_json, "xlsx": write_workbook}


@dataclass(frozen=True)
class MethodShown:
    """A method in words and its worked example; the example is None where three bids cannot be ranked by it."""

    method: Method
    words: MethodWords
    example: Example | None


def method_in(held: Mapping[str, Any]) -> Method | None:
    """The method as data in what a lot holds; None where it is in words, or not in order yet."""
    scheme = held.get("scheme")
    return None if scheme is None or method_defects(scheme) else Method(scheme)


def method_shown(held: Mapping[str, Any], ceiling: Decimal | None) -> MethodShown | None:
    """What a lot holds as its method, in the language of the moment; None where there is nothing to show."""
    method = method_in(held)
    if method is None:
        return None
    try:
        example = worked_example(method, ceiling)
    except ProtocolError:
        example = None
    return MethodShown(method, method_words(method), example)


def method_text_of(lot: Lot) -> tuple[str, str]:
    """The method as the notice prints it, Chinese and English; empty where it is in words alone."""
    method = method_in(lot.method)
    return method_text(method) if method else ("", "")


def method_findings(lot: Lot, at: datetime, changed: Mapping[str, Any] | None = None) -> tuple[Finding, ...]:
    """What stands against a lot's method as data, or against ``changed`` in its place, by the rules of its trade."""
    facts, held = tender_facts(lot.tender, at), lot.method if changed is None else changed
    return tuple(scheme_findings(held, facts.flags, method_rules(lot.tender, at), field="method"))


def method_beginnings(lot: Lot, at: datetime) -> tuple[Template, ...]:
    """The templates which fit what a lot's tender buys."""
    return templates_for(lot.tender.project.trade, tender_facts(lot.tender, at).flags)


def method_as_file(lot: Lot, form: str) -> bytes | None:
    """A lot's method as a file, ``json`` or ``xlsx``; None where there is no method as data, or no such form."""
    scheme, write = lot.method.get("scheme"), WRITERS.get(form)
    return write(scheme) if scheme is not None and write else None
