"""What the owner signs after the report of a panel, event by event, for honest and hostile bundles."""

from protocol import awarding, bodies
from tests.protocol.evaluation.panel import RULES, Evaluated

THREE = {**RULES, "candidates": 3}
"""A method that names three candidates of the four bids."""


class Decided(Evaluated):
    """An evaluated world whose owner decides. Acts are methods, so that a story may do one otherwise."""

    report_event = shown_event = award_event = None

    def named(self, event):
        """The ev of an event, None where there is none yet."""
        return event and self.ev(event)

    def decide(self, kind, signer=None, **members):
        """Log one event of the chain "award", signed by the owner."""
        body = awarding.body(kind, policy=self.policy_id, **members)
        return self.log_award(kind, body, signer or self.owner)

    def log_award(self, kind, body, *signers):
        event = self.put(kind, body, *signers, chain="award")
        self.now += 10
        self.cut(self.now)
        return event

    def paper(self, name):
        """The hash of a paper which nobody but its holder can read."""
        return self.derive(f"paper {name}").hex()

    def candidate(self, rank):
        return self.report_event["body"]["candidates"][rank - 1]

    def show_candidates(self, signer=None, **changes):
        given = {"report": self.named(self.report_event), "content": self.paper("notice")}
        self.shown_event = self.decide("publicity", signer, **given | changes)
        return self.shown_event

    def award(self, rank=1, signer=None, **changes):
        given = {
            "report": self.named(self.report_event),
            "publicity": self.named(self.shown_event),
            "bid": self.candidate(rank),
            "ground": "first" if rank == 1 else "next",
            "content": self.paper(f"award {rank}"),
        }
        self.award_event = self.decide("award", signer, **given | changes)
        return self.award_event

    def fall(self, rank=1, signer=None, **changes):
        """A candidate falls out (条例 55)."""
        given = {
            "report": self.named(self.report_event),
            "bid": self.candidate(rank),
            "ground": "declined",
            "evidence": self.paper(f"letter of {rank}"),
            "content": self.paper(f"facts of {rank}"),
        }
        return self.decide("candidate-out", signer, **given | changes)

    def write_report(self, **changes):
        given = {"award": self.named(self.award_event), "content": self.paper("written report")}
        return self.decide("written-report", **given | changes)

    def cancel(self, signer=None):
        body = bodies.body("cancelled", policy=self.policy_id, reason="the works are no longer wanted")
        return self.log_award("cancelled", body, signer or self.owner)

    def reported(self):
        """Evaluated, its report signed by every seat."""
        self.begun().scored().ended()
        return self

    def again(self):
        """The panel is called back, looks once more, and reports anew; the sheets stay (条例 48, 71)."""
        self.lock(2, 2, lambda rows: rows[0]["marks"].__setitem__(0, ["plan", "9"]))
        self.show(2)
        self.ended(replaces=self.ev(self.report_event))
        return self

    def decided(self):
        """Shown, awarded to the first, reported to the supervisor."""
        self.show_candidates()
        self.award()
        self.write_report()
        return self

    def followed(self):
        """The first gave up after its award; the next was awarded and reported (条例 55)."""
        self.decided()
        self.fall(1)
        self.award(2)
        self.write_report()
        return self
