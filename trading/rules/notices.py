"""What each notice must hold, as structured content in Chinese and English (journeys, section 5).

Content is ``{"zh": [[label, value], …], "en": […]}``: lists, so that the order is part of what is hashed.
Nothing here knows of bidders or takers, so no notice can name or count them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trading.rules.clocks import moment_text

Content = dict[str, list[list[str]]]
Row = tuple[str, str, object, object]

YES_NO = {True: ("是", "yes"), False: ("否", "no"), None: ("未说明", "not stated")}
GROUNDS = {
    "objection": ("异议答复前暂停", "suspended until an objection is answered"),
    "order": ("行政监督部门责令暂停", "suspended by order of the supervisor"),
    "complaint": ("投诉处理期间暂停", "suspended while a complaint is handled"),
    "fault": ("系统故障", "system fault"),
    "owner": ("招标人暂停", "suspended by the owner"),
}
REASONS = {
    "too-few-bids": ("投标人少于三个，依法不得开标", "Fewer than three bidders: by law there is no opening"),
    "not-openable": ("投标文件无法解密", "The bids could not be opened"),
    "all-rejected": ("全部投标被否决", "All bids were rejected"),
    "no-competition": (
        "有效投标不足，投标明显缺乏竞争，评标委员会否决全部投标",
        "Too few valid bids for real competition: the panel rejected all",
    ),
    "no-winner": ("中标候选人均不能中标，重新招标", "None of the candidates can be awarded the lot"),
}
SUBJECTS = {"works": ("工程", "works"), "goods": ("货物", "goods"), "services": ("服务", "services")}
METHODS = {
    "lowest_evaluated": ("经评审的最低投标价法", "lowest evaluated price"),
    "comprehensive": ("综合评估法", "comprehensive evaluation"),
}

SEATS = {
    "owner": ("招标人一方", "of the owner"),
    "agency": ("代理机构一方", "of the agency"),
    "centre": ("交易中心一方", "of the trading centre"),
    "notary": ("公证处", "notary"),
    "auditor": ("审计一方", "of the auditor"),
    "association": ("行业协会", "industry association"),
}
"""For whom an officer sits; a role that is none of these codes reads as it was given."""


def seat_words(role: str, *, zh: bool) -> str:
    """For whom an officer of this role sits, in one of the two languages."""
    return SEATS.get(role, (role, role))[0 if zh else 1]


def officers_text(seats: Sequence[tuple[int, str, str]]) -> tuple[str, str]:
    """Number, organisation and role of each officer, in Chinese and in English."""
    chinese = (f"{i}. {name}（{seat_words(role, zh=True)}）" for i, name, role in seats)
    english = (f"{i}. {name} ({seat_words(role, zh=False)})" for i, name, role in seats)
    return "；".join(chinese), "; ".join(english)


def content(rows: Sequence[Row]) -> Content:
    """Rows of (label zh, label en, value zh, value en) as content; empty values are left out."""
    shown = [row for row in rows if row[2] not in (None, "", [])]
    return {
        "zh": [[label, plain(value)] for label, _, value, _ in shown],
        "en": [[label, plain(value)] for _, label, _, value in shown],
    }


def plain(value: object) -> str:
    """A value as text: moments in China's time, money with two places, everything else as it reads."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value)


def same(label_zh: str, label_en: str, value: object) -> Row:
    """A row whose value reads the same in both languages."""
    return (label_zh, label_en, value, value)


def tender_notice(tender: Mapping[str, object], lots: Sequence[Mapping[str, object]]) -> Content:
    """招标公告: the items of 法16 and 条37, then each lot with its deadline, officers and T."""
    consortium = YES_NO[tender["consortium_allowed"]]  # type: ignore[index]
    mandatory, funded = YES_NO[tender["mandatory"]], YES_NO[tender["state_funded"]]  # type: ignore[index]
    rows: list[Row] = [
        same("招标编号", "Tender number", tender["number"]),
        ("项目名称", "Title", tender["title"], tender["title_en"] or tender["title"]),
        ("采购标的", "What is bought", *SUBJECTS[str(tender.get("subject", "works"))]),
        ("招标内容与规模", "Scope and scale", tender["summary"], tender["summary_en"] or tender["summary"]),
        ("招标人", "Owner", tender["owner"], tender["owner_en"] or tender["owner"]),
        same("招标人地址", "Owner's address", tender["owner_address"]),
        ("招标代理机构", "Agency", tender["agency"], tender["agency_en"] or tender["agency"]),
        ("行政监督部门", "Supervisor", tender["supervisor"], tender["supervisor_en"] or tender["supervisor"]),
        ("依法必须招标", "Must be tendered by law", *mandatory),
        ("国有资金占控股或者主导地位", "State funds control", *funded),
        same("资金来源", "Funds", tender["funds"]),
        same("建设地点", "Place", tender["place"]),
        ("是否接受联合体投标", "Consortia may bid", *consortium),
        same("每一投标人最多中标标段数", "Lots one bidder may win at most", tender.get("max_lots_won")),
        same("获取招标文件", "How to get the documents", tender["obtain_documents"]),
        same("招标文件获取开始", "Documents from", tender["documents_from"]),
        same("招标文件获取截止", "Documents until", tender["documents_until"]),
        same("异议截止", "Objections to the documents until", tender["objection_until"]),
        same("联系方式", "Contact", tender["contact"]),
        ("说明", "Note", tender["note"], tender["note_en"] or tender["note"]),
    ]
    for lot in lots:
        rows += lot_rows(lot)
    return content(rows)


def lot_rows(lot: Mapping[str, object]) -> list[Row]:
    """One lot's rows of the tender notice."""
    code = lot["code"]
    terms = lot.get("deposit_terms") or ("", "")
    officers = officers_text(lot["officers"])  # type: ignore[arg-type]
    method = METHODS.get(str(lot["method"]), (lot["method"], lot["method"]))
    return [
        (f"标段 {code}", f"Lot {code}", lot["name"], lot["name_en"] or lot["name"]),
        (f"标段 {code} 范围", f"Lot {code}, scope", lot["scope"], lot["scope_en"] or lot["scope"]),
        same(f"标段 {code} 最高投标限价（元）", f"Lot {code}, ceiling price (yuan)", lot["ceiling"]),
        same(f"标段 {code} 工期（日历天）", f"Lot {code}, duration (calendar days)", lot["duration_days"]),
        same(f"标段 {code} 质量标准", f"Lot {code}, quality", lot["quality"]),
        same(f"标段 {code} 资质要求", f"Lot {code}, qualification", lot["qualification"]),
        same(f"标段 {code} 项目经理要求", f"Lot {code}, project manager", lot.get("manager_class")),
        same(f"标段 {code} 投标保证金（元）", f"Lot {code}, bid deposit (yuan)", lot["deposit_amount"]),
        (f"标段 {code} 投标保证金要求", f"Lot {code}, terms of the bid deposit", *terms),  # type: ignore[misc]
        same(f"标段 {code} 投标有效期（日）", f"Lot {code}, bid validity (days)", lot["validity_days"]),
        (f"标段 {code} 评标办法", f"Lot {code}, evaluation method", *method),
        (
            f"标段 {code} 评标办法全文",
            f"Lot {code}, the method in full",
            *(lot.get("method_text") or ("", "")),
        ),  # type: ignore[misc]
        same(f"标段 {code} 投标截止及开标时间", f"Lot {code}, deadline and opening", lot["close_at"]),
        same(f"标段 {code} 开标地点", f"Lot {code}, hall", lot["hall"]),
        (f"标段 {code} 开标人", f"Lot {code}, officers", *officers),
        same(f"标段 {code} 开标须到场人数", f"Lot {code}, officers needed", lot["t"]),
        same(f"标段 {code} 标段指纹 T", f"Lot {code}, fingerprint T", lot["policy"]),
    ]


def addendum_notice(
    *, number: str, changes: Sequence[Mapping[str, str]], affects: bool, reason: str, close_at: datetime
) -> Content:
    """澄清修改公告: what stood, what stands, whether bids must be sealed again, the deadline in force."""
    rows: list[Row] = [same("编号", "Number", number)]
    for change in changes:
        where = change["where"]
        rows += [
            same(f"{where}：原文", f"{where}: stood", change["before"]),
            same(f"{where}：改为", f"{where}: now stands", change["after"]),
        ]
    effect = YES_NO[affects]
    rows += [
        ("影响投标文件编制", "Affects the preparation of bids", *effect),
        same("理由", "Reason", reason),
        same("投标截止时间", "Bid deadline", close_at),
    ]
    if affects:
        rows.append(
            (
                "须重新递交",
                "Seal again",
                "已递交的投标须重新递交，否则无效。",
                "A bid sealed before must be sealed again or it will not count.",
            )
        )
    return content(rows)


def answer_notice(*, number: str, question: str, answer: str) -> Content:
    """答疑: question and answer, never the asker."""
    return content(
        [same("编号", "Number", number), same("问题", "Question", question), same("答复", "Answer", answer)]
    )


def objection_notice(*, number: str, request: str, answer: str, article: str) -> Content:
    """异议答复: request and answer, never the objector."""
    return content(
        [
            same("编号", "Number", number),
            same("异议请求", "Request", request),
            same("答复", "Answer", answer),
            same("依据", "Article", article),
            (
                "救济",
                "Remedy",
                "对答复不服的，可依法向行政监督部门投诉。",
                "Who is not satisfied may complain to the supervisor.",
            ),
        ]
    )


def postponement_notice(*, lot: str, old: datetime, new: datetime, reason: str) -> Content:
    """延期公告: a later deadline under the same policy; sealed bids stand."""
    return content(
        [
            same("标段", "Lot", lot),
            same("原投标截止时间", "Deadline so far", old),
            same("现投标截止时间", "Deadline now", new),
            same("理由", "Reason", reason),
            (
                "已递交的投标",
                "Bids handed in",
                "继续有效，无须重新递交。",
                "remain valid and need not be sealed again.",
            ),
        ]
    )


def suspension_notice(*, ground: str, text: str, article: str, since: datetime, lot: str = "") -> Content:
    """暂停公告: ground, article, since when, what stops and what does not; of one lot after its opening, the award."""
    words = GROUNDS[ground]
    bids = (
        "招标活动暂停；投标人仍可递交、替换、撤回投标文件。",
        "The tender stops; bidders may still seal, replace and withdraw.",
    )
    award = (
        "本标段暂停；恢复前不得发出中标通知书。",
        "This lot stops; no award notice goes out before it goes on.",
    )
    return content(
        [
            same("标段", "Lot", lot),
            ("暂停原因", "Ground", *words),
            same("说明", "Text", text),
            same("依据", "Article", article),
            same("自", "Since", since),
            ("影响", "Effect", *(award if lot else bids)),
        ]
    )


def resumption_notice(
    *, ground: str, lifted_at: datetime, deadlines: Mapping[str, datetime], lot: str = ""
) -> Content:
    """恢复公告: since when, and each lot's deadline in force."""
    words = GROUNDS[ground]
    rows: list[Row] = [
        same("标段", "Lot", lot),
        ("原暂停原因", "Ground of the suspension", *words),
        same("恢复时间", "Resumed", lifted_at),
    ]
    rows += [same(f"标段 {code} 投标截止时间", f"Lot {code}, deadline", at) for code, at in deadlines.items()]
    return content(rows)


def meeting_notice(*, kind: str, starts_at: datetime, place: str, note: str) -> Content:
    """踏勘现场 or 投标预备会: when, where, that all may come and nobody is written down (条28)."""
    words = {"visit": ("踏勘现场", "Visit of the site"), "meeting": ("投标预备会", "Meeting before bids")}[
        kind
    ]
    return content(
        [
            ("事项", "What", *words),
            same("时间", "Time", starts_at),
            same("集合地点", "Meeting point", place),
            same("说明", "Note", note),
            (
                "参加",
                "Who may come",
                "所有已领取招标文件的潜在投标人均可参加；不点名，不签到，不登记名单。",
                "Everybody who took the documents; no roll is called, nobody signs in, no list is kept.",
            ),
        ]
    )


def failure_notice(*, lot: str, reason: str, next_step: str) -> Content:
    """流标公告: the reason's class and the next step; no names, no number."""
    words = REASONS[reason]
    return content(
        [same("标段", "Lot", lot), ("原因", "Reason", *words), same("后续安排", "Next step", next_step)]
    )


def cancellation_notice(*, reason: str, article: str, lot: str = "") -> Content:
    """终止公告: ground, what is returned (条31); of one lot when it was opened already."""
    return content(
        [
            same("标段", "Lot", lot),
            same("终止理由", "Ground", reason),
            same("依据", "Article", article),
            (
                "退还",
                "Returned",
                "已收取的招标文件费用、投标保证金及银行同期存款利息将及时退还。",
                "Document fees and bid deposits with interest are returned in time.",
            ),
        ]
    )


def validity_notice(
    *, lot: str, until: datetime, extended: datetime, answer_by: datetime, reason: str
) -> Content:
    """投标有效期延长: until when so far, until when asked, answer by when."""
    return content(
        [
            same("标段", "Lot", lot),
            same("原有效期至", "Valid so far until", until),
            same("拟延长至", "Extension asked until", extended),
            same("答复期限", "Answer by", answer_by),
            same("理由", "Reason", reason),
        ]
    )
