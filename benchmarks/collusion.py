"""Leads against planted collusion: does the list rank it first, and does chance alone stay off it.

`python -m benchmarks.collusion [MARKETS [SEEDS]]`. Seeds are a word: method and rates were chosen on markets of other
words ("tune", "tune2", "tune3"), and what is reported comes of "report", looked at once.

A market has 20 tenders of the same 6 bidders before the same 5 members, on 6 criteria of 10 points in steps of 0.5. A
mark is quality of the bidder, difficulty of the tender, severity of the member and noise of 1 point; one sd is the sd
of a member's noise on a whole sheet of one bidder. A planted member adds 0.5, 1 or 2 sd for one bidder, spread over the
criteria; at 0 sd nobody does. The false discovery rate is the mean share of false leads over markets, that of affinity
over markets which all have a planted member: without one any lead is false, and that is the row of 0 sd. The pool of
the drawing has 200 people, panels of 5, 40 rounds; in one market of two somebody is stuffed, drawn three times as often
as published. AUC is over all pairs (people) of all markets together.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from statistics import mean, stdev

from experts.rules.analytics.affinity import Met, found_in_turn
from experts.rules.analytics.draws import frequency
from experts.rules.analytics.exact import upper_tail
from experts.rules.analytics.rows import DrawRow, ScoreRow
from experts.rules.analytics.scores import copies
from experts.rules.analytics.thresholds import thresholds

TENDERS, MEMBERS, BIDDERS, CRITERIA = 20, 5, 6, 6
NOISE = 1.0
PEOPLE, PANEL, ROUNDS, STUFFED = 200, 5, 40, 3
MARKETS, SEEDS = 60, "report"


def auc(planted: list[float], honest: list[float]) -> float:
    """The chance that something planted has a smaller p than something honest; ties count half."""
    ranked = sorted([(p, 0) for p in planted] + [(p, 1) for p in honest])
    better, seen, at = 0.0, 0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        mine = sum(1 for _p, kind in ranked[at:end] if kind == 0)
        theirs = end - at - mine
        better += mine * (len(honest) - seen - theirs / 2)
        seen += theirs
        at = end
    return better / (len(planted) * len(honest))


def sheets(dice: random.Random, favour: float, who: str, whom: str) -> list[ScoreRow]:
    """The marks of one market, ``favour`` sd of them planted."""
    quality = {f"b{n}": dice.gauss(0, 0.7) for n in range(BIDDERS)}
    severity = {f"m{n}": dice.gauss(0, 0.7) for n in range(MEMBERS)}
    extra = favour * NOISE * CRITERIA**0.5 / CRITERIA
    rows = []
    for tender in range(TENDERS):
        form = {bidder: dice.gauss(0, 0.4) for bidder in quality}
        for member, level in severity.items():
            for bidder, good in quality.items():
                for c in range(CRITERIA):
                    mark = 6.5 + good + form[bidder] + level + dice.gauss(0, NOISE)
                    mark += extra if (member, bidder) == (who, whom) else 0
                    kept = min(max(round(mark * 2) / 2, 0), 10)
                    rows.append(ScoreRow(f"t{tender:02}", member, bidder, f"c{c}", kept, 10))
    return rows


def affinity(favour: float, markets: int, seeds: str) -> dict[str, float]:
    """AUC, power and false discovery rate, with its standard error, at one strength of favour."""
    planted: list[float] = []
    honest: list[float] = []
    limits, false, hits = thresholds(), [], 0
    for market in range(markets):
        met = Met(sheets(random.Random(f"{seeds} {favour} {market}"), favour, "m0", "b0"), limits)
        for row in met.tested.values():
            (planted if favour and (row.expert, row.bidder) == ("m0", "b0") else honest).append(row.p)
        leads = [(row.expert, row.bidder) for row, _q in found_in_turn(met)]
        right = leads.count(("m0", "b0")) if favour else 0
        hits += right
        false.append((len(leads) - right) / max(len(leads), 1))
    found = {"auc": auc(planted, honest), "power": hits / markets} if favour else {}
    return found | {"fdr": mean(false), "fdr standard error": stdev(false) / markets**0.5}


def stuffing(markets: int, seeds: str) -> dict[str, float]:
    """People drawn more often than published, one in every second market."""
    limits = replace(thresholds(), least_draws=1)
    planted: list[float] = []
    honest: list[float] = []
    hits, false = 0, []
    for market in range(markets):
        dice = random.Random(f"{seeds} stuffing {market}")
        crooked = market % 2 == 0
        rows = []
        for n in range(ROUNDS):
            people = [f"p{i:03}" for i in range(PEOPLE)]
            weights = [STUFFED if crooked and who == "p000" else 1 for who in people]
            seated: set[str] = set()
            while len(seated) < PANEL:
                seated.add(dice.choices(people, weights)[0])
            rows += [DrawRow(f"d{n}", who, PANEL / PEOPLE, who in seated) for who in people]
        _tests, leads = frequency(rows, limits)
        for who in people:
            own = [row for row in rows if row.person == who]
            p = upper_tail([row.p for row in own], sum(row.drawn for row in own))
            (planted if crooked and who == "p000" else honest).append(p)
        right = sum(crooked and lead.subjects == ("p000",) for lead in leads)
        hits += right
        false.append((len(leads) - right) / max(len(leads), 1))
    return {"auc": auc(planted, honest), "power": hits / len(planted), "fdr": sum(false) / len(false)}


def copied(markets: int, seeds: str) -> dict[str, float]:
    """One sheet of one tender copied, nine marks of ten; the rest honest."""
    limits, hits, false = thresholds(), 0, []
    for market in range(markets):
        dice = random.Random(f"{seeds} copies {market}")
        rows = sheets(dice, 0, "", "")
        model = {(r.tender, r.bidder, r.criterion): r.mark for r in rows if r.expert == "m1"}
        rows = [
            replace(r, mark=model[r.tender, r.bidder, r.criterion])
            if r.expert == "m0" and r.tender == "t00" and dice.random() < 0.9
            else r
            for r in rows
        ]
        _tests, leads = copies(rows, limits)
        right = sum((lead.tender, lead.subjects) == ("t00", ("m0", "m1")) for lead in leads)
        hits += right
        false.append((len(leads) - right) / max(len(leads), 1))
    return {"power": hits / markets, "fdr": sum(false) / len(false)}


def measures(markets: int = MARKETS, seeds: str = SEEDS) -> list[tuple[str, float]]:
    """Every number, by its words."""
    found = []
    for favour in (0, 0.5, 1, 2):
        made = affinity(favour, markets, seeds)
        found += [
            (f"leads: affinity at {favour} sd, 20 tenders, {name}", value) for name, value in made.items()
        ]
    found += [
        (f"leads: drawn {STUFFED} times as often, {name}", value)
        for name, value in stuffing(markets, seeds).items()
    ]
    found += [
        (f"leads: a sheet copied to nine tenths, {name}", value)
        for name, value in copied(markets, seeds).items()
    ]
    return found


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else MARKETS
    word = sys.argv[2] if len(sys.argv) > 2 else SEEDS
    json.dump(dict(measures(given, word)), sys.stdout, indent=1)
