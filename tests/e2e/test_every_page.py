"""No page is forgotten: each name of the URL table is looked at in both languages, every way of seeing, wide and narrow."""

import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests.e2e import pages
from tests.e2e.test_bidder_seal import READY, login_lines
from tests.e2e.whole_look import Look, view_of

LINK = re.compile(r'href="(/[^"#]*)"')
STATE = re.compile(r'<span class="sl-st[^"]*">([^<]*)')
NOT_FOLLOWED = re.compile(r"^/(en/|static/|look|live/|log/|api/)|/account/logout|/files/|\.[a-z]+$")


def names():
    """Every name of the site's URL table."""

    def walk(patterns, space):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or space)
            elif pattern.name:
                yield f"{space}:{pattern.name}" if space else pattern.name

    return set(walk(get_resolver().url_patterns, ""))


def signed_in(served, context, role):
    """A page of somebody who has just proved who it is."""
    page, secret = context.new_page(), login_lines(served.place)
    page.set_default_timeout(READY)
    if not role:
        return page
    page.goto(f"{served.url}/en/account/login/")
    page.fill("[name=login]", login_of(served, role))
    page.fill("[name=password]", secret["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/en/account/**")
    page.goto(f"{served.url}/en/account/reauthenticate/?next=/en/account/")
    page.fill("[name=password]", secret["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/en/account/")
    return page


def login_of(served, role):
    text = (served.place / "logins.txt").read_text("utf-8")
    return re.search(rf"^\s*{role}\s+(\S+)$", text, re.MULTILINE)[1]


class Walk:
    """Follows the links of one person's pages until each wanted page has an address."""

    def __init__(self, served, context, wanted):
        """``wanted``: names of pages; hubs are read again for their links even when somebody else looks at them."""
        self.served, self.context, self.wanted = served, context, wanted
        self.found, self.read = {}, set()

    def addresses(self, starts):
        """``{(name, state): path}``: one address of each wanted page, of some one for each state."""
        waiting, known = list(starts), set(starts)
        while waiting:
            path = waiting.pop(0)
            name = view_of(path)
            if name in self.read and name not in pages.VARIED:
                continue
            for link in self.links(name, path):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        return self.found

    def links(self, name, path):
        """What this page leads to; nothing when it is none for this person."""
        answer = self.context.request.get(self.served.url + path)
        kind = answer.headers.get("content-type", "")
        if not answer.ok or "html" not in kind or urlsplit(answer.url).path != urlsplit(path).path:
            return []
        self.read.add(name)
        text = answer.text()
        state = STATE.search(text)
        if name in self.wanted:
            key = (name, state[1].strip() if state and name in pages.VARIED else "")
            self.found.setdefault(key, path)
        links = (link.replace("&amp;", "&") for link in LINK.findall(text.partition("<main")[2]))
        return [link for link in links if not NOT_FOLLOWED.search(urlsplit(link).path) and view_of(link)]


@pytest.mark.needs_browser
@pytest.mark.parametrize("role", pages.MARKET, ids=lambda role: role or "public")
def test_every_page_is_accessible_in_both_languages_and_every_way_of_seeing(role, served, new_context):
    context, look, wanted = new_context(), Look(), pages.MARKET[role]
    page = signed_in(served, context, role)
    receipt = min((served.bundles[0] / "receipts").iterdir()).stem
    found = Walk(served, context, wanted.views).addresses([*wanted.starts, f"/r/{receipt}"])

    assert {name for name, _ in found} == wanted.views
    for (name, state), path in found.items():
        page.goto(f"{served.url}/en{path}")
        look(page, f"{name} {state}".strip())
        page.goto(served.url + path)
        look.briefly(page, f"{name} {state} in Chinese")
    assert not look.faults, "\n".join(look.faults)


def test_every_name_of_the_url_table_has_its_place():
    """A new address fails here until somebody says where it is looked at, or that it is no page."""
    placed = [
        *(round_.views for round_ in pages.MARKET.values()),
        *pages.RARE.values(),
        *(
            pages.WALK,
            pages.DRAWS,
            pages.DEPOSITS,
            pages.PANEL,
            pages.BLIND,
            pages.NIGHTS,
            pages.SCORING,
            pages.RESULTS,
            pages.NO_PAGE,
        ),
    ]

    assert sorted(name for some in placed for name in some) == sorted(names())


@pytest.mark.django_db
def test_what_is_said_to_be_no_page_shows_none(client, django_user_model):
    """`NO_PAGE` is no place to hide a page from the look: whatever of it has one address is asked, by anybody and somebody."""
    person = django_user_model.objects.create_user(email="somebody@example.test", name="Somebody")
    asked = []
    for name in sorted(pages.NO_PAGE):
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        for enter in (client.logout, lambda: client.force_login(person)):
            enter()
            answer = client.get(path)
            whole = (
                answer.status_code == HTTPStatus.OK and not answer.streaming and b"<html" in answer.content
            )
            assert not whole, name
        asked.append(name)
    assert {"account_confirm_login_code", "mfa_login_webauthn"} <= set(asked)
    client.logout()
    assert client.get(reverse("account_confirm_login_code"))["Location"] == reverse("account_login")
    assert client.get(reverse("mfa_login_webauthn"))["Location"] == reverse("account_login")
    given = client.get(reverse("mfa_login_webauthn"), headers={"x-requested-with": "XMLHttpRequest"})
    assert "request_options" in given.json()


def test_every_group_of_rare_pages_is_what_some_test_has_seen():
    """A name put into a group nobody asks for would be a page nobody looks at."""
    written = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))

    assert [group for group in pages.RARE if f'== pages.RARE["{group}"]' not in written] == []
