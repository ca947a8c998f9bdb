"""A log in memory: keys from a seed, events, leaves and pads, checkpoints with tokens and cosignatures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import bodies, dsse, merkle, notes
from protocol.events import leaf_of, link_of, pad_blinds, sigs_hash
from protocol.hashing import sha256

START = 1_790_000_000
CLOSE = START + 3600
TSA_PEM = Path(__file__).with_name("trial_tsa.pem")


class Log:
    """What the sequencer does, and everything it draws from; World sets the members in its __init__."""

    def derive(self, label):
        return sha256(self._seed, b"/", label.encode())

    def random(self, size):
        self._counter += 1
        return b"".join(self.derive(f"random {self._counter} {part}") for part in range(-(-size // 32)))[
            :size
        ]

    def signer(self, name):
        return dsse.Signer.from_seed(self.derive("signer " + name))

    def put(self, kind, body, *signers, chain=True, signatures=None):
        """Queue an event; it gets its leaf at the next cut. Signers sign; `signatures` takes their place.

        `chain` is True for the lot's own chain, False for none, or the name of another stream.
        """
        made = signatures if signatures is not None else [signer.sign(kind, body) for signer in signers]
        event = {
            "kind": kind,
            "body": body,
            "signatures": made,
            "r": self.random(32).hex(),
            "k": self.random(32).hex(),
            "chain": chain,
            "leaf": None,
            "value": None,
            "link": None,
        }
        self.pending.append(event)
        self.events.append(event)
        return event

    def ev(self, event):
        return dsse.event_id(event["kind"], event["body"]).hex()

    def cut(self, at, *, tsa=True, cosign=True, accuracy_ms=0):
        """Append what is pending and pads; sign, stamp and cosign a checkpoint at `at` seconds."""
        for event in self.pending:
            prev = self.heads.get(event["chain"], bytes(32)) if event["chain"] else bytes(32)
            link = link_of(bytes.fromhex(event["k"]), prev)
            ev = dsse.event_id(event["kind"], event["body"])
            value = leaf_of(bytes.fromhex(event["r"]), link, ev, sigs_hash(event["signatures"]))
            event |= {"leaf": len(self.leaves), "value": value, "link": link.hex()}
            if event["chain"]:
                self.heads[event["chain"]] = value
            self._append(value)
        grown = bool(self.pending)
        self.pending = []
        while len(self.leaves) % 8 or not grown:
            grown = True
            index = len(self.leaves)
            r, k = pad_blinds(self.derive("pads"), index)
            body = bodies.body("pad", day="2026-11-21")
            self._append(leaf_of(r, link_of(k, bytes(32)), dsse.event_id("pad", body), sigs_hash([])))
        text = notes.Checkpoint(self.origin, len(self.leaves), self.tree.root()).encode()
        note = notes.sign_note(text, self.origin, self.log_key)
        if cosign:
            note += notes.cosign(text, self.witness_name, self.witness_key, at)
        tokens = []
        if tsa:
            self.serial += 1
            moment = datetime.fromtimestamp(at, tz=UTC)
            token = self.tsa.respond(
                sha256(text.encode()), at=moment, serial=self.serial, accuracy_ms=accuracy_ms
            )
            tokens.append({"source": "tsa", "token": token.hex()})
        self.checkpoints.append((len(self.leaves), note, tokens))
        self.moments = getattr(self, "moments", {}) | {len(self.leaves): at}
        return len(self.leaves)

    def _append(self, value):
        self.leaves.append(value)
        self.tree.append(merkle.leaf_hash(value))

    def vkey(self):
        return notes.VerifierKey.of(self.origin, self.log_key, notes.LOG).encode()

    def witness_vkey(self):
        return notes.VerifierKey.of(self.witness_name, self.witness_key, notes.WITNESS).encode()

    def vkey_of(self, label, name):
        """A witness's verifier key of this name under another key."""
        key = Ed25519PrivateKey.from_private_bytes(self.derive(label))
        return notes.VerifierKey.of(name, key, notes.WITNESS).encode()
