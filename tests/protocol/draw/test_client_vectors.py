"""Contributions and releases are byte for byte those of the vectors, which the browser's code makes as well."""

import json

from protocol.draw import contributing, releasing
from tests.protocol.draw import client_vectors


def test_python_makes_the_bytes_of_the_vectors():
    assert client_vectors.cases() == json.loads(client_vectors.FILE.read_text("utf-8"))


def test_the_vectors_hold_good_shares_and_fails_of_every_kind():
    """Who was dealt junk says FAIL; everybody else's share opens and matches, so the seed of an honest dealer is got."""
    for given in json.loads(client_vectors.FILE.read_text("utf-8")):
        header, j = given["header"], given["j"]
        bodies = {
            row["ev"]: row.get("bent", made["body"])
            for row, made in zip(given["contributors"], given["made"]["contributions"], strict=True)
        }
        owner = next(row["ev"] for row in given["contributors"] if "bent" not in row)
        gateway = client_vectors.derived(f"{int(header['lot'])} gateway")
        opened = {}
        for row in given["made"]["releases"]:
            commit, release = row["commit"]["body"], row["release"]["body"]
            within, shares = releasing.open_release(release, gateway)
            assert releasing.release_fault(commit, within, shares, bodies) == ""
            opened[commit["officer"]] = shares
        read = releasing.read(header, j, bodies, opened)
        last = len(header["officers"])
        assert read.wrong == []
        assert sorted(read.good[owner]) == list(range(1, last + 1))
        assert sum(shares[ev] == "FAIL" for ev in bodies for shares in opened.values()) == (
            3 if last > 1 else 2
        )
        assert contributing.nonce(header, bodies[owner], j, read.good[owner]) is not None
