"""What a world hands out: receipts, anchors, bundles."""

from __future__ import annotations

import copy
import json

from ledger import trial_tsa
from protocol import bundle, canonical
from protocol.hashing import sha256
from protocol.receipts import receipt_body

METHOD = canonical.encode({"method": "lowest-evaluated-price", "ties": "earlier receipt", "rounding": 2})
DOCS = [{"name": "drawings.pdf", "size": 3, "sha256": sha256(b"abc").hex()}]


class Handing:
    """The last part of a World."""

    def receipt(self, event):
        """A receipt for a logged event."""
        size, note, tokens = next(row for row in self.checkpoints if row[0] > event["leaf"] and row[2])
        body = receipt_body(
            policy=event["body"].get("policy", self.policy_id),
            kind=event["kind"],
            event=event["body"],
            signatures=event["signatures"],
            r=bytes.fromhex(event["r"]),
            link=bytes.fromhex(event["link"]),
            leaf=event["leaf"],
            note=note,
            path=self.tree.inclusion_path(event["leaf"], size),
            tokens=tokens,
        )
        return {"body": body, "signatures": [self.platform.sign("receipt", body)]}

    def anchors(self, **changes):
        parties = [
            {"org": "owner-org", "role": "owner", "spki": self.owner.spki.hex()},
            {"org": "supervisor-org", "role": "supervisor", "spki": self.supervisor.spki.hex()},
            {"org": "platform-org", "role": "platform", "spki": self.platform.spki.hex()},
        ]
        for org in sorted(set(self.orgs)):
            parties.append({"org": org, "role": "officer-org", "spki": self.signer("org " + org).spki.hex()})
        members = {
            "v": "sealedbid-anchors/v1",
            "origin": "published",
            "T": {f"{self.tender}/{self.lot}": self.policy_id},
            "draws": {},
            "log": {"origin": self.origin, "vkeys": [self.vkey()], "org": "platform-org"},
            "witnesses": [{"vkey": self.witness_vkey(), "org": "witness-org"}],
            "witness_quorum": self.witness_quorum,
            "time": {
                "sources": [
                    {
                        "kind": "tsa",
                        "name": "tsa",
                        "org": "tsa-org",
                        "accuracy_ms": 0,
                        "root": self.tsa.root_der().hex(),
                        "policy_oids": [trial_tsa.POLICY],
                    },
                    {
                        "kind": "witness",
                        "name": self.witness_name,
                        "org": "witness-org",
                        "accuracy_ms": 0,
                        "vkey": self.witness_vkey(),
                    },
                ],
                "k": 2,
            },
            "parties": parties,
            "registrar": self.registrar.spki.hex(),
            "ca_roots": [],
            "min_t": 2,
            "min_bids": self.min_bids,
            "known": [],
        }
        return json.dumps(members | changes, indent=1).encode()

    def members(self, edition="audit"):
        """All member files by name, without the index."""
        logged = [event for event in self.events if event["leaf"] is not None]
        chain = [event for event in logged if event["chain"] is True]
        panel = [event for event in logged if event["chain"] == "eval"]
        award = [event for event in logged if event["chain"] == "award"]
        keys = [event for event in logged if not event["chain"]]
        found = {"docs.json": canonical.encode({"files": DOCS}), "method.json": self.method}
        found |= dict(bundle.event_members("chain", chain, self.checkpoints, self.tree, edition))
        found |= dict(bundle.event_members("keys", keys, self.checkpoints, self.tree, edition))
        found |= dict(bundle.event_members("eval", panel, self.checkpoints, self.tree, edition))
        found |= dict(bundle.event_members("award", award, self.checkpoints, self.tree, edition))
        found |= dict(bundle.checkpoint_members(self.checkpoints, self.tree))
        for (ev, e), data in self.contents.items():
            if ev in (self.live() if hasattr(self, "close_event") else []) and (edition == "audit" or e == 0):
                found[f"content/{ev}.e{e}.bin"] = data
        return found

    def write(self, path, edition="audit", members=None):
        """Write a bundle and give its path."""
        bundle.write(
            path,
            edition=edition,
            tender=self.tender,
            lot=self.lot,
            members=sorted((members or self.members(edition)).items()),
        )
        return path

    def copy(self):
        """A second story which begins like this one."""
        return copy.deepcopy(
            self,
            {id(self.tsa): self.tsa, id(self.log_key): self.log_key, id(self.witness_key): self.witness_key},
        )
