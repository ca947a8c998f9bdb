"""暗标: labels of blind bids are commitments, opened only when every member has locked (section 16.8, rule 7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NoReturn

from protocol.errors import ProtocolError
from protocol.events import Event
from protocol.hashing import sha256, tagged


def label_of(bid: str, name: str, nonce: str) -> str:
    """The commitment (hex) which a question names: to the bid behind the label `name`, under a nonce of 32 bytes."""
    return tagged("blind label", bytes.fromhex(nonce), bytes.fromhex(bid), sha256(name.encode())).hex()


def check_labels(chain: Sequence[Event], bids: Collection[str], *, judged: bool) -> None:
    """Every label that was asked about is opened, once, after the locks; its bid alone answered. ProtocolError: V25.

    `chain` are the events of the evaluation by leaf, `bids` those opened; `judged`: whether there are sheets to lock.
    """
    opened = _opened(chain, bids, judged=judged)
    questions = {event.ev: event for event in chain if event.kind == "blind-question" and not event.withheld}
    for event in questions.values():
        if event.body["label"] not in opened:
            _refuse("nobody says whose the label of a question is", event)
    for event in chain:
        asked = None if event.withheld else questions.get(str(event.body.get("question")))
        if asked and (event.body["bid"], event.body["e"]) != (opened[asked.body["label"]], asked.body["e"]):
            _refuse("a question about a label is answered for another bid", event)


def _opened(chain: Sequence[Event], bids: Collection[str], *, judged: bool) -> dict[str, str]:
    """Bid by commitment, as the platform has opened them."""
    opened: dict[str, str] = {}
    present: set[int] = set()
    locked: set[int] = set()
    for event in chain:
        body = event.body
        if event.kind == "panel":
            present = {row["seat"] for row in body["members"]}
        elif event.kind == "sheet-lock":
            locked.add(body["seat"])
        elif event.kind == "blind-label":
            if body["label"] != label_of(body["bid"], body["name"], body["nonce"]):
                _refuse("a label is opened for a bid it does not name", event)
            if body["label"] in opened or body["bid"] in opened.values() or body["bid"] not in bids:
                _refuse("a label is opened twice, or for a bid which is not evaluated", event)
            if judged and present - locked:
                _refuse("a label is opened before every member has locked", event)
            opened[body["label"]] = body["bid"]
    return opened


def _refuse(sentence: str, event: Event) -> NoReturn:
    raise ProtocolError(sentence, check="V25", obj=event.name)
