"""What the days and scenarios of owners share: a clock, people at their screens, pages in both languages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import Person
from tests import builders_trading as build
from tests.builders_accounts import START
from tests.web.test_pages import whole

PREFIX = {"zh-hans": "", "en": "/en"}
NOW = START + timedelta(hours=2)


class Screen:
    """Somebody before the web pages: goes where one may go, reads them in both languages, fills in forms."""

    def __init__(self, client, monkeypatch):
        self.client = client
        self.monkeypatch = monkeypatch
        self.at(NOW)

    def at(self, moment):
        """Everybody's watch."""
        self.now = moment
        self.monkeypatch.setattr("kernel.clock.now", lambda: moment)

    def of(self, actor):
        """Log in, freshly enough for binding acts."""
        self.client.logout()
        self.client.force_login(Person.objects.get(pk=actor.person))
        session = self.client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
        session["organisation"] = str(actor.organisation)
        session.save()
        return self

    def read(self, path, language="zh-hans", status=200):
        """The text of a page which is whole."""
        response = self.client.get(PREFIX[language] + path)
        assert response.status_code == status, response.content.decode()[:3000]
        whole(response, language)
        return said(response)

    def says(self, path, zh, en, status=200):
        """The sentence of the day stands on the page, in both languages."""
        for language, sentence in (("zh-hans", zh), ("en", en)):
            text = self.read(path, language, status)
            assert sentence in text, text

    def send(self, path, data, status=302, language="zh-hans"):
        """A form filled in; the text of the answer."""
        response = self.client.post(PREFIX[language] + path, data)
        assert response.status_code == status, response.content.decode()[:4000]
        return said(response)

    def refuses(self, path, data, zh, en):
        """The form comes back with the sentence, in both languages, and nothing was done."""
        for language, sentence in (("zh-hans", zh), ("en", en)):
            for value in data.values():
                if hasattr(value, "seek"):
                    value.seek(0)
            text = self.send(path, data, status=422, language=language)
            assert sentence in text, text


def said(response):
    """What a page says, without its tags."""
    text = strip_tags(response.content.decode())
    for sign, plain in (("&#x27;", "'"), ("&quot;", '"'), ("&amp;", "&"), ("\xa0", " ")):
        text = text.replace(sign, plain)
    return " ".join(text.split())


def at(name, *args):
    """Where a page is, in Chinese."""
    with translation.override("zh-hans"):
        return reverse(name if ":" in name else f"trading:{name}", args=args)


def picked(value):
    """A moment as the browser's picker sends it."""
    return value.astimezone(build.CHINA).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def screen(client, monkeypatch):
    """A screen two hours after the market was made."""
    translation.activate("zh-hans")
    return Screen(client, monkeypatch)


__all__ = ["NOW", "START", "Screen", "at", "picked", "said", "screen"]
