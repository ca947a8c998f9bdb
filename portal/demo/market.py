"""Build the market: finished tenders first, then one in its opening, then those still open, in the order of time."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.rehearsal import bidders, conduct, hosts, openings
from bidding.rehearsal.clock import CHINA, Clock, china
from bidding.rehearsal.conduct import Written, write_out
from bidding.rehearsal.key_files import backup_of
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import Panel, Plan, Published, draft, publish
from experts.rehearsal.draws import OPERATOR
from portal.demo import deposits, experts, panels, stories
from portal.demo.deposits import Deposits
from portal.services import client_modules_record

FINISHED, UNDERWAY, OPEN = 6, 1, 7
"""How many plans of the fixture go to each stage; the one after them stays a draft."""
SECURED = frozenset({3, 5, 7})
"""Which plans ask for a deposit: one that is opened, one with too few bids, one still open."""
PANEL = Panel(t=3, n=5)
PREPARATION = timedelta(days=22)
SALE = timedelta(days=23)
"""From the notice of the tender in its opening to its deadline."""
LIFE = timedelta(days=41)
"""What a finished tender may take from notice to award: weekends and the longest public holidays included."""
AGENCY = "预演招标代理公司"
LATE = "投标单位 501"
TOLD = {"bidder-in-doubt": "投标单位 40", "bidder-refunded": "投标单位 119"}
"""Two more bidders given a login: one whose deposit came from a personal account, one whose deposit went back."""
INTAKE = "受理员"
CAST = {
    OrganisationKind.OWNER: 1,
    OrganisationKind.AGENCY: 1,
    OrganisationKind.BIDDER: 3,
    OrganisationKind.OFFICER_BODY: 5,
    OrganisationKind.SUPERVISOR: 1,
}
"""How many people of each kind are given a login and a key file."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Market:
    """What was built: bundles of the finished tenders, and the registry which knows everybody."""

    written: list[Written]
    registry: Registry


def build(plans: Sequence[Plan], out: Path, *, now: datetime, password: str, say: Say) -> Market:
    """Run all stages up to ``now``; nothing lies in the future, so that the live clock can go on from here."""
    registry, clock = Registry(password=password), Clock(now - timedelta(days=120))
    clock.cut()
    client_modules_record(at=clock.now)
    people(registry, at=clock.now)
    experts.build(registry, clock)
    closes_at = _last_opening(now)
    clock.to(closes_at - SALE - LIFE)
    clock.cut()
    money = Deposits(registry, clock)
    money.open()
    plans = [
        replace(plan, deposit=deposits.DEPOSIT) if n in SECURED else plan for n, plan in enumerate(plans)
    ]
    plans[0] = replace(plans[0], scheme=panels.method())
    finished = _finished(plans[:FINISHED], registry, clock, out, money)
    say(f"{len(finished)} tenders from notice to record, one of them on to its award")
    underway = plans[FINISHED : FINISHED + UNDERWAY]
    waiting = plans[FINISHED + UNDERWAY : FINISHED + UNDERWAY + OPEN]
    _opening(underway, registry, clock, closes_at)
    say("1 tender in its opening")
    _open(waiting, registry, clock, now, money)
    say("bid security in every state, by bank files")
    draft(
        plans[FINISHED + UNDERWAY + OPEN], PANEL, registry, at=clock.now, close_at=_workday(now + PREPARATION)
    )
    say(f"{len(waiting)} tenders open, paused, postponed or cancelled, 1 draft")
    experts.go_on(registry, clock)
    say(f"{experts.COUNT} experts in the pool, committed in epochs")
    clock.cut()
    return Market(finished, registry)


def _workday(day: datetime) -> datetime:
    """9:30 in China on that day, or on the Monday after a weekend."""
    moment = china(day, 9, 30)
    weekday = moment.astimezone(CHINA).weekday()
    return moment + timedelta(days=7 - weekday) if weekday > 4 else moment


def _last_opening(now: datetime) -> datetime:
    """9:30 in China yesterday, or on the Friday before a weekend."""
    moment = china(now - timedelta(days=1), 9, 30)
    while moment.astimezone(CHINA).weekday() > 4:
        moment -= timedelta(days=1)
    return moment


def _close(tenders: Sequence[Published], clock: Clock, close_at: datetime) -> list[Published]:
    clock.to(close_at - timedelta(seconds=300))
    clock.cut()
    clock.beat(close_at, every=conduct.BEAT)
    clock.after(seconds=conduct.BEAT)
    clock.cut()
    return conduct.close(tenders, clock)


def _finished(
    plans: Sequence[Plan], registry: Registry, clock: Clock, out: Path, money: Deposits
) -> list[Written]:
    close_at = _workday(clock.now + PREPARATION)
    tenders = [publish(plan, PANEL, registry, at=clock.now, close_at=close_at) for plan in plans]
    clock.after(seconds=10)
    clock.cut()
    stories.ask_and_answer(tenders[0], registry, clock)
    secured = [one for one in tenders if one.plan.deposit]
    deposits.paid_before_the_opening(money, secured)
    money.sub(LATE, secured[0].lot)
    conduct.receive(tenders, registry, clock, close_at)
    opened = _close(tenders, clock, close_at)
    conduct.check(opened, clock)
    for e in conduct.ENVELOPES:
        conduct.release(opened, PANEL, e, clock)
    conduct.finish(opened, registry, clock)
    written = write_out(tenders, registry, out, clock)
    deposits.late(money, secured[0], LATE)
    deposits.given_back(money, secured[0])
    panels.held(tenders[0], registry, clock, written[0].place)
    return written


def _opening(plans: Sequence[Plan], registry: Registry, clock: Clock, close_at: datetime) -> None:
    """Closed on the last working day, set checked, two of five officers have committed."""
    clock.to(close_at - SALE)
    tenders = [publish(plan, PANEL, registry, at=clock.now, close_at=close_at) for plan in plans]
    clock.after(seconds=10)
    clock.cut()
    conduct.receive(tenders, registry, clock, close_at)
    opened = _close(tenders, clock, close_at)
    conduct.check(opened, clock)
    for one in opened:
        openings.promise(one, one.seats[:2], 0, at=clock.now)
    clock.after(seconds=1)
    clock.cut()


def _open(plans: Sequence[Plan], registry: Registry, clock: Clock, now: datetime, money: Deposits) -> None:
    """Tenders whose deadline lies ahead, each with its own story; some bids are in, and nobody can see them."""
    for position, plan in enumerate(plans):
        clock.to(now - timedelta(hours=18 - 2 * position))
        close_at = _workday(now + PREPARATION + timedelta(days=position))
        one = publish(plan, PANEL, registry, at=clock.now, close_at=close_at)
        clock.after(seconds=5)
        clock.cut()
        for offer in plan.offers[:2]:
            bidders.hand_in(one, offer, registry, at=clock.now)
        clock.after(seconds=2)
        clock.cut()
        services.receipts_due(lot_id=one.lot.pk, at=clock.now)
        if plan.deposit:
            deposits.in_every_state(money, one)
        stories.TELL[position % len(stories.TELL)](one, registry, clock)


def people(registry: Registry, *, at: datetime) -> None:
    """Enrol those whom no finished tender needed, so that a visitor can play a whole tender alone."""
    centre = registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=at)
    registry.staff(centre, Role.INTAKE, INTAKE, at=at)
    registry.party(AGENCY, OrganisationKind.AGENCY, at=at)


def logins(registry: Registry) -> list[tuple[str, Party]]:
    """(label, party) of who can log in: as many of each kind as one tender needs, then the centre’s staff."""
    found = []
    for kind, count in CAST.items():
        parties = [party for party in registry.parties() if kind in party.organisation.kinds][:count]
        found += [
            (kind.value if number == 1 else f"{kind.value}-{number}", party)
            for number, party in enumerate(parties, 1)
        ]
    names = {"intake": INTAKE, "recorder": hosts.RECORDER, "witness": hosts.WITNESS}
    names |= {
        "finance-maker": deposits.MAKER,
        "finance-checker": deposits.CHECKER,
        "owner-second": deposits.SECOND,
        "pool-keeper": experts.KEEPER,
        "pool-second": experts.SECOND,
        "draw-operator": OPERATOR,
    }
    firms = {party.organisation.name: party for party in registry.parties()}
    found += [(label, firms[name]) for label, name in TOLD.items()]
    return found + [(label, registry.staff_member(name)) for label, name in names.items()]


def key_files(registry: Registry, folder: Path, passphrase: str) -> None:
    """The signing keys of those people, and the registrar's, as backup files to be restored in a browser."""
    folder.mkdir(parents=True, exist_ok=True)
    people_keys = {label: (party.organisation.code, party.signer) for label, party in logins(registry)}
    people_keys["registrar"] = (people_keys["intake"][0], registry.registrar)
    for label, (code, signer) in people_keys.items():
        text = backup_of(signer, org=code, label=label, passphrase=passphrase, random=secrets.token_bytes)
        (folder / f"{label}.json").write_bytes(text)
