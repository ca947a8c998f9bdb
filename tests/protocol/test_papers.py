"""What people sign with the tool: an officer's seat, a dry run, a page's file. Nothing is signed unseen, or by mistake."""

import io
import json
import stat

import pytest

from protocol import bodies, canonical, dsse, hpke, kinds, officer, papers, sealing
from tests.protocol.test_cli import alone, run
from tests.protocol.test_cli_refusals import refused

PLACE = ["--tender", "350100-GC-2026-00001", "--lot", "01", "--seat", "2"]
SEAT = ("350100-GC-2026-00001", "01", 2)
POSTPONED = bodies.body(
    "postpone",
    policy="ab" * 32,
    close_at=1_800_000_000,
    open_at=[1_800_000_000],
    factor_until=None,
    check_until=1_800_000_600,
    release_until=1_800_090_000,
    reason="道路不通",
)
PART = {"id": "postpone", "kind": "postpone", "body": POSTPONED}


def asked(path, *parts, **changes):
    path.write_bytes(canonical.encode({"v": papers.ASKED, "parts": list(parts), **changes}))
    return path


def private(path):
    return stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.fixture
def keys(tmp_path, capsys):
    assert run(capsys, "officer-key", *PLACE, "--out", tmp_path / "keys")[0] == 0
    return tmp_path / "keys"


@pytest.fixture
def pem(tmp_path):
    (tmp_path / "key.pem").write_bytes(dsse.Signer.generate().save())
    return tmp_path / "key.pem"


def challenge(folder, seat=SEAT, content=b"c" * 32):
    pk = hpke.public_key(bytes.fromhex((folder / "open.hex").read_text()))
    return officer.dryrun_challenge(pk, *seat, content, lambda size: b"r" * size).hex()


def dryrun(folder, out, sealed, *place):
    words = ["dryrun", "--keys", folder, *(place or PLACE), "--stage", "eve", "--challenge", sealed]
    return [*words, "--out", out]


def test_an_officer_makes_its_keys_and_answers_alone(tmp_path):
    made = alone("officer-key", *PLACE, "--out", tmp_path / "keys")
    assert (made.returncode, made.stderr) == (0, "")
    assert all(private(tmp_path / "keys" / name) for name in ("sign.pem", "open.hex", "seat.json"))
    declared = canonical.decode((tmp_path / "keys" / "officer-key.json").read_bytes())
    data = canonical.encode(declared["body"])
    assert (
        dsse.verify_one("officer-key", data, declared["signatures"][0]).hex() == declared["body"]["sig_key"]
    )

    done = alone(*dryrun(tmp_path / "keys", tmp_path / "answer.json", challenge(tmp_path / "keys")))
    assert (done.returncode, done.stderr) == (0, "")
    answer = canonical.decode((tmp_path / "answer.json").read_bytes())["body"]
    assert answer["answer"] == officer.expected_answer(b"c" * 32).hex()
    assert (answer["tool"], answer["stage"], answer["pk"]) == ("offline", "eve", declared["body"]["pk"])


def test_keys_are_never_written_over(keys, tmp_path, capsys):
    before = (keys / "sign.pem").read_bytes()
    refused(capsys, "officer-key", *PLACE, "--out", keys, says="File exists")
    assert (keys / "sign.pem").read_bytes() == before


def test_the_tool_opens_a_challenge_of_its_seat_and_nothing_else(keys, tmp_path, capsys, lot):
    """A10: a sealed share sent as a challenge stays shut, as does a challenge of another seat or another length."""
    out = tmp_path / "answer.json"
    not_one = "not a dry run sealed to these keys for this seat"
    refused(capsys, *dryrun(keys, out, challenge(keys, (*SEAT[:2], 3))), says=not_one)
    refused(capsys, *dryrun(keys, out, challenge(keys, ("350100-GC-2026-00002", *SEAT[1:]))), says=not_one)
    refused(capsys, *dryrun(keys, out, challenge(keys)[:-2]), says="--challenge: is not lowercase hex of 80")
    pk = hpke.public_key(bytes.fromhex((keys / "open.hex").read_text()))
    short = hpke.seal_base(pk, officer.dryrun_info(*SEAT), b"s" * 31, b"r" * 32).hex()
    refused(capsys, *dryrun(keys, out, short), says="--challenge: is not lowercase hex of 80")

    sealed = sealing.Sealed.of(lot.policy, lot.bids[0]["body"], 0).row["shares"][1]["enc"]
    place = ["--tender", lot.policy["tender"], "--lot", lot.policy["lot"], "--seat", "2"]
    refused(capsys, *dryrun(lot.folder / "keys", out, sealed, *place), says=not_one)
    assert not out.exists()


def test_keys_of_one_seat_serve_no_other(keys, tmp_path, capsys):
    other = ["--tender", SEAT[0], "--lot", "02", "--seat", "2"]
    words = dryrun(keys, tmp_path / "answer.json", challenge(keys), *other)
    refused(capsys, *words, says="these keys were made for another seat")


def test_a_page_s_file_is_shown_in_words_and_signed_after_a_yes(tmp_path, pem, capsys, monkeypatch):
    file = asked(tmp_path / "to-sign.json", PART)
    words = ["sign", file, "--key", pem, "--out", tmp_path / "signed.json"]
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    code, out, err = run(capsys, *words)
    assert (code, "nothing was signed" in err, (tmp_path / "signed.json").exists()) == (1, True, False)
    assert f"new times for the lot of policy T {'ab' * 32}" in out
    assert "close_at: 2027-01-15 08:00:00 UTC" in out
    assert "reason: 道路不通" in out

    assert run(capsys, *words, "--yes")[0] == 0
    [part] = canonical.decode((tmp_path / "signed.json").read_bytes())["parts"]
    spki = dsse.verify_one("postpone", canonical.encode(POSTPONED), part["signatures"][0])
    assert spki == dsse.Signer.load(pem.read_bytes()).spki
    assert {name: part[name] for name in PART} == PART
    refused(capsys, *words, "--yes", says="File exists")


def test_json_goes_to_output_and_words_beside_it(tmp_path, pem, capsys):
    file = asked(tmp_path / "to-sign.json", PART)
    words = ["sign", file, "--key", pem, "--out", tmp_path / "signed.json", "--yes", "--json"]

    code, out, err = run(capsys, *words)

    assert (code, json.loads(out)["v"]) == (0, papers.SIGNED)
    assert "new times" in err


def test_characters_that_hide_words_are_written_out(tmp_path, pem, capsys):
    """A page could otherwise erase what stands on the screen, or turn it round."""
    body = POSTPONED | {"reason": "a\x1b[2Jb\u202ec"}
    file = asked(tmp_path / "to-sign.json", PART | {"body": body})

    _, out, _ = run(capsys, "sign", file, "--key", pem, "--out", tmp_path / "signed.json", "--yes")

    assert "reason: a\\u001b[2Jb\\u202ec" in out


@pytest.mark.parametrize(
    "kind", ["release", "bid", "dryrun", "officer-key", "close", "receipt", "record", "key-request", "x"]
)
def test_kinds_with_a_way_of_their_own_are_not_signed_here(kind, tmp_path, pem, capsys):
    file = asked(tmp_path / "to-sign.json", PART | {"kind": kind})

    refused(capsys, "sign", file, "--key", pem, "--out", tmp_path / "out", "--yes", says="is none of")


def test_bytes_and_bodies_are_held_to_their_form(tmp_path, pem, capsys):
    out = ["--key", pem, "--out", tmp_path / "out", "--yes"]
    loose = tmp_path / "loose.json"
    loose.write_text(json.dumps({"v": papers.ASKED, "parts": [PART]}))
    refused(capsys, "sign", loose, *out, says="not in canonical form")
    missing = {name: value for name, value in POSTPONED.items() if name != "reason"}
    file = asked(tmp_path / "missing.json", PART | {"body": missing})
    refused(capsys, "sign", file, *out, says="postpone: has missing or additional members: reason")
    refused(capsys, "sign", asked(tmp_path / "v.json", PART, v="other"), *out, says="file.v: is none of")
    assert not (tmp_path / "out").exists()


def test_every_kind_that_is_signed_here_has_a_form_and_a_sentence():
    for kind, text in papers.SENTENCES.items():
        assert kind in papers.PAPERS or kind in kinds.FORMS, kind
        assert "{" in text


def test_the_request_for_a_key_is_its_own_proof(tmp_path, pem, capsys):
    words = ["key-request", "--key", pem, "--org", "firm-9", "--out", tmp_path / "request.json"]
    code, out, _ = run(capsys, *words)

    made = canonical.decode((tmp_path / "request.json").read_bytes())
    spki = dsse.verify_one("key-request", canonical.encode(made["body"]), made["signatures"][0]).hex()
    assert (code, made["body"]) == (0, {"v": "sunlit-key-request/v1", "org": "firm-9", "spki": spki})
    assert "fingerprint" in out
    refused(capsys, *words[:-1], tmp_path / "no" / "request.json", says="No such file")
