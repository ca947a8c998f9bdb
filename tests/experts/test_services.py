"""Records, two people to admit, suspensions, terms, days away, ratings: each act leaves a line and names nobody in the log."""

from datetime import date, timedelta

import pytest

from accounts.actors import SYSTEM, Actor
from accounts.models import Outbox
from accounts.rules import identity_mark
from experts.models import Expert, ExpertChange, ExpertSpecialty
from experts.rules.commitment import change_digest
from experts.rules.packs import pool_pack
from experts.selectors.own import own_page
from experts.selectors.pool import record_page
from experts.services.availability_set import availability_back, availability_set
from experts.services.expert_examine import expert_admit, expert_examine
from experts.services.expert_register import expert_edit, expert_link, expert_register
from experts.services.expert_standing import (
    expert_remove,
    expert_renew,
    expert_resume,
    expert_suspend,
    terms_expire,
)
from experts.services.pool_export import pool_export
from experts.services.rating_give import rating_give
from experts.states import ExpertState, RemovalGround
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_accounts as people
from tests.experts import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(kept):
    return kept(worlds.Pool)


def fields_of(refusal):
    return {finding.field for finding in refusal.value.findings}


def test_expert_register_keeps_no_identity_number_and_no_readable_telephone(pool):
    one = pool.register()

    mark = identity_mark(worlds.identity_number(1), key=worlds.IDENTITY_KEY)
    assert (one.identity_hash, one.identity_last4) == (mark.keyed_hash, mark.last4)
    stored = str(Expert.objects.filter(pk=one.pk).values().get()) + str(list(ExpertChange.objects.values()))
    assert worlds.identity_number(1) not in stored
    assert "00001234" not in stored
    assert worlds.KEY.open_phone(one.phone_sealed) == "0591-00001234"
    assert one.state == ExpertState.APPLIED


def test_expert_register_names_every_fault_at_once(pool):
    with pytest.raises(RuleBroken) as refusal:
        expert_register(
            facts=worlds.facts(
                name=" ", region="35", employer_code="123", specialties=("A03",), work_since=1900
            ),
            identity_number="110101190001011234",
            phone="call me",
            actor=pool.keeper,
            at=pool.now,
            identity_key=worlds.IDENTITY_KEY,
            key=worlds.KEY,
        )

    wanted = {"name", "region", "employer_code", "specialties", "work_since", "identity_number", "phone"}
    assert fields_of(refusal) == wanted
    assert not Expert.objects.exists()


def test_nobody_is_in_the_pool_twice(pool):
    pool.register(1)
    with pytest.raises(RuleBroken, match="in the pool already"):
        pool.register(1, name="别名")


def test_expert_examine_asks_for_eight_years_and_a_senior_title(pool):
    """法37: at least eight years in the field and a senior title or the same level."""
    one = pool.register(work_since=2019, title_grade="lower")
    with pytest.raises(RuleBroken) as refusal:
        expert_examine(expert_id=one.pk, actor=pool.keeper, at=pool.now)

    assert {(finding.field, finding.source) for finding in refusal.value.findings} == {
        ("work_since", "法37"),
        ("title_grade", "法37"),
    }


def test_a_level_without_the_title_is_examined_with_a_reason_only(pool):
    one = pool.register(title_grade="equal")
    with pytest.raises(RuleBroken, match="reason"):
        expert_examine(expert_id=one.pk, actor=pool.keeper, at=pool.now)
    assert (
        expert_examine(expert_id=one.pk, actor=pool.keeper, at=pool.now, reason="省级奖项").state
        == "examined"
    )


def test_expert_admit_takes_a_second_person(pool):
    """Nobody fills the pool alone."""
    one = pool.register()
    expert_examine(expert_id=one.pk, actor=pool.keeper, at=pool.now)
    with pytest.raises(NotPermitted, match="second person"):
        expert_admit(expert_id=one.pk, admit=True, actor=pool.keeper, at=pool.now)

    assert expert_admit(expert_id=one.pk, admit=True, actor=pool.second, at=pool.now).state == "in_pool"


def test_expert_admit_returns_with_a_reason(pool):
    one = pool.register()
    expert_examine(expert_id=one.pk, actor=pool.keeper, at=pool.now)
    with pytest.raises(RuleBroken, match="reason"):
        expert_admit(expert_id=one.pk, admit=False, actor=pool.second, at=pool.now)

    back = expert_admit(expert_id=one.pk, admit=False, reason="证书看不清", actor=pool.second, at=pool.now)
    assert (back.state, back.examined_by_id) == ("applied", None)


def test_nobody_changes_their_own_record(pool):
    one, _who = pool.linked()
    herself = worlds.keeper_of(one.person_id)
    with pytest.raises(NotPermitted, match="own record"):
        rating_give(expert_id=one.pk, occasion="x", found=[], reason="x", actor=herself, at=pool.now)


def test_expert_edit_keeps_what_stood_before(pool):
    one = pool.admitted()
    changed = worlds.facts(1, employer="另一设计院", employer_code="", specialties=("A05", "C04"))
    expert_edit(
        expert_id=one.pk, facts=changed, reason="调动", actor=pool.keeper, at=pool.now, key=worlds.KEY
    )

    before, after = ExpertChange.objects.filter(expert=one, kind__in=["registered", "edited"]).order_by(
        "at", "kind"
    )
    told = {before.kind: before.facts["employer"], after.kind: after.facts["employer"]}
    assert told == {"registered": "示例设计院01", "edited": "另一设计院"}
    ended = ExpertSpecialty.objects.get(expert=one, code="A0301")
    assert ended.ended_at == pool.now
    with pytest.raises(RuleBroken, match="Nothing differs"):
        expert_edit(
            expert_id=one.pk, facts=changed, reason="x", actor=pool.keeper, at=pool.now, key=worlds.KEY
        )


def test_a_term_is_renewed_not_corrected(pool):
    one = pool.admitted()
    longer = worlds.facts(1, term_to=date(2030, 1, 1))
    with pytest.raises(RuleBroken) as refusal:
        expert_edit(
            expert_id=one.pk, facts=longer, reason="x", actor=pool.keeper, at=pool.now, key=worlds.KEY
        )
    assert fields_of(refusal) == {"term_to"}


def test_expert_suspend_needs_a_decision_and_resume_waits_anew(pool):
    one = pool.admitted()
    with pytest.raises(RuleBroken, match="number of the decision"):
        expert_suspend(expert_id=one.pk, reason="核查", decision_no=" ", actor=pool.keeper, at=pool.now)
    expert_suspend(expert_id=one.pk, reason="核查", decision_no="决字 1 号", actor=pool.keeper, at=pool.now)
    pool.later(40)
    back = expert_resume(expert_id=one.pk, reason="查明无过错", actor=pool.keeper, at=pool.now)

    assert (back.state, back.in_pool_since) == ("in_pool", date(2026, 4, 11))
    assert pool.cut().size == 0
    assert pool.later(30).cut().size == 1


def test_terms_expire_by_the_clock_and_renewal_takes_two_again(pool):
    one = pool.admitted(term_to=date(2026, 3, 20))
    assert terms_expire(at=pool.now) == 0
    pool.later(30)
    assert terms_expire(at=pool.now) == 1
    assert terms_expire(at=pool.now) == 0
    renewed = expert_renew(
        expert_id=one.pk, term_to=date(2028, 1, 1), reason="续聘", actor=pool.keeper, at=pool.now
    )
    assert renewed.state == "examined"
    with pytest.raises(NotPermitted, match="second person"):
        expert_admit(expert_id=one.pk, admit=True, actor=pool.keeper, at=pool.now)
    assert expert_admit(expert_id=one.pk, admit=True, actor=pool.second, at=pool.now).state == "in_pool"


def test_a_term_is_never_longer_than_the_pack_allows(pool):
    one = pool.admitted()
    years = pool_pack().number("term_years")
    with pytest.raises(RuleBroken) as refusal:
        expert_renew(
            expert_id=one.pk,
            term_to=date(2026 + years + 1, 1, 1),
            reason="x",
            actor=pool.keeper,
            at=pool.now,
        )
    assert fields_of(refusal) == {"term_to"}
    same = expert_renew(
        expert_id=one.pk, term_to=date(2030, 1, 1), reason="续聘", actor=pool.keeper, at=pool.now
    )
    assert (same.state, same.term_from) == ("in_pool", date(2026, 3, 1))


def test_expert_remove_is_for_good(pool):
    one = pool.admitted()
    expert_remove(
        expert_id=one.pk, ground=RemovalGround.REQUEST, reason="本人申请", actor=pool.keeper, at=pool.now
    )
    with pytest.raises(StateConflict):
        expert_resume(expert_id=one.pk, reason="x", actor=pool.keeper, at=pool.now)
    with pytest.raises(StateConflict):
        expert_edit(
            expert_id=one.pk,
            facts=worlds.facts(2),
            reason="x",
            actor=pool.keeper,
            at=pool.now,
            key=worlds.KEY,
        )


def test_availability_is_told_by_the_expert_alone(pool):
    """Whoever could tell another's days away could take him out of a draw."""
    one, herself = pool.linked()
    days = {"first": date(2026, 3, 10), "last": date(2026, 3, 12)}
    for other in (pool.keeper, SYSTEM, Actor(person=people.person(650).pk)):
        with pytest.raises(NotPermitted):
            availability_set(expert_id=one.pk, actor=other, at=pool.now, **days)
    made = availability_set(expert_id=one.pk, actor=herself, at=pool.now, **days)
    with pytest.raises(RuleBroken) as refusal:
        availability_set(expert_id=one.pk, actor=herself, at=pool.now, **days)
    assert fields_of(refusal) == {"first"}
    with pytest.raises(RuleBroken):
        availability_set(
            expert_id=one.pk, first=date(2026, 3, 1), last=date(2026, 3, 1), actor=herself, at=pool.now
        )
    with pytest.raises(NotFound):
        availability_back(away_id=made.pk, actor=pool.keeper, at=pool.now)
    availability_back(away_id=made.pk, actor=herself, at=pool.now)
    with pytest.raises(StateConflict):
        availability_back(away_id=made.pk, actor=herself, at=pool.now)


def test_rating_give_takes_points_off_by_the_table_alone(pool):
    one, herself = pool.linked()
    made = rating_give(
        expert_id=one.pk,
        occasion="PB-1",
        found=["late", "careless"],
        reason="见记录",
        actor=pool.keeper,
        at=pool.now,
    )
    assert made.score == 70
    for given in ({"occasion": "PB-1", "found": []}, {"occasion": "PB-2", "found": ["nice"]}):
        with pytest.raises(RuleBroken):
            rating_give(expert_id=one.pk, reason="x", actor=pool.keeper, at=pool.now, **given)
    assert [line.row.score for line in own_page(herself, pool.now, worlds.KEY).ratings] == [70]


def test_expert_link_refuses_the_login_of_somebody_else(pool):
    one = pool.admitted(1)
    other = people.person(640, identity_number=worlds.identity_number(2), identity_key=worlds.IDENTITY_KEY)
    with pytest.raises(RuleBroken, match="somebody else"):
        expert_link(expert_id=one.pk, email=other.email, actor=pool.keeper, at=pool.now)
    with pytest.raises(NotFound):
        expert_link(expert_id=one.pk, email="nobody@example.test", actor=pool.keeper, at=pool.now)


def test_the_expert_is_told_of_changes_without_a_word_of_what(pool):
    one, _herself = pool.linked()
    Outbox.objects.all().delete()
    expert_suspend(expert_id=one.pk, reason="核查", decision_no="1", actor=pool.keeper, at=pool.now)

    rows = list(Outbox.objects.all())
    assert {row.person_id for row in rows} == {one.person_id}
    assert {row.event for row in rows} == {"expert_record_changed"}
    assert all(row.data == {} for row in rows)


def test_the_ledger_names_nobody_and_links_no_two_acts(pool):
    """Entries hold salted digests: the same act on the same person twice looks like two people."""
    one, herself = pool.linked(1)
    pool.admitted(2)
    pool.later(31).cut()
    availability_set(
        expert_id=one.pk, first=date(2026, 5, 1), last=date(2026, 5, 2), actor=herself, at=pool.now
    )
    pool_export(actor=pool.keeper, at=pool.now)

    entries = [entry for entry in Entry.objects.all() if "expert-pool" in entry.body_text]
    text = "".join(entry.body_text + entry.data_text for entry in entries)
    assert len(entries) >= 10
    known = [str(one.pk), str(one.person_id), one.code, one.name, one.employer, one.identity_hash]
    assert not [word for word in known if word in text]
    digests = list(ExpertChange.objects.values_list("digest", flat=True))
    assert len(set(digests)) == len(digests)


def test_a_line_of_the_history_opens_its_digest(pool):
    one = pool.admitted()
    for line in ExpertChange.objects.filter(expert=one):
        opened = change_digest(
            bytes.fromhex(line.salt),
            kind=line.kind,
            ground=line.ground,
            reason=line.reason,
            facts=line.facts,
            at=line.at,
        )
        assert opened.hex() == line.digest
        assert line.digest in line.entry.data_text


def test_the_record_shows_what_can_be_done_now(pool):
    one = pool.register()
    seen = record_page(one.pk, pool.keeper, pool.now)
    assert [action.value for action in seen.actions] == ["examine", "remove"]
    assert seen.drawable is None
    admitted = pool.admitted(2)
    assert record_page(admitted.pk, pool.keeper, pool.now).drawable == date(2026, 3, 2) + timedelta(days=30)
