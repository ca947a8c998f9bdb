"""Withdrawals and factors by the tool: of the bid they name, under the policy in force, signed with the bare key."""

import json

import pytest

from protocol import bodies, canonical, dsse
from tests.protocol.test_cli import alone, placed, run, sealing
from tests.protocol.test_cli_refusals import changed, refused

EV = "ab" * 32


def under(folder):
    return [
        "--policy",
        folder / "policy.json",
        "--anchors",
        folder / "anchors.json",
        "--key",
        folder / "bidder.pem",
    ]


def key_of(kind, path):
    """The body of a signed file in its one form, and whose key signed it."""
    made = canonical.decode(path.read_bytes())
    bodies.check_body(kind, made["body"])
    spki = dsse.verify_one(kind, canonical.encode(made["body"]), made["signatures"][0])
    return made["body"], spki


@pytest.fixture
def bid(lot, tmp_path, capsys):
    """A sealed folder."""
    out = tmp_path / "bid"
    assert run(capsys, *sealing(lot.folder, out, *placed(lot.folder, "0=line.json")))[0] == 0
    return out


def test_a_withdrawal_names_bid_and_policy(lot, tmp_path):
    done = alone("withdraw", *under(lot.folder), "--bid", EV, "--out", tmp_path / "withdrawal.json")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Not withdrawn until you hold the receipt" in done.stdout
    body, spki = key_of("withdraw", tmp_path / "withdrawal.json")
    assert (body["policy"], body["target"]) == (lot.policy_id, EV)
    assert spki == dsse.Signer.load((lot.folder / "bidder.pem").read_bytes()).spki


def test_no_withdrawal_under_another_policy_or_of_no_bid(lot, tmp_path, capsys):
    anchors = json.loads((lot.folder / "anchors.json").read_text())
    anchors["T"] = dict.fromkeys(anchors["T"], "00" * 32)
    (tmp_path / "anchors.json").write_text(json.dumps(anchors))
    words = ["withdraw", *under(lot.folder), "--bid", EV, "--out", tmp_path / "out.json"]
    other = [tmp_path / "anchors.json" if word == lot.folder / "anchors.json" else word for word in words]

    refused(capsys, *other, says="do not use this policy")
    refused(capsys, *[word if word != EV else "1234-ABCDE" for word in words], says="--bid")
    assert not (tmp_path / "out.json").exists()


def test_the_factors_of_a_folder_are_signed(lot, bid, tmp_path):
    done = alone("factor", bid, *under(lot.folder), "--out", tmp_path / "factor.json")

    assert (done.returncode, done.stderr) == (0, "")
    body, _ = key_of("factor", tmp_path / "factor.json")
    manifest = canonical.decode((bid / "manifest.json").read_bytes())["body"]
    kept = canonical.decode((bid / "secrets.json").read_bytes())
    assert body["bid"] == dsse.event_id("bid", manifest).hex()
    assert body["factors"] == [{"e": row["e"], "b": row["b"]} for row in kept]
    assert all(row["s"] not in (tmp_path / "factor.json").read_text() for row in kept)


def test_factors_of_another_bid_are_refused(lot, bid, tmp_path, capsys):
    words = ["factor", bid, *under(lot.folder), "--out", tmp_path / "factor.json"]
    changed(bid / "secrets.json", lambda kept: kept[0].update(b="00" * 32))
    refused(capsys, *words, says="secrets.json is not of this bid")
    (bid / "secrets.json").write_bytes(b"[]")
    refused(capsys, *words, says="secrets.json: is not a list")
    (bid / "secrets.json").unlink()
    refused(capsys, *words, says="No such file")
    changed(bid / "manifest.json", lambda signed: signed["body"].update(policy="00" * 32))
    refused(capsys, *words, says="sealed under another policy")
    assert not (tmp_path / "factor.json").exists()
