"""Keys in the system's Chromium: made, locked, saved, read back, restored, used; with a passkey and without."""

import json
import re

import pytest
from django.urls import reverse

from accounts.models import KeyRequest, SigningKey
from accounts.registrar_keys import registrar_trust
from accounts.states import KeyRequestState, Role
from kernel import clock
from tests import builders_accounts as build

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery staple"
PASSPHRASE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")


def ready(page, word):
    page.wait_for_function("w => document.documentElement?.dataset.ready === w", arg=word)


def sign_in(page, base, person):
    person.set_password(PASSWORD)
    person.save()
    page.goto(base + "/en" + reverse("account_login"))
    page.fill("#id_login", person.email)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(base + "/en/account/")
    page.goto(base + "/en/account/reauthenticate/?next=/en/account/")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(base + "/en/account/")


@pytest.fixture
def base(live_server):
    """By name: passkeys know no bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


def authenticator(page, *, prf=True):
    """A virtual authenticator of the browser; signs and answers its PRF without being asked."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": prf,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def make_key(page, base, tmp_path, *, label="Laptop", passkey=False):
    """Walk through the four steps; the backup file and the passphrase."""
    page.goto(base + "/en" + reverse("accounts:key-new"))
    ready(page, "key")
    page.fill("#id_label", label)
    if page.is_visible("#use-passkey"):
        page.set_checked("#use-passkey", passkey)
    page.click("#make")
    page.wait_for_selector("#save-body:not([hidden])")
    passphrase = page.inner_text("#passphrase")
    with page.expect_download() as download:
        page.click("#download")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.set_input_files("#prove-file", file)
    page.fill("#prove-passphrase", passphrase.lower().replace("-", " "))
    page.click("#prove")
    page.wait_for_selector("#ask-body:not([hidden])")
    return file, passphrase


def test_key_is_made_saved_read_back_and_asked_for(page, base, tmp_path):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)

    file, passphrase = make_key(page, base, tmp_path)
    shown = page.inner_text("#fingerprint")
    page.click("#ask")
    page.wait_for_url("**/en/account/keys/")

    asked = KeyRequest.objects.get()
    kept = json.loads(file.read_text())
    assert PASSPHRASE.fullmatch(passphrase)
    assert (asked.organisation_id, asked.label, asked.spki) == (party.organisation.pk, "Laptop", kept["id"])
    assert shown in page.inner_text("table")
    assert [lock["kind"] for lock in kept["locks"]] == ["passphrase"]
    assert kept["locks"][0]["iterations"] >= 600_000


def test_nothing_is_asked_for_before_the_backup_was_read_back(page, base):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)
    page.goto(base + "/en" + reverse("accounts:key-new"))
    ready(page, "key")
    page.fill("#id_label", "Laptop")
    page.press("#id_label", "Enter")
    page.evaluate("document.getElementById('key-form').requestSubmit()")
    page.wait_for_timeout(300)

    assert page.url.endswith("/account/keys/new/")
    assert not KeyRequest.objects.exists()


def test_wrong_passphrase_does_not_prove_a_backup(page, base, tmp_path):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)
    page.goto(base + "/en" + reverse("accounts:key-new"))
    ready(page, "key")
    page.fill("#id_label", "Laptop")
    if page.is_visible("#use-passkey"):
        page.set_checked("#use-passkey", False)
    page.click("#make")
    page.wait_for_selector("#save-body:not([hidden])")
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "key.json")
    page.set_input_files("#prove-file", tmp_path / "key.json")
    page.fill("#prove-passphrase", "0000-0000-0000-0000")
    page.click("#prove")
    page.wait_for_selector("#problem .sl-bad")

    assert "does not open this file" in page.inner_text("#problem")
    assert page.is_hidden("#ask-body")


def test_key_locked_by_a_passkey_is_restored_elsewhere_by_its_passphrase(page, base, tmp_path, new_context):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)
    authenticator(page)
    file, passphrase = make_key(page, base, tmp_path, passkey=True)
    page.goto(base + "/en" + reverse("accounts:keys"))
    ready(page, "keys")
    assert "passkey, passphrase" in page.inner_text("#browser-list")
    assert "passkey" not in file.read_text()

    other = new_context().new_page()
    sign_in(other, base, party.person)
    other.goto(base + "/en" + reverse("accounts:keys"))
    ready(other, "keys")
    assert other.is_visible("#browser-empty")
    other.set_input_files("#restore-file", file)
    other.fill("#restore-passphrase", passphrase)
    other.click("#restore button")
    other.wait_for_selector("#browser-list li")

    assert "Restored" in other.inner_text("#restore-said")
    assert "Laptop" in other.inner_text("#browser-list")


def test_passkey_without_prf_falls_back_to_the_passphrase(page, base, tmp_path):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)
    authenticator(page, prf=False)
    make_key(page, base, tmp_path, passkey=True)
    page.goto(base + "/en" + reverse("accounts:keys"))
    ready(page, "keys")

    assert page.inner_text("#browser-list [data-wraps]") == "passphrase"


def test_registrar_certifies_with_a_key_of_the_own_browser(page, base, tmp_path, new_context):
    at = clock.now()
    party, centre = build.accepted(1, at=at, with_key=False), build.centre(at=at)
    intake = build.staff(centre, Role.INTAKE, 950, at=at)
    sign_in(page, base, party.person)
    make_key(page, base, tmp_path)
    page.click("#ask")
    page.wait_for_url("**/en/account/keys/")

    from accounts.models import Person

    desk = new_context().new_page()
    sign_in(desk, base, Person.objects.get(pk=intake.person))
    authenticator(desk)
    make_key(desk, base, tmp_path, label="Registrar", passkey=True)
    desk.goto(base + "/en" + reverse("accounts:registrar"))
    ready(desk, "keys")
    registrar_trust(desk.inner_text("#registrar-spki"))
    asked = KeyRequest.objects.get()
    desk.goto(base + "/en" + reverse("accounts:key-certify", args=[asked.pk]))
    ready(desk, "sign")
    assert desk.is_hidden("#sign-passphrase-field")
    desk.click("#sign-button")
    desk.wait_for_url("**/en/account/desk/keys/")

    asked.refresh_from_db()
    assert asked.state == KeyRequestState.CERTIFIED.value
    assert SigningKey.objects.get(organisation=party.organisation).spki == asked.spki


OFFICER = """async ([challengeFor, other]) => {
  const ring = await import('/static/js/keys/ring.js');
  const officer = await import('/static/js/keys/officer_key.js');
  const { makePassphrase } = await import('/static/js/keys/passphrase.js');
  const { dryRunInfo } = await import('/static/js/officer/keys.js');
  const hpke = await import('/static/js/protocol/hpke.js');
  const { fromHex, hex } = await import('/static/js/protocol/bytes.js');
  const seat = { tender: '350102-GC-2026-00007', lot: '1', i: 2 };
  const passphrase = makePassphrase();
  const fresh = await officer.makeOfficerRing({ org: 'ORG', label: 'Seat', seat });
  const locked = await ring.lockRing(fresh, passphrase);
  const proved = await ring.proveBackup(locked, ring.backupOf(locked), passphrase);
  const opened = await ring.openWithPassphrase(proved, passphrase);
  const declared = await officer.declareSeat(proved, opened, seat);
  const pk = fromHex(locked.halves.kem.public);
  const plain = new Uint8Array(32).fill(7);
  const good = hex(await hpke.seal(pk, await dryRunInfo(seat.tender, seat.lot, seat.i), plain));
  const share = hex(await hpke.seal(pk, new TextEncoder().encode('sealedbid/v1 share'), plain));
  const answered = await officer.answerSeat(proved, opened, { ...seat, stage: 'eve', challenge: good });
  const refused = async (act) => { try { await act(); return ''; } catch (error) { return error.code; } };
  return {
    extractable: Object.values(opened).map((key) => key.extractable),
    declared, answered, pk: locked.halves.kem.public, sig: locked.halves.sign.public,
    shareAsked: await refused(() => officer.answerSeat(proved, opened, { ...seat, stage: 'eve', challenge: share })),
    otherSeat: await refused(() => officer.declareSeat(proved, opened, { ...seat, lot: '2' })),
    wrong: await refused(() => ring.openWithPassphrase(proved, '0000-0000-0000-0000')),
  };
}"""


def test_officer_key_is_backed_up_and_answers_its_own_dry_run_only(page, base):
    from accounts.rules import signed_by
    from protocol import hashing

    page.goto(base + "/verify")
    found = page.evaluate(OFFICER, [None, None])

    sig = {found["sig"]}
    assert signed_by("officer-key", found["declared"]["body"], found["declared"]["signatures"], sig)
    assert signed_by("dryrun", found["answered"]["body"], found["answered"]["signatures"], sig)
    assert found["declared"]["body"]["pk"] == found["pk"]
    assert found["answered"]["body"]["answer"] == hashing.tagged("dryrun answer", bytes([7] * 32)).hex()
    assert found["extractable"] == [False, False]
    assert (found["shareAsked"], found["otherSeat"], found["wrong"]) == (
        "hpke-open",
        "officer-seat",
        "lock-closed",
    )


@pytest.mark.parametrize("name", ["keys", "key-new", "registrar"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_key_pages_have_no_violation_and_fit(page, base, axe, name, language):
    at = clock.now()
    intake = build.staff(build.centre(at=at), Role.INTAKE, 950, at=at)
    from accounts.models import Person

    sign_in(page, base, Person.objects.get(pk=intake.person))
    page.goto(base + language + reverse(f"accounts:{name}"))

    assert not axe(page)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_person_adds_a_passkey_and_signs_in_with_it_alone(page, base):
    party = build.accepted(1, at=clock.now(), with_key=False)
    sign_in(page, base, party.person)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(base + "/en/account/2fa/webauthn/add/")
    page.fill("#id_name", "Laptop")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/2fa/**codes/**")
    page.goto(base + "/en/account/logout/")
    page.click("main form button[type=submit]")
    page.wait_for_url(base + "/")

    page.goto(base + "/en/account/login/")
    page.click("#passkey_login")
    page.wait_for_url(base + "/en/account/")

    assert "Person 1" in page.inner_text("h1")
