"""Constraints made from the state tables, so that the database and the tables cannot differ."""

from enum import Enum

from django.db.models import CheckConstraint, Q

from trading.states import MOMENTS, UNSTAMPED

HEX64 = r"^[0-9a-f]{64}$"
HEX = r"^([0-9a-f]{2})*$"


def state_checks(thing: str, states: type[Enum]) -> list[CheckConstraint]:
    """The state is one of the table's, and its moments are set or empty as ``MOMENTS``/``UNSTAMPED`` say."""
    checks = [
        CheckConstraint(
            condition=Q(state__in=sorted(state.value for state in states)),
            name=f"trading_{thing}_state",
            violation_error_code="unknown_state",
        )
    ]
    for moment, needing in MOMENTS[thing].items():
        names = sorted(state.value for state in needing)
        checks.append(
            CheckConstraint(
                condition=~Q(state__in=names) | Q(**{f"{moment}__isnull": False}),
                name=f"trading_{thing}_{moment}_set",
            )
        )
    for moment, lacking in UNSTAMPED[thing].items():
        names = sorted(state.value for state in lacking)
        checks.append(
            CheckConstraint(
                condition=~Q(state__in=names) | Q(**{f"{moment}__isnull": True}),
                name=f"trading_{thing}_{moment}_empty",
            )
        )
    return checks
