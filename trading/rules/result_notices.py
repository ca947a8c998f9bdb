"""What the papers after the report hold: publicity, result, letters, written report, contract (journeys, section 5).

Content as in ``trading.rules.notices``. Values only: who wins, what was read out, what the panel wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from trading.rules.clocks import moment_text
from trading.rules.counting import CHINA
from trading.rules.notices import Content, Row, content, same

CHANNEL_ZH = (
    "投标人或者其他利害关系人对评标结果有异议的，应当在公示期间通过本平台或者书面向招标人提出；对答复不服的，"
    "可以自知道或者应当知道之日起十日内向行政监督部门投诉。"
)
CHANNEL_EN = (
    "Bidders and others concerned may object to the result during the publicity, on this platform or in writing to "
    "the owner; who is not satisfied with the reply may complain to the supervisor within ten days of knowing."
)
GROUND_WORDS = {
    "first": ("排名第一的中标候选人", "first in the ranking"),
    "next": ("排名在前的候选人不能中标，依次确定", "next in the ranking, those before having fallen out"),
    "choice": ("招标人在中标候选人中确定", "chosen by the owner among the candidates"),
}
OUT_WORDS = {
    "declined": ("放弃中标", "gives up the award"),
    "force-majeure": ("因不可抗力不能履行合同", "cannot perform because of force majeure"),
    "no-bond": ("不按照招标文件要求提交履约保证金", "does not give the performance bond"),
    "unlawful": (
        "被查实存在影响中标结果的违法行为",
        "was found to have acted unlawfully so as to affect the result",
    ),
}


ITEM = re.compile(r"51\(([1-7])\)")
NUMERALS = "一二三四五六七"


def end_text(moment: datetime | None) -> str | None:
    """The end of a period as people in China read it: midnight is 24:00:00 of the day that ends."""
    if moment is None:
        return None
    local = moment.astimezone(CHINA)
    if local.time() != time(0, 0):
        return moment_text(moment)
    return f"{(local - timedelta(days=1)):%Y-%m-%d} 24:00:00"


COMPETITION = {
    "12号令27": (
        "《评标委员会和评标方法暂行规定》第二十七条",
        "Provisional Rules on Evaluation Committees and Methods, article 27",
    ),
    "政府采购法36": ("《中华人民共和国政府采购法》第三十六条", "Government Procurement Law, article 36"),
}
"""Articles under which bids are rejected because too few are left to compete."""


def article_words(article: str) -> tuple[str, str]:
    """The item of 实施条例 51 on which a bid was rejected, in words; another article as it stands."""
    if article in COMPETITION:
        return COMPETITION[article]
    found = ITEM.fullmatch(article.strip())
    if found is None:
        return article, article
    number = int(found[1])
    zh = f"《招标投标法实施条例》第五十一条第（{NUMERALS[number - 1]}）项"
    return zh, f"Implementing Regulation, article 51, item {number}"


@dataclass(frozen=True)
class Head:
    """What every paper of a lot names: itself, its tender, its owner, whom to call, its supervisor."""

    lot: str
    title: str
    title_en: str
    owner: str
    contact: str
    supervisor: str
    supervisor_en: str


@dataclass(frozen=True)
class Ranked:
    """A candidate as it is shown."""

    rank: int
    name: str
    name_en: str
    price: Decimal
    value: str
    duration: str
    quality: str
    manager: str
    certificates: str
    qualification: str
    scores: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Refused:
    """A rejected bid as it is shown: whose, on which article, why."""

    name: str
    name_en: str
    article: str
    reason: str


def candidate_rows(one: Ranked, *, scores: bool) -> list[Row]:
    """The items of 10号令 6 for one candidate; its scores where a local pack publishes them."""
    zh, en = f"第{one.rank}名", f"Rank {one.rank}"
    rows: list[Row] = [
        (f"{zh} 中标候选人", f"{en}, candidate", one.name, one.name_en or one.name),
        same(f"{zh} 投标报价（元）", f"{en}, price (yuan)", one.price),
        same(f"{zh} 评标价或得分", f"{en}, evaluated price or score", one.value),
        same(f"{zh} 质量", f"{en}, quality", one.quality),
        same(f"{zh} 工期（交货期）", f"{en}, duration", one.duration),
        same(f"{zh} 项目负责人", f"{en}, project manager", one.manager),
        same(f"{zh} 相关证书名称和编号", f"{en}, certificates", one.certificates),
        same(f"{zh} 响应招标文件要求的资格能力条件", f"{en}, qualification met", one.qualification),
    ]
    if scores:
        rows += [
            (
                f"{zh} 评分：{row['zh']}",
                f"{en}, score: {row['en']}",
                *(f"{row['points']} / {row['most']}",) * 2,
            )
            for row in one.scores
        ]
    return rows


def publicity_notice(
    head: Head,
    *,
    report: str,
    candidates: Sequence[Ranked],
    rejected: Sequence[Refused],
    from_on: date,
    until: datetime,
    scores: bool,
) -> Content:
    """中标候选人公示 (10号令 6, 条例 54): made from the report; its end is exact to the second, its beginning a day."""
    rows: list[Row] = [same("标段", "Lot", head.lot), same("评标报告", "Evaluation report", report)]
    for one in candidates:
        rows += candidate_rows(one, scores=scores)
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
    return content(
        [
            *rows,
            same("公示开始日期", "Shown from", from_on.isoformat()),
            same("公示截止时间", "Shown until", end_text(until)),
            ("提出异议的渠道和方式", "How to object", CHANNEL_ZH, CHANNEL_EN),
            same("联系方式", "Contact", head.contact),
            ("行政监督部门", "Supervisor", head.supervisor, head.supervisor_en or head.supervisor),
        ]
    )


def result_notice(head: Head, *, winner: Ranked, ground: str, fallen: Sequence[tuple[str, str]]) -> Content:
    """中标结果公告 (10号令 6): winner and ground; ``fallen`` are (name, ground) of candidates before it."""
    rows: list[Row] = [
        same("标段", "Lot", head.lot),
        ("中标人", "Winner", winner.name, winner.name_en or winner.name),
        same("中标价（元）", "Price (yuan)", winner.price),
        same("工期（交货期）", "Duration", winner.duration),
        same("质量", "Quality", winner.quality),
        same("项目负责人", "Project manager", winner.manager),
        ("定标依据", "Ground of the award", *GROUND_WORDS[ground]),
    ]
    for name, why in fallen:
        zh, en = OUT_WORDS[why]
        rows.append(("不能中标的候选人", "Candidate that fell out", f"{name}：{zh}", f"{name}: {en}"))
    return content(
        [*rows, ("行政监督部门", "Supervisor", head.supervisor, head.supervisor_en or head.supervisor)]
    )


def fall_paper(
    head: Head, *, fallen: Ranked, report: str, ground: str, reason: str, evidence: str
) -> Content:
    """Why a candidate fell out (条例 55), as the owner signs it; ``evidence`` is the SHA-256 of the paper behind it."""
    return content(
        [
            same("标段", "Lot", head.lot),
            same("招标人", "Owner", head.owner),
            same("评标报告", "Evaluation report", report),
            same("排名", "Rank", fallen.rank),
            ("不能中标的候选人", "Candidate that falls out", fallen.name, fallen.name_en or fallen.name),
            ("原因", "Ground", *OUT_WORDS[ground]),
            (
                "依据",
                "Article",
                "《招标投标法实施条例》第五十五条",
                "Implementing Regulation, article 55",
            ),
            same("具体情况", "Facts", reason),
            same("证据（SHA-256）", "Evidence (SHA-256)", evidence),
        ]
    )


def award_letter(
    head: Head,
    *,
    winner: Ranked,
    contract_until: datetime | None,
    bond_percent: Decimal,
    on: date,
) -> Content:
    """中标通知书 (法 45, 46): what was offered and is accepted, by when the contract is signed, what bond is due."""
    return content(
        [
            ("项目", "Project", head.title, head.title_en or head.title),
            same("标段", "Lot", head.lot),
            same("招标人", "Owner", head.owner),
            ("中标人", "Winner", winner.name, winner.name_en or winner.name),
            same("中标价（元）", "Price (yuan)", winner.price),
            same("工期（交货期）", "Duration", winner.duration),
            same("质量", "Quality", winner.quality),
            same("项目负责人", "Project manager", winner.manager),
            same("合同订立期限", "Contract until", end_text(contract_until)),
            same("履约保证金（占合同金额 %）", "Performance bond (% of the contract)", bond_percent or None),
            same("发出日期", "Date", on.isoformat()),
        ]
    )


def loser_letter(
    head: Head,
    *,
    winner: Ranked,
    own: Sequence[Row],
    until: datetime | None,
    on: date,
) -> Content:
    """结果通知 (法 45): who won at what price, the addressee's own standing and reasons, and what remedies are left."""
    return content(
        [
            ("项目", "Project", head.title, head.title_en or head.title),
            same("标段", "Lot", head.lot),
            ("中标人", "Winner", winner.name, winner.name_en or winner.name),
            same("中标价（元）", "Price (yuan)", winner.price),
            *own,
            (
                "投诉",
                "Complaint",
                "认为招标投标活动不符合规定的，可以依法向行政监督部门投诉；对评标结果的，须先提出异议。",
                "Who holds that rules were broken may complain to the supervisor; about the result after an objection.",
            ),
            same(
                "投诉期限（自本通知之日起计算）", "Complaint until, counted from this letter", end_text(until)
            ),
            same("发出日期", "Date", on.isoformat()),
        ]
    )


def own_rows(
    *,
    rank: int | None,
    value: str,
    scores: Sequence[Mapping[str, str]],
    refused: tuple[str, str] | None,
    unopened: bool,
) -> list[Row]:
    """The addressee's own standing: rank, value and scores, or why its bid was rejected or not opened."""
    if refused is not None:
        zh, en = article_words(refused[0])
        return [("贵单位投标被否决", "Your bid was rejected", f"{zh}，{refused[1]}", f"{en}, {refused[1]}")]
    if unopened:
        return [("贵单位投标", "Your bid", "未开启，未参加评审", "was not opened and not evaluated")]
    rows: list[Row] = [
        same("贵单位排名", "Your rank", rank),
        same("贵单位评标价或得分", "Your evaluated price or score", value),
    ]
    rows += [
        (f"贵单位评分：{row['zh']}", f"Your score: {row['en']}", *(f"{row['points']} / {row['most']}",) * 2)
        for row in scores
    ]
    return rows


def contract_notice(
    head: Head, *, parties: str, amount: Decimal, currency: str, signed_on: date, terms: Mapping[str, object]
) -> Content:
    """合同公告: parties, sum, term, day, bond, and why it differs from the bid if it does (政采条例 50).

    ``terms`` are ``duration``, ``bond`` and ``difference``; what is empty is left out.
    """
    return content(
        [
            same("标段", "Lot", head.lot),
            same("合同当事人", "Parties", "；".join(parties.splitlines())),
            same(f"合同金额（{currency}）", f"Sum ({currency})", amount),
            same("工期（交货期）", "Duration", terms["duration"]),
            same("签订日期", "Signed on", signed_on.isoformat()),
            same("履约保证金", "Performance bond", terms["bond"] or None),
            same("与投标不一致的说明", "Why it differs from the bid", terms["difference"]),
        ]
    )
