"""Wrong input to `python -m protocol`: one sentence, exit code 1, never a traceback."""

import json

import pytest

from protocol import canonical
from tests.protocol.test_cli import golden, placed, run, sealing


@pytest.fixture
def bid(lot, tmp_path, capsys):
    """A sealed folder."""
    out = tmp_path / "bid"
    assert run(capsys, *sealing(lot.folder, out, *placed(lot.folder, "0=line.json")))[0] == 0
    return out


def refused(capsys, *words, says):
    code, _, err = run(capsys, *words)
    assert (code, err.count("\n")) == (1, 1), err
    assert says in err


def changed(path, change):
    """A JSON file changed in place."""
    value = json.loads(path.read_text())
    change(value)
    path.write_bytes(canonical.encode(value))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["line.json"], "--file must be E=PATH"),
        (["x=line.json"], "--file must be E=PATH"),
        (["1=line.json"], "--file must be E=PATH"),
        (["0="], "--file must be E=PATH"),
        (["0=line.json", "0=line.json"], "--file must be E=PATH"),
        (["0=nothing.pdf"], "No such file"),
    ],
)
def test_files_to_seal(files, says, lot, tmp_path, capsys):
    refused(
        capsys,
        *sealing(
            lot.folder,
            tmp_path / "out",
            *(placed(lot.folder, *files) if "=" in files[0] and files[0][-1] != "=" else files),
        ),
        says=says,
    )
    assert not (tmp_path / "out").exists()


def test_policy_of_another_t(lot, tmp_path, capsys):
    anchors = json.loads((lot.folder / "anchors.json").read_text())
    anchors["T"] = dict.fromkeys(anchors["T"], "00" * 32)
    (tmp_path / "anchors.json").write_text(json.dumps(anchors))
    words = sealing(lot.folder, tmp_path / "out", *placed(lot.folder, "0=line.json"))
    words[words.index("--anchors") + 1] = tmp_path / "anchors.json"

    refused(capsys, *words, says="do not use this policy")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"body":{},"signatures":[]}', b"1.5", b"[" * 9 + b"]" * 9],
)
def test_files_that_are_something_else(content, lot, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_bytes(content)
    folder = lot.folder
    common = ["--policy", folder / "policy.json", "--anchors", folder / "anchors.json"]
    pack = [
        "--anchors",
        folder / "anchors.json",
        "--keys",
        folder / "keys",
        "--seat",
        "2",
        "--out",
        tmp_path / "o",
    ]

    for words in (
        ["seal", "--policy", file, *sealing(folder, tmp_path / "out", "0=x")[3:]],
        ["check", file, *common],
        ["open", "--pack", file, *pack],
        sealing(folder, tmp_path / "out", *placed(folder, "0=line.json"), key=str(file)),
    ):
        code, _, err = run(capsys, *words)
        assert (code, err.count("\n")) == (1, 1), (words[0], err)
    code, out, err = run(capsys, "verify", file, "--anchors", folder / "anchors.json")
    assert (code, err) == (1, "")
    assert "V1   failed" in out
    code, out, err = run(capsys, "verify", golden("honest")[0], "--anchors", file)
    assert (code, err) == (1, "")
    assert "V20  failed" in out
    code, out, err = run(capsys, "verify", *golden("honest"), "--receipt", file)
    assert (code, err) == (1, "")
    assert "V17  failed" in out


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "é" * 64])
def test_opening_key_that_is_none(content, lot, tmp_path, capsys):
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "sign.pem").write_bytes((lot.folder / "keys" / "sign.pem").read_bytes())
    (keys / "open.hex").write_text(content)
    words = ["open", "--pack", lot.folder / "pack.json", "--anchors", lot.folder / "anchors.json"]

    refused(capsys, *words, "--keys", keys, "--seat", "2", "--out", tmp_path / "o", says="hex of 32")


def test_seat_of_another(lot, tmp_path, capsys):
    words = ["open", "--pack", lot.folder / "pack.json", "--anchors", lot.folder / "anchors.json"]

    refused(
        capsys,
        *words,
        "--keys",
        lot.folder / "keys",
        "--seat",
        "1",
        "--out",
        tmp_path / "o",
        says="these keys",
    )


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("secrets.json", lambda v: v[0].update(s="00" * 32), "not under this key"),
        ("secrets.json", lambda v: v[0].update(e=3), "no such envelope"),
        ("secrets.json", lambda v: v.clear(), "list of 1"),
        ("secrets.json", lambda v: v[0].pop("b"), "missing or additional"),
        ("manifest.json", lambda v: v["body"].update(envelopes=[]), "no such envelope"),
        ("manifest.json", lambda v: v["body"]["envelopes"][0].update(ct_root="00" * 32), "not the one of the manifest"),
        ("manifest.json", lambda v: v["body"]["envelopes"][0].update(factor="00" * 32), "not the one of the manifest"),
        ("manifest.json", lambda v: v["body"]["envelopes"][0]["shares"].pop(), "not the one of the manifest"),
    ],
)  # fmt: skip
def test_sealed_folder_that_does_not_hold(name, change, says, bid, lot, capsys):
    changed(bid / name, change)
    common = ["--policy", lot.folder / "policy.json", "--anchors", lot.folder / "anchors.json"]

    refused(capsys, "check", bid, *common, says=says)


def test_ciphertext_cut_short(bid, lot, capsys):
    path = bid / "e0.bin"
    path.write_bytes(path.read_bytes()[:-1])
    common = ["--policy", lot.folder / "policy.json", "--anchors", lot.folder / "anchors.json"]

    refused(capsys, "check", bid, *common, says="verify")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v["body"].update(leaf=v["body"]["leaf"] + 1), "inclusion proof"),
        (lambda v: v["body"].update(tokens=[]), "time statements"),
        (lambda v: v["body"].update(note="x"), "not a signed note"),
        (lambda v: v["body"].update(kind=3), "kind"),
        (lambda v: v.update(signatures=[]), "signatures"),
    ],
)
def test_receipt_that_does_not_hold(change, says, lot, tmp_path, capsys):
    value = json.loads((lot.folder / "receipt.json").read_text())
    change(value)
    if value["signatures"]:
        value["signatures"] = [lot.platform.sign("receipt", value["body"])]
    (tmp_path / "receipt.json").write_bytes(canonical.encode(value))
    common = ["--policy", lot.folder / "policy.json", "--anchors", lot.folder / "anchors.json"]

    refused(capsys, "check", tmp_path / "receipt.json", *common, says=says)


def test_receipt_of_somebody_else(lot, tmp_path, capsys):
    value = json.loads((lot.folder / "receipt.json").read_text())
    value["signatures"] = [lot.owner.sign("receipt", value["body"])]
    (tmp_path / "receipt.json").write_bytes(canonical.encode(value))
    common = ["--policy", lot.folder / "policy.json", "--anchors", lot.folder / "anchors.json"]

    refused(capsys, "check", tmp_path / "receipt.json", *common, says="not signed by the platform")


@pytest.mark.parametrize("content", [b"{", b'{"body":1,"signatures":5}'])
def test_inspect_of_something_else(content, tmp_path, capsys):
    (tmp_path / "x").write_bytes(content)

    code, _, err = run(capsys, "inspect", tmp_path / "x")

    assert (code, err.count("\n")) == (1, 1)


def test_a_wrong_call_is_told_apart(capsys):
    with pytest.raises(SystemExit) as error:
        run(capsys, "verify")
    assert error.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_chain_that_is_none(lot, tmp_path, capsys):
    """A chain was asked for: a bid under the bare key instead would surprise whoever asked."""
    words = sealing(lot.folder, tmp_path / "out", *placed(lot.folder, "0=line.json"))
    (tmp_path / "empty.pem").write_text("no certificate")
    refused(
        capsys, *words, "--chain", tmp_path / "empty.pem", says="there is no certificate (PEM) in the chain"
    )
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    refused(capsys, *words, "--chain", tmp_path / "broken.pem", says="cannot load the private key")
    refused(capsys, *words, "--chain", tmp_path / "none.pem", says="No such file")
    assert not (tmp_path / "out").exists()


def test_a_chain_for_another_key_or_under_no_root(lot, tmp_path, capsys):
    from tests.protocol.hostile_people import Authority

    certified = Authority(lot, "bidders ca").certify(lot, "firm-9")
    words = sealing(lot.folder, tmp_path / "out", *placed(lot.folder, "0=line.json"))
    (tmp_path / "key.pem").write_bytes(certified.save())
    (tmp_path / "chain.pem").write_bytes(certified.save().partition(b"-----END PRIVATE KEY-----")[2])
    refused(
        capsys, *words, "--chain", tmp_path / "chain.pem", says="the first certificate is not for this key"
    )
    words[words.index("--key") + 1] = tmp_path / "key.pem"
    refused(capsys, *words, says="ends under none of the trusted roots")
