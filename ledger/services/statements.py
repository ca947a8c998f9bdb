"""Ask the time sources for a checkpoint, and keep what they say. Never inside the cut: they may be slow."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from kernel.errors import StateConflict
from ledger import keys, rules, selectors
from ledger.models import Checkpoint, Statement
from ledger.services.incidents import incident_record, silent_sources
from ledger.sources import configured_sources
from ledger.states import IncidentCode, SourceKind
from ledger.timesources import Ask, SourceKnows, SourceRefused, SourceSilent, Stamp, TimeSource

PATIENCE_S = 4.0
"""How long a cut waits for remote sources; A4: nobody's receipt waits for a witness longer."""
SHORT_PATIENCE_S = 0.2
"""How long it waits for one that was silent before; ``statements_collect`` by the clock waits fully."""
BACK_DATED = timedelta(seconds=120)
"""Two heartbeats: a statement earlier by more than this than what is proven already is refused (A3, V6)."""
RECENT = 32
"""How many statements on smaller trees a new one is compared with."""

Answer = Stamp | Exception


def statements_collect(
    *,
    at: datetime,
    checkpoint: Checkpoint | None = None,
    sources: Sequence[TimeSource] | None = None,
    patient: bool = False,
) -> list[Statement]:
    """Ask every source (default: the settings') that has not stated ``checkpoint`` (default: the newest).

    Only the newest matters: a statement on it covers all before. What fails becomes an incident, never an
    error, and is asked again at the next call. ``patient`` waits for silent sources, too.
    """
    target = checkpoint or selectors.checkpoint_latest()
    if target is None:
        return []
    wanted = configured_sources() if sources is None else sources
    stated = set(target.statements.values_list("source", flat=True))
    missing = {source.name: source for source in wanted if source.name not in stated}
    silent = silent_sources(missing)
    impatient = set() if patient else silent
    kept = []
    for name, answer in answers(missing, target, at=at, impatient=impatient):
        source = missing[name]
        if isinstance(answer, SourceKnows):
            answer = asked_again(source, target, answer.size, at=at)  # noqa: PLW2901
        if isinstance(answer, Stamp):
            statement = accepted(source, target, answer, at=at)
            if statement and name in silent:
                incident_record(code=IncidentCode.SOURCE_BACK, source=name, note="", at=at)
            kept += [statement] if statement else []
        else:
            failed(source, answer, at=at)
    return kept


def answers(
    sources: dict[str, TimeSource], checkpoint: Checkpoint, *, at: datetime, impatient: set[str]
) -> Iterator[tuple[str, Answer]]:
    """Each source's answer as it comes; those too late are silent. Threads do not touch the database."""
    asks = {name: ask_of(source, checkpoint, last_stated(source), at=at) for name, source in sources.items()}
    remote = [source for source in sources.values() if source.remote]
    waits = {source.name: SHORT_PATIENCE_S if source.name in impatient else PATIENCE_S for source in remote}
    box: queue.Queue[tuple[str, Answer]] = queue.Queue()
    for source in remote:
        job = threading.Thread(
            target=lambda source=source: box.put((source.name, stamped(source, asks[source.name]))),
            daemon=True,
        )
        job.start()
    begun = time.monotonic()
    for source in sources.values():
        if not source.remote:
            yield source.name, stamped(source, asks[source.name])
    while waits:
        left = begun + max(waits.values()) - time.monotonic()
        try:
            name, answer = box.get(timeout=max(left, 0.001))
        except queue.Empty:
            yield from ((name, SourceSilent("no answer in time")) for name in waits)
            return
        if waits.pop(name, None) is not None:
            yield name, answer


def stamped(source: TimeSource, ask: Ask) -> Answer:
    """The source's stamp, or what it raised instead."""
    try:
        return source.stamp(ask)
    except (SourceSilent, SourceRefused, SourceKnows) as error:
        return error


def ask_of(source: TimeSource, checkpoint: Checkpoint, old_size: int, *, at: datetime) -> Ask:
    """What ``source`` is shown; a witness gets the proof from the size it knows."""
    text, _, lines = checkpoint.note.partition("\n\n")
    note = f"{text}\n\n{lines.splitlines(keepends=True)[0]}"
    proof: tuple[bytes, ...] = ()
    if source.kind != SourceKind.WITNESS.value:
        old_size = 0
    elif 0 < old_size <= checkpoint.size:
        proof = tuple(selectors.consistency_proof(old_size, checkpoint.size))
    return Ask(note, f"{text}\n", checkpoint.size, bytes(checkpoint.root), at, old_size, proof)


def last_stated(source: TimeSource) -> int:
    """The largest size a witness has stated to us, 0 for none; authorities keep no count."""
    if source.kind != SourceKind.WITNESS.value:
        return 0
    found = Statement.objects.filter(source=source.name).aggregate(size=Max("checkpoint__size"))
    return int(found["size"] or 0)


def asked_again(source: TimeSource, checkpoint: Checkpoint, size: int, *, at: datetime) -> Answer:
    """Ask a witness that knows another size; one that knows a larger tree than ours stops the log."""
    latest = selectors.checkpoint_latest()
    if latest is not None and size > latest.size:
        keys.mark_raise(size, None)
        note = f"the witness knows {size} leaves, the log has {latest.size}"
        incident_record(code=IncidentCode.LOG_BEHIND, source=source.name, note=note, at=at)
        return SourceRefused(note)
    if size > checkpoint.size:
        return SourceRefused("the witness has signed a later checkpoint already")
    answer = stamped(source, ask_of(source, checkpoint, size, at=at))
    return (
        SourceRefused("the witness does not keep to the size it named")
        if isinstance(answer, SourceKnows)
        else answer
    )


def accepted(source: TimeSource, checkpoint: Checkpoint, stamp: Stamp, *, at: datetime) -> Statement | None:
    """Keep a stamp that contradicts nothing known; None, and an incident, otherwise."""
    if source.kind == SourceKind.WITNESS.value:
        keys.mark_raise(checkpoint.size, bytes(checkpoint.root))
    try:
        statement = statement_store(checkpoint=checkpoint, source=source, stamp=stamp)
    except StateConflict as error:
        incident_record(code=IncidentCode.SOURCE_REFUSED, source=source.name, note=str(error), at=at)
        return None
    moment = int(at.timestamp() * 1000)
    slack = settings.CLOCK_TOLERANCE_SECONDS * 1000
    if not statement.lower_ms - slack <= moment <= statement.upper_ms + slack:
        note = f"the source says {stamp.time_ms} ms, this machine {moment} ms"
        incident_record(code=IncidentCode.TIME_DISAGREES, source=source.name, note=note, at=at)
    return statement


def failed(source: TimeSource, error: Exception, *, at: datetime) -> None:
    """Write down, once, that a source is silent or that its answer cannot be accepted."""
    silent = isinstance(error, SourceSilent)
    code = IncidentCode.SOURCE_SILENT if silent else IncidentCode.SOURCE_REFUSED
    incident_record(code=code, source=source.name, note=str(error), at=at)


@transaction.atomic
def statement_store(*, checkpoint: Checkpoint, source: TimeSource, stamp: Stamp) -> Statement:
    """Keep one statement; a cosignature joins the checkpoint's note. Idempotent by checkpoint and source.

    ``StateConflict`` (``ledger_statement_back_dated``) when it says that this tree existed earlier, by more than
    two heartbeats, than a smaller tree is proven to have existed at the earliest.
    """
    locked = Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)
    if known := locked.statements.filter(source=source.name).first():
        return known
    own = stamp.accuracy_ms if stamp.accuracy_ms is not None else source.accuracy_ms
    lower, upper = rules.bounds(source.kind, stamp.time_ms, stamp.resolution_ms, own)
    smaller = Statement.objects.filter(checkpoint__size__lt=locked.size).order_by("-checkpoint__size")
    proven = max(smaller.values_list("lower_ms", flat=True)[:RECENT], default=0)
    if upper + BACK_DATED // timedelta(milliseconds=1) < proven:
        raise StateConflict(
            "ledger_statement_back_dated",
            _(
                "The statement says %(upper)s ms; a smaller tree is proven not to have existed before %(proven)s ms."
            ),
            upper=upper,
            proven=proven,
        )
    statement = Statement.objects.create(
        checkpoint=locked,
        source=source.name,
        kind=source.kind,
        token=stamp.token,
        time_ms=stamp.time_ms,
        resolution_ms=stamp.resolution_ms,
        accuracy_ms=stamp.accuracy_ms,
        lower_ms=lower,
        upper_ms=upper,
    )
    if source.kind == SourceKind.WITNESS.value:
        locked.note += stamp.token.decode("utf-8")
        locked.save(update_fields=["note"])
    return statement
