"""Lists and pages of tenders: what is shown at which stage, what is found by which search, at what cost."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from ledger.services import batch_cut
from tests import builders_trading as build
from tests.builders_accounts import START
from tests.web.test_pages import LANGUAGES, whole
from trading import services

pytestmark = pytest.mark.django_db

NOW = START + timedelta(days=3)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Three days after the notices, in Chinese until a page says otherwise."""
    monkeypatch.setattr("kernel.clock.now", lambda: NOW)
    translation.activate("zh-hans")


@pytest.fixture
def made(kept):
    return kept(build.published_tender)


def page(client, path, language="zh-hans"):
    response = client.get(LANGUAGES[language][0] + path)
    assert response.status_code == 200
    return whole(response, language)


def notice_path(made):
    return f"/n/{made.tender.number}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_notice_page_shows_deadline_documents_officers_and_fingerprint(language, client, made):
    text = page(client, notice_path(made), language).text

    assert made.lot.policy[:4] in text
    assert 'role="timer"' in text
    assert all(name in text for _, name, _ in build.DOCUMENTS)
    assert text.count("sl-words") == 1
    assert ("Main street road works" if language == "en" else "主街道路工程") in text


def test_countdown_ends_ten_seconds_before_the_deadline(client, made):
    close_at = made.lot.close_at.astimezone(build.CHINA)

    text = page(client, notice_path(made)).text

    assert f'data-until="{(close_at - timedelta(seconds=10)).isoformat(timespec="seconds")}"' in text


def test_notice_page_names_no_officer_in_person(client, made):
    names = [held.seat.name for held in made.officers[made.lot.pk]]

    text = page(client, notice_path(made)).text

    assert names
    assert not any(name in text for name in names)


def test_draft_is_not_found_by_anybody(client, kept):
    draft = kept(build.ready_tender)

    assert client.get(f"/n/{draft.tender.pk}").status_code == 404
    assert draft.tender.title not in client.get("/").content.decode()


def test_opening_page_is_not_there_before_the_deadline(client, made):
    assert client.get(notice_path(made) + "/opening/1").status_code == 404
    assert client.get(notice_path(made) + "/opening/1/bundle.zip").status_code == 404


def test_postponement_is_shown_with_both_deadlines(client, made):
    later = build.postponed(made, made.lot.close_at + timedelta(days=2), at=NOW - timedelta(hours=1))

    text = page(client, notice_path(later)).text

    assert text.count("sl-diff") == 1
    assert "Weather" in text


def test_suspended_tender_says_so_and_keeps_its_page(client, made):
    services.tender_suspend(
        tender_id=made.tender.pk,
        ground="owner",
        text="Survey",
        article="",
        actor=made.owner,
        at=NOW - timedelta(hours=1),
    )

    text = page(client, notice_path(made), "en").text

    assert "This tender is suspended." in text
    assert "is-stop" in text


def test_search_finds_by_title_number_and_english_title(client, made):
    for words in ("主街", made.tender.number, "Main street"):
        found = client.get("/", {"q": words}).content.decode()
        assert notice_path(made) in found, words
    assert notice_path(made) not in client.get("/", {"q": "bridge"}).content.decode()


FILTERS = (
    ({"trade": "GC"}, True),
    ({"trade": "CG"}, False),
    ({"region": build.REGION}, True),
    ({"stage": "open"}, True),
    ({"stage": "ended"}, False),
    ({"published": "31"}, True),
    ({"published": "1"}, False),
    ({"closes": "today"}, False),
    ({"amount": "1000000-10000000"}, True),
    ({"amount": "10000000-"}, False),
    ({"stage": "nonsense", "page": "x", "region": "999999"}, True),
)


def test_filters_keep_what_fits_and_ignore_what_is_no_filter(client, made):
    for query, found in FILTERS:
        text = page(client, "/?" + urlencode(query)).text
        assert (f'href="{notice_path(made)}"' in text) is found, query


def test_nothing_found_offers_the_way_back(client, made):
    assert "清除筛选" in page(client, "/?q=zzz").text or "Clear the filters" in page(client, "/?q=zzz").text


def test_deadline_today_stands_on_the_day_line(client, monkeypatch, made):
    monkeypatch.setattr("kernel.clock.now", lambda: made.lot.close_at - timedelta(hours=2))

    text = page(client, "/").text

    assert "sl-today" in text
    assert '<circle class="ev"' in text
    assert 'class="sl-st is-soon"' in text


def test_home_page_asks_the_database_as_often_for_five_tenders_as_for_one(
    client, django_assert_max_num_queries
):
    first = build.published_tender()
    page(client, "/")
    for _ in range(4):
        project = build.accepted_project(first.market)
        build.published_tender(of=first.market, project=project)

    with django_assert_max_num_queries(20):
        page(client, "/")


def test_pages_of_the_list_keep_the_search(client, made, monkeypatch):
    monkeypatch.setattr("portal.selectors.home.PER_PAGE", 1)
    build.published_tender(of=made.market, project=build.accepted_project(made.market))

    text = page(client, "/?trade=GC").text

    assert "trade=GC&amp;page=2" in text


def test_two_lots_are_two_boxes_with_a_fingerprint_each(client):
    lots = (
        build.lot_fields(),
        build.lot_fields(name="二标段", name_en="Second lot", ceiling=Decimal("900000.00")),
    )
    made = build.published_tender(lots=lots)

    text = page(client, notice_path(made), "en").text

    assert text.count("sl-policy") == 2
    assert "Second lot" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tender_whose_bids_were_all_rejected_and_the_one_that_repeats_it_lead_to_each_other(
    language, client, made, monkeypatch
):
    """Scenario 34, 法 42: 流标, and the re-tender is linked, from either page; a draft of it is nobody's to see."""
    close = made.lot.close_at
    services.lot_mark_closed(lot_id=made.lot.pk, actor=SYSTEM, at=close)
    services.lot_fail(lot_id=made.lot.pk, reason="all-rejected", next_step="重新招标", actor=SYSTEM, at=close)
    later = close + timedelta(days=1)
    monkeypatch.setattr("kernel.clock.now", lambda: later)
    of = {"at": later, "of": made.market, "project": made.tender.project, "retender_of": made.tender.pk}
    build.draft_tender(**of)
    label = {"zh-hans": "重新招标，新编号", "en": "Tendered again as"}[language]
    assert label not in page(client, notice_path(made), language).text
    again = build.published_tender(**of)

    prefix = LANGUAGES[language][0]
    first, second = (page(client, notice_path(one), language).text for one in (made, again))

    assert f'<a href="{prefix}{notice_path(again)}">{again.tender.number}</a>' in first
    assert label in first
    assert f'<a href="{prefix}{notice_path(made)}">{made.tender.number}</a>' in second
    assert label not in second


def test_policy_file_hashes_to_its_address(client, made):
    from protocol import canonical, dsse

    response = client.get(reverse("portal-policy", args=[made.lot.policy]))

    body = canonical.decode(response.content)["body"]
    assert dsse.event_id("policy", body).hex() == made.lot.policy


def test_anchors_of_the_platform_are_labelled_as_such(client, made):
    batch_cut(at=NOW)

    response = client.get(reverse("portal-anchors", args=[made.lot.policy]))

    assert response.json()["origin"] == "same-run"
    assert client.get(reverse("portal-anchors", args=["0" * 64])).status_code == 404


def test_notice_page_asks_the_database_a_bounded_number_of_times(client, made, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        page(client, notice_path(made))
