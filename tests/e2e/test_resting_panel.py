"""The night of a panel at its browsers: the chair adjourns, two seal, a seal is found broken, members sign in again."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from tests.e2e import pages
from tests.e2e.test_panel_journey import own_installation, reader  # noqa: F401 - fixtures
from tests.experts.panels import nights
from tests.experts.panels import world as panels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")
WIDTHS = (1280, 390)


def shoot(page, base, name, *args):
    """The page in both languages and widths, where somebody wants to look at it."""
    for language in ("en", "zh-hans") if SHOTS else ():
        with translation.override(language):
            page.goto(base + reverse(f"experts:{name}", args=args))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            told = "-".join([name, *map(str, args[1:]), language[:2], str(width)])
            page.screenshot(path=str(Path(SHOTS) / f"{told}.png"), full_page=True)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_a_night_of_a_panel(reader, monkeypatch):  # noqa: F811
    world = panels.reviewing()
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    panel, page, base = world.panel.pk, reader.page, reader.base

    def looks(actor, name, *args):
        reader.enter(actor.person)
        reader.sees(f"experts:{name}", panel, *args)
        shoot(page, base, name, panel, *args)

    looks(world.chair.actor, "panel-rest")
    looks(world.chair.actor, "panel-rest-act", "adjourn")
    page.get_by_label("Why the panel rests").or_(page.get_by_label("休会原因")).first.select_option("night")
    page.locator("input[type=datetime-local]").fill(f"{world.at + timedelta(hours=20):%Y-%m-%dT%H:%M}")
    page.locator("main form.sl-account button[type=submit]").click()
    page.wait_for_url(f"**/panels/{panel}/")
    rest = world.panel.rests.get()
    looks(world.members[1].actor, "panel")
    for actor in (world.desk, world.supervisor.actor):
        looks(actor, "panel-rest-act", "seal")
        page.locator("input[name=seals]").fill(nights.SEALS)
        page.locator("main form.sl-account button[type=submit]").click()
        page.wait_for_url("**/rest/")
    looks(world.owner.actor, "panel-rest")
    world.later(seconds=(rest.until - world.at).total_seconds())
    looks(world.desk, "panel-rest")
    looks(world.desk, "panel-rest-act", "unbroken")
    looks(world.desk, "panel-rest-act", "broken")
    nights.broken(world, world.desk)
    looks(world.supervisor.actor, "panel-rest-act", "decide")
    nights.decided(world, world.supervisor.actor)
    looks(world.members[1].actor, "panel")
    looks(world.members[1].actor, "panel-passage")
    assert {*pages.NIGHTS} <= reader.seen
