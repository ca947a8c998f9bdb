"""A lot evaluated by a panel of five, event by event, for honest and hostile bundles."""

from protocol import canonical, dsse, evaluation_bodies
from protocol.evaluation import Result, input_digest, recompute
from protocol.evaluation_blind import label_of
from protocol.evaluation_method import read_method
from tests.protocol.evaluation import methods
from tests.protocol.world import CLOSE, START, World

SEATS = (1, 2, 3, 4, 5)
PRICES = {1: "90.00", 2: "100.00", 3: "120.00", 4: "95.00"}
DECLARED = {"values": ["0.95", "0.96", "0.97"], "draw": "derived"}
RULES = methods.scheme(
    candidates=2,
    criteria=methods.criteria({**methods.BENCHMARK, "coefficient": "times"}),
    coefficient=DECLARED,
    aggregate={"over": "criterion", "trim_from": 5, "members_least": 5},
)


def line(number):
    """What envelope 0 of a firm holds."""
    return canonical.encode({"tenderer": f"firm {number}", "price": PRICES[number]})


class Evaluated(World):
    """A world whose lot is opened, and then evaluated. Acts are methods, so that a story may do one otherwise."""

    def __init__(self, rules=None, **options):
        super().__init__("evaluation", **options)
        self.rules = rules or RULES
        outer = {name: self.rules[name] for name in ("kind", "candidates", "coefficient")}
        self.method = canonical.encode({"lot": self.lot, "method": {**outer, "scheme": self.rules}})
        self.publish()
        for number in PRICES:
            self.enrol(f"firm-{number}")
        self.cut(START + 10)
        self.bids = [
            self.bid(
                f"firm-{n}",
                files={e: line(n) if e == 0 else b"plan" for e in range(self.envelopes)},
            )
            for n in PRICES
        ]
        self.cut(START + 20)
        self.to_end()
        self.lines = {self.ev(event): line(number) for number, event in zip(PRICES, self.bids, strict=True)}
        self.number = {self.ev(event): number for number, event in zip(PRICES, self.bids, strict=True)}
        self.now, self.locked, self.shown, self.rejected = CLOSE + 1000, {}, {}, []
        self.votes = []

    def act(self, kind, *signers, **members):
        """Log one event of the evaluation."""
        body = evaluation_bodies.body(kind, policy=self.policy_id, **members)
        return self.log(kind, body, *signers)

    def log(self, kind, body, *signers):
        event = self.put(kind, body, *signers, chain="eval")
        self.now += 10
        self.cut(self.now)
        return event

    def member(self, seat):
        return self.signer(f"member {seat}")

    def seated(self, seats=SEATS):
        return [
            {
                "seat": seat,
                "kind": "expert",
                "person": self.derive(f"member {seat}").hex(),
                "sig_key": self.member(seat).spki.hex(),
            }
            for seat in seats
        ]

    def panel(self, seats=SEATS, replaces=None, members=None):
        rows = members or self.seated(seats)
        signers = (self.owner, self.supervisor)
        self.panel_event = self.act("panel", *signers, replaces=replaces, members=rows, reason="")
        return self.panel_event

    def place(self):
        """What the lots and the coefficient come out of."""
        result = next(e["body"] for e in self.events if e["kind"] == "result" and e["body"]["e"] == 0)
        return {
            "policy": self.policy_id,
            "close": self.ev(self.close_event),
            "set_root": self.close_event["body"]["set_root"],
            "seeds": [[row["bid"], row["seed"]] for row in result["rows"] if row["seed"]],
        }

    def facts(self, change=None, **members):
        from protocol.evaluation_rank import drawn

        rows = [
            {
                "bid": ev,
                "line": text.decode(),
                "price": PRICES[self.number[ev]],
                "correction": "",
                "quantities": [["works", str(self.number[ev])]],
                "adjustments": [],
            }
            for ev, text in sorted(self.lines.items())
        ]
        if change:
            change(rows)
        given = {"replaces": None, "coefficient": drawn(self.place(), DECLARED["values"]), "bids": rows}
        self.facts_event = self.act("evaluation-facts", self.platform, **given | members)

    def sheet_body(self, seat, turn=1, change=None):
        rows = [
            {"bid": ev, "marks": [["plan", str(10 + seat + number)], ["team", str(5 + seat - number)]]}
            for ev, number in sorted(self.number.items())
        ]
        if change:
            change(rows)
        return evaluation_bodies.body(
            "score-sheet",
            policy=self.policy_id,
            facts=self.ev(self.facts_event),
            seat=seat,
            round=turn,
            nonce=self.derive(f"nonce {seat} {turn}").hex(),
            rows=rows,
            reasons=[],
        )

    def lock(self, seat, turn=1, change=None):
        self.locked[seat] = body = self.sheet_body(seat, turn, change)
        reason = "" if turn == 1 else "misread page 12"
        ev = dsse.event_id("score-sheet", body).hex()
        return self.act("sheet-lock", self.member(seat), seat=seat, round=turn, hash=ev, reason=reason)

    def show(self, seat, body=None):
        self.shown[seat] = event = self.log("score-sheet", body or self.locked[seat], self.member(seat))
        return event

    def label(self, number, name="A01"):
        """The commitment under which the panel knows a bid, and what opens it."""
        bid = next(ev for ev, found in self.number.items() if found == number)
        nonce = self.derive(f"label {name}").hex()
        return {"label": label_of(bid, name, nonce), "bid": bid, "name": name, "nonce": nonce}

    def ask_blind(self, number, name="A01", answers=None):
        """A member asks about a label; the bid behind it answers (or ``answers``, another)."""
        asked = {"seat": 2, "label": self.label(number, name)["label"], "e": 1, "text": "which crane?"}
        question = self.act("blind-question", self.member(2), **asked, until=self.now + 7200)
        who = answers or number
        bid = next(ev for ev, found in self.number.items() if found == who)
        said = {"question": self.ev(question), "bid": bid, "e": 1, "text": "the tower crane", "files": []}
        self.act("clarification-answer", self.signer(f"firm-{who}"), **said)
        return self

    def open_label(self, number, name="A01", **changes):
        """The platform says whose a label is."""
        return self.act("blind-label", self.platform, **self.label(number, name) | changes)

    def reject(self, number, ground="not-responsive"):
        ev = next(ev for ev, found in self.number.items() if found == number)
        event = self.act(
            "rejection",
            self.member(1),
            seat=1,
            bid=ev,
            ground=ground,
            article="实施条例 51(6)",
            clause="3.2",
            page="17",
            quote=None,
            reason="no answer to a starred clause",
        )
        self.rejected.append(event)
        return event

    def take_back(self, event):
        """The panel formed anew does not carry a rejection."""
        self.act(
            "rejection-void",
            self.member(1),
            seat=1,
            rejection=self.ev(event),
            reason="no majority of the panel as it stands now",
        )
        self.rejected = [one for one in self.rejected if one is not event]

    def given(self):
        """The input which the events make."""
        names = ("bid", "price", "quantities", "adjustments")
        rows = self.facts_event["body"]["bids"]
        return methods.given(
            [{name: row[name] for name in names} for row in rows],
            [
                {"member": str(seat), "rows": event["body"]["rows"], "reasons": []}
                for seat, event in self.shown.items()
            ],
            rejected=[event["body"]["bid"] for event in self.rejected],
            ceiling=self.policy["ceiling"],
            coefficient=self.facts_event["body"]["coefficient"],
            votes=self.votes,
            seeds=self.place(),
        )

    def result(self) -> Result:
        return recompute(read_method(self.rules), self.given())

    def report(self, **changes):
        result = self.result()
        ranking = [{"bid": bid, "rank": rank, "value": value} for bid, rank, value in result.ranking]
        members = {
            "panel": self.ev(self.panel_event),
            "facts": self.ev(self.facts_event),
            "replaces": None,
            "seat": 1,
            "sheets": sorted(self.ev(event) for event in self.shown.values()),
            "rejections": sorted(self.ev(event) for event in self.rejected),
            "votes": self.votes,
            "inputs": input_digest(self.given()),
            "result": result.digest(),
            "ranking": ranking,
            "candidates": result.candidates,
        }
        self.report_event = self.act("evaluation-report", self.member(1), **members | changes)
        return self.report_event

    def sign(self, seat, stance="agree"):
        note = None if stance == "agree" else self.derive(f"note {seat}").hex()
        report = self.ev(self.report_event)
        self.act("report-sign", self.member(seat), report=report, seat=seat, stance=stance, note=note)

    def begun(self, seats=SEATS):
        self.panel(seats)
        self.facts()
        return self

    def begun_without_coefficient(self):
        self.panel()
        self.facts(
            lambda rows: [row.update(quantities=[]) for row in rows],
            coefficient=None,
        )
        return self

    def scored(self, seats=SEATS):
        for seat in seats:
            self.lock(seat)
        for seat in seats:
            self.show(seat)
        return self

    def ended(self, seats=SEATS, **changes):
        self.report(**changes)
        for seat in seats:
            self.sign(seat)
        return self
