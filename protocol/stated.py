"""Reading checkpoints: which tree, stated by whom, when (docs/protocol.md, sections 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protocol import notes, timestamps
from protocol.anchors import Anchors
from protocol.errors import ProtocolError
from protocol.hashing import sha256
from protocol.timerule import Statement, tsa_bounds, witness_bounds


@dataclass
class Stated:
    """One checkpoint as far as it holds. `size` is 0 if the note is none; `faults` fail V6 (or V17 for a receipt)."""

    size: int = 0
    root: bytes = b""
    statements: list[Statement] = field(default_factory=list)
    cosigned: list[int] = field(default_factory=list)
    orgs: set[str] = field(default_factory=set)
    independent: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def earliest(self) -> int | None:
        """Smallest upper bound of its statements in milliseconds, or None."""
        return min((s.upper for s in self.statements), default=None)


class Stating:
    """Reads notes and tokens under one policy and one set of anchors."""

    def __init__(self, policy: Mapping[str, Any], anchors: Anchors) -> None:
        """Select the keys and sources; a vkey which does not parse is left out, so that its lines are refused."""
        self.policy = self._policy = policy
        self._anchors = anchors
        self._log = [key for vkey in policy["log"]["vkeys"] if (key := _vkey(vkey, notes.LOG))]
        self._witnesses = [
            (key, row["vkey"]) for row in policy["witnesses"] if (key := _vkey(row["vkey"], notes.WITNESS))
        ]
        named = {vkey for _, vkey in self._witnesses}
        self._orgs = {row["vkey"]: row["org"] for row in anchors.data["witnesses"] if row["vkey"] in named}
        self._sources = _sources(policy, anchors, named)

    @property
    def witness_orgs(self) -> set[str]:
        """Organisations whose witness is named in both policy and anchors."""
        return set(self._orgs.values())

    def counting(self, policy: Mapping[str, Any]) -> tuple[list[str], int]:
        """Names of the counting sources of `policy`, and k: the larger of policy's and anchors'."""
        names = [row["name"] for row in policy["time"]["sources"] if row["name"] in self._sources]
        return names, max(policy["time"]["k"], self._anchors.data["time"]["k"])

    def independent_sources(self) -> list[str]:
        """Counting sources of another organisation than the log's."""
        log = self._anchors.data["log"]["org"]
        return [name for name, (_, anchor) in self._sources.items() if anchor["org"] != log]

    def receipt(self, receipt: Mapping[str, Any]) -> Stated:
        """The checkpoint of a receipt."""
        return self.read(receipt["body"]["note"], receipt["body"]["tokens"])

    def read(self, text: str, tokens: Sequence[Mapping[str, Any]]) -> Stated:
        """Read a note and its tokens; never raises."""
        stated = Stated()
        try:
            note = notes.parse_note(text)
            checkpoint = notes.Checkpoint.parse(note.text)
        except ProtocolError as error:
            stated.faults.append(error.message)
            return stated
        stated.size, stated.root = checkpoint.size, checkpoint.root
        if checkpoint.origin != self._policy["log"]["origin"]:
            stated.faults.append("the checkpoint is of another log")
        try:
            self._signatures(note, checkpoint.origin, stated)
        except ProtocolError as error:
            stated.faults.append(error.message)
        for row in tokens:
            try:
                self._token(row, note.text, stated)
            except ProtocolError as error:
                stated.faults.append(error.message)
        return stated

    def _signatures(self, note: notes.Note, origin: str, stated: Stated) -> None:
        logs = {(key.name, key.key_id): key for key in self._log}
        witnesses = {(key.name, key.key_id): (key, vkey) for key, vkey in self._witnesses}
        first = note.signatures[0]
        if first.name != origin or (first.name, first.key_id) not in logs:
            raise ProtocolError("the checkpoint is not signed by the log", obj=first.name)
        notes.verify(note, logs[first.name, first.key_id])
        held = []
        for line in note.signatures[1:]:
            if (line.name, line.key_id) not in witnesses:
                raise ProtocolError(
                    "the checkpoint has a signature of nobody the policy names", obj=line.name
                )
            key, vkey = witnesses[line.name, line.key_id]
            held.append((key.name, vkey, notes.verify(note, key)))
        for name, vkey, moment in held:
            self._cosigned(name, vkey, moment, stated)

    def _cosigned(self, name: str, vkey: str, moment: int, stated: Stated) -> None:
        if vkey in self._orgs:
            org = self._orgs[vkey]
            stated.cosigned.append(moment)
            stated.orgs.add(org)
            if org != self._anchors.data["log"]["org"]:
                stated.independent.add(org)
        if name in self._sources and self._sources[name][0]["kind"] == "witness":
            mine, anchor = self._sources[name]
            lower, upper = witness_bounds(moment, max(mine["accuracy_ms"], anchor["accuracy_ms"]))
            stated.statements.append(Statement(name, stated.size, lower, upper))

    def _token(self, row: Mapping[str, Any], text: str, stated: Stated) -> None:
        named = {source["name"]: source["kind"] for source in self._policy["time"]["sources"]}
        if named.get(row["source"]) != "tsa":
            raise ProtocolError("a token is of no time-stamp authority the policy names", obj=row["source"])
        if row["source"] not in self._sources:
            return
        mine, anchor = self._sources[row["source"]]
        stamp = timestamps.verify(
            bytes.fromhex(row["token"]),
            imprint=sha256(text.encode("utf-8")),
            roots=[bytes.fromhex(anchor["root"])],
            policy_oids=anchor["policy_oids"],
        )
        accuracy = stamp.accuracy_ms
        if accuracy is None:
            accuracy = max(mine["accuracy_ms"], anchor["accuracy_ms"])
        lower, upper = tsa_bounds(stamp.gen_time_ms, stamp.resolution_ms, accuracy)
        stated.statements.append(Statement(row["source"], stated.size, lower, upper))


def _vkey(text: str, alg: int) -> notes.VerifierKey | None:
    try:
        key = notes.VerifierKey.parse(text)
    except ProtocolError:
        return None
    return key if key.alg == alg else None


def _sources(
    policy: Mapping[str, Any], anchors: Anchors, witnesses: set[str]
) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Sources named in both with one kind; a witness only if its key is one of the policy's witnesses."""
    found = {}
    known = {row["name"]: row for row in anchors.data["time"]["sources"]}
    for row in policy["time"]["sources"]:
        anchor = known.get(row["name"])
        if anchor is None or anchor["kind"] != row["kind"]:
            continue
        if row["kind"] == "witness" and not (
            anchor["vkey"] in witnesses and anchor["vkey"].startswith(row["name"] + "+")
        ):
            continue
        found[row["name"]] = (row, anchor)
    return found
