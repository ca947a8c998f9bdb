"""What can be followed: the number of a published tender, or all new tenders of a region."""

import re

TENDER = re.compile(r"[0-9]{6}-[A-Z]{2}-[0-9]{4}-[0-9]{5}(?:-R[0-9]{1,2})?")
REGION = "region:"
_CODE = re.compile(r"[0-9]{6}")


def region_topic(region: str) -> str:
    """The topic of the new tenders of a region (six digits)."""
    return f"{REGION}{region}"


def topic_known(topic: str) -> bool:
    """Whether a topic has the form of one; what is published under it is not asked here."""
    if topic.startswith(REGION):
        return bool(_CODE.fullmatch(topic.removeprefix(REGION)))
    return bool(TENDER.fullmatch(topic))
