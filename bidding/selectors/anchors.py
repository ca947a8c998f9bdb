"""The anchors file of this installation for some lots (docs/protocol.md, section 8).

What a reader should hold comes from the parties themselves, not from here: a file made by the platform in the
same run proves consistency only, and says so in ``origin``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from accounts.ca_roots import ca_roots
from accounts.models import Organisation, SigningKey
from accounts.states import KeyState
from ledger import keys, sources
from protocol import anchors, canonical
from trading.models import Lot, OfficerSeat

PUBLISHED: Final = "published"
SAME_RUN: Final = "same-run"


def anchors_export(
    *,
    lots: Sequence[Lot],
    registrar: str,
    origin: str,
    min_t: int = 2,
    min_bids: int = 3,
    draws: Mapping[str, str] | None = None,
    certifiers: Sequence[Organisation] = (),
) -> bytes:
    """The anchors for these lots as JSON bytes. ``registrar`` is its SPKI in hex; ``origin`` as in section 8.

    ``draws`` are headers of draws by tender/lot/serial, ``certifiers`` the organisations of their officers.
    """
    configured = sources.configured_sources()
    witnesses = [witness.policy_witness() for witness in sources.configured_witnesses()]
    value: dict[str, Any] = {
        "v": anchors.VERSION,
        "origin": origin,
        "T": {f"{lot.tender.reference}/{lot.code}": lot.policy for lot in lots},
        "draws": dict(draws or {}),
        "log": {"origin": settings.LOG_ORIGIN, "vkeys": [keys.log_vkey()], "org": sources.log_org()},
        "witnesses": witnesses,
        "witness_quorum": len({row["org"] for row in witnesses}),
        "time": {
            "sources": [source.anchor_source() for source in configured],
            "k": max(1, (len(configured) + 1) // 2),
        },
        "parties": parties(lots, certifiers),
        "registrar": registrar,
        "ca_roots": [root.hex() for root in ca_roots()],
        "min_t": min_t,
        "min_bids": min_bids,
        "known": [],
    }
    data = canonical.encode(value)
    anchors.load(data)
    return data


def parties(lots: Sequence[Lot], certifiers: Sequence[Organisation] = ()) -> list[dict[str, str]]:
    """Owners, supervisors, officers' organisations and the platform, each with every key it signs with."""
    roles: list[tuple[str, Organisation]] = [("officer-org", one) for one in certifiers]
    for lot in lots:
        project = lot.tender.project
        roles.append(("owner", project.owner))
        if project.supervisor is not None:
            roles.append(("supervisor", project.supervisor))
        seats = OfficerSeat.objects.filter(lot=lot).select_related("organisation")
        roles += [("officer-org", seat.organisation) for seat in seats]
    found = {("platform", sources.log_org(), keys.platform_signer().spki.hex())}
    keys_of: dict[Any, list[str]] = {}
    rows = SigningKey.objects.filter(organisation__in={party.pk for _, party in roles})
    for row in rows.exclude(state=KeyState.LOST.value):
        keys_of.setdefault(row.organisation_id, []).append(row.spki)
    for role, party in roles:
        found |= {(role, party.code, spki) for spki in keys_of.get(party.pk, [])}
    return [{"org": org, "role": role, "spki": spki} for role, org, spki in sorted(found)]
