"""A person's fingers on the keyboard, for the walks in which no pointer is ever used."""

from playwright.sync_api import TimeoutError as Waited

STEPS = 120
SCROLLS = 5_000
AT = """([id, words]) => { const e = document.activeElement, flat = (text) => text?.replace(/\\s+/g, ' ').trim();
  return id ? e.id === id : [e.innerText, e.textContent].some((text) => flat(text) === flat(words)); }"""
SEEN = """() => { const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const [x, y] = [r.left + r.width / 2, r.top + r.height / 2];
  const there = y > 0 && y < innerHeight ? document.elementFromPoint(x, y) : null;
  return r.width > 0 && (s.outlineStyle !== 'none' || s.boxShadow !== 'none')
    && Boolean(there) && (e.contains(there) || there.contains(e)); }"""
POINTED = """try { window.pointed = Number(sessionStorage.getItem('pointed')); } catch { window.pointed = 0; }
  addEventListener('pointerdown', () => sessionStorage.setItem('pointed', window.pointed += 1), true);"""
WHERE = "() => document.activeElement.outerHTML.slice(0, 120)"


class Keyboard:
    """Fingers that find what they need by Tab."""

    def __init__(self, page):
        """The keys of this page; whatever gets the focus must be seen to have it."""
        self.page, self.faults = page, []
        # file dialogs are waited for from the start: asked for with the key, a busy browser may open its own first
        page.on("filechooser", lambda _dialog: None)

    def to(self, wanted="", *, words="", back=False):
        """Tab, or Shift-Tab, to the element of this id, or to the link or button of these words."""
        for _ in range(STEPS):
            if self.page.evaluate(AT, [wanted, words]):
                self.note(wanted or words)
                return self
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        where = self.page.evaluate(WHERE)
        raise AssertionError(f"{wanted or words} is not reached by Tab; the focus is at {where}")

    def stands_at(self, wanted):
        """The page has brought the focus here by itself, and shows it."""
        assert self.page.evaluate(AT, [wanted, ""]), f"not at {wanted}: {self.page.evaluate(WHERE)}"
        self.note(wanted)
        return self

    def note(self, name):
        """The focus is drawn, in view and under nothing, once the page has scrolled to it."""
        try:
            self.page.wait_for_function(SEEN, timeout=SCROLLS, polling=100)
        except Waited:
            self.faults.append(name)

    def types(self, text):
        """Replace what stands there."""
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        return self

    def press(self, key):
        """Enter, Space or an arrow on what has the focus."""
        self.page.keyboard.press(key)
        return self

    def chooses(self, *files):
        """Open the file dialog with the keyboard."""
        with self.page.expect_file_chooser() as dialog:
            self.page.keyboard.press("Space")
        dialog.value.set_files([str(file) for file in files])
        return self


def no_pointer(page):
    """Count what a pointer does on whichever page; the walk ends with nothing counted."""
    page.add_init_script(POINTED)
