"""A person at a browser of its own: signs in, reads labels, fills forms, keeps a key, signs with it."""

import re
from pathlib import Path

from django.urls import reverse
from django.utils import translation

PASSWORD = "correct horse battery staple"
PATIENCE = 30_000


def address(name, *args):
    """The English page of this name."""
    with translation.override("en"):
        return reverse(name, args=args)


class Someone:
    """One person, one device: what it can do is what stands on its pages."""

    def __init__(self, world, party, files):
        """A fresh browser; ``world`` serves, ``files`` is where this person saves what it downloads."""
        self.world, self.person, self.files = world, party.person, Path(files)
        self.files.mkdir(parents=True, exist_ok=True)
        self.organisation = party.organisation
        self.page = world.new_context().new_page()
        self.page.set_default_timeout(PATIENCE)
        self.passphrase, self.backup = "", None
        self.sign_in()

    def sign_in(self):
        """With e-mail and password."""
        if not self.person.has_usable_password():
            self.person.set_password(PASSWORD)
            self.person.save()
        self.open("account_login")
        self.page.fill("#id_login", self.person.email)
        self.page.fill("#id_password", PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url("**/en/account/")
        self.visit("/en/account/reauthenticate/?next=/en/account/")

    def open(self, name, *args, ready=""):
        """Go to the page of this name; prove who one is when asked."""
        return self.visit(address(name, *args), ready=ready)

    def visit(self, path, *, ready=""):
        """Go to this path."""
        self.page.goto(path if path.startswith("http") else self.world.url + path)
        self.prove()
        if ready:
            self.ready(ready)
        return self.page

    def ready(self, word):
        """Wait until the page's script has begun."""
        self.page.wait_for_function("w => document.documentElement?.dataset.ready === w", arg=word)

    def prove(self):
        """Type the password again if the page asks for it."""
        if "reauthenticate" in self.page.url:
            self.page.fill("#id_password", PASSWORD)
            self.page.press("#id_password", "Enter")
            self.page.wait_for_url(re.compile(r"^(?!.*reauthenticate).*$"))

    def fill(self, **labelled):
        """Fill by label; for labels which are no names, use ``write``."""
        for label, value in labelled.items():
            self.write(label, value)

    def write(self, label, value):
        """Fill, choose, tick or attach, as the field named so asks for."""
        box = self.page.get_by_label(label, exact=True).first
        kind = box.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            box.select_option(label=value)
        elif kind in {"checkbox", "radio"}:
            box.set_checked(value)
        elif kind == "file":
            box.set_input_files(value)
        else:
            box.fill(value)

    def form(self, rows):
        """Fill a form: label and value, line by line."""
        for label, value in rows.items():
            self.write(label, value)

    def press(self, name, then=""):
        """Press the button of this name; ``then`` is where it leads."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        if then:
            self.page.wait_for_url(re.compile(f"{then}|/reauthenticate/"))
        self.prove()
        if then:
            self.page.wait_for_url(re.compile(then))

    def follow(self, name):
        """Follow the first link of this name."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()
        self.prove()

    def says(self, text):
        """Whether the page says this."""
        return text in self.page.inner_text("main")

    def look(self, name):
        """Hold the page in view to every theme and width."""
        self.world.look(self.page, name)

    def look_twice(self, name):
        """The same in both languages, for a page that can be asked for again."""
        if name not in self.world.look.seen:
            self.look(name)
            self.world.look.twin(self.page, name)

    def make_key(self, label="Desk"):
        """Make the organisation's key: write down the passphrase, save and prove the backup, ask."""
        self.open("accounts:key-new", ready="key")
        self.write("Name of the key", label)
        self.keep_key()
        self.press("Ask for the registration", then="/account/keys/$")

    def keep_key(self):
        """The steps every key takes: made, written down, saved, proved."""
        page = self.page
        if page.is_visible("#use-passkey"):
            page.set_checked("#use-passkey", False)
        self.press("Make the key")
        page.wait_for_selector("#save-body:not([hidden])")
        self.passphrase = page.inner_text("#passphrase")
        with page.expect_download() as download:
            self.press("Save the backup file")
        self.backup = self.files / download.value.suggested_filename
        download.value.save_as(self.backup)
        self.write("Backup file", self.backup)
        self.write("Passphrase", self.passphrase)
        self.press("Read the backup back")
        page.wait_for_selector("#ask-body:not([hidden])")

    def sign(self, verb, then=""):
        """Sign what the page shows with the key of this browser."""
        self.ready("sign")
        self.write("Passphrase of the key", self.passphrase)
        self.press(verb, then=then)

    def download(self, name):
        """Save what the link of this name gives."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name, exact=True).first.click()
        target = self.files / download.value.suggested_filename
        download.value.save_as(target)
        return target
