"""The clocks up to the opening: objections, addenda, postponement, suspension, validity, earliest T."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from kernel.errors import Finding
from trading.rules.counting import (
    CHINA,
    Calendar,
    Counted,
    days_after,
    earliest_after,
    local_day,
)
from trading.rules.facts import Times
from trading.rules.packs import RuleSet

HALF_PAST = 30
ONE_DAY = timedelta(days=1)


def moment_text(moment: datetime) -> str:
    """A moment as people in China read it, to the second."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def objection_until(close_at: datetime, rules: RuleSet, calendar: Calendar) -> Counted:
    """Last moment of an objection to the tender documents (条22); recomputed when the deadline moves."""
    return rules["objection_lead"].count(close_at, calendar)


def objection_findings(at: datetime, close_at: datetime, rules: RuleSet, calendar: Calendar) -> list[Finding]:
    """A blocking finding when an objection to the documents comes too late; it may be asked as a question."""
    last = objection_until(close_at, rules, calendar).moment
    if at <= last:
        return []
    return [
        Finding(
            "objection_late",
            gettext_noop(
                "Objections to the documents were possible until %(last)s. You may ask it as a question."
            ),
            rules["objection_lead"].article,
            True,
            "at",
            {"last": moment_text(last)},
        )
    ]


def objection_reply_due(received_at: datetime, rules: RuleSet, calendar: Calendar) -> Counted:
    """When the owner must have replied to an objection to the documents (条22)."""
    return rules["objection_reply"].count(received_at, calendar)


def addendum_findings(
    *, at: datetime, close_at: datetime, new_close_at: datetime, affects: bool, reason: str, rules: RuleSet
) -> list[Finding]:
    """What forbids, or needs eyes on, an addendum sent at ``at`` (法23, 条21).

    If it may affect bids, at least the pack's full days must lie between sending and the deadline in force
    afterwards, else the deadline must move. If it is said not to, a reason is needed, and within those days
    the statement is a warning which goes to the supervisor's list.
    """
    rule = rules["addendum_lead"]
    needed = at + timedelta(days=rule.number)
    if at >= close_at:
        return [
            Finding(
                "addendum_after_deadline",
                gettext_noop("The deadline has passed; the tender documents can no longer change."),
                rule.article,
                True,
                "at",
            )
        ]
    if affects:
        if new_close_at >= needed:
            return []
        message = gettext_noop(
            "This may affect bids: the deadline must be %(earliest)s or later, %(days)s full days on."
        )
        data: Mapping[str, object] = {"earliest": moment_text(needed), "days": rule.number}
        return [Finding("addendum_lead", message, rule.article, True, "close_at", data)]
    if not reason.strip():
        message = gettext_noop("Say why the change does not affect bids; the reason is published.")
        return [Finding("addendum_reason", message, rule.article, True, "reason")]
    if close_at >= needed:
        return []
    message = gettext_noop(
        "Said not to affect bids less than %(days)s days before the deadline: the supervisor is told."
    )
    return [Finding("addendum_no_effect", message, rule.article, False, "affects", {"days": rule.number})]


def postpone_findings(
    *, at: datetime, old: Times, new: Times, rules: RuleSet, undisturbed: bool = True
) -> list[Finding]:
    """What forbids a postponement (amendment A5; docs/protocol.md 6.1).

    Every time later or the same, at least one later, in order. After the deadline only if the time sources
    failed at it (``undisturbed`` is False) and within the pack's hours.
    """
    rule = rules["postpone_hours"]
    pairs = [
        (old.close_at, new.close_at),
        (old.check_until, new.check_until),
        (old.release_until, new.release_until),
        *zip(old.open_at, new.open_at, strict=False),
    ]
    if old.factor_until and new.factor_until:
        pairs.append((old.factor_until, new.factor_until))
    same_form = len(old.open_at) == len(new.open_at) and (old.factor_until is None) == (
        new.factor_until is None
    )
    excused = not undisturbed and at < old.close_at + timedelta(hours=rule.number)
    checks = [
        (
            "postpone_earlier",
            not same_form or any(after < before for before, after in pairs),
            gettext_noop("A postponement can only move times later."),
        ),
        ("postpone_nothing", old == new, gettext_noop("A postponement must move at least one time.")),
        ("postpone_order", not new.in_order(), gettext_noop("The new times are not in order.")),
        (
            "postpone_after_deadline",
            at >= old.close_at and new.close_at != old.close_at and not excused,
            gettext_noop("The deadline has passed undisturbed; it can no longer be moved."),
        ),
    ]
    return [
        Finding(code, message, rule.article, True, "close_at") for code, wrong, message in checks if wrong
    ]


def resume_floor(
    *, close_at: datetime, suspended_at: datetime, lifted_at: datetime, rules: RuleSet
) -> datetime:
    """The earliest deadline after a suspension: bidders' windows never shorten.

    A deadline which fell inside the suspension moves to at least the lifting plus the time that was left;
    where the pack sets ``suspension_gives_back`` to 1, every suspension gives its time back.
    """
    fell_inside = close_at <= lifted_at
    if fell_inside or rules.number("suspension_gives_back"):
        return lifted_at + (close_at - suspended_at)
    return close_at


def shifted(times: Times, close_at: datetime) -> Times:
    """The same plan with the deadline at ``close_at``: every later phase keeps its distance."""
    move = close_at - times.close_at
    return Times(
        close_at=close_at,
        open_at=tuple(moment + move for moment in times.open_at),
        factor_until=times.factor_until + move if times.factor_until else None,
        check_until=times.check_until + move,
        release_until=times.release_until + move,
    )


def validity_until(close_at: datetime, days: int, calendar: Calendar) -> Counted:
    """Last day of the bids' validity, counted from the deadline (条25); a rest day does not lengthen it."""
    return days_after(close_at, days, calendar, rolls=False)


def earliest_close(
    *, documents_from: datetime, mandatory: bool, at: datetime, rules: RuleSet, calendar: Calendar
) -> Counted:
    """The earliest lawful deadline to propose: a working day at half past the pack's hour.

    The 20 days of 法24 run from the day the documents are first issued, that day not counted; without the
    duty to tender only the document window of 条16 is kept.
    """
    rule = rules["bid_preparation"] if mandatory else rules["document_window"]
    start = max(documents_from, at)
    hour = rules.number("earliest_hour")
    day_begin = datetime.combine(local_day(start), datetime.min.time(), tzinfo=CHINA)
    return earliest_after(day_begin, rule.number, calendar, hour=hour, minute=HALF_PAST)
