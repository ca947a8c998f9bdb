"""What surrounds draws and sheets: answers too fast for a call, copied comments, ties told late, late changes.

Every family is tested for itself, with its own number of tests and its own Benjamini-Hochberg. Whoever is tested is
measured against all others alike, so that a habit everybody has is no lead.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from experts.rules.analytics.draws import SEP, Tested, ordered
from experts.rules.analytics.exact import adjusted, hypergeometric_tail, upper_tail
from experts.rules.analytics.process_rows import AnswerRow, CommentRow, EditRow, ExclusionRow, TieRow
from experts.rules.analytics.rows import Lead
from experts.rules.analytics.thresholds import Thresholds

Cell = tuple[str, str, str]
"""Tender, bidder and criterion."""


def hasty(rows: Iterable[AnswerRow], limits: Thresholds) -> Tested:
    """Callers whose refusals came sooner after the look at the name than a call takes: more often than the others'.

    Only what was not accepted counts: whoever wants somebody else on a panel writes refusals down without a call.
    """
    seconds: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.refused:
            seconds[row.caller].append(row.seconds)
    marked = [(who, one < limits.call_seconds) for who, own in seconds.items() for one in own]
    told = {who: {"refusals": len(own), "shortest": min(own)} for who, own in seconds.items()}
    return _against_others("haste", marked, limits.least_draws, limits, told)


def late_ties(rows: Iterable[TieRow], limits: Thresholds) -> Tested:
    """Members who say only at the table, the bidders before them, that they are tied: more often than the others."""
    own = list(rows)
    told = {
        who: {
            "sat": sum(row.expert == who for row in own),
            "lots": sorted({row.tender for row in own if row.expert == who and row.late}),
        }
        for who in {row.expert for row in own}
    }
    marked = [(row.expert, row.late) for row in own]
    return _against_others("late-tie", marked, limits.least_tenders, limits, told)


def late_exclusions(rows: Iterable[ExclusionRow], limits: Thresholds) -> Tested:
    """Who enters exclusions in the last hours before a header, and by them raises a chance: against all others.

    ``raised`` compares the plan as it was with the plan without this exclusion. What cannot be compared, or raises
    nobody's chance, is a trial that found nothing.
    """
    own = [(row, row.hours < limits.late_hours and bool(row.raised)) for row in rows]
    told = {}
    for who in {row.by for row, _late in own}:
        hit = [row for row, late in own if late and row.by == who]
        told[who] = {
            "exclusions": sum(row.by == who for row, _late in own),
            "raised": max((row.raised or 0 for row in hit), default=0),
            "lots": sorted({row.draw for row in hit}),
        }
    marked = [(row.by, late) for row, late in own]
    return _against_others("late-exclusion", marked, limits.least_draws, limits, told)


def late_edits(rows: Iterable[EditRow], limits: Thresholds) -> Tested:
    """Owners who change what they asked for in the last hours before a header: more of their draws than of others'."""
    own = list(rows)
    told = {
        owner: {
            "made": sum(row.owner == owner for row in own),
            "lots": sorted({row.draw for row in own if row.owner == owner and row.edits}),
        }
        for owner in {row.owner for row in own}
    }
    marked = [(row.owner, row.edits > 0) for row in own]
    return _against_others("late-edit", marked, limits.least_draws, limits, told)


def _against_others(
    family: str,
    marked: Sequence[tuple[str, bool]],
    least: int,
    limits: Thresholds,
    told: Mapping[str, Mapping[str, Any]],
) -> Tested:
    """Each with ``least`` or more trials, while others have some too: the exact hypergeometric tail of its hits."""
    trials = Counter(who for who, _hit in marked)
    hits = Counter(who for who, hit in marked if hit)
    whole, all_hits = len(marked), sum(hits.values())
    able = [who for who in sorted(trials) if least <= trials[who] < whole]
    tails = {who: hypergeometric_tail(trials[who], whole - trials[who], all_hits, hits[who]) for who in able}
    q = adjusted(tails)
    found = [
        Lead(family, (who,), "", hits[who], all_hits * trials[who] / whole, tails[who], q[who], told[who])
        for who in able
        if q[who] <= limits.fdr
    ]
    return len(tails), ordered(found)


def plain(text: str) -> str:
    """A comment as it is compared: width, capitals, blanks and stops do not count."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def copied(rows: Iterable[CommentRow], limits: Thresholds) -> Tested:
    """Two members of a panel with the same words for the same bid and criterion, more often than couples elsewhere.

    Left out are texts under ``least_letters`` letters, and phrases: what somebody else than the two writes, or one of
    them at another place. The chance that two agree is that of all other couples together, one agreement and one
    difference added; the tail is exact. With hardly any other couple to compare with, nothing is found.
    """
    own = [(row, text) for row in rows if len(text := plain(row.text)) >= limits.least_letters]
    uses: dict[str, set[tuple[Hashable, str]]] = defaultdict(set)
    for row, text in own:
        uses[text].add((_cell(row), row.expert))
    seen: dict[tuple[str, str, str], list[tuple[Cell, bool]]] = defaultdict(list)
    for cell, texts in sorted(_cells(own).items()):
        for couple in combinations(sorted(texts), 2):
            one, other = (texts[who] for who in couple)
            alike = one == other and uses[one] == {(cell, who) for who in couple}
            seen[cell[0], *couple].append((cell, alike))
    met = sum(len(cells) for cells in seen.values())
    same = sum(alike for cells in seen.values() for _cell, alike in cells)
    tails, agreed = {}, {}
    for name, cells in seen.items():
        hits = [cell for cell, alike in cells if alike]
        chance = (same - len(hits) + 1) / (met - len(cells) + 2)
        if len(cells) >= limits.least_comments:
            tails[SEP.join(name)] = upper_tail([chance] * len(cells), len(hits))
            agreed[SEP.join(name)] = name, hits, len(cells), chance * len(cells)
    q = adjusted(tails)
    found = []
    for key, (name, hits, compared, expected) in agreed.items():
        if q[key] <= limits.fdr:
            evidence = {"comments": compared, "where": [f"{bidder} {name_}" for _t, bidder, name_ in hits]}
            found.append(
                Lead("comment", name[1:], name[0], len(hits), expected, tails[key], q[key], evidence)
            )
    return len(tails), ordered(found)


def _cell(row: CommentRow) -> Cell:
    return row.tender, row.bidder, row.criterion


def _cells(own: Iterable[tuple[CommentRow, str]]) -> dict[Cell, dict[str, str]]:
    """The compared text by place and member."""
    found: dict[Cell, dict[str, str]] = defaultdict(dict)
    for row, text in own:
        found[_cell(row)][row.expert] = text
    return found
