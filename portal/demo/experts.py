"""The expert pool of the demonstration: sixty experts of no real person, by workbook and two keepers, and one login."""

import io
from datetime import timedelta

from django.db.models import Q

from accounts.actors import SYSTEM
from accounts.identity_keys import identity_key
from accounts.rules import uscc_check_character
from accounts.services import person_register
from accounts.states import OrganisationKind, Role
from bidding.rehearsal import hosts
from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Registry
from experts.models import Expert
from experts.pool_keys import pool_key
from experts.rules.facts import ExpertFacts
from experts.rules.specialties import specialty_tree
from experts.services.epoch_cut import epoch_cut
from experts.services.expert_examine import expert_examine, import_admit
from experts.services.expert_register import expert_link, expert_register
from experts.services.expert_standing import expert_suspend
from experts.services.pool_import import pool_import
from experts.services.rating_give import rating_give
from trading.rules.counting import local_day

KEEPER, SECOND = "专家库管理员甲", "专家库管理员乙"
EMAIL = "expert-001@expert.invalid"
COUNT = 60
DRAWN = tuple(leaf.code for leaf in specialty_tree().leaves[:2])
"""The specialties of the panel that is drawn: those who hold one have a login."""
EMPLOYERS = 22
REGIONS = ("350100", "350200", "350500")
HEADINGS = (
    *("姓名", "证件号码", "电话", "行政区划", "工作单位", "统一社会信用代码"),
    *("职称", "职称级别", "从业起始年份", "评标专业", "聘期起", "聘期止"),
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(number: int) -> str:
    """A well-formed resident number in a region code nobody has (999999), for expert ``number``."""
    body = f"99999919700101{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def employer(number: int) -> tuple[str, str]:
    """Name and code of an institute that does not exist."""
    body = f"91350100E{number:08d}"
    return f"示例设计院{number:02d}", body + uscc_check_character(body)


def workbook(clock: Clock, first: int = 1, count: int = COUNT) -> bytes:
    """The experts as a workbook, as a province would hand them over."""
    from openpyxl import Workbook  # noqa: PLC0415 - the demonstration alone pays for it

    book, today = Workbook(), local_day(clock.now)
    sheet = book.active
    sheet.append(HEADINGS)
    leaves = [one.code for one in specialty_tree().leaves]
    for number in range(first, first + count):
        name, code = employer(number % EMPLOYERS)
        held = sorted({leaves[number % 7], leaves[number * 3 % len(leaves)]})
        sheet.append(
            [
                *(f"专家{number:03d}", identity_number(number), f"0591-0000{number:04d}"),
                *(REGIONS[number % 3 if number % 5 else 0], name, code, "高级工程师", "高级"),
                *(1990 + number % 25, ";".join(held), today, today + timedelta(days=3 * 365)),
            ]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def build(registry: Registry, clock: Clock) -> None:
    """Early enough that the waiting period is over when the market opens."""
    centre = registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=clock.now)
    keeper, second = (registry.staff(centre, Role.POOL, one, at=clock.now).actor for one in (KEEPER, SECOND))
    keys = {"identity_key": identity_key(), "key": pool_key()}
    taken = pool_import(
        name="专家库.xlsx",
        content=workbook(clock),
        actor=keeper,
        at=clock.now,
        **keys,  # type: ignore[arg-type]
    )
    clock.after(seconds=600)
    if taken.id is not None:
        import_admit(import_id=taken.id, actor=second, at=clock.now)
    for one in Expert.objects.filter(Q(name="专家001") | Q(specialties__code__in=DRAWN)).distinct():
        person = person_register(
            email=f"expert-{one.name[-3:]}@expert.invalid",
            name=one.name,
            password=registry.password,
            actor=SYSTEM,
            at=clock.now,
        )
        expert_link(expert_id=one.pk, email=person.email, actor=keeper, at=clock.now)
    clock.cut()


def go_on(registry: Registry, clock: Clock) -> None:
    """What has happened by the day of the demonstration: ratings, a suspension, applicants, epochs."""
    keeper, second = (registry.staff_member(one).actor for one in (KEEPER, SECOND))
    rows = {one.name: one.pk for one in Expert.objects.all()}
    for name, found, reason in (("专家001", [], "按时到场，评审规范"), ("专家007", ["late"], "迟到四十分钟")):
        rating_give(
            expert_id=rows[name],
            occasion="2026 年度",
            found=found,
            reason=reason,
            actor=keeper,
            at=clock.now,
        )
    epoch_cut(actor=SYSTEM, at=clock.now, key=pool_key())
    clock.after(seconds=60)
    expert_suspend(
        expert_id=rows["专家009"],
        reason="核查期间暂停抽取",
        decision_no="示例决字 3 号",
        actor=keeper,
        at=clock.now,
    )
    for number in (61, 62):
        _applied(number, registry, clock)
    examined = Expert.objects.get(name="专家062")
    expert_examine(expert_id=examined.pk, actor=second, at=clock.now)
    epoch_cut(actor=SYSTEM, at=clock.now, key=pool_key())
    clock.cut()


def _applied(number: int, registry: Registry, clock: Clock) -> None:
    today = local_day(clock.now)
    name, code = employer(number % EMPLOYERS)
    facts = ExpertFacts(
        name=f"专家{number:03d}",
        region=REGIONS[0],
        employer=name,
        employer_code=code,
        title="高级工程师",
        title_grade="senior",
        work_since=2001,
        specialties=("A05",),
        term_from=today,
        term_to=today + timedelta(days=3 * 365),
    )
    expert_register(
        facts=facts,
        identity_number=identity_number(number),
        phone=f"0591-0000{number:04d}",
        actor=registry.staff_member(KEEPER).actor,
        at=clock.now,
        identity_key=identity_key(),
        key=pool_key(),
    )
