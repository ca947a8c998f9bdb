"""A whole tender in memory: keys, log, time sources and officers, for making honest and hostile bundles.

Everything is derived from a seed, so that the same story gives the same bytes. Nothing of the platform is used; the
trial time-stamp authority is the one which the ledger offers for rehearsals.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import trial_tsa
from protocol import bodies, canonical, dsse, merkle, notes, officer, opening, sealing, setrule
from protocol.hashing import sha256
from tests.protocol.handing import DOCS, METHOD, Handing
from tests.protocol.log import CLOSE, START, TSA_PEM, Log


def spki_of(signature):
    """The key of a signature, bare or in its certificate."""
    if "key" in signature:
        return bytes.fromhex(signature["key"])
    return dsse.spki_der(dsse.load_certificate(bytes.fromhex(signature["certs"][0])).public_key())


class World(Handing, Log):
    """One lot of one tender, played step by step; `t` of `n` officers, one envelope unless told otherwise."""

    def __init__(
        self, seed="world", *, t=3, n=5, envelopes=1, factor="none", witness_quorum=1, min_bids=3, orgs=None
    ):
        self._seed, self._counter = seed.encode(), 0
        self.owner, self.supervisor, self.platform, self.registrar = (
            self.signer(name) for name in ("owner", "supervisor", "platform", "registrar")
        )
        self.log_key, self.witness_key = (
            Ed25519PrivateKey.from_private_bytes(self.derive(n_)) for n_ in ("log", "wit")
        )
        self.tsa = trial_tsa.TrialAuthority.kept_in(TSA_PEM)
        self.origin, self.witness_name = "log.example/sunlit", "witness.example/w1"
        self.tender, self.lot = "500112-GC-2026-00001", "01"
        self.t, self.n, self.factor, self.envelopes = t, n, factor, envelopes
        self.witness_quorum, self.min_bids = witness_quorum, min_bids
        self.orgs = orgs or [f"officer-org-{1 + i // 2}" for i in range(n)]
        self.leaves, self.heads, self.pending = [], {}, []
        self.tree = merkle.Tree()
        self.events, self.checkpoints, self.contents, self.secrets = [], [], {}, {}
        self.serial, self.method = 0, METHOD
        self.seats = [self._seat(i) for i in range(1, n + 1)]

    def _seat(self, i):
        secret = self.derive(f"kem {i}")
        return {
            "i": i,
            "org": self.orgs[i - 1],
            "signer": self.signer(f"officer {i}"),
            "org_signer": self.signer("org " + self.orgs[i - 1]),
            "sk": secret,
            "pk": officer.hpke.public_key(secret),
        }

    # log ---------------------------------------------------------------------------------------------------

    # story -------------------------------------------------------------------------------------------------

    def policy_body(self, **changes):
        seats = []
        for seat in self.seats:
            row = {
                "i": seat["i"],
                "org": seat["org"],
                "name": f"officer {seat['i']}",
                "person": seat.get("person", self.derive(f"person {seat['i']}").hex()),
                "role": "notary",
                "sig_key": seat["signer"].spki.hex(),
            }
            cert = bodies.body("officer-cert", tender=self.tender, lot=self.lot, **row)
            signature = seat["org_signer"].sign("officer-cert", cert)
            seats.append(row | {"kem": "x25519", "pk": seat["pk"].hex(), "cert": signature})
        members = {
            "tender": self.tender,
            "lot": self.lot,
            "prev": None,
            "envelopes": [{"e": e, "name": f"envelope {e}", "open_at": CLOSE} for e in range(self.envelopes)],
            "t": self.t,
            "officers": seats,
            "factor": self.factor,
            "remedy": "",
            "close_at": CLOSE,
            "factor_until": CLOSE + 300 if self.factor == "required" else None,
            "check_until": CLOSE + 600,
            "release_until": CLOSE + 7200,
            "commit_s": 1800,
            "min_checkpoint_s": 60,
            "rush_checkpoint_s": 60,
            "log": {"origin": self.origin, "vkeys": [self.vkey()]},
            "witnesses": [{"vkey": self.witness_vkey(), "org": "witness-org"}],
            "witness_quorum": self.witness_quorum,
            "time": {
                "sources": [
                    {"kind": "tsa", "name": "tsa", "org": "tsa-org", "accuracy_ms": 0},
                    {"kind": "witness", "name": self.witness_name, "org": "witness-org", "accuracy_ms": 0},
                ],
                "k": 2,
            },
            "pad_floor": 4096,
            "max_size": 1 << 30,
            "docs_root": merkle.root([merkle.leaf_hash(canonical.encode(row)) for row in DOCS]).hex(),
            "method": sha256(self.method).hex(),
            "rulepack": "cn-works 2026-01",
            "ceiling": "1000000.00",
            "min_bids": self.min_bids,
        }
        return bodies.body("policy", **(members | changes))

    def publish(self, at=START, **changes):
        """Officer keys, then the policy."""
        for seat in self.seats:
            body = bodies.body(
                "officer-key",
                tender=self.tender,
                lot=self.lot,
                i=seat["i"],
                pk=seat["pk"].hex(),
                sig_key=seat["signer"].spki.hex(),
            )
            self.put("officer-key", body, seat["signer"], chain=False)
        self.cut(at)
        self.policy = self.policy_body(**changes)
        self.policy_event = self.put("policy", self.policy, self.owner)
        self.policy_id = self.ev(self.policy_event)
        self.cut(at + 1)

    def enrol(self, org, key=None):
        """The registrar says which key an organisation signs with."""
        signer = self.signer(key or org)
        body = bodies.body("signer-key", org=org, name=org, spki=signer.spki.hex())
        self.put("signer-key", body, self.registrar, chain=False)
        return signer

    def seal(self, org, signer, files=None, replaces=None, policy=None):
        """A sealed bid, not yet logged; ciphertexts are kept by event id."""
        files = files or {e: f"{org} envelope {e}".encode() for e in range(self.envelopes)}
        out = {e: bytearray() for e in files}
        made = sealing.seal_bid(
            policy=policy or self.policy,
            org=org,
            signer=signer,
            files={e: (len(data), [data]) for e, data in files.items()},
            sink=lambda e, data: out[e].extend(data),
            replaces=replaces,
            random=self.random,
            client="tests/1",
        )
        ev = dsse.event_id("bid", made.body).hex()
        self.secrets[ev] = {secret.e: secret for secret in made.secrets}
        for e, data in out.items():
            self.contents[ev, e] = bytes(data)
        return made

    def bid(self, org, *, signer=None, replaces=None, files=None):
        """Seal and queue a bid of an enrolled organisation."""
        made = self.seal(org, signer or self.signer(org), files, replaces)
        return self.put("bid", made.body, signatures=made.signatures)

    def withdraw(self, org, target, signer=None):
        body = bodies.body("withdraw", policy=self.policy_id, target=target)
        return self.put("withdraw", body, signer or self.signer(org))

    def heartbeats(self, start, end, step=60):
        for at in range(start, end, step):
            self.cut(at)

    def set_of(self, n_close):
        """The set by the rule, over what is logged so far."""
        acts = []
        for event in self.events:
            if event["kind"] in ("bid", "withdraw"):
                spki = spki_of(event["signatures"][0])
                org = event["body"].get("org") or next(
                    e["body"]["org"]
                    for e in self.events
                    if e["kind"] == "bid" and self.ev(e) == event["body"]["target"]
                )
                acts.append(
                    setrule.Act(
                        event["kind"],
                        self.ev(event),
                        event["leaf"],
                        event["body"],
                        org,
                        sha256(spki).hex(),
                        spki.hex(),
                    )
                )
        return setrule.compute_set(self.policy, self.policy_id, acts, getattr(self, "losses", []), n_close)

    def close_body(self, n_close, bids=None, **changes):
        bids = self.set_of(n_close).bids() if bids is None else bids
        members = {
            "policy": self.policy_id,
            "n_close": n_close,
            "bids": bids,
            "set_root": setrule.set_root(row["ev"] for row in bids).hex(),
            "factor_until": self.policy["factor_until"],
            "check_until": self.policy["check_until"],
            "replaces": None,
        }
        return bodies.body("close", **(members | changes))

    def close(self, at=CLOSE + 5, n_close=None, **changes):
        """Log the close; N_close is the size at the last checkpoint before the deadline unless given."""
        self.n_close = n_close if n_close is not None else self.n_before(CLOSE)
        self.close_event = self.put("close", self.close_body(self.n_close, **changes), self.platform)
        self.cut(at)

    def n_before(self, moment):
        sizes = [0]
        for size, note, tokens in self.checkpoints:
            stamped = int.from_bytes(notes.parse_note(note).signatures[-1].signature[:8], "big")
            if tokens and stamped + 1 <= moment:
                sizes.append(size)
        return max(sizes)

    def tsa_before(self, moment):
        """As `n_before`, by tokens alone."""
        return max([0, *(size for size, at in self.moments.items() if at + 1 <= moment)])

    def live(self):
        return [row["ev"] for row in self.close_event["body"]["bids"]]

    def manifests(self):
        by_ev = {self.ev(event): event["body"] for event in self.events if event["kind"] == "bid"}
        return [(ev, by_ev[ev]) for ev in self.live() if ev in by_ev]

    def end_factors(self, at=CLOSE + 400, evs=None, partial=()):
        """Bidders of `evs` (default: all of the set) give B, those of `partial` only for envelope 0; the phase ends."""
        rows = []
        for ev in self.live() if evs is None else evs:
            if self.policy["factor"] == "required":
                org = dict(self.manifests())[ev]["org"]
                factors = [{"e": e, "b": secret.b.hex()} for e, secret in sorted(self.secrets[ev].items())]
                body = bodies.body(
                    "factor", policy=self.policy_id, bid=ev, factors=factors[:1] if ev in partial else factors
                )
                event = self.put("factor", body, self.signer(org))
                if ev not in partial:
                    rows.append({"bid": ev, "factor": self.ev(event)})
        self.cut(at - 200 if at > CLOSE + 300 else at - 5)
        if self.policy["factor"] == "required":
            self.cut(at - 99)
        body = bodies.body(
            "factor-end",
            policy=self.policy_id,
            close=self.ev(self.close_event),
            factors=sorted(rows, key=lambda row: row["bid"]),
        )
        self.put("factor-end", body, self.platform)
        self.cut(at)

    def pair(self, i, e):
        """Commit and release of one officer."""
        seat = self.seats[i - 1]
        return officer.release_pair(
            policy=self.policy,
            close=self.ev(self.close_event),
            set_root=self.close_event["body"]["set_root"],
            manifests=self.manifests(),
            e=e,
            i=i,
            sk=seat["sk"],
            signer=seat["signer"],
        )

    def release(self, e, officers=None, at=CLOSE + 700, alter=lambda i, pair: pair):
        """All commits, a checkpoint, then all releases; `alter` may change a pair (commit, release)."""
        officers = officers or range(1, min(self.n, self.t + 1) + 1)
        pairs = [alter(i, self.pair(i, e)) for i in officers]
        for commit, _ in pairs:
            self.put("release-commit", commit["body"], signatures=commit["signatures"])
        self.cut(at + 10 * e)
        for _, release in pairs:
            self.put("release", release["body"], signatures=release["signatures"])
        self.cut(at + 10 * e + 5)
        self._kept = getattr(self, "_kept", {}) | {
            e: [opening.Release(r["body"]["officer"], dict(r["body"]["shares"])) for _, r in pairs]
        }

    @staticmethod
    def released(officer_number, shares):
        """A release as the opening takes it."""
        return opening.Release(officer_number, shares)

    def opened_with(self, ev, seed):
        """H(file) in hex of envelope 0 opened by a seed which its bidder showed."""
        sealed = sealing.Sealed.of(self.policy, dict(self.manifests())[ev], 0)
        return sha256(b"".join(sealed.open(seed, b"", [self.contents[ev, 0]]))).hex()

    def judge(self, ev, e):
        sealed = sealing.Sealed.of(self.policy, dict(self.manifests())[ev], e)
        factor = b""
        if self.policy["factor"] == "required":
            given = [x for x in self.events if x["kind"] == "factor" and x["body"]["bid"] == ev]
            if not given or len(given[0]["body"]["factors"]) < self.envelopes:
                return opening.Verdict("FACTOR_MISSING")
            factor = bytes.fromhex(given[0]["body"]["factors"][e]["b"])
        data = self.contents.get((ev, e))
        shares = opening.sort_shares(sealed, ev, self._kept[e])
        return opening.judge(sealed, shares, None, factor, lambda: None if data is None else [data])

    def result_body(self, e):
        states = self.set_of(self.n_close).states
        rows = [
            {"bid": ev, "verdict": state, "seed": None, "plain": None}
            for ev, state in states.items()
            if state != "LIVE" and ev not in self.live()
        ]
        for ev in self.live():
            verdict = self.judge(ev, e)
            rows.append({"bid": ev, "verdict": verdict.word, "seed": verdict.seed, "plain": verdict.plain})
        return bodies.body(
            "result",
            policy=self.policy_id,
            e=e,
            close=self.ev(self.close_event),
            rows=sorted(rows, key=lambda row: row["bid"]),
        )

    def finish(self, at=CLOSE + 900, results=None, attribute=True):
        """Results of all envelopes, attributions of what stayed shut, the end."""
        made = []
        shut = set()
        for e in range(self.envelopes):
            body = (results or {}).get(e) or self.result_body(e)
            made.append([e, self.ev(self.put("result", body, self.platform))])
            shut |= {
                row["bid"] for row in body["rows"] if row["verdict"] != "OPENED" and row["bid"] in self.live()
            }
        for ev in sorted(shut) if attribute else ():
            body = bodies.body(
                "attribution",
                policy=self.policy_id,
                bid=ev,
                finding="revoked",
                reason="as recorded",
                evidence=[],
                by="chair",
            )
            self.put("attribution", body, self.owner)
        body = bodies.body("open-end", policy=self.policy_id, close=self.ev(self.close_event), results=made)
        self.put("open-end", body, self.platform)
        self.cut(at)

    def play(self, bidders=3, **finish):
        """An undisturbed tender from publication to the end."""
        self.publish()
        for number in range(bidders):
            self.enrol(f"firm-{number + 1}")
        self.cut(START + 10)
        self.bids = [self.bid(f"firm-{number + 1}") for number in range(bidders)]
        self.cut(START + 20)
        self.to_end(**finish)
        return self

    def to_end(self, **finish):
        """From bids logged to the end."""
        self.heartbeats(CLOSE - 300, CLOSE + 1)
        self.close()
        self.end_factors()
        self.cut(CLOSE + 605)
        for e in range(self.envelopes):
            self.release(e)
        self.finish(**finish)

    # what is handed out --------------------------------------------------------------------------------------
