"""What of a tender may be seen by whom, and from when: a table, field by field.

Selectors pass everything through ``masked``; a field that is not in the table is shown to nobody. Who took
documents, how many did, who asks, who objects, and who bids are in no row but as ``OWN``: before the opening
not even their absence may be told from their presence (法22).
"""

from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Any


class Stage(IntEnum):
    """How far a lot has come, as far as secrecy is concerned."""

    DRAFT = 0
    PUBLISHED = 1
    DEADLINE = 2
    OPENED = 3
    SHOWN = 4  # the candidates are published
    DECIDED = 5


class Audience(Enum):
    """To whom a thing is shown: everyone, the owner and its agency, the competent supervisor, itself."""

    PUBLIC = "public"
    PARTY = "party"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OWN = "own"


_EVER = {Audience.PARTY: Stage.DRAFT, Audience.SUPERVISOR: Stage.DRAFT, Audience.AUDITOR: Stage.DRAFT}
OPEN = {**_EVER, Audience.PUBLIC: Stage.PUBLISHED, Audience.OWN: Stage.PUBLISHED}
"""Public from the notice on; the owner, its agency and the supervisor see the draft."""
INNER = dict(_EVER)
"""The owner's, the supervisor's and the auditor's business."""
OWNERS = {Audience.PARTY: Stage.DRAFT}
SELF = {Audience.OWN: Stage.PUBLISHED}
"""Only the one it concerns, for good."""
NEVER: dict[Audience, Stage] = {}
REPORTED = {Audience.PARTY: Stage.OPENED, Audience.SUPERVISOR: Stage.OPENED}
"""What the panel reports: the owner's and the supervisor's from the report on."""
CANDIDATE = {
    **REPORTED,
    Audience.PUBLIC: Stage.SHOWN,
    Audience.OWN: Stage.SHOWN,
    Audience.AUDITOR: Stage.SHOWN,
}
"""Everybody's from the publicity on (条例 54)."""
STANDING = {**REPORTED, Audience.OWN: Stage.DECIDED}
"""A bidder's own with the award; another bidder's never."""

_TENDER_OPEN = (
    *(
        "id",
        "number",
        "title",
        "title_en",
        "summary",
        "summary_en",
        "owner",
        "owner_en",
        "agency",
        "agency_en",
    ),
    *("supervisor", "supervisor_en", "region", "trade", "mandatory", "state_funded", "open_tendering"),
    *(
        "owner_address",
        "place",
        "obtain_documents",
        "contact",
        "subject",
        "consortium_allowed",
        "max_lots_won",
        "documents_from",
    ),
    *(
        "documents_until",
        "questions_until",
        "objection_until",
        "media",
        "note",
        "note_en",
        "state",
        "rulepack",
    ),
    *("published_at", "cancelled_at", "media_proofs", "project", "project_code", "retender_of"),
)
_LOT_OPEN = (
    *(
        "id",
        "code",
        "number",
        "name",
        "name_en",
        "scope",
        "scope_en",
        "ceiling",
        "ceiling_method",
        "currency",
    ),
    *("duration_days", "quality", "qualification", "manager_class", "deposit_amount", "deposit_forms"),
    *("validity_days", "valid_until", "bond_percent", "method", "policy", "state", "close_at", "open_at"),
    *("factor", "factor_until", "remedy", "check_until", "release_until", "t", "n", "min_bids", "max_size"),
    *(
        "hall",
        "officers",
        "offline_secret",
        "published_at",
        "closed_at",
        "opened_at",
        "failed_at",
        "fixed_sums",
    ),
    *("docs_root", "objection_minutes", "confirm_minutes", "envelopes"),
)

TABLE: Mapping[str, Mapping[str, Mapping[Audience, Stage]]] = {
    "tender": {
        **dict.fromkeys(_TENDER_OPEN, OPEN),
        "created_at": INNER,
        "ready_at": INNER,
        "overrides": INNER,
    },
    "lot": {
        **dict.fromkeys(_LOT_OPEN, OPEN),
        "estimate": OWNERS,
        "estimate_published": OPEN,
        "created_at": INNER,
    },
    "document": dict.fromkeys(("id", "kind", "name", "media_type", "size", "sha256", "version", "lot"), OPEN),
    "officer": {
        **dict.fromkeys(
            ("i", "name", "organisation", "organisation_en", "role", "fingerprint", "tool", "state"), OPEN
        ),
        "person_ref": INNER,
        "email": NEVER,
    },
    "notice": dict.fromkeys(
        ("id", "number", "version", "kind", "title", "title_en", "content", "sha256", "entry", "at", "lot"),
        OPEN,
    ),
    "question": {
        **dict.fromkeys(("number", "text", "answer", "answered_at"), OPEN),
        "asked_at": SELF,
        "code": SELF,
        "asker": SELF,
    },
    "objection": {
        **dict.fromkeys(("number", "request", "answer", "answered_at"), OPEN),
        "facts": {**SELF, **OWNERS, Audience.SUPERVISOR: Stage.PUBLISHED},
        "reply_due_at": {**SELF, **OWNERS, Audience.SUPERVISOR: Stage.PUBLISHED},
        "raised_at": {**SELF, **OWNERS, Audience.SUPERVISOR: Stage.PUBLISHED},
        "code": SELF,
        "objector": SELF,
    },
    "addendum": dict.fromkeys(("id", "number", "changes", "affects", "reason", "published_at"), OPEN),
    "suspension": dict.fromkeys(("ground", "text", "article", "since", "lifted_at"), OPEN),
    "postponement": dict.fromkeys(("lot", "close_at", "check_until", "release_until", "reason", "at"), OPEN),
    "failure": dict.fromkeys(("lot", "reason", "next_step", "at"), OPEN),
    "candidate": {
        **dict.fromkeys(
            (
                *("rank", "name", "price", "value", "duration", "quality", "manager", "certificates"),
                "qualification",
            ),
            CANDIDATE,
        ),
        "scores": STANDING,
    },
    "rejected": dict.fromkeys(("name", "article", "reason"), CANDIDATE),
    "ranked": dict.fromkeys(("rank", "name", "price", "value", "scores"), STANDING),
    "letter": {"content": {Audience.OWN: Stage.DECIDED}, "at": {**REPORTED, Audience.OWN: Stage.DECIDED}},
    "taker": {"organisation": SELF, "code": SELF, "at": SELF, "count": NEVER},
}


def visible(thing: str, field: str, audience: Audience, stage: Stage) -> bool:
    """Whether ``audience`` may see ``thing.field`` at ``stage``; False for anything not in the table."""
    since = TABLE.get(thing, {}).get(field, NEVER).get(audience)
    return since is not None and stage >= since


def masked(thing: str, values: Mapping[str, Any], audience: Audience, stage: Stage) -> dict[str, Any]:
    """Only those of ``values`` the audience may see; hidden fields are absent, not empty."""
    return {field: value for field, value in values.items() if visible(thing, field, audience, stage)}
