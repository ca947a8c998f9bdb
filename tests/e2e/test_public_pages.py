"""Public pages in the system's Chromium: accessibility, widths, keyboard, without scripts."""

import pytest

STILL = (
    "/",
    "/openings",
    "/r",
    "/verify",
    "/ledger",
    "/ledger/checkpoints",
    "/guides/verify",
    "/about/promises",
    "/about/accessibility",
    "/account/login/",
    "/no-such-page",
)
WIDTHS = (1440, 820, 390, 320)
FOCUS = (
    "() => { const e = document.activeElement; return e === document.body ? '' : e.outerHTML.slice(0, 120); }"
)
IN_VIEW = """() => { const r = document.activeElement.getBoundingClientRect();
    return r.width > 0 && r.height > 0 && r.left >= -1 && r.right <= innerWidth + 1; }"""
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== 'absolute')
    .map((e) => e.tagName + '.' + e.className).slice(0, 5)"""

pytestmark = pytest.mark.django_db(transaction=True)


def show(context, url, *, look="light", width=1440):
    """A page of the live server under one display setting."""
    context.add_cookies([{"name": "sunlit_look", "value": look, "url": url}])
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url)
    return page


@pytest.fixture
def problems(axe):
    """``problems(page)``: accessibility violations, and whether the page scrolls sideways at any width."""

    def find(page):
        found = axe(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"scrolls sideways at {width}: {page.evaluate(TOO_WIDE)}")
        return found + axe(page)

    return find


@pytest.mark.parametrize("path", STILL)
@pytest.mark.parametrize("language", ["", "/en"])
def test_page_has_no_violation_and_fits(path, language, live_server, context, problems):
    page = show(context, live_server.url + language + path)

    assert not problems(page)


def test_keyboard_walks_from_skip_link_to_the_last_link(live_server, context):
    page = show(context, live_server.url + "/")
    seen = []
    for _ in range(120):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if not now or now in seen[:1]:
            break
        assert page.evaluate(IN_VIEW), now
        seen.append(now)

    assert "sl-skip" in seen[0]
    assert any('id="q"' in element for element in seen)
    assert "/about/accessibility" in seen[-1]


def test_skip_link_leads_past_the_header(live_server, context):
    page = show(context, live_server.url + "/verify")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_display_menu_works_by_keyboard_and_is_kept(live_server, context):
    page = show(context, live_server.url + "/verify")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("[data-look=dark-more]").focus()
    page.keyboard.press("Enter")

    page.goto(live_server.url + "/ledger")

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.locator("html").get_attribute("data-contrast") == "more"


def test_device_that_prefers_dark_gets_dark_without_a_cookie(live_server, new_context):
    page = new_context(color_scheme="dark").new_page()
    page.goto(live_server.url + "/verify")

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_clock_shows_the_servers_time_and_the_devices_offset(live_server, new_context):
    context = new_context()
    context.add_init_script("const real = Date.now; Date.now = () => real() + 90000;")
    page = context.new_page()
    page.goto(live_server.url + "/en/verify")
    offset = page.locator("[data-offset]")
    offset.filter(has_text="ahead").wait_for()

    assert "90." in offset.inner_text()
    assert "sl-note" in offset.get_attribute("class")


def test_a_device_days_off_is_told_in_days(live_server, new_context):
    context = new_context()
    context.add_init_script("const real = Date.now; Date.now = () => real() - 3 * 86400000;")
    page = context.new_page()
    page.goto(live_server.url + "/en/verify")

    page.locator("[data-offset]").filter(has_text="your device is 3 d behind").wait_for()


@pytest.mark.parametrize("path", ["/", "/ledger", "/guides/verify", "/verify"])
def test_page_reads_without_scripts(path, live_server, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + path)

    assert page.locator("h1").count() == 1
    assert page.locator("footer").inner_text()


def test_search_and_display_work_without_scripts(live_server, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + "/en/")
    page.fill("#q", "bridge")
    page.press("#q", "Enter")
    assert "q=bridge" in page.url

    page.locator("summary").first.click()
    page.locator("[data-look=dark]").click()

    assert "q=bridge" in page.url
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_browser_reports_no_error_on_any_page(live_server, context):
    page = context.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in STILL[:-1]:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")

    assert not errors
