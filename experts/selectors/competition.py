"""What is left of the competition after the panel's rejections, and what its members state about it (12号令 27)."""

from collections.abc import Sequence
from dataclasses import dataclass

from experts.models import CompetitionVote, Panel
from experts.rules.competition import competition_findings, left_hash
from experts.rules.packs import CompetitionRule, pool_pack
from experts.selectors.panels import majority, seated
from experts.states.panel import MotionState
from kernel.errors import Finding


@dataclass(frozen=True)
class Competition:
    """The bids rejected on no other ground, how many of them for want of competition, and the statements on them."""

    rule: CompetitionRule
    left: Sequence[str]
    lacking: int
    votes: Sequence[CompetitionVote]
    of: int
    stated: bool

    @property
    def short(self) -> bool:
        """Fewer valid bids than the law expects, and at least one."""
        return 0 < len(self.left) < self.rule.fewer

    @property
    def findings(self) -> list[Finding]:
        """What keeps the review open."""
        return competition_findings(self.rule, left=len(self.left), lacking=self.lacking, stated=self.stated)


def competition_of(panel: Panel, opened: Sequence[str]) -> Competition:
    """The competition among the opened bids (evs) as the panel has left it."""
    rule = pool_pack().competition_rule(panel.lot.tender.project.trade)
    rows = panel.motions.filter(state=MotionState.CONFIRMED.value).values_list("bid__ev", "article")
    gone = {ev for ev, article in rows if article != rule.code}
    left = [ev for ev in opened if ev not in gone]
    here = seated(panel)
    votes = panel.competition_votes.filter(left=left_hash(left), seat__in=here).select_related("seat")
    found = list(votes)
    lacking = sum(ev in left for ev, article in rows if article == rule.code)
    return Competition(rule, left, lacking, found, len(here), majority(panel, len(found)))
