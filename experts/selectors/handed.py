"""A report as rows for the owner's side: candidates in order, the rejected, everybody else with place and points."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bidding.models import Bid
from experts.models import Report
from protocol.evaluation_method import Method
from trading.services.evaluated import CandidateRow, LoserRow, RejectedRow, ScoreRow

Rows = tuple[list[CandidateRow], list[RejectedRow], list[LoserRow]]


def handed_rows(report: Report) -> Rows:
    """What ``trading.services.evaluated.report_receive`` takes."""
    content = report.content
    bids = {bid.ev: bid for bid in Bid.objects.filter(lot=report.panel.lot_id)}
    lines = {row["ev"]: row["line"] or {} for row in content["opening"]}
    prices = {row["bid"]: Decimal(row["price"]) for row in content["facts"]["bids"]}
    points = {row["bid"]: row for row in content["result"]["rows"]}
    method = Method(content["method"])
    candidates, losers = [], []
    for ev, rank, value in content["result"]["ranking"]:
        common: dict[str, Any] = {
            "rank": rank,
            "bid_ev": ev,
            "bidder_id": bids[ev].organisation_id,
            "price": prices[ev],
            "value": value,
            "scores": _scores(method, points[ev]),
        }
        if ev in content["result"]["candidates"]:
            candidates.append(CandidateRow(**common, **_promised(lines[ev])))
        else:
            losers.append(LoserRow(**common))
    rejected = [
        RejectedRow(
            row["bid"], bids[row["bid"]].organisation_id, row["ground"], row["article"], row["reason"]
        )
        for row in content["rejected"]
    ]
    return candidates, rejected, losers


def _promised(line: Mapping[str, Any]) -> dict[str, Any]:
    """What the bid promises, as its line was read out."""
    days = line.get("duration_days")
    return {
        "duration": str(days) if days is not None else "",
        "quality": str(line.get("quality") or ""),
        "manager": str(line.get("manager") or ""),
    }


def _scores(method: Method, row: Mapping[str, Any]) -> list[ScoreRow]:
    """Points by criterion in the method's order; where the members' sums are averaged, one row for all they judged."""
    given = dict(row["criteria"])
    rows = [
        ScoreRow(name, node["name"], node["name"], given[name], node["max"])
        for name, node in method.nodes.items()
        if name in given
    ]
    if method.data["aggregate"]["over"] == "total" and not method.lowest:
        most = sum(method.most(name) for name in method.of_kind("judged"))
        rows.insert(
            0, ScoreRow("judged", "评委评分", "Marks of the members", row["judged"], f"{float(most):g}")
        )
    return rows
