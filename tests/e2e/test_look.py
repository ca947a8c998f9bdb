"""The look finds what it is for: a guard which cannot fail guards nothing."""

import pytest

from tests.e2e.whole_look import Look

pytestmark = pytest.mark.needs_browser
PAGE = """<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Page</title>
<style>body {{ color: #000; background: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ color: #fff; background: #000 }} {dark} }}</style></head>
<body><main><h1>Page</h1><p>Some words.</p>{more}</main></body></html>"""


def faults(page, dark="", more=""):
    """What a look finds at a page with this in it."""
    look = Look()
    page.set_content(PAGE.format(dark=dark, more=more))
    look(page, "page")
    return "\n".join(look.faults)


def test_a_sound_page_has_no_fault(page):
    assert faults(page) == ""


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"more": '<img src="data:,">'}, "page at 1280: image-alt"),
        ({"more": "<input>"}, "page at 390: label"),
        ({"dark": "p { color: #222 }"}, "page in dark: color-contrast"),
        ({"more": '<p style="color: #ccc">pale</p>'}, "page in light: color-contrast"),
        ({"more": '<p style="width: 700px">wide</p>'}, "page is wider than 390"),
        ({"more": '<p style="width: 360px">wide</p>'}, "page is wider than 320"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_of_seeing(page, given, found):
    assert found in faults(page, **given)


def test_a_name_is_looked_at_once_and_the_other_language_finds_too(page):
    look = Look()
    page.set_content(PAGE.format(dark="", more="<input>"))
    look(page, "page")
    before = list(look.faults)
    look(page, "page")
    look.briefly(page, "in Chinese")

    assert before == look.faults[: len(before)]
    assert any(one.startswith("in Chinese: label") for one in look.faults[len(before) :])
    assert not any(one.startswith("page") for one in look.faults[len(before) :])
