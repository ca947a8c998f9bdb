"""What a supervisor's note at an opening can be about (journeys S3: exceptions, attributions awaiting a look)."""

from enum import StrEnum


class NoteAbout(StrEnum):
    """An attribution, or another thing out of the ordinary."""

    ATTRIBUTION = "attribution"
    FEW = "few"
    ABSENCE = "absence"
    INCIDENT = "incident"
    OBJECTION = "objection"
    OTHER = "other"
