"""Who can open a lot's bids: officers as the public may know them, T in hexadecimal, words and QR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import words
from portal.selectors import tenders
from portal.selectors.shapes import OfficerLine, PolicyBox, Status
from protocol.words import words as policy_words
from trading.states import SeatState, label

SEAT_SHAPES = {SeatState.PROVEN: "done", SeatState.FAILED: "fail"}


def role_word(role: str) -> str:
    """The officer's role; free text stays as it was written."""
    return _(words.ROLES[role]) if role in words.ROLES else role


def officer_line(officer: Mapping[str, Any], status: Status | None = None) -> OfficerLine:
    """Organisation, role, fingerprint of the signing key; the state of the key unless another is given."""
    state = SeatState(officer["state"])
    role = role_word(officer["role"])
    if officer["tool"] in words.TOOLS:
        role = _("%(role)s, %(tool)s") % {"role": role, "tool": _(words.TOOLS[officer["tool"]])}
    return OfficerLine(
        organisation=tenders.said(officer, "organisation"),
        role=role,
        fingerprint=officer["fingerprint"],
        number=officer["i"],
        status=status or Status(_(label(state)), SEAT_SHAPES.get(state, "wait")),
    )


def policy_box(lot: Mapping[str, Any], *, number: str, origin: str) -> PolicyBox | None:
    """The box of a published lot; None while it has no policy or no officers."""
    if not lot.get("policy") or not lot.get("officers"):
        return None
    zh = tenders.chinese()
    officers = lot["officers"]
    address = origin.rstrip("/") + reverse("portal:notice", args=[number])
    return PolicyBox(
        digest=lot["policy"],
        words=policy_words(bytes.fromhex(lot["policy"]), "zh" if zh else "en"),
        words_lang="zh-Hans" if zh else "en",
        qr_text=f"{address}#T={lot['policy']}",
        n=lot["n"],
        t=lot["t"],
        organisations=len({officer["organisation"] for officer in officers}),
        officers=[officer_line(officer) for officer in officers],
        secret=lot["offline_secret"],
    )
