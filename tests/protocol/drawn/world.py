"""A tender with a draw after its opening: pool, header, contributions, rounds, answers, reveal.

Everything comes from the seed of the world, as in tests.protocol.world; nothing of the platform is used.
"""

from __future__ import annotations

from protocol import bodies, bundle, canonical, dsse, hpke, merkle
from protocol.draw import contributing, eligible, objects, panels, plan, pool, problem, releasing
from protocol.hashing import sha256
from tests.protocol.world import CLOSE, World

AFTER = CLOSE + 1000
DRAW_CLOSE = AFTER + 600
SEATS = {"A08": 2, "B02": 1}
CODES = (["A08"], ["A08", "B02"], ["B02"])


class DrawWorld(World):
    """A lot that was opened, and the drawing of its panel step by step."""

    def __init__(self, seed="draw", *, experts=24, max_rounds=2, t=3, n=5, **options):
        super().__init__(seed, **options)
        self.draw_t, self.draw_n, self.max_rounds = t, n, max_rounds
        self.draws, self.papers, self.serials = {}, {}, []
        self.gateways = {}
        self.experts = experts
        self.epoch_secret = self.derive("epoch")
        self.persons = {f"person {k}": self._person(k) for k in range(experts)}

    # pool --------------------------------------------------------------------------------------------------

    def _person(self, k):
        return {
            "employer": self.derive(f"employer {k % 9}").hex(),
            "group": "",
            "identity": self.derive(f"identity {k}").hex(),
            "name": f"expert {k}",
            "region": "5001" if k % 3 else "5002",
            "since": "2020-01-01",
            "specialties": CODES[k % len(CODES)],
            "until": "2030-12-31",
        }

    def eid_of(self, person):
        return pool.eid(self.epoch_secret, person.encode())

    def rows(self):
        shown = ("eid", "employer", "region", "since", "specialties", "until")
        made = [
            pool.record(self.epoch_secret, self.eid_of(person), attributes, shown)
            for person, attributes in self.persons.items()
        ]
        return sorted(made, key=lambda row: row["attributes"]["eid"]["value"])

    def paper(self, data):
        """Keep a paper of the draw; its hash."""
        digest = sha256(data).hex()
        self.papers[digest] = data
        return digest

    # header ------------------------------------------------------------------------------------------------

    def draw_seats(self, serial):
        lot, rows = objects.lot_of(self.lot, serial), []
        for i in range(1, self.draw_n + 1):
            org = self.orgs[i - 1]
            signer, sk = self.signer(f"draw {serial} officer {i}"), self.derive(f"draw {serial} kem {i}")
            row = {
                "i": i,
                "org": org,
                "name": f"officer {i}",
                "person": self.derive(f"draw person {i}").hex(),
                "role": "notary",
                "sig_key": signer.spki.hex(),
            }
            key = {"tender": self.tender, "lot": lot, "i": i, "pk": hpke.public_key(sk).hex()}
            body = bodies.body("officer-key", **key, sig_key=row["sig_key"])
            self.put("officer-key", body, signer, chain=False)
            cert = bodies.body("officer-cert", tender=self.tender, lot=lot, **row)
            signature = self.signer("org " + org).sign("officer-cert", cert)
            rows.append(row | {"kem": "x25519", "pk": key["pk"], "cert": signature})
        return rows

    def header(self, at=AFTER, *, excluded=(), **changes):
        """Officers' keys, then the header of the next serial; the eligible are those of the pool not excluded."""
        serial = len(self.serials) + 1
        officers = self.draw_seats(serial)
        self.cut(at)
        rows = self.rows()
        exclusions = sorted(
            (
                {"eid": self.eid_of(p).hex(), "reason": "related", "evidence": self.derive(p).hex()}
                for p in excluded
            ),
            key=lambda row: row["eid"],
        )
        shown = {
            row["attributes"]["eid"]["value"]: {k: v.get("value") for k, v in row["attributes"].items()}
            for row in rows
        }
        named = {row["eid"] for row in exclusions}
        able = eligible.experts(shown, set(SEATS), eligible.day_of(DRAW_CLOSE), named)
        posed = problem.Problem(SEATS, tuple(able), 1, {"5001": (0, 3), "5002": (0, 2)})
        posed = problem.of_value(canonical.decode(panels.paper_of(posed)))
        self.gateways[serial] = self.derive(f"gateway {serial}")
        before = self.serials[-1] if self.serials else None
        standing = before["standing"] if before else panels.Standing()
        made = plan.plan(panels.next_round(posed, standing))
        root = self.pool_root(rows)
        members = {
            "tender": self.tender,
            "lot": self.lot,
            "serial": serial,
            "prev": before["id"] if before else None,
            "cause": "short" if before else "",
            "kept": standing.listed("accepted"),
            "policy": self.policy_id,
            "when": "after-opening",
            "pool": {
                "epoch": 1,
                "root": root,
                "count": len(rows),
                "rows": self.paper(canonical.encode(rows)),
            },
            "exclusions": {"rows": self.paper(canonical.encode(exclusions)), "count": len(exclusions)},
            "problem": self.paper(panels.paper_of(posed)),
            "plan": self.paper(panels.stated(made)),
            "rulepack": "cn-works 2026-01",
            "t": self.draw_t,
            "officers": officers,
            "gateway": hpke.public_key(self.gateways[serial]).hex(),
            "required": self.required(),
            "open": "bidders",
            "close_at": DRAW_CLOSE + 5000 * (serial - 1),
            "reveal_at": DRAW_CLOSE + 4000 + 5000 * (serial - 1),
            "window_s": 600,
            "release_s": 1800,
            "max_rounds": self.max_rounds,
            "beacon": None,
        }
        body = objects.body("draw-header", **(members | changes))
        event = self.put("draw-header", body, self.platform, self.supervisor, chain="draw")
        self.draw = {
            "id": dsse.event_id("draw-header", body).hex(),
            "body": body,
            "event": event,
            "posed": posed,
        }
        self.draw |= {"standing": standing, "made": made, "heads": [event], "contributions": {}, "opened": {}}
        self.serials.append(self.draw)
        self.cut(at + 10)
        return event

    def pool_root(self, rows):
        leaves = [pool.record_leaf(row)[0] for row in rows]
        return merkle.root(leaves).hex()

    def required(self):
        rows = [
            {"org": "owner-org", "role": "owner", "spki": self.owner.spki.hex()},
            {"org": "platform-org", "role": "platform", "spki": self.platform.spki.hex()},
            {"org": "supervisor-org", "role": "supervisor", "spki": self.supervisor.spki.hex()},
        ]
        return sorted(rows, key=lambda row: row["org"])

    # contributions -----------------------------------------------------------------------------------------

    def contribution(self, org, signer):
        return contributing.contribute(
            header=self.draw["body"], org=org, signer=signer, random=self.random, client="tests/1"
        )

    def contribute(self, at=AFTER + 60, *, bidders=("firm-1",), skip=(), alter=lambda org, made: made):
        """The required contributions and some of bidders; a checkpoint before T_close and one after."""
        signers = {"owner-org": self.owner, "platform-org": self.platform, "supervisor-org": self.supervisor}
        signers |= {org: self.signer(org) for org in bidders}
        for org, signer in signers.items():
            if org in skip:
                continue
            made = alter(org, self.contribution(org, signer))
            event = self.put("contribution", made["body"], signatures=made["signatures"], chain="draw")
            self.draw["contributions"][self.ev(event)] = made["body"]
        self.cut(at + 5000 * (len(self.serials) - 1))
        self.cut(self.draw["body"]["close_at"] - 2)
        self.cut(self.draw["body"]["close_at"] + 2)

    # rounds ------------------------------------------------------------------------------------------------

    def draw_pair(self, i, j):
        """Commit and release of one officer of the draw for a round."""
        serial, head = len(self.serials), self.draw["heads"][j]
        return releasing.release_pair(
            header=self.draw["body"],
            round_=bytes.fromhex(self.ev(head)),
            leaf=head["leaf"],
            j=j,
            contributions=sorted(self.draw["contributions"].items()),
            i=i,
            sk=self.derive(f"draw {serial} kem {i}"),
            signer=self.signer(f"draw {serial} officer {i}"),
            random=self.random,
        )

    def run_round(self, j, *, officers=None, alter=lambda i, pair: pair):
        """Commits, a checkpoint, releases, and the result which they give."""
        serial = len(self.serials)
        pairs = [alter(i, self.draw_pair(i, j)) for i in officers or range(1, self.draw_t + 2)]
        for commit, _ in pairs:
            self.put("draw-commit", commit["body"], signatures=commit["signatures"], chain="draw")
        at = self.draw["body"]["close_at"] + 20 + 700 * j
        self.cut(at)
        for _, release in pairs:
            self.put("draw-release", release["body"], signatures=release["signatures"], chain="draw")
        self.cut(at + 10)
        gateway = self.gateways[serial]
        opened = {r["body"]["officer"]: releasing.open_release(r["body"], gateway)[1] for _, r in pairs}
        found = releasing.outcome(
            self.draw["body"],
            bytes.fromhex(self.ev(self.draw["heads"][j])),
            j,
            self.draw["contributions"],
            [frozenset(c["body"]["fails"]) for c, _ in pairs],
            releasing.read(self.draw["body"], j, self.draw["contributions"], opened),
        )
        drawn = {}
        if found.seed is not None:
            drawn = panels.take(
                self.draw["standing"],
                self.draw["made"],
                found.seed,
                gateway,
                bytes.fromhex(self.draw["id"]),
                j,
            )
        body = objects.body(
            "draw-result",
            header=self.draw["id"],
            j=j,
            round=self.ev(self.draw["heads"][j]),
            in_=found.inside,
            out=found.out,
            bad=found.bad,
            panel=releasing.panel_root(drawn).hex(),
            seats=len(drawn),
        )
        self.put("draw-result", body, self.platform, chain="draw")
        self.draw["seedless"] = found.seed is None
        self.cut(at + 20)
        return drawn

    def answer(self, j, seat, code):
        body = objects.body(
            "draw-event",
            header=self.draw["id"],
            j=j,
            seat=seat.hex(),
            code=code,
            at=self.draw["body"]["close_at"] + 100 + 700 * j,
            record=self.derive(f"call {seat.hex()} {code}").hex(),
        )
        self.draw["standing"].codes[seat] = code
        return self.put("draw-event", body, self.platform, chain="draw")

    def answers(self, j, drawn, declines=0):
        """The first `declines` seats decline, the others accept."""
        for position, seat in enumerate(sorted(drawn)):
            self.answer(j, seat, "declined" if position < declines else "accepted")
        self.cut(self.draw["body"]["close_at"] + 120 + 700 * j)

    def next_round(self, j, **changes):
        """The head of a replacement round."""
        standing = self.draw["standing"]
        self.draw["made"] = plan.plan(panels.next_round(self.draw["posed"], standing))
        events = [
            e for e in self.events if e["kind"] == "draw-event" and e["body"]["header"] == self.draw["id"]
        ]
        members = {
            "header": self.draw["id"],
            "j": j,
            "prev": self.ev(self.draw["heads"][-1]),
            "events": panels.events_root(self.ev(event) for event in events),
            "accepted": standing.listed("accepted"),
            "removed": standing.listed("removed"),
            "plan": self.paper(panels.stated(self.draw["made"])),
        }
        event = self.put(
            "draw-round", objects.body("draw-round", **(members | changes)), self.platform, chain="draw"
        )
        self.draw["heads"].append(event)
        self.cut(self.draw["body"]["close_at"] + 200 + 700 * (j - 1))
        return event

    def reveal(self, **changes):
        """At T_reveal the gateway's key, and the end."""
        self.cut(self.draw["body"]["reveal_at"] + 2)
        self.key_out()
        self.end(**changes)
        self.cut(self.draw["body"]["reveal_at"] + 4)

    def key_out(self):
        """The gateway's key into the log."""
        key = self.gateways[len(self.serials)].hex()
        body = objects.body("draw-reveal", header=self.draw["id"], gateway=key)
        return self.put("draw-reveal", body, self.platform, chain="draw")

    def end(self, **changes):
        """How the draw ended; an end that blames somebody is signed by the supervisor, too."""
        standing = self.draw["standing"]
        whole = len(standing.accepted()) == sum(self.draw["posed"].seats.values())
        members = {
            "outcome": "complete" if whole else "short",
            "cause": "" if whole else "contributors" if self.draw.get("seedless") else "short",
            "missing": [],
            "panel": standing.listed("accepted"),
        }
        body = objects.body("draw-end", header=self.draw["id"], **(members | changes))
        signers = (self.platform, self.supervisor) if body["missing"] else (self.platform,)
        return self.put("draw-end", body, *signers, chain="draw")

    def stalled(self, j, *, officers=(1, 2, 3, 4), releasing=(1, 2), after=None, **changes):
        """Officers commit, fewer than t of them release, and once the round's time is over the draw is ended."""
        pairs = [self.draw_pair(i, j) for i in officers]
        for commit, _ in pairs:
            self.put("draw-commit", commit["body"], signatures=commit["signatures"], chain="draw")
        at = self.draw["body"]["close_at"] + 20 + 700 * j
        self.cut(at)
        for i, (_, release) in zip(officers, pairs, strict=True):
            if i in releasing:
                self.put("draw-release", release["body"], signatures=release["signatures"], chain="draw")
        self.cut(at + 10)
        self.cut(after or self.draw["body"]["close_at"] + self.draw["body"]["release_s"] + 2 + 700 * j)
        missing = [i for i in range(1, self.draw_n + 1) if i not in releasing]
        return self.end(**({"outcome": "short", "cause": "officers", "missing": missing} | changes))

    def play_draw(self, declines=(0,), **options):
        """An undisturbed draw after an undisturbed opening; `declines` of each round."""
        if not self.events:
            self.play(3)
        self.header(AFTER + 5000 * len(self.serials), **options)
        self.contribute()
        for j, count in enumerate(declines):
            if j:
                self.next_round(j)
            self.answers(j, self.run_round(j), count)
        self.reveal()
        return self

    # what is handed out ------------------------------------------------------------------------------------

    def anchors(self, **changes):
        draws = {f"{self.tender}/{self.lot}/{n}": draw["id"] for n, draw in enumerate(self.serials, start=1)}
        return super().anchors(**({"draws": draws} | changes))

    def members(self, edition="audit"):
        chain = [event for event in self.events if event["chain"] == "draw" and event["leaf"] is not None]
        found = super().members(edition)
        found |= dict(bundle.event_members("draw", chain, self.checkpoints, self.tree, edition))
        return found | {f"drawn/{digest}.json": data for digest, data in self.papers.items()}
