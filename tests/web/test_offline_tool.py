"""Pages and offline tool together: the tool runs by itself, the page takes what it wrote, and nothing that was changed."""

import html
import json
import re

import pytest

from accounts.models import KeyRequest, Mandate, SigningKey
from accounts.registrar_keys import registrar_trust
from accounts.rules.signed import fingerprint
from accounts.states import Role
from protocol import canonical, dsse
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.bidding.authority import Authority, der
from tests.builders_accounts import START
from tests.protocol.test_cli import alone
from tests.web.account_forms.acting import english, enter
from tests.web.account_forms.acting import post as post_account
from tests.web.test_trading_pages import NOW, at, clock, get, login, post  # noqa: F401 - fixtures
from trading import services
from trading.models import DryRun

pytestmark = pytest.mark.django_db


def tool(*words):
    """What the tool says; it must have succeeded."""
    done = alone(*words)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def command(text, name):
    """The words of a command as the page prints it."""
    [found] = re.findall(rf"python -m protocol ({name} [^<\n]*)", text)
    return html.unescape(found).split()


def offered(page, folder):
    """The file a page offers, as it stands on the page; the address it is saved from holds the same bytes."""
    [shown] = re.findall(r'id="sign-file"[^>]*>([^<]*)</pre>', page.text)
    (folder / "to-sign.json").write_bytes(html.unescape(shown).encode())
    return folder / "to-sign.json"


def signed_by_tool(folder, signer, name="signed.json"):
    """The page's file signed with the command which stands on the page."""
    (folder / f"{name}.pem").write_bytes(signer.save())
    tool("sign", folder / "to-sign.json", "--key", folder / f"{name}.pem", "--out", folder / name, "--yes")
    return (folder / name).read_text()


def altered(text, change):
    """What the tool wrote, with its first part changed."""
    found = json.loads(text)
    change(found["parts"][0])
    return canonical.encode(found).decode()


@pytest.fixture
def seat(kept):
    """An accepted seat of a draft which has no key yet, its officer, and the officer's organisation."""
    made = kept(build.draft_tender, officers=1)
    body = made.market.bodies[1]
    actor = people.staff(body, Role.OFFICER, 777)
    row = services.officer_seat_invite(
        lot_id=made.lot.pk,
        i=2,
        organisation_id=body.organisation.pk,
        person_id=actor.person,
        role="notary",
        actor=made.owner,
        at=START,
    )
    return services.officer_seat_accept(seat_id=row.pk, actor=actor, at=START), actor, body


def test_an_officer_makes_certifies_and_proves_a_key_without_a_browser_s_key(login, seat, tmp_path):  # noqa: F811
    row, actor, body = seat
    client = login(actor)
    words = command(get(client, at("seat-key", row.pk), "en").text, "officer-key")
    tool(*words[:-1], tmp_path / "KEYS")
    key = (tmp_path / "KEYS" / "officer-key.json").read_text()
    post(client, at("seat-key", row.pk), {"signed": key, "tool": "offline"})

    client = login(body.actor)
    offered(get(client, at("seat-certify", row.pk), "en"), tmp_path)
    post(client, at("seat-certify", row.pk), {"signed": signed_by_tool(tmp_path, body.signer)})
    row.refresh_from_db()
    assert (row.state, row.tool) == ("registered", "offline")

    client = login(actor)
    post(client, at("seat-ask", row.pk), {})
    words = command(get(client, at("seat", row.pk), "en").text, "dryrun")
    words[words.index("KEYS")], words[-1] = tmp_path / "KEYS", tmp_path / "answer.json"
    by_another_key(client, row, words, tmp_path)
    tool(*words)
    post(client, at("seat-answer", row.pk), {"signed": (tmp_path / "answer.json").read_text()})
    row.refresh_from_db()
    run = DryRun.objects.get(seat=row)
    assert (row.state, run.passed, run.tool, run.stage) == ("proven", True, "offline", "publish")


def by_another_key(client, row, words, folder):
    """An answer that opens, signed by somebody else, is refused, and the page still shows the command."""
    stolen = folder / "STOLEN"
    stolen.mkdir()
    (stolen / "open.hex").write_bytes((folder / "KEYS" / "open.hex").read_bytes())
    (stolen / "sign.pem").write_bytes(dsse.Signer.generate().save())
    out = folder / "stolen.json"
    tool(*[stolen if word == folder / "KEYS" else word for word in words[:-1]], out)

    answer = post(client, "/en" + at("seat-answer", row.pk), {"signed": out.read_text()}, status=422)

    text = html.unescape(answer.content.decode())
    assert "This is not signed by the key of this seat (sig_key). Answer with the keys" in text
    assert "--stage publish --challenge" in text


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"--tender": "350100-GC-2026-09999"}, "This is for another seat: tender is 350100-GC-2026-09999"),
        ({"--lot": "99"}, "This is for another seat: lot is 99, and here it is"),
        ({"--seat": "7"}, "This is for another seat: i is 7, and here it is 2. Use the command shown here."),
    ],
)
def test_a_key_for_another_seat_is_refused_with_the_member_named(login, seat, tmp_path, place, says):  # noqa: F811
    row, actor, _ = seat
    given = {"--tender": row.lot.tender.reference, "--lot": row.lot.code, "--seat": str(row.i)} | place
    tool("officer-key", *[word for pair in given.items() for word in pair], "--out", tmp_path / "KEYS")

    answer = post(
        login(actor),
        "/en" + at("seat-key", row.pk),
        {"signed": (tmp_path / "KEYS" / "officer-key.json").read_text()},
        status=422,
    )

    assert says in html.unescape(answer.content.decode())


def test_the_owner_publishes_with_the_tool_and_only_what_the_page_shows(login, tmp_path):  # noqa: F811
    made = build.ready_tender(at=START)
    owner, client = made.market.owner, login(made.owner)
    path = at("publish", made.tender.pk)
    file = offered(get(client, path, "en"), tmp_path)
    right, stranger = signed_by_tool(tmp_path, owner.signer), dsse.Signer.generate()
    wrong = signed_by_tool(tmp_path, stranger, "stranger.json")

    def refused(text):
        return html.unescape(post(client, "/en" + path, {"signed": text}, status=422).content.decode())

    assert json.loads(file.read_text())["parts"][0]["kind"] == "policy"
    text = refused(wrong)
    assert "may not sign here. Sign with one of these keys:" in text
    assert people_fingerprint(stranger) in text
    assert people_fingerprint(owner.signer) in text
    text = refused(altered(right, lambda part: part["body"].update(min_bids=9)))
    assert "other values were signed than this page shows (min_bids)" in text
    text = refused(altered(right, lambda part: part["signatures"][0].update(sig="00" * 64)))
    assert "the signature does not hold" in text
    text = refused(altered(right, lambda part: part.update(kind="addendum")))
    assert "This file signs something else than this page asks." in text
    assert "not the file which the tool wrote" in refused(altered(right, lambda part: part.update(more=1)))
    part = json.loads(right)["parts"][0]
    chained = dsse.Signer(owner.signer.key, der(Authority(NOW).certify(owner.signer, "x")))
    bare = {part["id"]: [chained.sign("policy", part["body"])]}
    assert "Sign with the key registered here, without certificates." in refused(json.dumps(bare))
    made.tender.refresh_from_db()
    assert made.tender.state == "ready"

    post(client, path, {"signed": right})
    made.tender.refresh_from_db()
    assert made.tender.number


def people_fingerprint(signer):
    return fingerprint(signer.spki.hex())


def test_a_file_of_another_tender_is_refused(login, tmp_path):  # noqa: F811
    made = build.ready_tender(at=START)
    other = build.ready_tender(at=START, of=made.market, project=made.tender.project)
    client = login(made.owner)
    offered(get(client, at("publish", other.tender.pk), "en"), tmp_path)
    text = signed_by_tool(tmp_path, made.market.owner.signer)

    answer = post(client, "/en" + at("publish", made.tender.pk), {"signed": text}, status=422)

    assert "This file signs something else than this page asks." in html.unescape(answer.content.decode())


def test_a_mandate_and_a_key_are_signed_with_the_tool(client, tmp_path, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: NOW)
    owner, agency = people.owner(), people.agency()
    given = {
        "agency": agency.organisation.code,
        "tender": "350102-GC-2026-00007",
        "powers": ["draft", "publish"],
        "valid_from": "2026-11-02",
        "valid_to": "2027-11-01",
        "fee_basis": "Contract 7\r\nas agreed",
        "fee_payer": "owner",
    }
    enter(client, owner.person.pk)
    shown = post_account(client, "mandate-new", given)
    shown.text = shown.content.decode()
    offered(shown, tmp_path)
    text = signed_by_tool(tmp_path, owner.signer)
    other = post_account(client, "mandate-new", {**given, "fee_payer": "winner", "signatures": text})
    assert "(fee_payer)" in other.content.decode()
    assert post_account(client, "mandate-new", {**given, "signatures": text}).status_code == 302
    assert Mandate.objects.get().state == "offered"


def test_a_key_made_with_the_tool_is_asked_for_and_certified_with_the_tool(client, tmp_path, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: NOW)
    party = people.accepted(1, with_key=False)
    enter(client, party.person.pk)
    page = client.get(english("key-new")).content.decode()
    words = command(page, "key-request")
    assert words[words.index("--org") + 1] == party.organisation.code
    tool("keygen", "--alg", "ecdsa-p256-sha256", "--out", tmp_path / "KEY.pem")
    words[words.index("KEY.pem")], words[-1] = tmp_path / "KEY.pem", tmp_path / "request.json"
    said = tool(*words)
    made = (tmp_path / "request.json").read_text()

    wrong = made.replace(party.organisation.code, people.uscc(2))
    for text, says in (
        (wrong, f"Make it again with --org {party.organisation.code}."),
        (made.replace('"v":"sunlit-key-request/v1"', '"v":"x"'), "not the file which the tool wrote"),
        (made[:-40], "not the file which the tool wrote"),
    ):
        answer = post_account(client, "key-new", {"label": "safe", "made": text})
        assert (answer.status_code, says in html.unescape(answer.content.decode())) == (422, True), says
    assert post_account(client, "key-new", {"label": "safe", "made": made}).status_code == 302
    asked = KeyRequest.objects.get()
    assert people_fingerprint(dsse.Signer.load((tmp_path / "KEY.pem").read_bytes())) in said

    registrar_trust(people.REGISTRAR.spki.hex())
    intake = people.staff(people.centre(), Role.INTAKE, 950)
    enter(client, intake.person)
    page = client.get(english("key-certify", asked.pk))
    page.text = page.content.decode()
    offered(page, tmp_path)
    text = signed_by_tool(tmp_path, people.REGISTRAR)
    assert post_account(client, "key-certify", {"signatures": text}, asked.pk).status_code == 302
    assert SigningKey.objects.get(organisation=party.organisation).algorithm == "ecdsa-p256-sha256"
