"""Who may hold the keys of one lot: amendment A9 of the protocol, checked again by every verifier."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext_noop

from kernel.errors import Finding
from trading.rules.facts import SeatFacts
from trading.rules.packs import RuleSet

MAX_OFFICERS = 32


def officer_findings(
    seats: Sequence[SeatFacts], t: int, rules: RuleSet, *, field: str = "officers"
) -> list[Finding]:
    """Everything wrong with a lot's officers and threshold, as blocking findings.

    2 <= t < n, n >= 2t-1, at least two organisations, none with t or more, distinct persons and keys, each
    certified by its organisation, each with a key and a passed dry run.
    """
    threshold, organisations = rules["officers_threshold"], rules["officers_organisations"]
    n = len(seats)
    per_organisation = Counter(seat.organisation for seat in seats)
    largest = max(per_organisation.values(), default=0)
    article = threshold.article
    checks = [
        (
            "officers_threshold",
            t < threshold.number or t >= n or n < 2 * t - 1 or n > MAX_OFFICERS,
            gettext_noop(
                "%(t)s of %(n)s officers: t must be at least %(least)s, below n, and n at least 2t-1."
            ),
            {"t": t, "n": n, "least": threshold.number},
        ),
        (
            "officers_organisations",
            len(per_organisation) < organisations.number,
            gettext_noop("The officers come from %(count)s organisations; at least %(least)s are needed."),
            {"count": len(per_organisation), "least": organisations.number},
        ),
        (
            "officers_one_organisation",
            0 < t <= largest,
            gettext_noop(
                "One organisation holds %(held)s keys; %(t)s open the bids, so it could read them alone."
            ),
            {"held": largest, "t": t},
        ),
    ]
    findings = [
        Finding(code, message, article, True, field, data) for code, wrong, message, data in checks if wrong
    ]
    return findings + _seat_findings(seats, article, field)


def _seat_findings(seats: Sequence[SeatFacts], article: str, field: str) -> list[Finding]:
    """Persons and keys occur once; each seat is certified, has a key and passed its dry run."""
    doubles = [
        ("officers_persons", "person", gettext_noop("A person holds more than one seat.")),
        ("officers_sig_keys", "sig_key", gettext_noop("Two officers have one signing key.")),
        ("officers_keys", "pk", gettext_noop("Two officers have one opening key.")),
    ]
    findings = []
    for code, name, message in doubles:
        present = [value for seat in seats if (value := getattr(seat, name))]
        if len(present) != len(set(present)):
            findings.append(Finding(code, message, article, True, field))
    wants = [
        ("officer_key_missing", "pk", gettext_noop("Officer %(i)s has no key yet.")),
        (
            "officer_not_certified",
            "certified",
            gettext_noop("Officer %(i)s is not certified by the officer's organisation."),
        ),
        (
            "officer_dryrun_missing",
            "proven",
            gettext_noop("Officer %(i)s has not passed the dry run with the present key."),
        ),
    ]
    for seat in seats:
        findings += [
            Finding(code, message, article, True, f"{field}[{seat.i}]", {"i": seat.i})
            for code, name, message in wants
            if not getattr(seat, name)
        ]
    return findings
