"""The time statements that matter to one lot, read as plain rows: a log holds many, a lot needs few."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger import rules
from ledger.models import Checkpoint, Statement
from protocol import timerule

_COLUMNS = ("source", "kind", "checkpoint__size", "time_ms", "resolution_ms", "accuracy_ms")


def clock_since(policy: Mapping[str, Any], since_ms: int) -> timerule.Clockwork:
    """The policy's sources with all they state from ``since_ms`` on, and the last word of each before it.

    N(x) and every "has this moment come" with x at or after ``since_ms`` are the same as over all statements.
    """
    sources = {str(row["name"]): row for row in policy["time"]["sources"]}
    rows = Statement.objects.filter(source__in=sources, time_ms__gte=since_ms).values_list(*_COLUMNS)
    stated = list(_statements(rows, sources))
    for name in sources:
        before = Statement.objects.filter(source=name, time_ms__lt=since_ms).order_by("-checkpoint__size")
        stated += _statements(before.values_list(*_COLUMNS)[:1], sources)
    stated.sort(key=lambda statement: statement.size)
    return timerule.Clockwork(stated, list(sources), policy["time"]["k"])


def first_stated(leaf: int, names: Sequence[str], k: int) -> Checkpoint | None:
    """The first checkpoint that covers the leaf and carries statements of at least k of these sources."""
    rows = Statement.objects.filter(source__in=names, checkpoint__size__gt=leaf).order_by("checkpoint__size")
    seen: dict[int, set[str]] = {}
    for size, source in rows.values_list("checkpoint__size", "source").iterator(chunk_size=32):
        seen.setdefault(size, set()).add(source)
        if len(seen[size]) >= k:
            return Checkpoint.objects.prefetch_related("statements").get(size=size)
    return None


def stated_at(policy: Mapping[str, Any], leaf: int) -> int | None:
    """When an event is first stated (5.3), in milliseconds: the smallest upper of the first checkpoint with k of them.

    None while there is no such checkpoint.
    """
    sources = {str(row["name"]): row for row in policy["time"]["sources"]}
    checkpoint = first_stated(leaf, list(sources), policy["time"]["k"])
    if checkpoint is None:
        return None
    rows = Statement.objects.filter(source__in=sources, checkpoint=checkpoint).values_list(*_COLUMNS)
    return min(statement.upper for statement in _statements(rows, sources))


def _statements(rows: Any, sources: Mapping[str, Mapping[str, Any]]) -> Iterator[timerule.Statement]:
    """Rows as statements, bounded as the verifier bounds them (5.3)."""
    for source, kind, size, time_ms, resolution_ms, accuracy_ms in rows:
        if kind != sources[source]["kind"]:
            continue
        own = accuracy_ms if accuracy_ms is not None else int(sources[source]["accuracy_ms"])
        lower, upper = rules.bounds(kind, time_ms, resolution_ms, own)
        yield timerule.Statement(source, size, lower, upper)
