"""Every mutant of every base, judged by both verifiers: none may be accepted (`make sweep`).

`python -m tests.protocol.sweep --out FILE` writes one line of JSON to FILE for each batch of a family and goes on where it
stopped, as long as neither verifier nor mutants have changed since. `--part 1/2` does every second batch, for two machines
or cores; `--only drawn/papers` one family. The tests judge a fixed sample of the same mutants.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from protocol import dsse, verify
from protocol.hashing import sha256
from tests.js.companion import NODE, Companion
from tests.protocol import dealers, mutations, remembered
from tests.protocol.mutations import Mutant
from tests.protocol.stories import Told

BATCH = 200
AHEAD = 8
ROOT = Path(__file__).parents[2]
JUDGES = ("protocol", "static/js/protocol", "static/js/verify")
MAKERS = ("mutations.py", "changes.py", "relogged.py", "dealers.py")
DEALT = "dealt"
PYTHON, BROWSER = "python", "browser"


@dataclass
class Batch:
    """Some mutants of one family: how many one verifier judged, and the names of those which it accepted."""

    base: str
    family: str
    start: int
    of: str
    by: str
    count: int = 0
    survivors: list[str] = field(default_factory=list)
    seconds: float = 0


class Judges:
    """One verifier at work on one mutant after another; the browser's may lag some behind."""

    def __init__(self, folder: Path, browser: Companion | None) -> None:
        self._folder, self._browser, self._turn = folder, browser, 0
        self._waiting: deque[tuple[Mutant, Batch]] = deque()

    def judge(self, mutant: Mutant, batch: Batch) -> None:
        """Count a mutant, and note it if it is accepted."""
        self._turn = (self._turn + 1) % (AHEAD + 1)
        bundle, anchors = (self._folder / f"{self._turn}.{end}" for end in ("zip", "anchors"))
        mutant.write(bundle)
        batch.count += 1
        if self._browser is None:
            report = verify.verify(bundle, mutant.told.anchors_bytes(), mutant.given())
            self._note(mutant, batch, report.ok, [(row["bid"], row["verdict"]) for row in report.verdicts])
            return
        anchors.write_bytes(mutant.told.anchors_bytes())
        receipts = []
        for number, data in enumerate(mutant.given()):
            receipts.append(self._folder / f"{self._turn}.receipt-{number}")
            receipts[-1].write_bytes(data)
        self._browser.ask(bundle, anchors, receipts)
        self._waiting.append((mutant, batch))
        self.catch_up(AHEAD)

    def catch_up(self, left: int = 0) -> None:
        """Hear the browser's verifier until no more than ``left`` answers are open."""
        while self._browser is not None and len(self._waiting) > left:
            (mutant, batch), said = self._waiting.popleft(), self._browser.answer()
            self._note(mutant, batch, said["ok"], [(bid, word) for _, bid, word in said["verdicts"]])

    def _note(self, mutant: Mutant, batch: Batch, ok: bool, verdicts: list[tuple[str, str]]) -> None:
        if ok and (not mutant.opened or (mutant.opened, "OPENED") in verdicts):
            batch.survivors.append(mutant.name)


@cache
def base_of(name: str) -> mutations.Base:
    """One base, made once."""
    return mutations.Base(name, Path(tempfile.gettempdir()))


def dealt() -> Iterator[Mutant]:
    """Bidders who change their own manifest and have it logged like any other."""
    world = dealers.begun()
    for label, body in dealers.manifests(world):
        told = mutations.Later(lambda body=body: Told(dealers.played(world, body)))
        yield Mutant(f"{DEALT}: {label}", told.write, told, opened=dsse.event_id("bid", body).hex())


def families() -> dict[tuple[str, str], Callable[[], Iterator[Mutant]]]:
    """Every family of every base by name: those of draws and awards first."""
    drawn, awarded = mutations.DRAWN, mutations.AWARDED
    found: dict[tuple[str, str], Callable[[], Iterator[Mutant]]] = {}
    for name in sorted(mutations.BASES, key=lambda name: name not in (drawn, awarded)):
        for family in (mutations.values, mutations.signed_again, mutations.member_bytes, mutations.zip_bytes):
            found[name, family.__name__] = lambda name=name, family=family: family(base_of(name))
        if name == drawn:
            found[name, "papers"] = lambda: mutations.papers(base_of(drawn))
    found[DEALT, "manifests"] = dealt
    return found


def honest(judges: Judges, name: str) -> None:
    """Stop unless the base itself is accepted: else that its mutants are refused says nothing."""
    if name == DEALT:
        world = dealers.begun()
        body = world.copy().seal("firm-1", world.signer("firm-1")).body
        told = Told(dealers.played(world, body))
        mutant = Mutant(name, told.write, told, opened=dsse.event_id("bid", body).hex())
    else:
        base = base_of(name)
        mutant = base.with_members("nothing changed", lambda: base.members)
    batch = Batch(name, "", 0, "", "")
    judges.judge(mutant, batch)
    judges.catch_up()
    if not batch.survivors:
        raise SystemExit(f"{name} is refused as it is")


def digest() -> str:
    """What the results hang on: the text of both verifiers and of what makes the mutants."""
    paths = [path for room in JUDGES for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".js")]
    paths += [Path(__file__).with_name(name) for name in MAKERS]
    return sha256(b"".join(sha256(path.read_bytes()) for path in sorted(paths))).hex()[:16]


def read(out: Path, of: str) -> list[Batch]:
    """What was judged before, as far as it holds still."""
    rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    return [Batch(**row) for row in rows if row["of"] == of]


def sweep(out: Path, by: str, part: tuple[int, int], only: str) -> None:
    """Let one verifier judge what this part is to judge and ``out`` does not hold yet."""
    of = digest()
    held = {(batch.base, batch.family, batch.start) for batch in read(out, of) if batch.by == by}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(Companion(quick=True)) if by == BROWSER else None
        judges, number = Judges(folder, browser), 0
        for (base, family), found in families().items():
            if only not in f"{base}/{family}":
                continue
            honest(judges, base)
            size = sum(1 for _ in found())
            for start in range(0, size, BATCH):
                number += 1
                if number % part[1] == part[0] % part[1] and (base, family, start) not in held:
                    batch = Batch(base, family, start, of, by)
                    judged(judges, batch, islice(found(), start, start + BATCH))
                    with out.open("a") as file:
                        file.write(json.dumps(asdict(batch)) + "\n")
                    say(f"{by}: {base}/{family} {start + batch.count}/{size}, {batch.seconds} s")


def say(line: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def judged(judges: Judges, batch: Batch, mutants: Iterator[Mutant]) -> None:
    """Judge one batch, and how long it took."""
    begun = time.monotonic()
    for mutant in mutants:
        judges.judge(mutant, batch)
    judges.catch_up()
    batch.seconds = round(time.monotonic() - begun, 1)


def told(done: list[Batch]) -> Iterator[str]:
    """One line for each verifier and family, and the names of what survived."""
    for by, base, family in dict.fromkeys((batch.by, batch.base, batch.family) for batch in done):
        mine = [batch for batch in done if (batch.by, batch.base, batch.family) == (by, base, family)]
        count, survivors = sum(b.count for b in mine), sum(len(b.survivors) for b in mine)
        yield f"{by} {base}/{family}: {count} mutants, {survivors} survivors, {sum(b.seconds for b in mine):.0f} s"
    for batch in done:
        yield from (f"{batch.by} ACCEPTS {name}" for name in batch.survivors)


def main() -> int:
    """Sweep; 0 only if nothing survived."""
    parser = argparse.ArgumentParser(description="Judge every mutant by both verifiers.")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "sweep.jsonl")
    parser.add_argument(
        "--by", choices=(PYTHON, BROWSER), help="one verifier only; by default one after the other"
    )
    parser.add_argument("--part", default="1/1", help="k/n: every n-th batch, from the k-th")
    parser.add_argument("--only", default="", help="families whose base/family holds this text")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    k, n = (int(number) for number in options.part.split("/"))
    remembered.remember()
    for by in [options.by] if options.by else [PYTHON, BROWSER]:
        if by == BROWSER and NODE is None:
            say("LEFT OUT: Node.js, the browser's verifier judged nothing")
        else:
            sweep(options.out, by, (k, n), options.only)
    done = read(options.out, digest())
    for line in told(done):
        say(line)
    return 1 if any(batch.survivors for batch in done) else 0


if __name__ == "__main__":
    sys.exit(main())
