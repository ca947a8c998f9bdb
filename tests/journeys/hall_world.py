"""What the days and scenarios of the hall have in common: pages in both languages, people at their devices."""

import json
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.rehearsal import hosts
from bidding.selectors.signing import KIND
from tests import builders_bidding as build
from tests.web.html import Page

FACTOR = build.Panel(t=2, n=3, factor=True)
FIVE = build.Panel(t=3, n=5)


def client_of(email):
    """Somebody who has just proved who they are."""
    client = Client()
    client.force_login(Person.objects.get(email=email))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()
    return client


def address(hall, name, *args, language="en", app="bidding"):
    """Where a page of this lot is."""
    with translation.override(language):
        return reverse(f"{app}:{name}", args=[hall.lot.tender.number, hall.lot.no, *args])


def shown(hall, name, client=None, *args, language="en", app="bidding"):
    """A page as it is read; it must be whole."""
    answer = (client or Client()).get(address(hall, name, *args, language=language, app=app))
    assert answer.status_code == 200, (name, answer.status_code)
    text = answer.content.decode()
    assert not Page(text).problems, (name, Page(text).problems)
    return text


def both(hall, name, client, zh, en, *args, app="bidding"):
    """The page says the sentence in both languages."""
    assert zh in shown(hall, name, client, *args, language="zh-hans", app=app)
    assert en in shown(hall, name, client, *args, language="en", app=app)


def centre(hall, name, role=Role.WITNESS):
    """A member of the trading centre in the hall."""
    body = hall.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=hall.clock.now)
    return hall.registry.staff(body, role, name, at=hall.clock.now)


def witness(hall):
    """The centre's witness."""
    return centre(hall, hosts.WITNESS)


def body_on(text):
    """What the signing page asks the device to sign."""
    return json.loads(text.split('id="sign-body" type="application/json">')[1].split("</script>")[0])


def record_on(text):
    """The digest of the record that was read."""
    return text.split('name="record" value="')[1].split('"')[0]


def three_of_five(hall, e=0):
    """Three of five officers promise, the commit window ends, the platform says so: what they will hand over."""
    kept = build.openings.promise(hall.one, hall.one.seats[:3], e, at=hall.clock.now)
    hall.cut()
    over = hall.one.close_at + timedelta(seconds=hall.one.policy["commit_s"] + 3)
    hall.clock.to(max(over, hall.clock.now))
    hall.cut()
    services.openings_drive(at=hall.clock.now)
    hall.cut()
    return kept


def sign(hall, party, seat):
    """Read the record on the page of a seat and hand in the device's signature; the answer."""
    client = client_of(party.email)
    text = shown(hall, "hall-record", client, seat)
    signature = party.signer.sign(KIND, body_on(text))
    return client.post(
        address(hall, "hall-record", seat),
        {"record": record_on(text), "signatures": json.dumps([signature])},
    )
