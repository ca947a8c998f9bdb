"""The world of a whole tender: one server, one clock, everybody's organisations; time passes by the tick alone."""

import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from accounts.models import Person
from accounts.registrar_keys import registrar_trust
from accounts.states import Power, Role
from config.celery import due
from kernel.errors import DomainError
from tests import builders_accounts as people
from tests.e2e.someone import Someone

BEAT = timedelta(seconds=60)
BEFORE_CLOSE = timedelta(seconds=300)


class Clock:
    """The present moment, moved on as the days of a tender pass."""

    def __init__(self):
        """Begin now."""
        self.ahead = timedelta(0)

    def now(self):
        """The moment everybody reads."""
        return datetime.now(tz=UTC) + self.ahead

    def to(self, moment):
        """Go on to a later moment."""
        self.ahead += max(moment - self.now(), timedelta(0))
        tick()

    def past(self, moment):
        """Go past a deadline with the beats the policy promises."""
        self.to(moment - BEFORE_CLOSE)
        while self.now() < moment:
            self.to(min(moment, self.now() + BEAT))
        self.to(moment + timedelta(seconds=3))
        tick()


def tick():
    """What worker and beat do: every line of the schedule once."""
    for line in due():
        with contextlib.suppress(DomainError):
            line.task()


@dataclass
class Member:
    """A person of an organisation that has no key yet."""

    person: Person
    organisation: object


@dataclass
class World:
    """Who is there, where the pages are, what time it is."""

    url: str
    new_context: object
    look: object
    files: Path
    clock: Clock = field(default_factory=Clock)
    at_desk: dict = field(default_factory=dict)

    def register(self):
        """Every organisation, accepted at the desk; nobody has a key."""
        at, kind = self.clock.now(), people.OrganisationKind
        given = {
            "owner": (901, kind.OWNER, "Harbour Works Office"),
            "agency": (902, kind.AGENCY, "Bridge Consulting"),
            "supervisor": (903, kind.SUPERVISOR, "Construction Bureau"),
            "centre": (904, kind.CENTRE, "Trading Centre"),
            "body1": (911, kind.OFFICER_BODY, "Notary Office"),
            "body2": (912, kind.OFFICER_BODY, "Audit Office"),
            "body3": (913, kind.OFFICER_BODY, "Builders’ Association"),
        } | {f"bidder{n}": (n, kind.BIDDER, f"投标单位 {n}") for n in (1, 2, 3)}
        self.parties = {
            role: people.accepted(n, kinds=frozenset({of}), name=name, at=at, with_key=False)
            for role, (n, of, name) in given.items()
        }
        self.member("intake", "centre", Role.INTAKE, 950)
        self.member("witness", "centre", Role.WITNESS, 951, Power.CONFIRM, Power.MEMBERS)
        for i in range(1, 6):
            self.member(f"officer{i}", f"body{(i - 1) % 3 + 1}", Role.OFFICER, 960 + i)

    def member(self, name, organisation, role, n, *powers):
        """One more member of an organisation."""
        party = self.parties[organisation]
        actor = people.staff(party, role, n, at=self.clock.now(), powers=frozenset(powers))
        self.parties[name] = Member(Person.objects.get(pk=actor.person), party.organisation)

    def __getattr__(self, name):
        """``world.owner`` and all the others: each at a device of its own, from the first time it is asked."""
        if name.startswith("_") or name not in self.__dict__.get("parties", {}):
            raise AttributeError(name)
        if name not in self.at_desk:
            self.at_desk[name] = Someone(self, self.parties[name], self.files / name)
        return self.at_desk[name]

    def device(self, name, called):
        """One more device of the same person."""
        return Someone(self, self.parties[name], self.files / called)

    def until_true(self, asked, seconds=120):
        """Wait for a fact."""
        end = datetime.now(tz=UTC) + timedelta(seconds=seconds)
        while not asked():
            assert datetime.now(tz=UTC) < end

    def until(self, page, selector, seconds=120):
        """Wait for something on a page while the clock of the platform ticks."""
        end = datetime.now(tz=UTC) + timedelta(seconds=seconds)
        while datetime.now(tz=UTC) < end:
            if page.locator(selector).count():
                return
            tick()
            page.wait_for_timeout(150)
        raise TimeoutError(f"{selector}: {page.url}\n{page.inner_text('main')}")

    @property
    def citizen(self):
        """Somebody without an account."""
        if "citizen" not in self.at_desk:
            self.at_desk["citizen"] = self.new_context().new_page()
        return self.at_desk["citizen"]


def keys(world, *names):
    """Each makes its organisation's key in the browser; the registrar compares and certifies every one."""
    desk = world.intake
    desk.open("accounts:key-new", ready="key")
    desk.write("Name of the key", "Registrar")
    desk.keep_key()
    desk.open("accounts:registrar", ready="keys")
    registrar_trust(desk.page.inner_text("#registrar-spki"))
    for name in names:
        getattr(world, name).make_key()
    desk.open("accounts:desk-keys")
    links = desk.page.get_by_role("link", name="Compare and sign")
    while links.count():
        links.first.click()
        desk.prove()
        desk.sign("Certify the key", then="/desk/keys/$")


def read(path):
    """A JSON file."""
    return json.loads(Path(path).read_text("utf-8"))
