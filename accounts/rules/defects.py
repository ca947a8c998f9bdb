"""One complete list of defects (一次性告知): what a review may say, and what it should have said before.

A desk which returns a form lists every defect at once. A defect found later in a field which has not
changed since it was first reviewed was there to be seen: it is still listed, and flagged as missed.
Used for organisations here and for project intake by ``trading``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Defect:
    """One thing to put right: the ``field``, a stable ``code``, a ``message`` and the rule behind it."""

    field: str
    code: str
    message: str
    source: str = ""
    missed: bool = False


@dataclass(frozen=True)
class PastReview:
    """An earlier review: the marks of all fields as they stood then, and the defects it listed."""

    marks: Mapping[str, str]
    listed: frozenset[tuple[str, str]]


def flag_missed(
    defects: Iterable[Defect], *, marks: Mapping[str, str], past: Iterable[PastReview]
) -> tuple[Defect, ...]:
    """The defects in the given order, each flagged as missed where an earlier review could have listed it.

    ``marks`` maps each field to a mark (digest) of its present value. A defect is missed when some
    earlier review saw the field with the same mark and did not list this (field, code).
    """
    reviews = tuple(past)
    return tuple(replace(defect, missed=_was_there(defect, marks, reviews)) for defect in defects)


def _was_there(defect: Defect, marks: Mapping[str, str], reviews: tuple[PastReview, ...]) -> bool:
    mark = marks.get(defect.field)
    return mark is not None and any(
        review.marks.get(defect.field) == mark and (defect.field, defect.code) not in review.listed
        for review in reviews
    )
