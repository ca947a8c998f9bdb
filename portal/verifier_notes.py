"""What the browser verifier remarks beside its checks, in the reader's words.

The verifier writes its remarks in English (static/js/verify); the page finds the one that was meant by ``pattern`` and
shows ``words`` with the same places filled in. What it does not find stays as the verifier wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Remark:
    """A remark as the verifier writes it, ``{places}`` named, and as the page says it."""

    written: str
    words: str | Promise

    @property
    def pattern(self) -> str:
        """A regular expression, of JavaScript and Python alike, with a named group for each place."""
        parts = PLACE.split(self.written)
        escaped = [re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", part) for part in parts[::2]]
        return "".join(
            text + (f"(?<{name}>.+?)" if name else "")
            for text, name in zip(escaped, [*parts[1::2], ""], strict=True)
        )


REMARKS: tuple[Remark, ...] = (
    Remark("Envelope {e} is withheld in this edition.", _("Envelope {e} is withheld in this edition.")),
    Remark(
        "Officer {i} released a false share of {ev}, envelope {e}.",
        _("Officer {i} released a false share of {ev}, envelope {e}."),
    ),
    Remark("{file}: {org} lost a key and has a new one.", _("{file}: {org} lost a key and has a new one.")),
    Remark("{file}: incident {code}: {note}", _("{file}: incident {code}: {note}")),
    Remark("{file}: times were postponed: {reason}", _("{file}: times were postponed: {reason}")),
    Remark("{file}: a factor that is not accepted.", _("{file}: a factor that is not accepted.")),
    Remark("{file} ({kind}) is void: {reason}", _("{file} ({kind}) is void: {reason}")),
    Remark(
        "{file}: a contribution that does not count: it is late",
        _("{file}: a contribution that does not count: it is late"),
    ),
    Remark(
        "{file}: a contribution that does not count: {fault}",
        _("{file}: a contribution that does not count: {fault}"),
    ),
    Remark(
        "{name}: officer {i} gave a wrong share of contribution {ev}.",
        _("{name}: officer {i} gave a wrong share of contribution {ev}."),
    ),
    Remark(
        "seat {seat}, bid {bid} {criterion}: zero mark",
        _("Seat {seat}, bid {bid}, criterion {criterion}: a mark of zero without a reason."),
    ),
    Remark(
        "seat {seat}, bid {bid} {criterion}: full mark",
        _("Seat {seat}, bid {bid}, criterion {criterion}: full marks without a reason."),
    ),
    Remark(
        "seat {seat}, bid {bid} : deviation mark",
        _("Seat {seat}, bid {bid}: the sum is far from the mean of the panel."),
    ),
    Remark("bid {bid}: price above-ceiling", _("Bid {bid}: the price is above the ceiling.")),
    Remark("bid {bid}: price below-mean", _("Bid {bid}: the price is far below the mean of the valid bids.")),
    Remark("bid {bid}: price below-ceiling", _("Bid {bid}: the price is far below the ceiling.")),
    Remark("The lot was cancelled after its opening.", _("The lot was cancelled after its opening.")),
    Remark("No award is in force.", _("No award is in force.")),
    Remark('Bid {bid} wins as "first".', _("Bid {bid} wins as the first of the ranking.")),
    Remark('Bid {bid} wins as "next".', _("Bid {bid} wins because those before it fell out.")),
    Remark('Bid {bid} wins as "choice".', _("Bid {bid} wins by the owner’s choice among the candidates.")),
    Remark("Candidate {bid} fell out: declined.", _("Candidate {bid} fell out: it gave up the award.")),
    Remark(
        "Candidate {bid} fell out: force-majeure.",
        _("Candidate {bid} fell out: it cannot perform because of force majeure."),
    ),
    Remark(
        "Candidate {bid} fell out: no-bond.",
        _("Candidate {bid} fell out: it did not give the performance bond."),
    ),
    Remark(
        "Candidate {bid} fell out: unlawful.",
        _("Candidate {bid} fell out: it was found to have acted unlawfully so as to affect the result."),
    ),
)
"""In the order they are tried: a particular one before the general one."""
