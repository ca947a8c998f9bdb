"""Every public page, in both languages, without data and with it: it answers, it is whole, nothing is inline."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.web.html import Page

STILL = (
    "portal:home",
    "portal:openings",
    "portal:receipt-check",
    "portal:verify",
    "portal:ledger",
    "portal:checkpoints",
    "portal:guide-verify",
    "portal:promises",
    "portal:accessibility",
    "account_login",
    "account_reset_password",
)
LANGUAGES = {"zh-hans": ("", "zh-Hans"), "en": ("/en", "en")}

ANCHORS = "/t/" + "0" * 64 + "/anchors.json"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


def address(name, language):
    with translation.override(language):
        return reverse(name)


def whole(response, language):
    """The page, after it has been held to the rules every page stands under."""
    page = Page(response.content.decode())
    assert not page.problems
    assert page.tags["h1"] == page.tags["main"] == page.tags["title"] == 1
    assert page.title.strip()
    assert page.html["lang"] == LANGUAGES[language][1]
    assert all("src" in script or script.get("type") == "application/json" for script in page.scripts)
    assert "script-src 'self'" in response["Content-Security-Policy"]
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STILL)
def test_page_is_whole_without_data(name, language, client):
    response = client.get(address(name, language))

    assert response.status_code == 200
    whole(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    ["/n/500112-GC-2026-99999", "/n/500112-GC-2026-99999/opening/1", "/r/AAAA-AAAA", "/r/7Q2K-M4XD-0", "/no"],
)
def test_unknown_address_says_so_in_the_readers_language(path, language, client):
    response = client.get(LANGUAGES[language][0] + path)

    assert response.status_code == 404
    whole(response, language)


@pytest.mark.parametrize("name", STILL)
def test_language_switch_leads_to_the_same_page(name, client):
    chinese, english = address(name, "zh-hans"), address(name, "en")

    assert f'href="{english}" lang="en" hreflang="en"' in client.get(chinese).content.decode()
    assert f'href="{chinese}" lang="zh-Hans" hreflang="zh-Hans"' in client.get(english).content.decode()


@pytest.mark.parametrize(
    ("choice", "theme", "contrast"),
    [("light", "light", ""), ("dark", "dark", ""), ("more", "light", "more"), ("dark-more", "dark", "more")],
)
def test_display_cookie_is_written_into_the_page_by_the_server(choice, theme, contrast, client):
    client.get(reverse("portal-look"), {"look": choice, "next": "/verify"})

    html = Page(client.get("/verify").content.decode()).html

    assert (html["data-bs-theme"], html.get("data-contrast", ""), html["data-choice"]) == (
        theme,
        contrast,
        choice,
    )


def test_display_menu_comes_back_to_the_page_and_never_to_another_site(client):
    here = client.get(reverse("portal-look"), {"look": "dark", "next": "/en/ledger?page=2"})
    away = client.get(reverse("portal-look"), {"look": "dark", "next": "https://elsewhere.example/"})

    assert here["Location"] == "/en/ledger?page=2"
    assert away["Location"] == "/"


def test_display_cookie_of_no_known_kind_counts_as_none(client):
    client.cookies["sunlit_look"] = '"><script>'

    assert Page(client.get("/verify").content.decode()).html["data-choice"] == "auto"


def test_time_is_the_servers_and_never_cached(client):
    from kernel import clock

    before = int(clock.now().timestamp() * 1000)
    response = client.get(reverse("portal-time"))

    assert before <= response.json()["ms"] <= int(clock.now().timestamp() * 1000)
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", STILL[:9])
def test_public_pages_refuse_to_be_written_to(name, client):
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", STILL[:9])
def test_public_pages_set_no_cookie(name):
    assert not Client().get(reverse(name)).cookies


@pytest.mark.parametrize(
    "query",
    [
        {"bundle": "https://elsewhere.example/n/1/bundle.zip", "anchors": ANCHORS},
        {"bundle": "//elsewhere.example/n/bundle.zip", "anchors": ANCHORS},
        {"bundle": "/n/1/opening/1/bundle.zip"},
        {"bundle": "/account/logout/", "anchors": ANCHORS},
    ],
)
def test_verify_page_offers_to_fetch_from_this_site_only(query, client):
    assert 'id="here"' not in client.get(reverse("portal:verify"), query).content.decode()


def test_verify_page_offers_the_tender_it_was_asked_for(client):
    query = {"bundle": "/n/X-1/opening/1/bundle.zip", "anchors": ANCHORS}

    assert (
        'data-bundle="/n/X-1/opening/1/bundle.zip"'
        in client.get(reverse("portal:verify"), query).content.decode()
    )


def test_receipt_number_leads_to_its_page_however_it_is_typed(client):
    response = client.get(reverse("portal:receipt-check"), {"code": " 7k2m-94qd-xw3p "})

    assert response["Location"] == reverse("portal:receipt", args=["7K2M-94QD-XW3P"])


def test_receipt_number_of_wrong_letters_is_explained_at_the_field(client):
    page = whole(client.get(reverse("portal:receipt-check"), {"code": "<script>"}), "zh-hans")

    assert page.ids["code-bad"] == 1
