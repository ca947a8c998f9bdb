"""What a record of an expert says, before it is written: one value, checked as a whole, every fault named at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_noop as _

from accounts.rules import name_key, tidy
from accounts.rules.uscc import uscc_findings, uscc_normalise
from experts.rules.packs import PoolPack
from experts.rules.specialties import SpecialtyTree
from experts.states import TitleGrade
from kernel.errors import Finding

REGION = re.compile(r"[1-9][0-9]{5}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
MOST_TEXT = 120
MOST_SPECIALTIES = 6
OLDEST_START = 70
"""Years of work nobody has: a year mistyped."""


@dataclass(frozen=True)
class ExpertFacts:
    """The verified attributes. ``work_since`` is the first year of work in the field; names as on the papers."""

    name: str
    region: str
    employer: str
    title: str
    title_grade: str
    work_since: int
    specialties: tuple[str, ...]
    term_from: date
    term_to: date
    employer_code: str = ""
    employer_group: str = ""

    @property
    def employer_key(self) -> str:
        """Employers are compared by this."""
        return name_key(self.employer)

    @property
    def cap_group(self) -> str:
        """The group the employer belongs to, or the employer itself: what a cap by group counts."""
        return name_key(self.employer_group or self.employer)

    def tidied(self) -> "ExpertFacts":
        """The facts as they are stored: no outer blanks, codes in their one spelling, specialties sorted."""
        return replace(
            self,
            name=tidy(self.name),
            region=tidy(self.region),
            employer=tidy(self.employer),
            employer_code=uscc_normalise(self.employer_code),
            employer_group=tidy(self.employer_group),
            title=tidy(self.title),
            specialties=tuple(sorted({tidy(code).upper() for code in self.specialties if tidy(code)})),
        )

    def body(self) -> dict[str, object]:
        """The facts as plain data, for history and commitment."""
        return {
            "name": self.name,
            "region": self.region,
            "employer": self.employer,
            "employer_code": self.employer_code,
            "employer_group": self.employer_group,
            "title": self.title,
            "title_grade": self.title_grade,
            "work_since": self.work_since,
            "specialties": list(self.specialties),
            "term_from": self.term_from.isoformat(),
            "term_to": self.term_to.isoformat(),
        }


def facts_findings(
    facts: ExpertFacts, *, pack: PoolPack, tree: SpecialtyTree, today: date
) -> tuple[Finding, ...]:
    """Everything that keeps a record from being written: form, codes, term. ``facts`` are tidied already."""
    return (*_texts(facts), *_codes(facts, tree, today), *_term(facts, pack, today))


def phone_findings(phone: str) -> tuple[Finding, ...]:
    """A telephone number of an expert, if one is given."""
    if not phone or PHONE.fullmatch(tidy(phone)):
        return ()
    return (
        Finding("phone", _("Write the telephone number with figures, blanks and hyphens."), field="phone"),
    )


def _texts(facts: ExpertFacts) -> Iterator[Finding]:
    for field in ("name", "employer", "title"):
        if not getattr(facts, field):
            yield Finding("empty", _("This field is empty. Fill it in."), field=field)
    for field in ("name", "employer", "employer_group", "title"):
        text = getattr(facts, field)
        if len(text) > MOST_TEXT or any(not sign.isprintable() for sign in text):
            message = _("The text is longer than %(most)s signs or holds signs that cannot be printed.")
            yield Finding("text", message, field=field, data={"most": MOST_TEXT})


def _codes(facts: ExpertFacts, tree: SpecialtyTree, today: date) -> Iterator[Finding]:
    if not REGION.fullmatch(facts.region):
        yield Finding("region", _("A region has six figures, e.g. 350100."), field="region")
    if facts.employer_code:
        for finding in uscc_findings(facts.employer_code):
            yield replace(finding, field="employer_code")
    if facts.title_grade not in {grade.value for grade in TitleGrade}:
        yield Finding("title_grade", _("The grade of the title is not one of the list."), field="title_grade")
    if not 1 <= len(facts.specialties) <= MOST_SPECIALTIES:
        message = _("An expert has one to %(most)s specialties.")
        yield Finding("specialties", message, field="specialties", data={"most": MOST_SPECIALTIES})
    for code in facts.specialties:
        if not tree.held_on(code, today):
            message = _(
                "“%(code)s” is not a specialty one can hold: take a code without further ones below it."
            )
            yield Finding("specialty", message, field="specialties", data={"code": code[:20]})


def _term(facts: ExpertFacts, pack: PoolPack, today: date) -> Iterator[Finding]:
    if not today.year - OLDEST_START <= facts.work_since <= today.year:
        message = _("The first year of work is a year of the last %(most)s years.")
        yield Finding("work_since", message, field="work_since", data={"most": OLDEST_START})
    if facts.term_to <= facts.term_from:
        yield Finding("term", _("The term ends before it begins."), field="term_to")
        return
    rule = pack.rules["term_years"]
    if facts.term_to > _years_after(facts.term_from, rule.value):
        message = _("A term lasts at most %(years)s years. End it earlier; it can be renewed.")
        yield Finding("term_years", message, source=rule.article, field="term_to", data={"years": rule.value})


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
