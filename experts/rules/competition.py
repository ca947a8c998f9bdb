"""Whether the bids still valid compete enough, after rejections (12号令 27, 政府采购法 36): pure."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop as _

from experts.rules.packs import CompetitionRule
from kernel.errors import Finding
from protocol import canonical, hashing

GROUND = "no-competition"
"""What the form offers; the event says ``document`` with the article of the rule."""


def left_hash(bids: Iterable[str]) -> str:
    """How a set of bids (evs) is named: SHA-256 of them in order."""
    return hashing.sha256(canonical.encode(sorted(bids))).hex()


def competition_findings(rule: CompetitionRule, *, left: int, lacking: int, stated: bool) -> list[Finding]:
    """What keeps the review open on this account.

    ``left`` bids are rejected on no other ground, ``lacking`` of them for want of competition, all or none of them
    by law (否决全部投标); ``stated`` is whether more than half of the members find that competition is enough.
    """
    data = {"left": left, "fewer": rule.fewer}
    if lacking and left >= rule.fewer:
        text = _("Enough bids are valid again: a rejection for want of competition no longer stands.")
        return [Finding("competition_back", text, rule.code)]
    if lacking == left or left >= rule.fewer:
        return []
    if lacking:
        text = _("For want of competition all bids are rejected or none: move to reject the others, too.")
        return [Finding("competition_half", text, rule.code)]
    if not rule.panel_decides:
        text = _("%(left)s suppliers are left, fewer than %(fewer)s: the rest is rejected, and the lot ends.")
        return [Finding("competition_ends", text, rule.code, data=data)]
    if not stated:
        text = _(
            "%(left)s valid bids are left, fewer than %(fewer)s: reject them for want of competition, or state why "
            "competition is enough."
        )
        return [Finding("competition_open", text, rule.code, data=data)]
    return []
