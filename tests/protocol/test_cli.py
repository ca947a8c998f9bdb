"""`python -m protocol` by itself: from keys to a verified bundle, without Django, platform or network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from protocol import canonical, cli, dsse
from tests.protocol.told import STORIES

ALONE = Path(__file__).with_name("alone.py")
GOLDEN = Path(__file__).parent.parent / "vectors" / "bundles"


def alone(*words, cwd=None):
    """Run a command in an interpreter of its own."""
    command = [sys.executable, "-I", str(ALONE), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=cwd)


def run(capsys, *words):
    """Run a command in this interpreter: exit code, output, errors."""
    code = cli.main([str(word) for word in words])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return code, shown.out, shown.err


def golden(name):
    place = GOLDEN / name
    receipts = [word for path in sorted(place.glob("receipt-*.json")) for word in ("--receipt", path)]
    return [place / "bundle.zip", "--anchors", place / "anchors.json", *receipts]


def sealing(folder, out, *files, key="bidder.pem"):
    words = [word for file in files or ("0=price.pdf",) for word in ("--file", file)]
    return ["seal", "--policy", folder / "policy.json", "--anchors", folder / "anchors.json", "--key", folder / key,
            "--org", "firm-9", *words, "--out", out]  # fmt: skip


def placed(folder, *files):
    return [f"{file.partition('=')[0]}={folder / file.partition('=')[2]}" for file in files]


def test_a_bid_is_sealed_and_checked_alone(lot, tmp_path):
    made = alone("keygen", "--out", tmp_path / "bidder.pem")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("spki ")

    out = tmp_path / "bid"
    done = alone(*sealing(lot.folder, out, *placed(lot.folder, "0=price.pdf")))
    assert done.returncode == 0, done.stderr
    assert lot.policy_id in done.stdout
    assert "Not submitted until you hold the receipt." in done.stdout
    assert (out / "secrets.json").stat().st_mode & 0o077 == 0

    common = ["--policy", lot.folder / "policy.json", "--anchors", lot.folder / "anchors.json"]
    checked = alone("check", out, *common)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "every envelope opens as sealed" in checked.stdout
    held = alone("check", lot.folder / "receipt.json", *common)
    assert (held.returncode, held.stderr) == (0, "")
    assert lot.ev(lot.bids[0]) in held.stdout


def test_an_officer_releases_alone(lot, tmp_path):
    keys = alone("keygen", "--officer", "--out", tmp_path / "new")
    assert keys.returncode == 0, keys.stderr
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["open.hex", "sign.pem"]

    words = ["open", "--pack", lot.folder / "pack.json", "--anchors", lot.folder / "anchors.json"]
    words += ["--keys", lot.folder / "keys", "--seat", "2", "--out", tmp_path / "release"]
    done = alone(*words)
    assert done.returncode == 0, done.stderr
    assert "3 bids, 0 FAIL" in done.stdout
    release = canonical.decode((tmp_path / "release" / "release.json").read_bytes())
    assert release["body"] == lot.pair(2, 0)[1]["body"]
    assert alone(*words).returncode == 0, "the same release may be made again"


def test_a_second_release_for_another_close_is_refused(lot, tmp_path, capsys):
    """A11: the device remembers what it released."""
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("sign.pem", "open.hex"):
        (keys / name).write_bytes((lot.folder / "keys" / name).read_bytes())
    (keys / f"released-{lot.policy_id}-e0").write_text("00" * 32)

    words = ["open", "--pack", lot.folder / "pack.json", "--anchors", lot.folder / "anchors.json"]
    code, _, err = run(capsys, *words, "--keys", keys, "--seat", "2", "--out", tmp_path / "release")

    assert code == 1
    assert "have released this envelope for another close" in err
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("name", ["honest", "honest-with-factor", "another-document"])
def test_a_bundle_is_verified_alone(name):
    done = alone("verify", *golden(name))

    expected = json.loads((GOLDEN / name / "expect.json").read_text())["failed"]
    assert done.stderr == ""
    assert done.returncode == (1 if expected else 0)
    assert done.stdout.splitlines()[0].startswith(
        "time independent, witnesses independent, officers independent"
    )
    assert done.stdout.splitlines()[-1] == ("NOT verified" if expected else "all checks hold")


def test_verify_prints_plain_data(capsys):
    code, out, _ = run(capsys, "verify", *golden("honest"), "--json")

    report = json.loads(out)
    assert (code, report["ok"], len(report["checks"])) == (0, True, 24)
    assert {row["verdict"] for row in report["verdicts"]} == {"OPENED"}


def test_verify_names_check_object_and_evidence(capsys):
    code, out, _ = run(capsys, "verify", *golden("only-v13-another-seed-published"))

    line = next(line for line in out.splitlines() if line.startswith("V13"))
    assert code == 1
    assert "failed" in line
    assert "chain/" in line


def test_verify_tells_what_is_withheld_and_who_runs_the_trial(capsys):
    _, public, _ = run(capsys, "verify", *golden("honest-public-edition"))
    _, trial, _ = run(capsys, "verify", *golden("a-trial-with-one-officer"))

    assert "withheld in this edition: envelopes 1" in public
    assert "trial: one officer" in trial.splitlines()[0]


def test_verify_says_when_anchors_come_from_the_same_run(capsys, tmp_path):
    told = STORIES["honest"]()
    (tmp_path / "anchors.json").write_bytes(told.world.anchors(origin="same-run"))

    code, out, _ = run(
        capsys, "verify", told.write(tmp_path / "b.zip"), "--anchors", tmp_path / "anchors.json"
    )

    assert code == 0
    assert "proves consistency, not independence" in out.splitlines()[0]


def test_verify_can_ask_for_witnesses(capsys, tmp_path):
    told = STORIES["a-witness-is-not-asked-for"]()
    told.write(tmp_path / "b.zip")
    (tmp_path / "anchors.json").write_bytes(told.anchors_bytes())
    words = ["verify", tmp_path / "b.zip", "--anchors", tmp_path / "anchors.json"]

    assert run(capsys, *words)[0] == 0
    code, _, err = run(capsys, *words, "--require", "witnessed")
    assert code == 1
    assert "no witness has signed" in err
    assert run(capsys, "verify", *golden("honest"), "--require", "witnessed")[0] == 0


def test_inspect_names_kind_id_and_signers(lot, capsys):
    code, out, _ = run(capsys, "inspect", lot.folder / "policy.json")
    plain, data, _ = run(capsys, "inspect", lot.folder / "policy.json", "--json")

    assert (code, plain) == (0, 0)
    assert f"policy, id {lot.policy_id}" in out
    assert "signed by" in out
    assert json.loads(data)["body"]["tender"] == lot.tender


@pytest.mark.parametrize("alg", dsse.ALGORITHMS)
def test_keys_of_every_algorithm_are_made_once(alg, tmp_path, capsys):
    assert run(capsys, "keygen", "--alg", alg, "--out", tmp_path / "key.pem")[0] == 0
    code, _, err = run(capsys, "keygen", "--alg", alg, "--out", tmp_path / "key.pem")

    assert (code, err.count("\n")) == (1, 1)
    assert dsse.Signer.load((tmp_path / "key.pem").read_bytes()).alg == alg


def test_the_same_in_this_interpreter(lot, tmp_path, capsys):
    """What the tests above did alone."""
    folder = lot.folder
    common = ["--policy", folder / "policy.json", "--anchors", folder / "anchors.json"]
    pack = ["--pack", folder / "pack.json", "--anchors", folder / "anchors.json", "--keys", folder / "keys"]

    assert run(capsys, "keygen", "--officer", "--out", tmp_path / "new")[0] == 0
    assert run(capsys, *sealing(folder, tmp_path / "bid", *placed(folder, "0=price.pdf")))[0] == 0
    assert run(capsys, "check", tmp_path / "bid", *common)[0] == 0
    assert run(capsys, "check", folder / "receipt.json", *common)[0] == 0
    for _ in range(2):
        assert run(capsys, "open", *pack, "--seat", "2", "--out", tmp_path / "release")[0] == 0


def test_inspect_of_a_body_without_signatures(lot, tmp_path, capsys):
    (tmp_path / "body.json").write_bytes(canonical.encode(lot.bids[0]["body"]))
    (tmp_path / "other.json").write_bytes(b'{"a":1}')

    assert "bid, id" in run(capsys, "inspect", tmp_path / "body.json")[1]
    assert run(capsys, "inspect", tmp_path / "other.json") == (0, '{\n "a": 1\n}\n', "")


def test_every_envelope_needs_its_file(tmp_path, capsys):
    from tests.protocol.packs import SMALL, signed
    from tests.protocol.world import World

    world = World(**SMALL, envelopes=2)
    world.publish()
    (tmp_path / "policy.json").write_bytes(canonical.encode(signed(world.policy_event)))
    (tmp_path / "anchors.json").write_bytes(world.anchors())
    (tmp_path / "bidder.pem").write_bytes(dsse.Signer.generate().save())
    (tmp_path / "a").write_bytes(b"a")

    code, _, err = run(capsys, *sealing(tmp_path, tmp_path / "out", *placed(tmp_path, "0=a")))

    assert (code, "there is no --file for envelope 1" in err) == (1, True)
