"""What can be done to the record: append, cut, ask for time; nothing is ever changed or removed."""

from ledger.services.append import NewEvent, event_append, events_append, record_append
from ledger.services.cut import batch_cut, tree_grow
from ledger.services.heartbeat import clock_behind, heartbeat
from ledger.services.incidents import incident_record
from ledger.services.statements import statements_collect

__all__ = [
    "NewEvent",
    "batch_cut",
    "clock_behind",
    "event_append",
    "events_append",
    "heartbeat",
    "incident_record",
    "record_append",
    "statements_collect",
    "tree_grow",
]
