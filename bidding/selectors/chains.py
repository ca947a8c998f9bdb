"""The lot's chain in the ledger, read by the protocol's own rules: what counts is recomputed, never believed.

The rows of this app say what the platform thinks; the close, the factors and the verdicts are computed from
the ledger's entries and time statements alone, as any verifier will compute them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from accounts.ca_roots import ca_roots
from accounts.models import SigningKey
from bidding.rules.shares import Panel
from bidding.selectors.clocks import clock_since, stated_at
from kernel.errors import StateConflict
from ledger import selectors as ledger
from ledger.models import Entry
from protocol import dsse, setrule, timerule, x509chain
from protocol.errors import BadSignature
from protocol.hashing import sha256
from trading.models import Lot

BEFORE_CLOSE: Final = 400
DAY: Final = 86_400


@dataclass(frozen=True)
class Placed:
    """An event with its place: what the protocol's rules look at."""

    kind: str
    ev: str
    leaf: int
    body: dict[str, Any]
    signatures: list[dict[str, Any]]
    entry: Entry


class LotChain:
    """All placed events of one lot's chain, by leaf."""

    def __init__(self, lot: Lot) -> None:
        """Read the chain once; nothing is judged yet."""
        self.lot = lot
        self.events = [
            Placed(entry.kind, entry.ev, int(entry.leaf_index or 0), entry.body, entry.signatures, entry)
            for entry in ledger.chain_entries(lot.chain)
        ]

    def of(self, kind: str) -> list[Placed]:
        """The events of a kind, by leaf."""
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def policy_event(self) -> Placed:
        """The policy in force: the last one of the chain."""
        found = self.of("policy")
        if not found:
            raise StateConflict("policy_not_logged", _("The policy of this lot is not yet in the log."))
        return found[-1]

    @property
    def policy(self) -> dict[str, Any]:
        """The body of the policy in force."""
        return self.policy_event.body

    @property
    def policy_id(self) -> str:
        """T in hex."""
        return self.policy_event.ev

    @property
    def panel(self) -> Panel:
        """The officers of the policy in force."""
        return Panel(n=len(self.policy["officers"]), t=self.policy["t"])

    @cached_property
    def clock(self) -> timerule.Clockwork:
        """What the policy's time sources have stated since shortly before its deadline; times only move later."""
        return clock_since(self.policy, (self.policy["close_at"] - BEFORE_CLOSE) * 1000)

    def whole_clock(self) -> timerule.Clockwork:
        """What they have stated since the chain began; for bundles."""
        return clock_since(self.policy, int(self.events[0].entry.at.timestamp() - DAY) * 1000)

    @cached_property
    def times(self) -> timerule.Times:
        """The moments in force (6.1)."""
        first = {
            kind: self.of(kind)[0].leaf if self.of(kind) else None for kind in ("release-commit", "release")
        }
        rows = [(e.leaf, e.body) for e in self.of("postpone") if e.body["policy"] == self.policy_id]
        return timerule.times_in_force(
            self.policy,
            rows,
            self.clock,
            first_commit=first["release-commit"],
            first_release=first["release"],
        )

    def proven(self, seconds: int) -> bool:
        """Whether k sources prove that this moment has passed: then no statement from before it is missing."""
        past = {s.source for s in self.clock.statements if s.lower >= seconds * 1000}
        return len(past & set(self.clock.sources)) >= self.clock.k

    @cached_property
    def acts(self) -> list[setrule.Act]:
        """The bids and withdrawals whose signatures verify and whose key the registrar knew before them."""
        events = [event for event in self.events if event.kind in {"bid", "withdraw"}]
        keys = known_keys(signature_keys(events))
        return [act for event in events if (act := self._act(event, keys)) is not None]

    def _act(self, event: Placed, keys: dict[str, tuple[str, int]]) -> setrule.Act | None:
        found = signers(event, keys, self.policy)
        if not found:
            return None
        org, spki = found[0]
        if event.kind == "bid":
            owner = event.body["org"]
            if sha256(spki).hex() != event.body["signer"]:
                return None
        else:
            targets = [e for e in self.events if e.kind == "bid" and e.ev == event.body["target"]]
            owner = targets[0].body["org"] if targets else ""
        if any(one != owner for one, _ in found):
            return None
        return setrule.Act(event.kind, event.ev, event.leaf, event.body, org, sha256(spki).hex(), spki.hex())

    @cached_property
    def losses(self) -> list[setrule.KeyLoss]:
        """Lost keys with their successors, as the registrar and the supervisor logged them."""
        rows = ledger.key_entries(["key-loss"])
        return [
            setrule.KeyLoss(body["org"], body["old"], body["new"], int(entry.leaf_index or 0))
            for entry in rows
            for body in [entry.body]
        ]

    def computed_set(self, n_close: int) -> setrule.SetResult:
        """The set by 6.2, from the ledger alone."""
        return setrule.compute_set(self.policy, self.policy_id, self.acts, self.losses, n_close)

    @property
    def close(self) -> Placed | None:
        """The close in force."""
        found = [event for event in self.of("close") if event.body["policy"] == self.policy_id]
        return found[-1] if found else None

    @property
    def set_evs(self) -> list[str]:
        """The bids of the close in force, by event id."""
        return [row["ev"] for row in self.close.body["bids"]] if self.close else []

    def manifest(self, ev: str) -> dict[str, Any]:
        """The body of a bid of this chain."""
        return next(event.body for event in self.events if event.kind == "bid" and event.ev == ev)

    def commits(self, e: int) -> dict[int, frozenset[str]]:
        """Officer to FAILs, of the commits of envelope e which have their place."""
        return {
            event.body["officer"]: frozenset(event.body["fails"])
            for event in self.of("release-commit")
            if event.body["e"] == e
        }

    def set_aside(self, e: int) -> frozenset[str]:
        """The bids set aside for envelope e."""
        return frozenset(event.body["bid"] for event in self.of("decision") if event.body["e"] == e)


def signature_keys(events: Iterable[Placed]) -> set[str]:
    """The bare keys (SPKI, hex) that signed these events."""
    return {str(sig["key"]) for event in events for sig in event.signatures if "key" in sig}


def known_keys(spkis: Iterable[str]) -> dict[str, tuple[str, int]]:
    """For each key of a registered organisation: its code, and the leaf of its ``signer-key`` event."""
    rows = SigningKey.objects.filter(spki__in=set(spkis)).select_related("organisation")
    found = {row.spki: (row.organisation.code, row.ev) for row in rows}
    entries = Entry.objects.filter(ev__in={ev for _, ev in found.values()}, leaf_index__isnull=False)
    leaves = {ev: int(leaf or 0) for ev, leaf in entries.values_list("ev", "leaf_index")}
    return {spki: (code, leaves[ev]) for spki, (code, ev) in found.items() if ev in leaves}


def signers(
    event: Placed, keys: dict[str, tuple[str, int]], policy: Mapping[str, Any]
) -> list[tuple[str, bytes]] | None:
    """(organisation, SPKI) of each signature, or None when one does not verify or its signer was not known.

    A bare key is known by the registrar's event before it, a certificate by its chain when the event was first stated.
    """
    data = event.entry.body_text.encode("utf-8")
    found = []
    for signature in event.signatures:
        try:
            spki = dsse.verify_one(event.kind, data, signature)
        except BadSignature:
            return None
        certs = dsse.certificates(signature)
        if certs:
            org = chained_org(certs, event.leaf, policy)
        else:
            org, leaf = keys.get(spki.hex(), ("", -1))
            org = org if leaf < event.leaf else ""
        if not org:
            return None
        found.append((org, spki))
    return found


def chained_org(certs: Sequence[bytes], leaf: int, policy: Mapping[str, Any]) -> str:
    """The organisation of a chain which held when its event was first stated; "" if it did not, or is not stated."""
    stated = stated_at(policy, leaf)
    if stated is None:
        return ""
    try:
        return x509chain.verify_chain(certs, ca_roots(), stated // 1000).organisation
    except BadSignature:
        return ""


def chains_held(entry: Entry, policy: Mapping[str, Any]) -> bool:
    """Whether every certificate under which an entry is signed held when it was first stated, as verifiers ask."""
    chains = [certs for signature in entry.signatures if (certs := dsse.certificates(signature))]
    return all(chained_org(certs, int(entry.leaf_index or 0), policy) for certs in chains)
