"""Questions, objections, addenda: who asks is hidden, what is objected to stops, what changes takes its days."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Outbox
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_trading as build
from tests.builders_trading import START
from trading import selectors, services
from trading.models import Notice, Suspension
from trading.rules import shifted
from trading.services import LotChange

pytestmark = pytest.mark.django_db
CLOSE = build.day(START, build.DAYS)


@pytest.fixture
def made(kept):
    return kept(build.published_tender)


@pytest.fixture
def firm():
    return build.bidder(1)


def taken(made, who):
    return services.documents_take(tender_id=made.tender.pk, actor=who, at=START)


def ask(made, who, at=START, text="Is the drawing to scale?"):
    return services.question_ask(tender_id=made.tender.pk, text=text, actor=who, at=at)


def object_to(made, who, at=START, **more):
    return services.objection_raise(
        tender_id=made.tender.pk,
        request="Strike clause 7",
        facts="It names a brand",
        actor=who,
        at=at,
        **more,
    )


def reply(made, objection, at):
    return services.objection_answer(
        objection_id=objection.pk, answer="Clause 7 is struck", actor=made.owner, at=at
    )


# questions


def test_a_question_has_no_number_before_its_answer_and_never_an_asker(made, firm):
    """法22: numbers given in the order of arrival would count the firms."""
    taken(made, firm)
    first, second = ask(made, firm), ask(made, build.bidder(2), text="And the second?")
    assert first.number == ""
    assert first.code != second.code

    services.question_answer(question_id=second.pk, answer="Yes", actor=made.owner, at=START)

    notice = made.tender.notices.get(kind="answers")
    assert f"{made.tender.number}-W01" in str(notice.content)
    assert "And the second?" in str(notice.content)
    assert "Firm" not in str(notice.content)
    assert Outbox.objects.filter(event="answers_published", organisation=firm.organisation).exists()
    with pytest.raises(StateConflict):
        services.question_answer(question_id=second.pk, answer="No", actor=made.owner, at=START)


def test_the_owner_may_publish_a_question_in_other_words(made, firm):
    """The answer is previewed for hints at the asker."""
    question = ask(made, firm, text="We, Firm 1, ask about the drawing")

    services.question_answer(
        question_id=question.pk, answer="Yes", text="About the drawing", actor=made.owner, at=START
    )

    assert "Firm 1" not in str(made.tender.notices.get(kind="answers").content)


def test_question_ask_is_refused_late_empty_or_by_the_owner(made, firm):
    with pytest.raises(RuleBroken):
        ask(made, firm, at=made.tender.questions_until)
    with pytest.raises(RuleBroken):
        ask(made, firm, text="  ")
    with pytest.raises(RuleBroken):
        ask(made, firm, text="x" * 4001)
    with pytest.raises(NotPermitted):
        ask(made, made.owner)
    question = ask(made, firm)
    with pytest.raises(NotPermitted):
        services.question_answer(question_id=question.pk, answer="x", actor=firm, at=START)


def test_a_question_is_taken_back_by_its_asker_only(made, firm):
    question = ask(made, firm)
    with pytest.raises(NotFound):
        services.question_withdraw(question_id=question.pk, actor=build.bidder(2), at=START)

    assert services.question_withdraw(question_id=question.pk, actor=firm, at=START).state == "withdrawn"


# objections


def test_an_objection_nine_days_and_23_hours_before_the_deadline_is_refused_and_offered_as_a_question(
    made, firm
):
    """Scenario 9. 条22: ten days before the deadline."""
    at = CLOSE - timedelta(days=9, hours=23)

    with pytest.raises(RuleBroken) as refused:
        object_to(made, firm, at=at)

    assert refused.value.code == "objection_late"
    assert refused.value.findings[0].source == "招标投标法实施条例第二十二条"
    assert "question" in str(refused.value)
    assert build.refreshed(made).tender.state == "open"


def test_an_objection_in_time_stops_the_tender_until_it_is_answered(made, firm):
    """Scenario 10. 条22: three days for the reply, and the tender is suspended until then."""
    taken(made, firm)
    at = CLOSE - timedelta(days=10)

    objection = object_to(made, firm, at=at)

    made = build.refreshed(made)
    assert (made.tender.state, made.lot.state) == ("suspended", "suspended")
    assert objection.reply_due_at > at + timedelta(days=3)
    assert Outbox.objects.filter(event="objection_received").exists()
    assert Outbox.objects.filter(event="tender_suspended", organisation=firm.organisation).exists()
    with pytest.raises(StateConflict):
        services.tender_resume(tender_id=made.tender.pk, actor=made.owner, at=at)

    reply(made, objection, at + timedelta(days=1))

    made = build.refreshed(made)
    assert (made.tender.state, made.lot.state, made.lot.suspended_at) == ("open", "open", None)
    kinds = list(made.tender.notices.order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["tender", "suspension", "objection_answer", "resumption"]
    assert "Firm" not in str([notice.content for notice in made.tender.notices.all()])


def test_two_objections_hold_the_tender_until_both_are_answered(made, firm):
    first, second = object_to(made, firm), object_to(made, build.bidder(2))

    reply(made, first, START + timedelta(hours=1))
    assert build.refreshed(made).tender.state == "suspended"
    services.objection_withdraw(objection_id=second.pk, actor=actor_of(second), at=START + timedelta(hours=2))

    assert build.refreshed(made).tender.state == "open"
    with pytest.raises(StateConflict):
        reply(made, second, START + timedelta(hours=3))


def actor_of(objection):
    from accounts import selectors as accounts

    person = objection.objector.memberships.get().person
    return accounts.actor_of(person.pk, objection.objector_id, START)


def test_bidders_go_on_while_an_objection_is_open(made, firm):
    """The bidder's windows never shorten: documents and questions stay open in a suspension."""
    object_to(made, build.bidder(2))

    assert taken(made, firm).code
    assert ask(made, firm).code


def test_an_objection_that_outlasts_the_deadline_moves_it(made, firm):
    """If the deadline falls into the suspension, it moves to the lifting plus the time that was left."""
    at = CLOSE - timedelta(days=10)
    objection = object_to(made, firm, at=at)

    reply(made, objection, CLOSE + timedelta(hours=1))

    made = build.refreshed(made)
    assert made.tender.state == "suspended"
    with pytest.raises(RuleBroken) as refused:
        services.tender_resume(tender_id=made.tender.pk, actor=made.owner, at=CLOSE + timedelta(hours=1))
    assert refused.value.code == "deadline_too_early"
    assert refused.value.findings[0].data["earliest"] == "2026-12-07 10:30:00"


def test_a_postponement_before_the_deadline_lets_the_answered_tender_go_on(made, firm):
    at = CLOSE - timedelta(days=10)
    objection = object_to(made, firm, at=at)
    later = build.postponed(made, build.day(START, 45), at=CLOSE - timedelta(days=1), reason="Objection open")
    assert later.tender.state == "suspended"

    reply(made, objection, CLOSE + timedelta(days=1))

    assert build.refreshed(made).tender.state == "open"


def test_ones_own_question_becomes_the_objection_it_is(made, firm):
    question = ask(made, firm)
    with pytest.raises(NotFound):
        object_to(made, build.bidder(2), question_id=question.pk)

    object_to(made, firm, question_id=question.pk)

    question.refresh_from_db()
    assert question.state == "converted"


def test_a_late_reply_is_recorded_as_late(made, firm):
    """条22: three days; the tender stays stopped and the record says so."""
    objection = object_to(made, firm)

    reply(made, objection, objection.reply_due_at)

    assert build.refreshed(made).tender.state == "open"
    assert objection.suspensions.get().lifted_at == objection.reply_due_at


# suspensions


def suspend(made, ground, actor, at=START):
    return services.tender_suspend(
        tender_id=made.tender.pk, ground=ground, text="Order 5", article="条62", actor=actor, at=at
    )


def test_an_order_of_the_supervisor_is_lifted_by_the_supervisor(made):
    """条62: suspension by order; the owner cannot end it."""
    supervisor = made.market.supervisor.actor
    suspend(made, "order", supervisor)
    with pytest.raises(NotPermitted):
        services.tender_resume(tender_id=made.tender.pk, actor=made.owner, at=START)

    services.tender_resume(tender_id=made.tender.pk, actor=supervisor, at=START + timedelta(days=1))

    assert build.refreshed(made).tender.state == "open"


def test_the_owner_cannot_order_and_a_ground_is_needed(made):
    with pytest.raises(NotPermitted):
        suspend(made, "order", made.owner)
    with pytest.raises(RuleBroken):
        suspend(made, "weather", made.owner)
    suspend(made, "fault", made.owner)
    suspend(made, "order", made.market.supervisor.actor)

    assert Suspension.objects.count() == 2
    with pytest.raises(NotPermitted):
        services.tender_resume(tender_id=made.tender.pk, actor=made.owner, at=START)


def test_a_suspended_tender_does_not_pass_its_deadline(made):
    """条62: nothing goes on while it is suspended; the opening cannot begin."""
    suspend(made, "fault", made.owner)

    with pytest.raises(StateConflict):
        services.lot_mark_closed(lot_id=made.lot.pk, actor=build.SYSTEM, at=CLOSE)
    assert selectors.lots_due(CLOSE) == []


# addenda


def draft(made, *, affects, at, lots=None, reason="Drawing 4 was wrong", document=False):
    addendum = services.addendum_draft(
        tender_id=made.tender.pk,
        changes=[{"where": "Drawing 4", "before": "3 m", "after": "4 m"}],
        affects=affects,
        reason=reason,
        actor=made.owner,
        at=at,
        lots=lots,
    )
    if document:
        services.document_add(
            tender_id=made.tender.pk,
            kind="drawings",
            name="drawings.pdf",
            content=b"%PDF-1.7 corrected",
            actor=made.owner,
            at=at,
            addendum_id=addendum.pk,
        )
    services.addendum_submit(addendum_id=addendum.pk, actor=made.owner, at=at)
    addendum.refresh_from_db()
    return addendum


def sign(made, addendum):
    return {
        pk: build.signed(made, kind, body) for pk, (kind, body) in services.addendum_bodies(addendum).items()
    }


def publish(made, addendum, at):
    return services.addendum_publish(
        addendum_id=addendum.pk, signed=sign(made, addendum), actor=made.owner, at=at
    )


def test_an_addendum_ten_days_before_the_deadline_must_move_it(made, firm):
    """Scenario 11. 法23, 条21: at least fifteen days, else the deadline moves; bids must be sealed again."""
    taken(made, firm)
    at = CLOSE - timedelta(days=10)
    stays = draft(made, affects=True, at=at, document=True)
    with pytest.raises(RuleBroken) as refused:
        publish(made, stays, at)
    assert {item.code for item in refused.value.findings} == {"addendum_lead"}
    services.addendum_revise(addendum_id=stays.pk, actor=made.owner, at=at)

    new_times = shifted(selectors.times_in_force(made.lot), build.day(START, 32))
    moved = draft(
        made,
        affects=True,
        at=at,
        lots={made.lot.pk: LotChange({"ceiling": Decimal("4900000.00")}, new_times)},
    )
    published = publish(made, moved, at)

    after = build.refreshed(made)
    assert published.number == f"{made.tender.number}-B1"
    assert after.lot.policy != made.lot.policy
    policy = selectors.policy_in_force(after.lot)
    assert (policy.prev, policy.body["prev"]) == (made.lot.policy, made.lot.policy)
    assert policy.body["ceiling"] == "4900000.00"
    assert after.lot.close_at == new_times.close_at
    assert "须重新递交" in str(after.tender.notices.get(kind="addendum").content)
    assert Outbox.objects.filter(event="addendum_published", organisation=firm.organisation).exists()


def test_a_new_file_makes_a_new_policy_and_replaces_the_old_file(made):
    before = selectors.policy_in_force(made.lot)
    addendum = draft(made, affects=True, at=START, document=True)
    assert selectors.files_listed(made.lot) == before.files

    publish(made, addendum, START)

    after = selectors.policy_in_force(build.refreshed(made).lot)
    assert after.body["docs_root"] != before.body["docs_root"]
    assert len(after.files) == len(before.files)
    assert made.tender.documents.filter(name="drawings.pdf").count() == 2
    assert Entry.objects.filter(kind="policy").count() == 2


def test_no_effect_three_days_before_the_deadline_goes_to_the_supervisor(made):
    """Scenario 12. 条21: allowed with a reason, under the supervisor's eyes, without a new policy."""
    at = CLOSE - timedelta(days=3)
    addendum = draft(made, affects=False, at=at, reason="A typing error", document=True)

    publish(made, addendum, at)

    after = build.refreshed(made)
    assert after.lot.policy == made.lot.policy
    event = Entry.objects.get(kind="addendum")
    assert event.body["docs"][1:] == [made.tender.documents.get(addendum=addendum).sha256]
    assert len(event.body["docs"]) == 2  # the first is the addendum's own text
    assert event.chain == made.lot.chain
    listed = selectors.supervisor_list(made.market.supervisor.organisation.pk)["no_effect"]
    assert [row.pk for row in listed] == [addendum.pk]


def test_an_early_addendum_without_effect_is_on_nobodys_list(made):
    publish(made, draft(made, affects=False, at=START), START)  # a text without files

    assert selectors.supervisor_list(made.market.supervisor.organisation.pk)["no_effect"] == []


def test_addendum_drafts_are_checked(made):
    change = {"where": "a", "before": "b", "after": "c"}
    base = {"tender_id": made.tender.pk, "actor": made.owner, "at": START, "reason": "r"}
    for wrong in (
        {"changes": [], "affects": True},
        {"changes": [change], "affects": False, "lots": {made.lot.pk: LotChange({"quality": "x"})}},
        {"changes": [change], "affects": True, "lots": {made.lot.pk: LotChange({"deposit_amount": 1})}},
        {"changes": [change | {"after": " "}], "affects": True},
    ):
        with pytest.raises(RuleBroken):
            services.addendum_draft(**base, **wrong)


def test_an_addendum_cannot_make_the_deadline_earlier(made):
    earlier = shifted(selectors.times_in_force(made.lot), CLOSE - timedelta(days=2))
    addendum = draft(made, affects=True, at=START, lots={made.lot.pk: LotChange(times=earlier)})

    with pytest.raises(RuleBroken) as refused:
        publish(made, addendum, START)

    assert "deadline_earlier" in {item.code for item in refused.value.findings}


def test_an_addendum_is_published_by_the_owner_with_every_signature(made):
    addendum = draft(made, affects=True, at=START)
    with pytest.raises(NotPermitted):
        services.addendum_publish(
            addendum_id=addendum.pk, signed=sign(made, addendum), actor=made.market.supervisor.actor, at=START
        )
    with pytest.raises(RuleBroken):
        services.addendum_publish(addendum_id=addendum.pk, signed={}, actor=made.owner, at=START)
    tampered = sign(made, addendum)
    tampered[made.lot.pk] = build.signed(made, "policy", tampered[made.lot.pk]["body"] | {"t": 2})
    with pytest.raises(RuleBroken):
        services.addendum_publish(addendum_id=addendum.pk, signed=tampered, actor=made.owner, at=START)
    with pytest.raises(StateConflict):
        services.document_add(
            tender_id=made.tender.pk,
            kind="other",
            name="late.pdf",
            content=b"%PDF-",
            actor=made.owner,
            at=START,
            addendum_id=addendum.pk,
        )


def test_an_addendum_after_a_postponement_keeps_the_later_deadline(made):
    """A5: the new policy starts from the times in force, never from the older ones."""
    later = build.day(START, 30)
    made = build.postponed(made, later, at=START)

    publish(made, draft(made, affects=True, at=START), START)

    after = build.refreshed(made)
    assert after.lot.close_at == later
    assert selectors.times_in_force(after.lot).close_at == later
    assert Notice.objects.filter(tender=made.tender).count() == 3
