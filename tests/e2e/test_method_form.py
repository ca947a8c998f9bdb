"""O4 in the browser: the evaluation method made from the keyboard alone, seen wide and narrow, in both languages."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from kernel import clock
from tests import builders_trading as build
from tests.e2e.keyboard import Keyboard, no_pointer
from tests.e2e.test_accounts_keys import sign_in
from tests.e2e.test_owner_journey import at, base, look  # noqa: F401 - fixtures
from trading.models import Lot
from trading.rules.methods.templates import method_templates

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")


@pytest.fixture
def opened(page, base):  # noqa: F811
    """A draft of an owner who has signed in, and the page of its lot's method."""
    made = build.draft_tender(officers=0)
    sign_in(page, base, made.market.owner.person)
    page.goto(base + at("method", made.tender.pk, made.lot.pk))
    return made, page


def scheme(made):
    return Lot.objects.get(pk=made.lot.pk).method["scheme"]


def test_a_method_is_made_without_a_pointer(opened):
    made, page = opened
    no_pointer(page)
    keys = Keyboard(page)

    mean = page.locator("button[name=template][value=mean]").evaluate("e => e.innerText.trim()")
    keys.to(words=mean).press("Enter")
    page.wait_for_selector("text=Nothing is open")
    keys.to("id_c2_max").types("15")
    keys.to(words="Save the draft").press("Enter")
    page.wait_for_selector("text=its points are not the sum of the criteria in it")
    keys.to(words=page.locator(".sl-checks a").first.inner_text()).press("Enter")
    keys.press("Tab")
    keys.to("id_c2_max", back=True).types("20")
    keys.to("id_c5_name").types("答辩")
    keys.to("id_c5_kind").press("j")
    keys.to("id_c5_max").types("5")
    keys.to("id_c5_step").types("1")
    keys.to("id_c0_max", back=True).types("55")
    keys.to(words="Save the draft").press("Enter")
    page.wait_for_selector("text=Nothing is open")

    rows = {row["name"]: row for row in scheme(made)["criteria"]}
    assert (rows["答辩"]["kind"], rows["答辩"]["max"], rows["投标报价"]["max"]) == ("judged", "5", "55")
    assert page.evaluate("window.pointed") == 0
    assert not keys.faults


def test_a_row_asks_only_what_its_kind_needs(opened):
    _made, page = opened
    page.click("text=Begin with this >> nth=1")
    page.wait_for_selector("#id_c0_name")

    assert page.is_visible("#id_c2_step")
    assert not page.is_visible("#id_c2_rows")
    assert page.is_visible("#id_c4_rows")
    page.select_option("#id_c4_kind", "judged")
    assert not page.is_visible("#id_c4_rows")
    assert page.is_visible("#id_price_over")
    page.select_option("#id_price_how", "lowest-full-marks")
    assert not page.is_visible("#id_price_over")


def test_the_page_keeps_the_look_in_both_languages(opened, base, look):  # noqa: F811
    made, page = opened
    look(page, "method-words-en")
    page.click("text=Begin with this >> nth=2")
    page.wait_for_selector("#id_c0_name")
    page.locator("details.sl-text").first.evaluate("e => e.open = true")
    look(page, "method-en")
    page.goto(base + at("method", made.tender.pk, made.lot.pk).removeprefix("/en"))
    page.locator("details.sl-text").first.evaluate("e => e.open = true")
    look(page, "method-zh")
    if SHOTS:
        page.emulate_media(media="print")
        page.pdf(path=str(Path(SHOTS) / "method.pdf"))


def test_the_public_reads_the_method_in_words(page, base, look):  # noqa: F811
    template = next(row for row in method_templates() if row.id == "coefficient")
    method = {name: template.scheme[name] for name in ("kind", "candidates", "coefficient")}
    lot = build.lot_fields(method={**method, "scheme": dict(template.scheme)})
    made = build.published_tender(at=clock.now() - timedelta(hours=1), lots=(lot,))
    with translation.override("zh-hans"):
        path = reverse("portal:notice", args=[made.tender.number])
    for name, prefix in (("zh", ""), ("en", "/en")):
        page.goto(base + prefix + path)
        for box in page.locator("details.sl-text").all():
            box.evaluate("e => e.open = true")
        look(page, f"method-public-{name}")
    assert "A worked example with three invented bids" in page.inner_text("main")
    assert "The base is multiplied by the coefficient drawn at the opening" in page.inner_text("main")
