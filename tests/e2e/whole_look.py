"""Every page of a walk is held to the look once: axe in light, dark and high contrast, narrow and wide, in one visit.

Structure is the same in every theme and is asked once a width; colours are asked in each theme.
"""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")
WIDTHS = (1280, 390)
NARROWEST = 320
THEMES = (("dark", ""), ("light", "more"), ("dark", "more"))
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
THEME = """([theme, contrast]) => { const d = document.documentElement.dataset;
  d.bsTheme = theme; if (contrast) d.contrast = contrast; else delete d.contrast; }"""
STILL = """() => { const still = new CSSStyleSheet();
  still.replaceSync("* { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]; }"""
WIDER = """() => [...document.querySelectorAll('body *')].filter((one) =>
  document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120)).slice(0, 3)"""


class Look:
    """Looks at each named page once and keeps what is wrong."""

    def __init__(self):
        """Nothing seen yet."""
        self.seen, self.faults, self.axe = set(), [], Axe()

    def __call__(self, page, name):
        """Hold the page in view to every theme and width; a name is looked at once."""
        if name in self.seen:
            return
        self.seen.add(name)
        before = page.viewport_size
        theme = page.evaluate(
            "[document.documentElement.dataset.bsTheme, document.documentElement.dataset.contrast]"
        )
        page.evaluate(STILL)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            self.wide(page, name, width)
            self.ask(page, f"{name} at {width}")
            for one in THEMES:
                page.evaluate(THEME, list(one))
                self.ask(page, f"{name} at {width} {' '.join(one)}", COLOURS)
            page.evaluate(THEME, theme)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"whole-{name}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        self.wide(page, name, NARROWEST)
        page.set_viewport_size(before)

    def wide(self, page, name, width):
        """No page scrolls sideways."""
        if page.evaluate("document.documentElement.scrollWidth") > width:
            self.faults.append(f"{name} is wider than {width}: {page.evaluate(WIDER)}")

    def ask(self, page, name, options=None):
        """What axe finds here."""
        for found in self.axe.run(page, options=options).response["violations"]:
            nodes = "; ".join(node["html"][:120] for node in found["nodes"][:3])
            self.faults.append(f"{name}: {found['id']}: {nodes}")
