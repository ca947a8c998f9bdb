"""A page held to the look in one visit: axe in light, dark, high contrast and forced colours, narrow and wide.

Structure is asked once a width; colours, which cost most and no width changes, once in each way of seeing. The ways of
seeing are the device's own: the page in view is told that its reader now prefers another one.
"""

import os
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve

SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")
WIDTHS = (1280, 390)
NARROWEST = 320
SEEING = {
    "light": {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "contrast": "no-preference", "forced_colors": "none"},
    "high contrast": {"color_scheme": "light", "contrast": "more", "forced_colors": "none"},
    "dark, high contrast": {"color_scheme": "dark", "contrast": "more", "forced_colors": "none"},
    "forced colours": {"color_scheme": "dark", "contrast": "more", "forced_colors": "active"},
}
COLOURS = ["color-contrast", "link-in-text-block"]
# A way of seeing reaches the page with its next frame; on a busy machine that can be after the question.
RUN = """async ([rules, colours]) => {
  const frame = () => new Promise((go) => { requestAnimationFrame(go); setTimeout(go, 1000); });
  if (colours) { await frame(); await frame(); }
  const run = colours ? { runOnly: rules } : { rules: Object.fromEntries(rules.map((id) => [id, { enabled: false }])) };
  const { violations } = await axe.run(document, { ...run, resultTypes: ["violations"], elementRef: false });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join("; ")}`); }"""
STILL = """() => { const still = new CSSStyleSheet();
  still.replaceSync("* { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]; }"""
WIDER = """() => [...document.querySelectorAll('body *')].filter((one) =>
  document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120)).slice(0, 3)"""


def view_of(url):
    """The name of the page at this address in either language, or nothing where it is none of the site's."""
    path = urlsplit(url).path
    try:
        return resolve(path.removeprefix("/en") if path.startswith("/en/") else path).view_name
    except Resolver404:
        return ""


class Look:
    """Looks at each named page once and keeps what is wrong."""

    def __init__(self):
        """Nothing seen yet."""
        self.seen, self.views, self.faults = set(), set(), []

    def __call__(self, page, name):
        """Hold the page in view to every width and way of seeing; a name is looked at once.

        A further state of a page already seen is of the same parts: light and dark are enough.
        """
        if name in self.seen:
            return
        self.seen.add(name)
        seeing = list(SEEING)[: 2 if view_of(page.url) in self.views else None]
        self.views.add(view_of(page.url))
        before = page.viewport_size
        self.begin(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            self.wide(page, name, width)
            self.ask(page, f"{name} at {width}")
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"whole-{name}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        for one in seeing:
            page.emulate_media(**SEEING[one])
            self.ask(page, f"{name} in {one}", colours=True)
        page.emulate_media(**SEEING["light"])
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        self.wide(page, name, NARROWEST)
        page.set_viewport_size(before)

    def briefly(self, page, name):
        """The same page in another language: its structure and whether it fits a phone."""
        before = page.viewport_size
        self.begin(page)
        page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
        self.ask(page, name)
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        self.wide(page, name, NARROWEST)
        page.set_viewport_size(before)

    def twin(self, page, name):
        """The same page in the other language, beside this one."""
        other = page.context.new_page()
        other.goto(urljoin(page.url, page.get_attribute("link[hreflang]", "href")))
        self.briefly(other, f"{name}, its twin")
        other.close()

    def begin(self, page):
        """axe on the page, and nothing moving; the ways of seeing are the device's, not a kept choice."""
        page.emulate_media(**SEEING["light"])
        page.evaluate(AXE_SCRIPT)
        page.evaluate(STILL)

    def wide(self, page, name, width):
        """No page scrolls sideways."""
        if page.evaluate("document.documentElement.scrollWidth") > width:
            self.faults.append(f"{name} is wider than {width}: {page.evaluate(WIDER)}")

    def ask(self, page, name, *, colours=False):
        """What axe finds here: in the structure, or in the colours."""
        self.faults += [f"{name}: {found}" for found in page.evaluate(RUN, [COLOURS, colours])]
