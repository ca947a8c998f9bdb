"""招标投标情况书面报告 (法 47): what the owner tells the supervisor, made from what the platform holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trading.rules.notices import METHODS, Content, Row, content, same
from trading.rules.result_notices import (
    GROUND_WORDS,
    Head,
    Ranked,
    Refused,
    article_words,
    candidate_rows,
    end_text,
)


@dataclass(frozen=True)
class Facts:
    """The course of one lot, as moments and counts that are no secret after the award."""

    scope: str
    scope_en: str
    open_tendering: bool | None
    media: Sequence[str]
    published_at: datetime | None
    documents: Sequence[str]
    addenda: int
    questions: int
    objections: Sequence[tuple[str, str, str]]
    method: str
    close_at: datetime | None
    opened_at: datetime | None
    opened: int
    report: str
    handed_at: datetime
    receipted_at: datetime | None
    publicity: tuple[datetime, datetime] | None
    ground: str
    awarded_at: datetime


def written_report(
    head: Head, facts: Facts, *, candidates: Sequence[Ranked], rejected: Sequence[Refused], winner: Ranked
) -> Content:
    """The items of 招标投标法 47 as practised: scope, method, media, documents, opening, panel's report, result.

    ``facts.objections`` are (number, request, answer); no objector and no member of the panel is named.
    """
    openly = (
        ("公开招标", "open tendering") if facts.open_tendering else ("邀请招标", "tendering by invitation")
    )
    method = METHODS.get(facts.method, (facts.method, facts.method))
    rows: list[Row] = [
        ("项目", "Project", head.title, head.title_en or head.title),
        same("标段", "Lot", head.lot),
        same("招标人", "Owner", head.owner),
        ("招标范围", "Scope", facts.scope, facts.scope_en or facts.scope),
        ("招标方式", "Way of tendering", *openly),
        same("发布媒介", "Media", "；".join(facts.media)),
        same("招标公告发布时间", "Notice published", facts.published_at),
        same("招标文件", "Tender documents", "；".join(facts.documents)),
        same("澄清修改次数", "Addenda", facts.addenda),
        same("答疑件数", "Questions answered", facts.questions),
        ("评标办法", "Evaluation method", *method),
        same("投标截止及开标时间", "Deadline and opening", facts.close_at),
        same("开标结束时间", "Opening ended", facts.opened_at),
        same("开启投标份数", "Bids opened", facts.opened),
        same("评标报告", "Evaluation report", facts.report),
        same("评标报告提交时间", "Report handed over", facts.handed_at),
        same("招标人签收时间", "Receipt confirmed", facts.receipted_at),
    ]
    for one in candidates:
        rows += candidate_rows(one, scores=False)
    for number, bid in enumerate(rejected, start=1):
        zh, en = article_words(bid.article)
        rows.append(
            (
                f"否决投标 {number}",
                f"Rejected bid {number}",
                f"{bid.name}：{zh}，{bid.reason}",
                f"{bid.name_en or bid.name}: {en}, {bid.reason}",
            )
        )
    if facts.publicity is not None:
        rows += [
            same("公示开始时间", "Shown from", facts.publicity[0]),
            same("公示截止时间", "Shown until", end_text(facts.publicity[1])),
        ]
    for code, request, answer in facts.objections:
        rows.append(same(f"异议 {code}", f"Objection {code}", f"{request} / {answer}"))
    return content(
        [
            *rows,
            ("中标人", "Winner", winner.name, winner.name_en or winner.name),
            same("中标价（元）", "Price (yuan)", winner.price),
            ("定标依据", "Ground of the award", *GROUND_WORDS[facts.ground]),
            same("定标时间", "Awarded at", facts.awarded_at),
        ]
    )
