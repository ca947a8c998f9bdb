"""A supervisor looks at a lead in the browser, closes it with words, and finds it among the closed ones."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from experts.models import LeadStep
from experts.services.lead_run import leads_drive
from tests.e2e import pages
from tests.e2e.test_rare_pages import Reader
from tests.e2e.test_scoring import picture
from tests.experts import worlds
from tests.experts.draws.conftest import own_installation
from tests.experts.panels.test_lead_steps import quarrel, the_lead

__all__ = ["own_installation"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def reader(page, live_server):
    """Somebody in front of a browser; what is wrong with a page fails the test in the end."""
    found = Reader(page, live_server.url)
    yield found
    assert not found.look.faults, found.faults()


def test_a_lead_is_closed_with_words(reader, monkeypatch):
    made, page = quarrel(), reader.page
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    one = the_lead(made)
    reader.enter(made.supervisor.actor.person)

    reader.sees("experts:lead", one.name)
    picture(page, "lead-new-zh")
    with translation.override("en"):
        page.goto(reader.base + reverse("experts:lead", args=(one.name,)))
        page.get_by_label("Close it").check()
        page.get_by_label("Why, in words").fill("The members gave their reasons in writing.")
        with page.expect_navigation():
            page.get_by_role("button", name="Keep the decision").click()
        picture(page, "lead-closed-en")
        assert LeadStep.objects.get().state == "closed"
        page.goto(f"{reader.base}{reverse('experts:leads')}?show=closed")
        assert page.get_by_role("link", name="Looked into and closed").count() == 1
        picture(page, "leads-closed-en")
        page.goto(f"{reader.base}{reverse('experts:leads')}?show=open")
        assert page.get_by_role("link", name="Looked into and closed").count() == 0
    with translation.override("zh-hans"):
        page.goto(reader.base + reverse("experts:leads"))
        picture(page, "leads-zh")
        with page.expect_navigation():
            page.get_by_role("button", name="立即计算").click()
        assert page.get_by_text("正在计算").count() == 1
        picture(page, "leads-asked-zh")
    leads_drive(at=made.at + timedelta(days=1), key=worlds.KEY)
    with translation.override("en"):
        page.goto(reader.base + reverse("experts:leads"))
        assert page.get_by_text("being computed").count() == 0
        picture(page, "leads-en")
    assert reader.seen == pages.RARE["lead"]
