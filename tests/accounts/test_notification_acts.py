"""Section 8 of the journeys, row by row: real acts, exactly the stated roles, by the stated ways, and no word more."""

from collections import defaultdict
from uuid import UUID

import pytest

from accounts import notices, selectors
from accounts.models import Outbox
from accounts.rules.notices import LANGUAGES, PHONE_CHANNELS
from accounts.services import notify
from accounts.services.notifications import rendered
from accounts.states import Channel
from kernel.errors import RuleBroken
from tests.accounts import (
    notice_draw_keys,
    notice_draws,
    notice_experts,
    notice_naming,
    notice_panels,
    notice_results,
    notice_scoring,
    notice_securities,
    notice_worlds,
)
from tests.builders_accounts import START

pytestmark = pytest.mark.django_db
WAYS = {"站": Channel.SITE, "邮": Channel.MAIL, "短": Channel.SMS, "电": Channel.VOICE}
SECTION_8 = {
    "intake returned, accepted": ("站邮短", ["intake_returned", "intake_accepted"]),
    "notice published": ("站邮", ["notice_published"]),
    "addendum, answers, new T, suspension": (
        "站邮短",
        ["addendum_published", "answers_published", "deadline_moved", "tender_suspended", "tender_resumed"],
    ),
    "bid made stale": ("站邮短电", ["bid_stale"]),
    "receipt given, replaced, withdrawn": ("站邮", ["receipt_given", "bid_replaced", "bid_withdrawn"]),
    "deposit": (
        "站短",
        ["deposit_booked", "deposit_wrong_payer", "deposit_doubt", "deposit_refunded", "guarantee_expiring"],
    ),
    "certificate or licence expiring": ("站邮短", ["paper_expiring"]),
    "T-24 h, T-2 h": ("站短", ["receipt_reminder"]),
    "officer dry run, T-1 day, T-30 min": ("站邮短电", ["officer_dryrun", "officer_reminder"]),
    "draw invitation": ("短电", ["draw_invitation"]),
    "panel complete, short": ("站", ["panel_complete", "panel_short"]),
    "opening started, own line to confirm": ("站短电", ["opening_started", "line_to_confirm"]),
    "decrypt not received": ("短电", ["decryption_missing"]),
    "record published": ("站邮", ["record_published"]),
    "panel question": ("站短电", ["panel_question"]),
    "report received": ("站邮短", ["report_received"]),
    "objection received": ("站邮短", ["objection_received", "opening_objection"]),
    "complaint": ("站邮", ["complaint_received", "complaint_decided"]),
    "award": ("站邮短", ["award_made", "award_not_made", "candidate_fell"]),
    "clock": ("站短", ["clock_card"]),
    "validity": ("站邮短", ["validity_ending"]),
    "incident, pause, alarm": ("站短电", ["opening_paused", "opening_resumed", "system_alarm"]),
}
URGENT_BY_VOICE = {"addendum_published", "answers_published", "deadline_moved", "tender_suspended"}


def people_told(rows):
    """Channels by (recipient, person): a recipient is an organisation, or a person told as such."""
    found = defaultdict(list)
    for row in rows:
        found[row.organisation_id or row.person_id, row.person_id].append(Channel(row.channel))
    return found


def check(act):
    """The rows of this act against its row of the matrix."""
    rule = notices.matrix()[act.event]
    rows = list(Outbox.objects.filter(event=act.event).select_related("person"))
    told = people_told(rows)
    assert set(act.to) == set(rule.to), act.event
    assert {recipient for recipient, _ in told} == set().union(*act.to.values()), act.event
    expected = sorted({*rule.channels, *(rule.urgent_channels if act.urgent else ())})
    for (recipient, person), channels in told.items():
        assert sorted(set(channels)) == expected, (act.event, person)
        if rule.powers:
            members = selectors.members_told(recipient, rule.powers, rows[0].created_at)
            assert person in {one.pk for one in members}, act.event
    for row in rows:
        check_words(act, rule, row)


def check_words(act, rule, row):
    """Only fields of the row; nothing hidden, in either language; no tender on a lock screen."""
    assert set(row.data) <= rule.fields, act.event
    for language in LANGUAGES:
        row.language = language
        text = rendered(row)
        assert "$" not in text.subject + text.body + text.phone, act.event
        said = f"{text.subject} {text.body} {text.phone}"
        assert not [word for word in act.hidden if word in said], (act.event, language)
        for name in rule.phone_must_not_reveal & set(row.data):
            assert str(row.data[name]) not in text.phone, (act.event, language)
        assert bool(text.phone) or not PHONE_CHANNELS & set(rule.channels), act.event


SENT: dict[str, set[str]] = {
    "accounts": {
        *("registration_returned", "registration_accepted", "registration_suspended", "key_registered"),
        *("key_lost", "paper_expiring", "mandate_offered", "mandate_accepted", "mandate_revoked"),
    },
    "draft": {
        *("intake_returned", "intake_accepted", "rule_overridden", "seat_offered"),
        *("officer_key_to_certify", "officer_dryrun"),
    },
    "published": {
        *("notice_published", "addendum_published", "answers_published", "objection_received", "clock_card"),
        *("tender_resumed", "tender_suspended", "meeting_called", "postponement_to_sign", "deadline_moved"),
        *("receipt_reminder", "officer_reminder", "addendum_late", "cancellation_listed"),
    },
    "ended": {"addendum_published", "tender_unsuccessful", "tender_cancelled"},
    "bids": {"receipt_given", "bid_replaced", "bid_stale", "bid_withdrawn"},
    "hall": {
        *("opening_started", "decryption_missing", "opening_paused", "opening_resumed", "system_alarm"),
        *("line_to_confirm", "record_published", "party_changed", "opening_objection"),
    },
    "few": {"few_opened"},
    "securities": {
        *("deposit_wrong_payer", "deposit_booked", "deposit_doubt", "deposit_refunded", "guarantee_expiring"),
    },
    "experts": {"expert_record_changed"},
    "draws": {"panel_complete", "panel_short"},
    "panels": {"panel_question", "substitute_called"},
    "replaced": {"replacement_to_agree", "replacement_decided"},
    "naming": {"naming_to_confirm", "naming_to_agree", "naming_decided"},
    "further naming": {"further_to_agree", "further_decided"},
    "draw keys": {
        *("draw_seat_offered", "draw_seat_ended", "draw_officer_proposed", "draw_officer_refused"),
        *("draw_key_to_certify", "draw_dryrun", "draw_contribute"),
        *("draw_contribution_missing", "draw_waits", "draw_round_waits"),
        *("draw_contribution_late", "draw_round_late", "draw_stands_still"),
    },
    "scoring": {
        *("panel_time_short", "panel_adjourned", "panel_seal_broken", "panel_resumed", "panel_recalled"),
    },
    "results": {
        *("report_handed", "report_received", "award_made", "award_not_made", "candidate_fell"),
        "validity_ending",
        "written_report_sent",
    },
}
"""The events each chain of acts must have sent."""


WORLDS = {
    **notice_worlds.WORLDS,
    "securities": notice_securities.securities_world,
    "experts": notice_experts.experts_world,
    "draws": notice_draws.draws_world,
    "results": notice_results.results_world,
    "panels": notice_panels.panels_world,
    "replaced": notice_panels.replaced_world,
    "naming": notice_naming.naming_world,
    "further naming": notice_naming.further_world,
    "draw keys": notice_draw_keys.draw_keys_world,
    "scoring": notice_scoring.scoring_world,
}


@pytest.mark.parametrize("world", sorted(SENT))
def test_every_act_tells_exactly_those_the_matrix_names(world):
    seen = set()
    for act in WORLDS[world]():
        check(act)
        seen.add(act.event)
        notice_worlds.quiet()

    assert seen == SENT[world]


def test_every_event_is_sent_by_a_real_act_or_says_why_it_cannot_happen_yet():
    later = {code for code, rule in notices.matrix().items() if rule.later}

    assert set().union(*SENT.values()) | later == set(notices.matrix())
    assert not set().union(*SENT.values()) & later


@pytest.mark.parametrize("row", sorted(SECTION_8))
def test_the_ways_are_those_of_section_8(row):
    ways, events = SECTION_8[row]
    for event in events:
        assert set(notices.matrix()[event].channels) == {WAYS[way] for way in ways}, event


def test_a_change_within_48_hours_of_the_deadline_is_called_by_voice():
    for event in URGENT_BY_VOICE:
        assert notices.matrix()[event].urgent_channels == (Channel.VOICE,)


def test_an_event_which_cannot_happen_yet_is_refused():
    with pytest.raises(RuleBroken) as refused:
        notify(event="draw_invitation", data={}, at=START, to_organisation=UUID(int=1))

    assert refused.value.code == "notification_later"
