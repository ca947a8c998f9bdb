"""Publish one notice: number it, hash it, record it. Notices are never changed and never deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from accounts.actors import Actor
from accounts.rules.topics import region_topic
from accounts.services import followers_notify
from ledger.services import record_append
from protocol import canonical, hashing
from trading.models import Lot, Notice, Tender
from trading.rules.numbers import notice_number

TITLES: Mapping[str, tuple[str, str]] = {
    "tender": ("招标公告", "Tender notice"),
    "addendum": ("澄清修改公告", "Addendum"),
    "answers": ("答疑公告", "Questions answered"),
    "objection_answer": ("异议答复", "Reply to an objection"),
    "postponement": ("延期公告", "Postponement"),
    "suspension": ("暂停公告", "Suspension"),
    "resumption": ("恢复公告", "Resumption"),
    "meeting": ("踏勘现场及投标预备会通知", "Visit of the site or meeting before bids"),
    "failure": ("流标公告", "Unsuccessful tender"),
    "cancellation": ("终止招标公告", "Termination"),
    "record": ("开标记录", "Opening record"),
    "publicity": ("中标候选人公示", "Candidates"),
    "result": ("中标结果公告", "Result"),
    "contract": ("合同公告", "Contract"),
    "validity": ("投标有效期延长通知", "Extension of bid validity"),
}


def notice_publish(
    *,
    tender: Tender,
    kind: str,
    content: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    lot: Lot | None = None,
    corrects: Notice | None = None,
) -> Notice:
    """Publish a notice of a tender whose row the caller has locked.

    A correction keeps the number of the notice it corrects and gets the next version; both stay readable.
    """
    data = canonical.encode(dict(content))
    title_zh, title_en = TITLES[kind]
    if corrects is None:
        last = tender.notices.aggregate(last=Max("sequence"))["last"] or 0
        sequence, version = last + 1, 1
    else:
        last = tender.notices.filter(sequence=corrects.sequence).aggregate(last=Max("version"))["last"]
        sequence, version = corrects.sequence, (last or 0) + 1
    number = notice_number(tender.number, sequence)
    sha256 = hashing.sha256(data).hex()
    entry = record_append(
        name=f"notice-{kind}",
        subject=f"{number} v{version}",
        data={"sha256": sha256, "content": dict(content)},
        actor=actor.key,
        at=at,
    )
    notice = Notice.objects.create(
        tender=tender,
        lot=lot,
        sequence=sequence,
        number=number,
        version=version,
        corrects=corrects,
        kind=kind,
        title=f"{tender.title}{title_zh}",
        title_en=f"{tender.title_en or tender.title}: {title_en}",
        content=dict(content),
        sha256=sha256,
        entry=entry.ev,
        at=at,
    )
    followers_tell(notice, at)
    return notice


def followers_tell(notice: Notice, at: datetime) -> None:
    """Tell whoever follows the tender, and of its first notice whoever follows its region (journeys, 8)."""
    tender = notice.tender
    topics = [tender.number]
    if notice.kind == "tender":
        topics.append(region_topic(tender.project.region))
    title_zh, title_en = TITLES[notice.kind]
    data = {
        "title": tender.title,
        "number": tender.number,
        "kind": title_zh,
        "kind_en": title_en,
        "url": f"/n/{tender.number}",
    }
    followers_notify(topics=topics, event="notice_published", data=data, at=at)
