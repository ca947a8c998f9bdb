"""Which rules and which rest days apply to a tender, and the times of a lot in force."""

from datetime import datetime
from functools import cache

from protocol import canonical, hashing
from trading.models import Lot, OpeningSetup, Postponement, Project, Tender
from trading.rules import Calendar, Pack, RuleSet, Times, choose, load_calendar, load_packs, validity_until
from trading.rules.counting import local_day
from trading.rules.deposits import deposit_words


@cache
def packs() -> tuple[Pack, ...]:
    """Every rule pack of this installation, read once."""
    return load_packs()


@cache
def calendar() -> Calendar:
    """The rest days of every year known, read once."""
    return load_calendar()


def rules_for(project: Project, at: datetime) -> RuleSet:
    """The rules in force for a project's trade and region on the day of ``at``."""
    return choose(packs(), trade=project.trade, region=project.region, on=local_day(at))


def rules_of(tender: Tender, at: datetime) -> RuleSet:
    """The rules a tender is judged by: those of its publication, or of ``at`` while it is a draft."""
    return rules_for(tender.project, tender.published_at or at)


def deposit_rules(lot: Lot, at: datetime) -> RuleSet:
    """The deposit rules a lot is judged by: those of its publication, of its own trade, or of ``at`` before it.

    Trades whose other law is not kept here have their deposit rules all the same.
    """
    project = lot.tender.project
    on = local_day(lot.tender.published_at or at)
    return choose(packs(), trade=project.trade, region=project.region, on=on, holds="deposits")


def outcome_rules(lot: Lot, at: datetime) -> RuleSet:
    """The rules for what follows the report: those of a lot's publication and trade, or of ``at`` before it."""
    project = lot.tender.project
    on = local_day(lot.tender.published_at or at)
    return choose(packs(), trade=project.trade, region=project.region, on=on, holds="outcomes")


def method_rules(tender: Tender, at: datetime) -> RuleSet:
    """The rules of evaluation methods a tender is judged by: those of its publication, or of ``at`` before it.

    A trade whose other law is not kept here has these all the same, as it has its deposit rules.
    """
    project, on = tender.project, local_day(tender.published_at or at)
    return choose(packs(), trade=project.trade, region=project.region, on=on, holds="methods")


def stray_rules(at: datetime) -> RuleSet:
    """The rules for money that names no lot: those of the works trade, on the day of ``at``."""
    return choose(packs(), trade="GC", region="", on=local_day(at), holds="deposits")


def project_flags(project: Project) -> frozenset[str]:
    """The facts of a project on which rules may depend (``applies_if``)."""
    named = {
        "mandatory": bool(project.mandatory),
        "state_funded": bool(project.state_funded),
        "public_owner": project.public_owner or bool(project.state_funded),
    }
    return frozenset(name for name, holds in named.items() if holds)


def deposit_terms(lot: Lot, at: datetime) -> tuple[str, str]:
    """The terms of a lot's bid deposit in words, Chinese and English, with articles; empty where none is asked."""
    return deposit_words(
        amount=lot.deposit_amount,
        forms=frozenset(lot.deposit_forms),
        flags=project_flags(lot.tender.project),
        rules=deposit_rules(lot, at),
    )


def rulepack_id(rules: RuleSet) -> str:
    """The rule set's name and the beginning of its hash, as the sealed policy names it."""
    return f"{rules.id}#{hashing.sha256(canonical.encode(rules.canonical())).hex()[:16]}"


def setup_times(setup: OpeningSetup) -> Times:
    """The times of the set-up: those of the policy."""
    return Times(
        close_at=setup.close_at,
        open_at=tuple(datetime.fromisoformat(row["open_at"]) for row in setup.envelopes),
        factor_until=setup.factor_until,
        check_until=setup.check_until,
        release_until=setup.release_until,
    )


def postponed_times(row: Postponement) -> Times:
    """The times of one postponement."""
    return Times(
        close_at=row.close_at,
        open_at=tuple(datetime.fromisoformat(moment) for moment in row.open_at),
        factor_until=row.factor_until,
        check_until=row.check_until,
        release_until=row.release_until,
    )


def times_in_force(lot: Lot) -> Times:
    """The last postponement's times under the policy in force, else the policy's own.

    Raises ``OpeningSetup.DoesNotExist`` while no opening is set up.
    """
    last = lot.postponements.filter(policy=lot.policy).order_by("at", "id").last() if lot.policy else None
    return postponed_times(last) if last else setup_times(lot.opening)


def first_close(tender: Tender) -> datetime | None:
    """The earliest deadline in force of a tender's lots; None while no opening is set up."""
    moments = [times_in_force(lot).close_at for lot in tender.lots.all() if hasattr(lot, "opening")]
    return min(moments, default=None)


def valid_until(lot: Lot) -> datetime:
    """When the bids of a lot stop binding their bidders: the last extension asked, else by the document (条25)."""
    asked = lot.validity_extensions.order_by("extended_until").last()
    if asked is not None:
        return asked.extended_until
    close_at = times_in_force(lot).close_at
    return validity_until(close_at, lot.validity_days or 0, calendar()).moment
