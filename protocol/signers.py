"""Who signed an event, and whether that counts (docs/protocol.md, section 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from protocol import awarding, bodies, canonical, dsse, evaluation_bodies, x509chain
from protocol.errors import BadSignature, ProtocolError
from protocol.events import Event
from protocol.hashing import sha256
from protocol.setrule import Act

if TYPE_CHECKING:
    from protocol.case import Case

ROLES: dict[str, tuple[str, ...]] = {
    "policy": ("owner",),
    "officer-key": ("seat",),
    "dryrun": ("seat",),
    "signer-key": ("registrar",),
    "key-loss": ("registrar", "supervisor"),
    "postpone": ("owner", "supervisor"),
    "addendum": ("owner",),
    "incident": ("platform",),
    "close": ("platform",),
    "factor-end": ("platform",),
    "decision": ("owner", "supervisor"),
    "release-commit": ("officer",),
    "release": ("officer",),
    "absent": ("platform",),
    "result": ("platform",),
    "attribution": ("owner",),
    "open-end": ("platform",),
    "failed": ("platform",),
    "cancelled": ("owner",),
    "receipt": ("platform",),
    **evaluation_bodies.SIGNERS,
    **awarding.SIGNERS,
}
Signature = Mapping[str, Any]


class Signers:
    """Answers for one case; every answer is computed once."""

    def __init__(self, case: Case) -> None:
        """Keep the case; nothing is verified yet."""
        self._case = case
        self._faults: dict[str, str] = {}
        self._orgs: dict[str, list[tuple[str, bytes]] | None] = {}
        self._enrolled: dict[str, list[tuple[int, str]]] | None = None
        self.count = 0

    def roles_of(self, spki: bytes, signature: Signature, moment: int | None) -> set[tuple[str, str]]:
        """(role, org) pairs under which the anchors know this key, or the chain of this signature."""
        anchors = self._case.anchors
        found: set[tuple[str, str]] = set()
        if not self.holds(signature, moment):
            return found
        if spki.hex() == anchors.data["registrar"]:
            found.add(("registrar", ""))
        for party in anchors.data["parties"]:
            if party.get("spki") == spki.hex():
                found.add((party["role"], party["org"]))
            chained = "ca_root" in party and "certs" in signature
            if chained and self._chain(signature, [party["ca_root"]], moment) == party["org"]:
                found.add((party["role"], party["org"]))
        return found

    def _chain(self, signature: Signature, roots: list[str], moment: int | None) -> str | None:
        """Organisation of the leaf if the chain holds at `moment` (seconds), else None."""
        if moment is None:
            return None
        certs = [bytes.fromhex(cert) for cert in signature["certs"]]
        try:
            return x509chain.verify_chain(certs, [bytes.fromhex(root) for root in roots], moment).organisation
        except ProtocolError:
            return None

    def holds(self, signature: Signature, moment: int | None) -> bool:
        """Whether a signature is by a bare key, or its chain ends under some root of the anchors (section 2)."""
        data = self._case.anchors.data
        roots = [*data["ca_roots"], *(party["ca_root"] for party in data["parties"] if "ca_root" in party)]
        return "certs" not in signature or self._chain(signature, roots, moment) is not None

    def _moment(self, leaf: int) -> int | None:
        stated = self._case.first_stated(leaf)
        return None if stated is None else stated // 1000

    def check(
        self, kind: str, body: Mapping[str, Any], signatures: list[dict[str, Any]], leaf: int | None
    ) -> None:
        """Refuse (BadSignature) unless all signatures verify, each is by a named role, and every role has signed."""
        data = canonical.encode(body)
        wanted, seen = ROLES[kind], set()
        moment = None if leaf is None else self._moment(leaf)
        for signature in signatures:
            spki = dsse.verify_one(kind, data, signature)
            self.count += 1
            held = {role for role, _ in self.roles_of(spki, signature, moment)} | self._seats(
                kind, body, spki
            )
            if not held & set(wanted) or not self.holds(signature, moment):
                raise BadSignature(
                    f"a signature is by none of: {', '.join(wanted)}", evidence=sha256(spki).hex()
                )
            seen |= held
        if missing := set(wanted) - seen:
            raise BadSignature(f"not signed by: {', '.join(sorted(missing))}")

    def _seats(self, kind: str, body: Mapping[str, Any], spki: bytes) -> set[str]:
        if kind in ("officer-key", "dryrun"):
            named = body.get("sig_key")
            if named is None:
                seats = [s for s in self._case.policy["officers"] if s["i"] == body["i"]]
                named = seats[0]["sig_key"] if seats else ""
            return {"seat"} if named == spki.hex() else set()
        if kind in ("release", "release-commit"):
            seats = [s for s in self._case.policy["officers"] if s["i"] == body["officer"]]
            return {"officer"} if seats and seats[0]["sig_key"] == spki.hex() else set()
        panels = [event.body["members"] for event in self._case.evaluation if event.kind == "panel"]
        held = {row["sig_key"] for rows in panels for row in rows if row["seat"] == body.get("seat")}
        return {"seat"} if ROLES[kind] == ("seat",) and spki.hex() in held else set()

    def fault(self, event: Event) -> str:
        """Why the signatures of an event do not count, or "" (always "" for a withheld one)."""
        if event.withheld:
            return ""
        if event.name not in self._faults:
            self._faults[event.name] = self._find_fault(event)
        return self._faults[event.name]

    def _find_fault(self, event: Event) -> str:
        if event.kind in bodies.VOIDABLE or ROLES[event.kind] == ("bidder",):
            return (
                ""
                if self.organisations(event) is not None
                else "its signatures do not verify or are not its bidder's"
            )
        try:
            self.check(event.kind, event.body, event.signatures, event.leaf)
        except ProtocolError as error:
            return error.message
        return ""

    def void(self, event: Event) -> bool:
        """Whether a bidder's event is void."""
        return bool(self.fault(event))

    def _enrolment(self) -> dict[str, list[tuple[int, str]]]:
        if self._enrolled is None:
            self._enrolled = {}
            for event in self._case.keys:
                if event.kind == "signer-key" and not self.fault(event):
                    self._enrolled.setdefault(event.body["spki"], []).append((event.leaf, event.body["org"]))
        return self._enrolled

    def organisation_of(self, spki: bytes, signature: Signature, leaf: int) -> str | None:
        """The organisation whose key made a signature at this leaf: by its certificate, else as enrolled last."""
        if "certs" in signature:
            return self._chain(signature, self._case.anchors.data["ca_roots"], self._moment(leaf))
        before = [org for at, org in self._enrolment().get(spki.hex(), []) if at < leaf]
        return before[-1] if before else None

    def organisations(self, event: Event) -> list[tuple[str, bytes]] | None:
        """(organisation, SPKI) of each signature of a bidder's event, or None if the event is void."""
        if event.name not in self._orgs:
            self._orgs[event.name] = self._resolve(event)
        return self._orgs[event.name]

    def _resolve(self, event: Event) -> list[tuple[str, bytes]] | None:
        data, found = canonical.encode(event.body), []
        for signature in event.signatures:
            try:
                spki = dsse.verify_one(event.kind, data, signature)
            except BadSignature:
                return None
            self.count += 1
            org = self.organisation_of(spki, signature, event.leaf)
            if org is None:
                return None
            found.append((org, spki))
        allowed = self._allowed(event)
        if allowed is not None and any(org != allowed for org, _ in found):
            return None
        if event.kind == "bid" and sha256(found[0][1]).hex() != event.body["signer"]:
            return None
        return found

    def _allowed(self, event: Event) -> str | None:
        """The organisation which alone may sign; None for any known one; "" if there is none."""
        if event.kind == "bid":
            return str(event.body["org"])
        if event.kind == "set-objection":
            return None
        meant = event.body["target" if event.kind == "withdraw" else "bid"]
        return self._case.bidders.get(meant, "")

    def act(self, event: Event) -> Act | None:
        """A bid or withdraw event as an act, or None if it is void."""
        found = self.organisations(event)
        if found is None:
            return None
        org, spki = found[0]
        return Act(event.kind, event.ev, event.leaf, event.body, org, sha256(spki).hex(), spki.hex())
