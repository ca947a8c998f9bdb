"""A key made in the browser, taken out of its backup file on another machine."""

import io
import json
import secrets

import pytest

from bidding.rehearsal.key_files import backup_of, officer_backup_of, passphrase_from
from protocol import backup, cli, hpke
from protocol.dsse import ALGORITHMS, Signer
from protocol.errors import BadSignature, ProtocolError

PASSPHRASE = passphrase_from(bytes(range(16)))
SEAT = {"tender": "350100-GC-2026-00001", "lot": "1", "i": 2}


def officer_file(signer, secret):
    given = {"seat": SEAT, "org": "ORG", "passphrase": PASSPHRASE, "random": secrets.token_bytes}
    return officer_backup_of(signer, secret, **given)


def test_both_keys_of_an_officer_come_out_as_the_browser_locked_them():
    signer, secret = Signer.generate(), hpke.generate_key()

    found, opening = backup.unlock(officer_file(signer, secret), PASSPHRASE)

    assert found.spki == signer.spki
    assert opening == secret


@pytest.mark.parametrize("alg", ALGORITHMS[:2])
def test_a_signing_key_comes_out_alone(alg):
    signer = Signer.generate(alg)
    data = backup_of(signer, org="ORG", label="Desk", passphrase=PASSPHRASE, random=secrets.token_bytes)

    found, opening = backup.unlock(data, PASSPHRASE)

    assert (found.spki, found.alg, opening) == (signer.spki, alg, None)


def test_a_passphrase_may_be_typed_as_people_type():
    assert backup.passphrase_read(" 7k2m 94qd-xw3p\tht6v\n") == "7K2M-94QD-XW3P-HT6V"
    assert backup.passphrase_read("oil0") == "0110"


def test_wrong_passphrase_and_swapped_keys_are_refused():
    data = officer_file(Signer.generate(), hpke.generate_key())
    other = json.loads(officer_file(Signer.generate(), hpke.generate_key()))
    swapped = json.loads(data)
    swapped["halves"]["kem"] = other["halves"]["kem"]

    for given, passphrase in ((data, "0000-0000-0000-0000"), (json.dumps(swapped).encode(), PASSPHRASE)):
        with pytest.raises(BadSignature, match="does not open this file"):
            backup.unlock(given, passphrase)


@pytest.mark.parametrize(
    "change",
    [
        {"v": "sunlit-key/v2"},
        {"locks": []},
        {"locks": [{"kind": "passphrase"}]},
        {"halves": {}},
        {"halves": []},
    ],
)
def test_what_is_not_a_backup_is_said_so(change):
    data = json.loads(officer_file(Signer.generate(), hpke.generate_key())) | change

    with pytest.raises(ProtocolError, match="not the backup file of a key"):
        backup.unlock(json.dumps(data).encode(), PASSPHRASE)


def test_endless_iterations_are_refused():
    data = json.loads(officer_file(Signer.generate(), hpke.generate_key()))
    data["locks"][0]["iterations"] = 10**12

    with pytest.raises(ProtocolError, match="not the backup file of a key"):
        backup.unlock(json.dumps(data).encode(), PASSPHRASE)


def test_the_command_writes_the_folder_the_tool_opens_with(tmp_path, capsys, monkeypatch):
    signer, secret = Signer.generate(), hpke.generate_key()
    (tmp_path / "backup.json").write_bytes(officer_file(signer, secret))
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE.lower() + "\n"))

    code = cli.main(["unlock", str(tmp_path / "backup.json"), "--out", str(tmp_path / "keys")])

    assert code == 0
    assert signer.spki.hex() in capsys.readouterr().out
    assert Signer.load((tmp_path / "keys" / "sign.pem").read_bytes()).spki == signer.spki
    assert (tmp_path / "keys" / "open.hex").read_text() == secret.hex()
    assert (tmp_path / "keys" / "open.hex").stat().st_mode & 0o077 == 0
