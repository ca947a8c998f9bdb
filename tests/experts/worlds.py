"""A pool with two keepers, reached through services; experts are numbers and of no real person."""

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from openpyxl import Workbook

from accounts.actors import Actor
from accounts.rules import uscc_check_character
from accounts.states import Role
from experts.models import Expert
from experts.pool_keys import PoolKey
from experts.rules.facts import ExpertFacts
from experts.selectors.own import as_expert
from experts.services.epoch_cut import epoch_cut
from experts.services.expert_examine import expert_admit, expert_examine
from experts.services.expert_register import expert_link, expert_register
from portal.demo.experts import identity_number
from tests import builders_accounts as people

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
IDENTITY_KEY = bytes(range(32))
KEY = PoolKey(bytes(range(32, 64)))
HEADINGS = ["姓名", "证件号码", "电话", "行政区划", "工作单位", "统一社会信用代码", "职称", "职称级别"]
HEADINGS += ["从业起始年份", "评标专业", "聘期起", "聘期止"]


def employer(number):
    """Name and code of an institute that does not exist."""
    body = f"91350100E{number:08d}"
    return f"示例设计院{number:02d}", body + uscc_check_character(body)


def facts(number=1, **changes):
    """A complete record."""
    name, code = employer(number % 7)
    made = ExpertFacts(
        name=f"专家{number:03d}",
        region="350100",
        employer=name,
        employer_code=code,
        title="高级工程师",
        title_grade="senior",
        work_since=2005,
        specialties=("A0301", "A05"),
        term_from=date(2026, 3, 1),
        term_to=date(2029, 2, 28),
    )
    return replace(made, **changes)


def keeper_of(person_id):
    """A keeper of the pool."""
    return Actor(person=person_id, organisation=UUID(int=900), roles=frozenset({Role.POOL}), name="keeper")


@dataclass
class Pool:
    """The pool, its two keepers, and a clock that is set by hand."""

    now: datetime = START
    keeper: Actor = field(init=False)
    second: Actor = field(init=False)

    def __post_init__(self):
        self.keeper, self.second = (keeper_of(people.person(n).pk) for n in (801, 802))

    def register(self, number=1, *, phone="0591-00001234", **changes):
        """Somebody who applied."""
        return expert_register(
            facts=facts(number, **changes),
            identity_number=identity_number(number),
            phone=phone,
            actor=self.keeper,
            at=self.now,
            identity_key=IDENTITY_KEY,
            key=KEY,
        )

    def admitted(self, number=1, **changes):
        """Somebody in the pool."""
        one = self.register(number, **changes)
        expert_examine(expert_id=one.pk, actor=self.keeper, at=self.now, reason="证书原件")
        return expert_admit(expert_id=one.pk, admit=True, actor=self.second, at=self.now)

    def linked(self, number=1, **changes):
        """Somebody in the pool with a login, and that login as an actor."""
        one = self.admitted(number, **changes)
        person = people.person(700 + number)
        expert_link(expert_id=one.pk, email=person.email, actor=self.keeper, at=self.now)
        return Expert.objects.get(pk=one.pk), as_expert(Actor(person=person.pk, name="expert"))

    def cut(self):
        """An epoch now."""
        return epoch_cut(actor=self.keeper, at=self.now, key=KEY)

    def later(self, days):
        """The same hour some days on."""
        self.now += timedelta(days=days)
        return self


def row(number, **changes):
    """A row of a workbook, by heading."""
    name, code = employer(number % 7)
    made = {
        "姓名": f"专家{number:03d}",
        "证件号码": identity_number(number),
        "电话": f"0591-0000{number:04d}",
        "行政区划": "350100",
        "工作单位": name,
        "统一社会信用代码": code,
        "职称": "高级工程师",
        "职称级别": "高级",
        "从业起始年份": 2005,
        "评标专业": "A0301;A05",
        "聘期起": date(2026, 3, 1),
        "聘期止": "2029-02-28",
    }
    return [{**made, **changes}[heading] for heading in HEADINGS]


def workbook(*rows, headings=HEADINGS, hidden=False):
    """A workbook with these rows below the headings."""
    book = Workbook()
    sheet = book.active
    if hidden:
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("second")
    sheet.append(list(headings))
    for one in rows:
        sheet.append(list(one))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
