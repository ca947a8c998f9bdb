"""A sheet made and locked in the browser is the one the platform makes: bodies, signatures, marks, totals."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from experts.rules import sheets
from protocol import dsse, evaluation_bodies
from protocol.dsse import Signer
from protocol.evaluation_method import read_method
from tests.protocol.evaluation import methods

HERE = Path(__file__).parent
NODE = shutil.which("node")
CASES = 60
METHOD = read_method(methods.scheme())
CRITERIA = {"plan": {"max": "20", "step": "0.5"}, "team": {"max": "10", "step": "1"}}
TYPED = {
    "0": "0",
    "10": "10",
    "9.0": "9",
    "9.5": "9.5",
    "9.25": None,
    "20": "20",
    "20.5": None,
    "-1": None,
    "": None,
    "九": None,
    "1e1": None,
    "0.000000": "0",
    "9999999999999999": None,
}

pytestmark = pytest.mark.skipif(NODE is None, reason="LEFT OUT: Node.js, sheets of browser and platform")


def case(number):
    """What a member has filled in."""
    dice = random.Random(number)
    bids = [dice.randbytes(32).hex() for _ in range(dice.randint(0, 6))]
    marks = {bid: {"team": str(dice.randint(0, 10)), "plan": f"{dice.randint(0, 40) / 2:g}"} for bid in bids}
    notes = {
        bid: {name: dice.choice(["满分：业绩突出", "zero; no plan", "第 12 页\n第 13 页 🙂"])}
        for bid in bids
        for name in dice.sample(["plan", "team"], 1)
        if dice.random() < 0.5
    }
    look = dice.randint(1, 9)
    return {
        "policy": dice.randbytes(32).hex(),
        "facts": dice.randbytes(32).hex(),
        "seat": dice.randint(1, 32),
        "round": look,
        "reason": "" if look == 1 else "看错页码",
        "marks": marks,
        "notes": notes,
    }


def locked(given, signer, nonce):
    """Sheet and lock as the platform makes them."""
    head = {name: given[name] for name in ("policy", "facts", "seat", "marks", "notes")}
    body = sheets.sheet_body(**head, look=given["round"], nonce=nonce)
    lock = evaluation_bodies.body(
        "sheet-lock",
        hash=dsse.event_id("score-sheet", body).hex(),
        **{name: given[name] for name in ("policy", "seat", "round", "reason")},
    )
    return {
        "sheet": {"body": body, "signatures": [signer.sign("score-sheet", body)]},
        "lock": {"body": lock, "signatures": [signer.sign("sheet-lock", lock)]},
        "totals": sheets.totals(METHOD, given["marks"]),
        "nonce": nonce,
    }


def test_browser_and_platform_make_the_same_sheet(tmp_path):
    ours, given = [], []
    for number in range(CASES):
        one, signer = case(number), Signer.from_seed(number.to_bytes(32, "big"))
        nonce = (number * 7 + 1).to_bytes(32, "big").hex()
        der = signer.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        ours.append(locked(one, signer, nonce))
        given.append({**one, "nonce": nonce, "pkcs8": der.hex(), "spki": signer.spki.hex()})
    marks = [{"typed": typed, "criterion": CRITERIA[name]} for typed in TYPED for name in CRITERIA]
    (tmp_path / "cases.json").write_text(json.dumps({"sheets": given, "marks": marks}))

    command = [str(NODE), str(HERE / "sheet.mjs"), str(tmp_path / "cases.json")]
    done = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout)

    assert done["made"] == ours
    assert done["marks"] == [sheets.mark_of(METHOD, name, typed) for typed in TYPED for name in CRITERIA]


@pytest.mark.parametrize("typed", TYPED)
def test_a_mark_is_a_step_within_the_limit(typed):
    assert sheets.mark_of(METHOD, "plan", typed) == TYPED[typed]


def test_nothing_is_marked_that_is_not_judged():
    assert [sheets.mark_of(METHOD, name, "1") for name in ("price", "works", "tech", "none")] == [None] * 4
