"""Forms of objects: every kind's honest example passes, and each rule of the tables broken alone does not."""

import copy

import pytest

from protocol import bodies
from protocol.errors import NotCanonical
from tests.protocol.packs import SMALL
from tests.protocol.told import STORIES
from tests.protocol.world import CLOSE, World


@pytest.fixture(scope="module")
def examples():
    found = {}
    for name in (
        "honest-with-factor", "a-bid-set-aside-by-name", "a-postponed-closing-keeps-the-seals", "a-seed-posted-after-the-first-reveal",
        "a-set-objection-is-answered-by-a-corrected-close", "fewer-than-t-officers-came", "cancelled-before-closing",
        "a-lost-key-is-replaced-before-everyones-eyes", "every-end-of-a-receipt", "exactly-t-officers-after-the-window",
    ):  # fmt: skip
        for event in STORIES[name]().world.events:
            found.setdefault(event["kind"], event["body"])
    return found


def test_honest_examples_have_their_forms(examples):
    for kind, body in examples.items():
        bodies.check_body(kind, body)
    rest = bodies.CHAIN_KINDS | bodies.KEY_KINDS - {"dryrun"}

    assert rest - examples.keys() <= {"addendum", "dryrun"}


@pytest.mark.parametrize("kind", sorted(bodies.FORMS))
@pytest.mark.parametrize("value", [None, [], {}, "x", 3, {"v": "sealedbid/v1"}])
def test_what_is_no_object_of_a_kind(kind, value):
    with pytest.raises(NotCanonical):
        bodies.check_body(kind, value)


@pytest.fixture(scope="module")
def policy():
    return World(**SMALL, envelopes=2).policy_body()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: p["envelopes"].reverse(), "envelopes 0, 1"),
        (lambda p: p["officers"].reverse(), "officers 1, 2"),
        (lambda p: p.update(factor="required"), "factor_until"),
        (lambda p: p.update(factor_until=CLOSE + 1), "factor_until"),
        (lambda p: p["envelopes"][1].update(open_at=CLOSE - 1), "out of order"),
        (lambda p: p.update(check_until=CLOSE + 299), "out of order"),
        (lambda p: p.update(release_until=CLOSE + 599), "out of order"),
        (lambda p: p["time"]["sources"].append(p["time"]["sources"][0]), "twice"),
        (lambda p: p["witnesses"].clear(), "none of its witnesses"),
        (lambda p: p.update(pad_floor=4097), "none of"),
        (lambda p: p.update(pad_floor=2048), "none of"),
        (lambda p: p.update(ceiling="10.5"), "form"),
        (lambda p: p.update(ceiling="01.50"), "form"),
        (lambda p: p.update(ceiling="1" * 17 + ".00"), "form"),
        (lambda p: p.update(tender="a/b"), "form"),
        (lambda p: p.update(lot=""), "1 to 60"),
        (lambda p: p.update(rulepack="a\nb"), "control"),
        (lambda p: p.update(rulepack="\x7f"), "control"),
        (lambda p: p.update(remedy="x" * 2001), "2000"),
        (lambda p: p.update(t=0), "integer"),
        (lambda p: p.update(t=True), "integer"),
        (lambda p: p.update(min_bids=0), "integer"),
        (lambda p: p["officers"][0].update(kem="mlkem"), "none of"),
        (lambda p: p["officers"][0].update(pk="AA" * 32), "hex"),
        (lambda p: p["officers"][0]["cert"].update(sig="00" * 63), "64"),
        (lambda p: p["log"].update(vkeys=[]), "1 to"),
        (lambda p: p["log"].update(vkeys=[p["witnesses"][0]["vkey"]]), "another type"),
        (lambda p: p["log"].update(vkeys=["x+y+z"]), "base64"),
        (lambda p: p.update(extra=1), "additional"),
        (lambda p: p.pop("prev"), "missing"),
    ],
)
def test_policies_that_break_the_table(change, says, policy):
    value = copy.deepcopy(policy)
    change(value)

    with pytest.raises(NotCanonical, match=says):
        bodies.check_body("policy", value)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("bid", lambda b: b["envelopes"][0]["shares"].reverse()),
        ("close", lambda b: b["bids"].reverse()),
        ("release", lambda b: b["shares"].reverse()),
        ("release", lambda b: b["shares"][0].append("x")),
        ("release", lambda b: b["shares"][0].__setitem__(1, "fail")),
        ("result", lambda b: b["rows"].reverse()),
        ("result", lambda b: b["rows"][0].update(verdict="FINE")),
        ("factor-end", lambda b: b["factors"].reverse()),
        ("decision", lambda b: b.update(outcome="opened")),
        ("incident", lambda b: b.update(code="")),
        ("release-commit", lambda b: b.update(officer=33)),
        ("release-commit", lambda b: b.update(fails=["ff" * 32, "00" * 32])),
        ("officer-key", lambda b: b.update(i=0)),
        ("open-end", lambda b: b["results"].append(b["results"][0])),
        ("open-end", lambda b: b["results"][0].append(1)),
    ],
)
def test_bodies_that_break_their_table(kind, change, examples):
    value = copy.deepcopy(examples[kind])
    change(value)

    with pytest.raises(NotCanonical):
        bodies.check_body(kind, value)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ({"alg": "ed25519", "key": "00", "sig": "00" * 64}, True),
        ({"alg": "ed25519", "key": "00", "sig": "00" * 65}, False),
        ({"alg": "ecdsa-p256-sha256", "key": "00", "sig": "00" * 64}, True),
        ({"alg": "rsa-pss-sha256", "key": "00", "sig": "00" * 256}, True),
        ({"alg": "rsa-pss-sha256", "key": "00", "sig": "00" * 64}, False),
        ({"alg": "sm2-sm3", "key": "00", "sig": "00" * 64}, False),
        ({"alg": "ed25519", "certs": ["00"] * 4, "sig": "00" * 64}, True),
        ({"alg": "ed25519", "certs": ["00"] * 5, "sig": "00" * 64}, False),
        ({"alg": "ed25519", "certs": [], "sig": "00" * 64}, False),
        ({"alg": "ed25519", "certs": ["00"], "key": "00", "sig": "00" * 64}, False),
        ({"alg": "ed25519", "sig": "00" * 64}, False),
    ],
)
def test_signatures_have_the_length_of_their_algorithm(value, good):
    if good:
        bodies.signature(value, "s")
    else:
        with pytest.raises(NotCanonical):
            bodies.signature(value, "s")


def test_a_body_is_made_with_its_header():
    made = bodies.body("incident", policy="00" * 32, code="c", from_=1, to=2, note="")

    assert (made["v"], made["suite"], made["from"]) == (bodies.V, bodies.SUITE, 1)
    with pytest.raises(NotCanonical, match="no kind"):
        bodies.body("nothing")
