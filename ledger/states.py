"""The closed lists of the ledger. Its things have no workflow: what is written stays."""

from enum import Enum

GENESIS = bytes(32)
"""What stands for "the leaf before" at the first leaf of a chain and outside chains."""


class SourceKind(Enum):
    """What kind of outsider states that a tree existed."""

    TSA = "tsa"
    WITNESS = "witness"


class OwnKind(Enum):
    """Kinds of events the platform makes by itself, without a signature, outside chains."""

    RECORD = "record"
    PAD = "pad"


class IncidentCode(Enum):
    """What can go wrong around the log; the value is stable and shown to operators."""

    SOURCE_SILENT = "source-silent"
    SOURCE_BACK = "source-answers-again"
    SOURCE_REFUSED = "source-refused"
    TIME_DISAGREES = "time-disagrees"
    LOG_BEHIND = "log-behind-witness"
    CLOCK_BEHIND = "clock-behind-log"
    STORE_DOWN = "store-down"
    STORE_BACK = "store-works-again"
    SECOND_DRAW = "second-draw"
