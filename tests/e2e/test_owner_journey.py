"""An owner's way in the browser, from intake to publication and a postponement two sign; each page held to the look."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.services import signing_key_register
from accounts.states import Role
from kernel import clock
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.e2e.test_accounts_keys import ready, sign_in
from trading.models import Lot, OfficerSeat, PostponementProposal, Project, Tender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
PASSPHRASE = "ABCD-EFGH-JKMN-PQRS"
WIDTHS = (1280, 390, 320)
SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")

MAKE_KEY = """async ([org, login, passphrase]) => {
  const { makeSigningRing, lockRing } = await import("/static/js/keys/ring.js");
  const { KeyStore } = await import("/static/js/keys/store.js");
  const ring = await lockRing(await makeSigningRing({ org, label: "Desk" }), passphrase);
  await (await KeyStore.of(login)).put(ring);
  return ring.id;
}"""


def at(name, *args):
    with translation.override("en"):
        return reverse(f"trading:{name}", args=args)


@pytest.fixture
def base(live_server):
    """By name: passkeys know no bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def look(axe):
    """Hold the page in view to axe and to narrow screens; what is wrong is collected."""
    found = []

    def at_it(page, name):
        found.extend(f"{name}: {line}" for line in axe(page))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name} scrolls sideways at {width}")
            if SHOTS and width != 320:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})

    yield at_it
    assert not found, "\n".join(found)


def leave(page):
    page.context.clear_cookies()


def own_key(page, party):
    """A key of the organisation in this browser, registered as the registrar would."""
    given = [party.organisation.code, str(party.person.pk), PASSPHRASE]
    spki = page.evaluate(MAKE_KEY, given)
    event = people.key_event(party.organisation, spki)
    signing_key_register(**event, registrar=people.REGISTRAR_SPKIS, actor=people.SYSTEM, at=clock.now())


def sign(page):
    """Sign what the page asks, with the key of this browser."""
    ready(page, "sign")
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")


def fill(page, **values):
    for name, value in values.items():
        box = page.locator(f"#id_{name}")
        if box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def moment(value):
    return value.astimezone(build.CHINA).strftime("%Y-%m-%dT%H:%M")


def submit(page):
    page.locator("main form .btn-primary[type=submit]").first.click()


def intake(page, base, market, look):
    """O1 and the desk's answer."""
    page.goto(base + at("project-new"))
    look(page, "project-new")
    submit(page)
    look(page, "project-new-errors")
    fill(
        page,
        name="主街道路工程",
        mandatory="yes",
        state_funded="yes",
        supervisor=str(market.supervisor.organisation.pk),
        region="350100",
        estimate="5,000,000.00",
        approval_1_no="A-1",
        funds_1_source="市财政",
        funds_1_share="100",
    )
    page.check("#id_scheme_approved")
    submit(page)
    look(page, "project")
    project = Project.objects.get()
    leave(page)
    sign_in(page, base, people.Person.objects.get(pk=market.intake.person))
    page.goto(base + at("intake"))
    look(page, "intake")
    page.goto(base + at("intake-review", project.pk))
    look(page, "intake-review")
    page.click("button[value=accept]")
    page.wait_for_url("**/projects/intake/")
    leave(page)
    return project


def draft(page, base, market, project, look):
    """O2-O5 but for the officers' keys."""
    now = clock.now()
    page.goto(base + at("tender-new", project.pk))
    fill(
        page,
        title="主街道路工程",
        title_en="Main street road works",
        owner_address="1 Main street",
        place="Main street",
        consortium_allowed="no",
        documents_from=moment(now),
        documents_until=moment(build.day(now, 8, 17)),
    )
    look(page, "sheet")
    submit(page)
    tender = Tender.objects.get()
    page.goto(base + at("lot-new", tender.pk))
    fill(
        page,
        name="第一标段",
        scope="路面",
        estimate="5000000",
        ceiling="4800000",
        duration_days="120",
        quality="合格",
        validity_days="90",
        method_kind="comprehensive",
        method_criteria="price; 60\ntechnical; 40",
        method_places="2",
        method_tie="lower price",
        method_candidates="3",
    )
    look(page, "lot")
    submit(page)
    lot = Lot.objects.get()
    for kind, name, content in build.DOCUMENTS:
        page.goto(base + at("documents", tender.pk))
        page.select_option("#id_kind", kind)
        page.set_input_files(
            "#id_file", {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        submit(page)
    look(page, "documents")
    page.goto(base + at("opening", tender.pk, lot.pk))
    fill(page, close_at=moment(build.day(now, 25)), hall="Hall 1", t="3")
    submit(page)
    for name in ("tender", "mandate"):
        page.goto(base + at(name, tender.pk))
        look(page, name)
    return tender, lot


def officer(page, base, market, tender, lot, look, tmp_path):
    """Seat 1: offered, accepted, key made and proved, certified, dry run answered, all in the browser."""
    body = market.bodies[0]
    member = people.staff(body, Role.OFFICER, 88, at=clock.now())
    page.goto(base + at("seat-offer", tender.pk, lot.pk, 1))
    look(page, "seat-offer")
    page.select_option("#id_candidate", label=f"{body.organisation.name} · Person 88")
    submit(page)
    page.wait_for_url("**/opening/")
    look(page, "opening")
    seat = OfficerSeat.objects.get(i=1)
    leave(page)
    sign_in(page, base, people.Person.objects.get(pk=member.person))
    page.goto(base + at("seats"))
    look(page, "seats")
    page.goto(base + at("seat", seat.pk))
    look(page, "seat-invited")
    page.click("main .btn-primary")
    page.goto(base + at("seat-key", seat.pk))
    ready(page, "key")
    look(page, "seat-key")
    if page.is_visible("#use-passkey"):
        page.set_checked("#use-passkey", False)
    page.click("#make")
    page.wait_for_selector("#save-body:not([hidden])")
    passphrase = page.inner_text("#passphrase")
    with page.expect_download() as download:
        page.click("#download")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.set_input_files("#prove-file", file)
    page.fill("#prove-passphrase", passphrase)
    page.click("#prove")
    page.wait_for_selector("#ask-body:not([hidden])")
    page.click("#ask")
    page.wait_for_url(f"**/seats/{seat.pk}/")
    leave(page)

    sign_in(page, base, body.person)
    own_key(page, body)
    page.goto(base + at("seat-certify", seat.pk))
    look(page, "seat-certify")
    sign(page)
    page.wait_for_url("**/seats/")
    leave(page)

    sign_in(page, base, people.Person.objects.get(pk=member.person))
    page.goto(base + at("seat", seat.pk))
    page.click("main form .btn-primary")
    ready(page, "dryrun")
    look(page, "seat-dryrun")
    page.fill("#dryrun-passphrase", passphrase)
    page.click("#dryrun-button")
    page.wait_for_selector("text=Passed: your key opens.")
    seat.refresh_from_db()
    assert seat.state == "proven"
    assert seat.tool == "browser"
    leave(page)


def test_owner_from_intake_to_publication_and_a_postponement_of_two(page, base, look, tmp_path):
    market = build.market(at=clock.now())
    sign_in(page, base, market.owner.person)
    project = intake(page, base, market, look)
    sign_in(page, base, market.owner.person)
    own_key(page, market.owner)
    page.goto(base + at("desk"))
    look(page, "desk")
    tender, lot = draft(page, base, market, project, look)
    officer(page, base, market, tender, lot, look, tmp_path)
    made = build.refreshed(build.Made(market, tender, (lot,)))
    for i in range(2, 6):
        build.seat_officer(market, made.lot, i, at=clock.now())

    sign_in(page, base, market.owner.person)
    page.goto(base + at("check", tender.pk))
    look(page, "check")
    page.get_by_role("button", name="Hand it to the owner for signature").click()
    page.goto(base + at("publish", tender.pk))
    look(page, "publish")
    sign(page)
    page.wait_for_url(f"**/tenders/{tender.pk}/")
    tender.refresh_from_db()
    assert tender.number.startswith("350100-GC-")
    look(page, "tender-open")
    page.goto(f"{base}/en/n/{tender.number}")
    assert "Main street road works" in page.inner_text("h1")

    later = build.day(clock.now(), 32)
    page.goto(base + at("postpone", tender.pk, lot.pk))
    fill(page, close_at=moment(later), reason="Hall damaged by water")
    look(page, "postpone")
    submit(page)
    look(page, "postpone-sign")
    sign(page)
    page.wait_for_url(f"**/tenders/{tender.pk}/")
    for name in ("clarifications", "addenda", "addendum-new", "suspend", "cancel"):
        page.goto(base + at(name, tender.pk))
        look(page, name)
    leave(page)

    sign_in(page, base, market.supervisor.person)
    own_key(page, market.supervisor)
    page.goto(base + at("supervised"))
    look(page, "supervised")
    page.goto(base + at("proposal", PostponementProposal.objects.get().pk))
    look(page, "proposal")
    sign(page)
    page.wait_for_url("**/supervised/")
    assert Lot.objects.get().close_at == later
