"""What a store that fails leaves behind: an entry of the ledger, once, and another when it works again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from kernel.errors import Unavailable
from ledger import selectors as ledger
from ledger.services import incident_record
from ledger.states import IncidentCode

SOURCE = "store"
"""Under this name the log's incidents keep the store; which lot or whose file it was, they do not say (法22)."""


@contextmanager
def store_watched(*, at: datetime) -> Iterator[None]:
    """Let what is done with the store pass, and write down that it failed, or works again.

    Unavailable passes on to whoever asked: nothing was stored. The entry is no part of a transaction that fails.
    """
    try:
        yield
    except Unavailable as error:
        incident_record(code=IncidentCode.STORE_DOWN, source=SOURCE, note=error.code, at=at)
        raise
    if ledger.incident_last(SOURCE) == IncidentCode.STORE_DOWN.value:
        incident_record(code=IncidentCode.STORE_BACK, source=SOURCE, note="", at=at)
