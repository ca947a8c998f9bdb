"""Reminders: the same words for all, once per deadline, counting nobody (journeys, section 8)."""

from datetime import timedelta

import pytest

from accounts.models import Outbox
from tests import builders_trading as build
from tests.builders_trading import START
from trading import services
from trading.services.reminders import EARLY, OVERDUE
from trading.tasks import DUE, send_reminders

pytestmark = pytest.mark.django_db
CLOSE = build.day(START, build.DAYS)


@pytest.fixture
def made(kept):
    return kept(build.published_tender)


def told(event):
    return list(Outbox.objects.filter(event=event, channel="site").order_by("created_at"))


def test_takers_are_reminded_a_day_and_two_hours_before_in_the_same_words(made):
    """The text is identical for all: who has a receipt must not follow from who is reminded."""
    for number in (1, 2):
        services.documents_take(tender_id=made.tender.pk, actor=build.bidder(number), at=START)
    assert services.reminders_send(at=CLOSE - timedelta(hours=25)) == 0

    services.reminders_send(at=CLOSE - timedelta(hours=24))
    services.reminders_send(at=CLOSE - timedelta(hours=23))
    assert len(told("receipt_reminder")) == 2
    services.reminders_send(at=CLOSE - timedelta(minutes=5))

    rows = told("receipt_reminder")
    assert len(rows) == 4
    assert len({str(row.data) for row in rows}) == 1
    assert services.reminders_send(at=CLOSE) == 0


def test_officers_are_reminded_in_person_without_any_count(made):
    services.reminders_send(at=CLOSE - timedelta(hours=24))
    services.reminders_send(at=CLOSE - timedelta(minutes=30))

    rows = told("officer_reminder")
    assert len(rows) == 2 * 5
    assert set(rows[0].data) == {"title", "number", "opening_at", "url"}


def test_a_moved_deadline_is_reminded_again(made):
    services.documents_take(tender_id=made.tender.pk, actor=build.bidder(1), at=START)
    services.reminders_send(at=CLOSE - timedelta(hours=24))
    build.postponed(made, CLOSE + timedelta(days=3), at=CLOSE - timedelta(hours=20))

    services.reminders_send(at=CLOSE + timedelta(days=2))

    assert len(told("receipt_reminder")) == 2


def test_owner_and_supervisor_are_warned_once_before_a_reply_is_due_and_once_when_it_is_overdue(made):
    """条22: three days; a clock that nobody sees is no clock."""
    objection = services.objection_raise(
        tender_id=made.tender.pk, request="x", facts="y", actor=build.bidder(1), at=START
    )
    services.reminders_send(at=START)
    assert told("clock_card") == []

    services.reminders_send(at=objection.reply_due_at - timedelta(hours=24))
    services.reminders_send(at=objection.reply_due_at - timedelta(hours=1))
    owner, supervisor = made.market.owner.organisation.pk, made.market.supervisor.organisation.pk
    assert {row.organisation_id for row in told("clock_card")} == {owner, supervisor}
    assert len(told("clock_card")) == 2

    services.reminders_send(at=objection.reply_due_at)
    services.reminders_send(at=objection.reply_due_at + timedelta(days=1))

    cards = [row.data["card"] for row in told("clock_card")]
    assert cards == [EARLY, EARLY, OVERDUE, OVERDUE]


def test_on_the_eve_each_officer_is_asked_to_try_the_key_once_more(made):
    services.reminders_send(at=CLOSE - timedelta(hours=24))
    services.reminders_send(at=CLOSE - timedelta(minutes=30))

    rows = told("officer_dryrun")
    assert {row.person_id for row in rows} == {seat.person_id for seat in made.lot.seats.all()}
    assert len(rows) == 5


def test_the_schedule_lists_the_reminders(made):
    assert DUE[0][2] is send_reminders
    send_reminders()
