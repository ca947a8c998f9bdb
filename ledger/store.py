"""The few statements that differ between SQLite and PostgreSQL, or are written by hand for speed."""

from collections.abc import Sequence
from typing import Final

from django.db import connection
from psycopg import Cursor

from ledger.models import Entry

SEQUENCER: Final = 0x53554E4C4954
"""The advisory lock under which the one sequencer works."""
APPENDERS: Final = SEQUENCER + 1
"""The advisory lock shared by those who write a few events, held alone by who writes many."""
FEW: Final = 16
COLUMNS: Final = (
    "id",
    "seq",
    "kind",
    "body_text",
    "signatures_text",
    "data_text",
    "chain",
    "ev",
    "r",
    "k",
    "at",
)
TYPES: Final = (
    "uuid",
    "int8",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "bytea",
    "bytea",
    "timestamptz",
)
KNOWN: Final = "SELECT * FROM ledger_entry WHERE ev = ANY(%s) ORDER BY seq DESC"
PLACES: Final = (
    "UPDATE ledger_entry SET leaf_index = p.i, link = p.l, leaf = p.h "
    "FROM unnest(%b::int8[], %b::int8[], %b::bytea[], %b::bytea[]) AS p (s, i, l, h) WHERE ledger_entry.seq = p.s"
)
Place = tuple[int, int, bytes, bytes]
"""seq, leaf index, link, leaf."""


def is_postgres() -> bool:
    """Whether the record is kept on PostgreSQL."""
    return connection.vendor == "postgresql"


def lock_sequencer() -> None:
    """Be the one sequencer until the transaction ends; SQLite has one writer at a time anyway."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER])


def lock_events(evs: Sequence[bytes]) -> None:
    """Let one transaction at a time look whether an event is there and write it.

    A few events are locked one by one; many at once keep everybody else waiting until they are written.
    """
    if not is_postgres():
        return
    with connection.cursor() as cursor:
        if len(evs) > FEW:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPENDERS])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [APPENDERS])
        for number in sorted(int.from_bytes(ev[:8], "big", signed=True) for ev in evs):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def arrival_numbers(count: int) -> list[int]:
    """The next ``count`` numbers of arrival, rising; gaps mean nothing."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SELECT nextval('ledger_entry_arrival') FROM generate_series(1, %s)", [count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM ledger_entry")
        last = int(cursor.fetchone()[0])
        return list(range(last + 1, last + 1 + count))


def entries_known(evs: Sequence[str]) -> list[Entry]:
    """The entries of these event ids, newest first; PostgreSQL gets one array instead of many parameters."""
    if is_postgres():
        return list(Entry.objects.raw(KNOWN, [list(evs)]))
    return list(Entry.objects.filter(ev__in=set(evs)).order_by("-seq"))


def entries_insert(entries: Sequence[Entry]) -> None:
    """Insert new entries; many at once go by COPY on PostgreSQL."""
    if not is_postgres() or len(entries) < 100:
        Entry.objects.bulk_create(entries)
        return
    with connection.cursor() as cursor, cursor.copy(copy_statement()) as copy:
        copy.set_types(TYPES)
        for entry in entries:
            copy.write_row([getattr(entry, name) for name in COLUMNS])


def copy_statement() -> str:
    """COPY of the columns an entry has before it has its place."""
    return f"COPY ledger_entry ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"


def places_set(places: Sequence[Place]) -> None:
    """Give entries their place in the tree, the one change a trigger allows."""
    if not places:
        return
    if is_postgres():
        seqs, indices, links, leaves = (list(column) for column in zip(*places, strict=True))
        # bound by the server, in binary: Django's own cursor would write every hash into the statement
        with Cursor(connection.connection) as cursor:
            cursor.execute(PLACES, [seqs, indices, links, leaves])
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ledger_entry SET leaf_index = %s, link = %s, leaf = %s WHERE seq = %s",
            [(index, link, leaf, seq) for seq, index, link, leaf in places],
        )
