"""The committed pool: leaves as expert-draw section 4 has them, a table of types that names nobody, proofs that bite."""

import copy

import pytest

from protocol import canonical, hashing, merkle
from protocol.draw import pool
from protocol.errors import BadProof, NotCanonical, ProtocolError

SECRET = bytes(range(32))


def attributes(number, **changes):
    made = {
        "name": f"专家{number:03d}",
        "identity": f"{number:064x}",
        "region": "350100",
        "employer": f"e{number % 3}",
        "group": f"e{number % 3}",
        "specialties": ["A0301", "A05"],
        "since": "2026-04-01",
        "until": "2029-02-28",
    }
    return {**made, **changes}


def statement(count=9, of=4, shown=pool.ATTRIBUTES):
    """(statement of one expert, root) in a pool of ``count``."""
    named = {pool.eid(SECRET, bytes([n])): attributes(n) for n in range(count)}
    order = sorted(named)
    leaves = [pool.leaf_of(SECRET, name, named[name]) for name in order]
    index = order.index(pool.eid(SECRET, bytes([of])))
    made = {
        "v": pool.VERSION,
        "kind": "record",
        "index": index,
        "size": count,
        "path": [step.hex() for step in merkle.inclusion_path(leaves, index, count)],
        **pool.record(SECRET, order[index], named[order[index]], shown),
    }
    return made, merkle.root(leaves)


def test_a_leaf_is_made_as_the_text_says():
    """H(0x00 || salt || H(attr_1) || …), every H(attr) salted; computed here from the sentence, not from the code."""
    name = pool.eid(SECRET, b"person")
    values = attributes(1)
    own, *each = pool.salts(SECRET, name)
    hashed = b"".join(
        hashing.sha256(
            b"sealedbid/v1 expert attribute",
            salt,
            canonical.encode([key, {**values, "eid": name.hex()}[key]]),
        )
        for key, salt in zip(pool.ATTRIBUTES, each, strict=True)
    )

    assert pool.leaf_of(SECRET, name, values) == hashing.sha256(b"\x00" + own + hashed)
    assert len({own, *each}) == len(pool.ATTRIBUTES) + 1
    assert name == hashing.mac(SECRET, b"sealedbid/v1 expert id\x00person")[:32]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9])
def test_every_expert_finds_his_record(count):
    for of in range(count):
        made, root = statement(count, of)
        assert pool.check_record(made, root, count)["name"] == f"专家{of:03d}"


def test_employer_and_region_are_shown_without_the_name():
    made, root = statement(shown=("eid", "employer", "region"))

    assert pool.check_record(made, root, 9).keys() == {"eid", "employer", "region"}
    assert "专家" not in str(made)


@pytest.mark.parametrize("name", pool.ATTRIBUTES)
def test_another_value_or_salt_does_not_lie_under_the_root(name):
    made, root = statement()
    for field, value in (("value", ["X"] if name == "specialties" else "x"), ("salt", "00" * 32)):
        changed = copy.deepcopy(made)
        changed["attributes"][name][field] = value
        with pytest.raises(BadProof):
            pool.check_record(changed, root, 9)


@pytest.mark.parametrize(
    "change",
    [
        {"v": "sunlit-pool/v2"},
        {"kind": "types"},
        {"index": 3},
        {"index": True},
        {"size": 10},
        {"path": []},
        {"path": "no"},
        {"salt": "AB" * 32},
        {"salt": "zz" * 32},
        {"attributes": {}},
    ],
)
def test_what_is_no_record_of_this_pool_is_refused(change):
    made, root = statement()
    with pytest.raises(ProtocolError):
        pool.check_record({**made, **change}, root, 9)


@pytest.mark.parametrize("part", [{"salt": "00" * 32}, {"hash": "00" * 32, "value": "x"}, "x"])
def test_an_attribute_is_open_or_hidden_and_nothing_between(part):
    made, root = statement()
    made["attributes"]["name"] = part
    with pytest.raises(NotCanonical):
        pool.check_record(made, root, 9)


@pytest.mark.parametrize(
    "changes",
    [{"specialties": ["B", "A"]}, {"specialties": ["A", "A"]}, {"specialties": []}, {"region": 350100}],
)
def test_an_expert_without_the_form_of_one_gets_no_leaf(changes):
    with pytest.raises(NotCanonical):
        pool.leaf_of(SECRET, pool.eid(SECRET, b"p"), attributes(1, **changes))
    with pytest.raises(NotCanonical):
        pool.leaf_of(SECRET, pool.eid(SECRET, b"p"), {**attributes(1), "phone": "1"})


def test_employers_alike_are_one_type():
    """expert-draw 3.3: employers with the same (region, specialties → heads) are one class."""
    members = [attributes(n, employer=f"e{n % 4}", specialties=["A"]) for n in range(8)]
    members += [attributes(20, employer="other", specialties=["B"])]

    assert pool.type_rows(members) == [
        pool.TypeRow((("350100", ("A",), 2),), 4),
        pool.TypeRow((("350100", ("B",), 1),), 1),
    ]
    assert sum(row.heads for row in pool.type_rows(members)) == len(members)
    assert pool.type_rows(reversed(members)) == pool.type_rows(members)


def test_small_cells_stay_closed_but_under_the_root():
    members = [attributes(n, employer=f"e{n % 4}", specialties=["A"]) for n in range(8)]
    members += [attributes(20, employer="other", specialties=["B"])]
    rows = pool.type_rows(members)
    table = pool.type_table(SECRET, rows, 3)
    everything = pool.type_table(SECRET, rows, 0)

    assert "B" not in str(table)
    assert [row["row"]["employers"] for row in table["rows"] if "row" in row] == [4]
    assert pool.type_root(table) == pool.type_root(everything)
    assert pool.type_root({**table, "rows": []}) == merkle.EMPTY_ROOT


def test_a_row_of_the_table_cannot_be_changed_added_or_moved():
    rows = pool.type_rows([attributes(n, employer=f"e{n % 4}", specialties=["A"]) for n in range(8)])
    rows += pool.type_rows([attributes(n, employer=f"f{n % 5}", specialties=["B"]) for n in range(15)])
    table = pool.type_table(SECRET, rows, 3)
    changed = copy.deepcopy(table)
    next(row for row in changed["rows"] if "row" in row)["row"]["employers"] += 1
    for bad in (changed, {**table, "rows": table["rows"][::-1]}, {**table, "rows": [table["rows"][0]] * 2}):
        with pytest.raises(BadProof):
            pool.type_root(bad)


@pytest.mark.parametrize("length", [0, 1, 32, 127, 128, 129, 300])
def test_a_prepared_key_gives_the_mac_of_rfc_2104(length):
    key = bytes(range(256))[:length] + bytes(max(0, length - 256))

    assert hashing.Mac(key).digest(b"data") == hashing.mac(key, b"data")
