"""How the facts of an evaluation came to differ from those before: before, after, and the reason entered for it."""

from itertools import pairwise
from typing import Any

from experts.models import Panel
from experts.rules.fact_changes import fact_changes
from experts.selectors.evaluated import last_items


def changed_facts(panel: Panel) -> list[dict[str, Any]]:
    """Every change from one set of facts in the log to the next, in order; empty while there is one set or none."""
    rows = list(panel.facts.order_by("number"))
    reasons = {(item.bid.ev, kind, of): item.reason for (_bid, kind, of), item in last_items(panel).items()}
    found = []
    for before, after in pairwise(rows):
        for one in fact_changes(before.body, after.body):
            reason = reasons.get((one.bid, one.kind, one.of), "")
            found.append(
                {
                    "number": after.number,
                    "bid": one.bid,
                    "kind": one.kind,
                    "of": one.of,
                    "before": one.before,
                    "after": one.after,
                    "reason": reason,
                }
            )
    return found
