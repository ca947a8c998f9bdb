"""The opening record as a notice in Chinese and English (journeys, section 5: 开标记录), from its facts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trading.rules import notices

VERDICTS: Mapping[str, tuple[str, str]] = {
    "OPENED": ("已开标", "opened"),
    "SET_ASIDE": ("依决定不予开启", "set aside by decision"),
    "FACTOR_MISSING": ("未解密", "not decrypted"),
    "NOT_OPENABLE": ("无法开启", "could not be opened"),
    "BAD_DEALING": ("密封错误", "wrongly sealed"),
    "PLATFORM_FAULT": ("平台原因未开", "not opened, the platform's fault"),
    "BAD_CONTENT": ("内容无法解密", "content cannot be decrypted"),
}
FINDINGS: Mapping[str, tuple[str, str]] = {
    "revoked": ("视为撤销", "treated as revoked"),
    "withdrawn": ("视为撤回", "treated as withdrawn"),
    "platform": ("平台原因", "the platform's fault"),
}
FLAGS: Mapping[str, tuple[str, str]] = {
    "words_differ": ("大小写金额不一致", "figures and words differ"),
    "over_ceiling": ("高于最高投标限价", "above the ceiling price"),
    "other_organisation": ("投标人与签名单位不一致", "names another organisation"),
    "other_currency": ("币种不同", "another currency"),
    "not_a_line": ("无开标一览表", "no opening line"),
    "security_missing": (
        "未提交投标保证金（条例第二十六条、招标文件）",
        "no bid security (article 26; tender documents)",
    ),
    "security_short": ("投标保证金不足（条例第二十六条）", "bid security below the sum asked (article 26)"),
    "security_late": ("投标保证金迟于截止时间到账", "bid security booked after the deadline"),
    "security_doubt": (
        "投标保证金有疑，待评标委员会核实（条例第二十六条）",
        "bid security in doubt (article 26)",
    ),
    "guarantee_unverified": ("保函尚未经开立人核验", "guarantee not yet verified with its issuer"),
    "guarantee_defect": (
        "保函不符合招标文件要求或核验失败",
        "guarantee not as the documents ask, or not genuine",
    ),
}
FORMS: Mapping[str, tuple[str, str]] = {
    "transfer": ("转账", "transfer"),
    "annual": ("年度保证金", "annual security"),
    "guarantee": ("银行保函", "bank guarantee"),
    "e_guarantee": ("电子保函", "electronic guarantee"),
    "insurance": ("保证保险", "surety insurance"),
}


def record_notice(facts: Mapping[str, Any]) -> notices.Content:
    """The notice: time, place, hosts, the closed set's root, ceiling, and every bid as it was read out."""
    lot, times = facts["lot"], facts["times"]
    rows: list[notices.Row] = [
        notices.same("标段编号", "Lot", lot["number"]),
        notices.same("招标人", "Owner", lot["owner"]),
        notices.same("主持单位", "Chaired by", lot["chair"]),
        notices.same("开标地点", "Place", lot["hall"]),
        notices.same("投标截止时间", "Bid deadline", _moment(times["close_at"])),
        notices.same("开标时间", "Opened at", _moment(times["revealed"])),
        notices.same("锁定清单根值", "Root of the closed set", facts["set"]["root"]),
        notices.same("最高投标限价", "Ceiling price", facts["ceiling"]),
    ]
    rows += [_bid(number, bid) for number, bid in enumerate(facts["bids"], start=1)]
    return notices.content(rows)


def _bid(number: int, bid: Mapping[str, Any]) -> notices.Row:
    """One bid: its price as written in figures and words, or why there is none."""
    zh, en = [bid["tenderer"]], [bid["tenderer"]]
    if bid["line"]:
        line = bid["line"]
        amount = f"{line['currency']} {line['price']} {line['price_words']}"
        zh.append(amount)
        en.append(amount)
    if security := bid.get("security"):
        said = _security(security)
        zh.append(said[0])
        en.append(said[1])
    for row in bid["verdicts"]:
        if row["verdict"] != "OPENED":
            word = VERDICTS[row["verdict"]]
            zh.append(word[0])
            en.append(word[1])
    for word in [FLAGS[flag] for flag in bid["flags"]] + _finding(bid):
        zh.append(word[0])
        en.append(word[1])
    return (f"投标 {number}", f"Bid {number}", "；".join(zh), "; ".join(en))


def _security(security: Mapping[str, Any]) -> tuple[str, str]:
    """A bidder's security: form, amount, booked or not."""
    if not security["form"]:
        return ("投标保证金：未提交", "bid security: none given")
    form = FORMS.get(security["form"], (security["form"], security["form"]))
    zh, en = ("是", "yes") if security["booked"] else ("否", "no")
    amount = security["amount"]
    return (
        f"投标保证金：{form[0]}，{amount} 元，到账：{zh}",
        f"bid security: {form[1]}, {amount} yuan, booked: {en}",
    )


def _finding(bid: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [FINDINGS[bid["attribution"]["finding"]]] if bid["attribution"] else []


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds is not None else None
