"""What a line of the history is bound by, and the attributes an expert's leaf is made of."""

from collections.abc import Mapping
from datetime import date, datetime

from experts.rules.facts import ExpertFacts
from protocol import canonical, hashing
from protocol.draw.pool import Value


def change_digest(
    salt: bytes, *, kind: str, ground: str, reason: str, facts: Mapping[str, object], at: datetime
) -> bytes:
    """H("sealedbid/v1 pool change" || salt || canonical line), 32 bytes; ``salt`` has 32 bytes."""
    line = {
        "kind": kind,
        "ground": ground,
        "reason": reason,
        "facts": dict(facts),
        "at": int(at.timestamp()),
    }
    return hashing.tagged("pool change", salt, canonical.encode(line))


def leaf_attributes(facts: ExpertFacts, *, identity: str, since: date) -> dict[str, Value]:
    """The attributes of a leaf but its eid; ``identity`` is the keyed hash, ``since`` the first day of drawing."""
    return {
        "name": facts.name,
        "identity": identity,
        "region": facts.region,
        "employer": facts.employer_key,
        "group": facts.cap_group,
        "specialties": list(facts.specialties),
        "since": since.isoformat(),
        "until": facts.term_to.isoformat(),
    }
