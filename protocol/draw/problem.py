"""What is asked of a draw: seats, caps, quotas and the experts to choose from (docs/protocol.md, 14.1).

A `Problem` is canonical: experts ascend by id, names by code point (the order of their UTF-8 bytes), each thing stands
once. `read` makes it of JSON and names every defect with its place.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from protocol.errors import ProtocolError

MOST: Final = 1 << 53
Bounds = tuple[int, int]


class BadPool(ProtocolError):
    """A pool which cannot be drawn from as it is written; `defects` has one sentence for each, with its place."""

    def __init__(self, defects: Iterable[str]) -> None:
        self.defects = tuple(defects)
        super().__init__("\n".join((f"defects in the pool: {len(self.defects)}", *self.defects)))


class NoPanel(ProtocolError):
    """There is no panel which keeps the rules; `reasons` says why, by language ("en", "zh")."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(reasons["en"])


class Expert(NamedTuple):
    """A person of the pool. `values` are those of the problem's quota attributes, in ascending order of attribute."""

    id: str
    specialties: tuple[str, ...]
    employer: str = ""
    region: str = ""
    values: tuple[str, ...] = ()


class Seat(NamedTuple):
    """A place on a panel: who sits there, and for which specialty."""

    id: str
    specialty: str


@dataclass(frozen=True)
class Problem:
    """Seats by specialty, caps, quotas, experts. `taken` are seats an employer's accepted experts hold already."""

    seats: Mapping[str, int]
    experts: tuple[Expert, ...]
    employer_cap: int | None = None
    regions: Mapping[str, Bounds] = field(default_factory=dict)
    quotas: Mapping[str, Mapping[str, Bounds]] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)

    def room(self, employer: str) -> int | None:
        """How many more experts of an employer may sit; None for any number."""
        return None if self.employer_cap is None else max(0, self.employer_cap - self.taken.get(employer, 0))

    def residual(self, accepted: Mapping[str, str], removed: Collection[str] = ()) -> Problem:
        """What is left to draw once experts have accepted (id to the specialty of their seat) and others are out.

        Seats, caps and bounds are net of the accepted; both groups leave the pool. ProtocolError for who is not in the
        pool, or when the accepted alone break a rule.
        """
        pool = {expert.id: expert for expert in self.experts}
        if unknown := sorted((set(accepted) | set(removed)) - set(pool)):
            raise ProtocolError("not an expert of this pool", obj=unknown[0])
        if both := sorted(set(accepted) & set(removed)):
            raise ProtocolError("an expert cannot have accepted and be removed", obj=both[0])
        sitting = [pool[name] for name in accepted]
        faults = violations(replace(self, experts=tuple(sitting)), _seats(accepted), whole=False)
        if faults:
            raise ProtocolError("the accepted do not fit: " + "; ".join(faults))
        used = Counter(accepted.values())
        places = Counter(expert.region for expert in sitting)
        taken = Counter(dict(self.taken)) + Counter(expert.employer for expert in sitting)
        quotas = {}
        for at, (attribute, values) in enumerate(self.quotas.items()):
            quotas[attribute] = _net(values, Counter(expert.values[at] for expert in sitting))
        return replace(
            self,
            seats={name: count - used[name] for name, count in self.seats.items()},
            regions=_net(self.regions, places),
            quotas=quotas,
            taken=dict(sorted(taken.items())) if self.employer_cap is not None else {},
            experts=tuple(e for e in self.experts if e.id not in accepted and e.id not in removed),
        )


def _seats(accepted: Mapping[str, str]) -> list[Seat]:
    return [Seat(name, specialty) for name, specialty in accepted.items()]


def _net(bounds: Mapping[str, Bounds], used: Counter[str]) -> dict[str, Bounds]:
    return {name: (max(0, low - used[name]), high - used[name]) for name, (low, high) in bounds.items()}


def violations(problem: Problem, panel: Iterable[Seat], *, whole: bool = True) -> list[str]:
    """Every rule of the problem that a panel breaks, in words; lower bounds and full seats only if it is `whole`."""
    pool = {expert.id: expert for expert in problem.experts}
    panel = list(panel)
    faults = [f"{seat.id} is not in the pool" for seat in panel if seat.id not in pool]
    faults += [f"{name} sits {n} times" for name, n in Counter(s.id for s in panel).items() if n > 1]
    known = [seat for seat in panel if seat.id in pool]
    faults += [f"{s.id} lacks {s.specialty}" for s in known if s.specialty not in pool[s.id].specialties]
    sitting = [pool[seat.id] for seat in known]
    counted = Counter(seat.specialty for seat in panel)
    rules = [(f"specialty {name}", counted[name], n, n) for name, n in problem.seats.items()]
    faults += [f"no seat is for {name}" for name in counted if name not in problem.seats]
    for employer, n in Counter(expert.employer for expert in sitting).items():
        room = problem.room(employer)
        rules.append((f"employer {employer}", n, 0, n if room is None else room))
    places = Counter(expert.region for expert in sitting)
    rules += [(f"region {name}", places[name], *bounds) for name, bounds in problem.regions.items()]
    for at, (attribute, values) in enumerate(problem.quotas.items()):
        held = Counter(expert.values[at] for expert in sitting)
        rules += [(f"{attribute} {value}", held[value], *bounds) for value, bounds in values.items()]
    for name, n, low, high in rules:
        if n > high or (whole and n < low):
            faults.append(f"{name}: {n}, not {low} to {high}")
    return faults


class _Twice(dict[str, Any]):
    """A JSON object in which a name stood twice; said where the object is read, with its place."""


def read(data: bytes) -> Problem:
    """The problem a file states; BadPool names every defect with its place."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise BadPool([f"the file is not JSON: {error}"]) from error
    return of_value(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else _Twice(pairs)


def of_value(value: object) -> Problem:
    """The problem a JSON value states; BadPool names every defect with its place."""
    reader = _Reader()
    problem = reader.problem(value)
    if reader.defects:
        raise BadPool(reader.defects)
    return problem


_Part = Callable[[object, str], Any]


class _Reader:
    """Goes through everything and keeps what is wrong, so that nobody has to try again for each defect."""

    def __init__(self) -> None:
        self.defects: list[str] = []

    def bad(self, place: str, what: str) -> None:
        self.defects.append(f"{place}: {what}")

    def once(self, value: dict[str, Any], place: str) -> None:
        if isinstance(value, _Twice):
            self.bad(place, "has the same name twice")

    def members(self, value: object, place: str, known: Collection[str]) -> dict[str, Any]:
        found = self.mapping(value, place, lambda one, _: one)
        for name in sorted(set(found) - set(known)):
            self.bad(f"{place}.{name}", f"is not known here; known are {', '.join(sorted(known))}")
        return found

    def mapping(self, value: object, place: str, part: _Part) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.bad(place, "must be an object")
            return {}
        self.once(value, place)
        for name in value:
            self.text(name, f"{place}.{name}")
        return {name: part(value[name], f"{place}.{name}") for name in sorted(value)}

    def text(self, value: object, place: str) -> str:
        if isinstance(value, str) and 0 < len(value) <= 200:
            if value.isascii() and value.isprintable():
                return value
            if unicodedata.is_normalized("NFC", value) and value.isprintable():
                return value
        self.bad(place, "must be a string of 1 to 200 printable characters in form NFC")
        return ""

    def count(self, value: object, place: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST:
            return value
        self.bad(place, "must be an integer of 0 or more")
        return 0

    def bounds(self, value: object, place: str) -> Bounds:
        if not isinstance(value, list) or len(value) != 2:
            self.bad(place, "must be a list [least, most]")
            return 0, 0
        low, high = self.count(value[0], f"{place}[0]"), self.count(value[1], f"{place}[1]")
        if low > high:
            self.bad(place, f"the least ({low}) is more than the most ({high})")
        return low, high

    def problem(self, value: object) -> Problem:
        found = self.members(value, "pool", ("seats", "caps", "quotas", "experts"))
        for name in ("seats", "experts"):
            if name not in found:
                self.bad(f"pool.{name}", "is missing")
        seats = self.mapping(found.get("seats", {}), "seats", self.count)
        if not self.defects and not sum(seats.values()):
            self.bad("seats", "there is no seat to draw for")
        caps = self.members(found.get("caps", {}), "caps", ("employer", "region", "taken"))
        cap = self.count(caps["employer"], "caps.employer") if "employer" in caps else None
        regions = self.mapping(caps.get("region", {}), "caps.region", self.bounds)
        taken = self.mapping(caps.get("taken", {}), "caps.taken", self.count)
        quotas = self.mapping(found.get("quotas", {}), "quotas", self.quota)
        for name in sorted({"id", "specialties", "employer", "region"} & set(quotas)):
            self.bad(
                f"quotas.{name}", "is no attribute for quotas; regions and employers are bounded by caps"
            )
        needed = (*quotas, *(("employer",) * (cap is not None)), *(("region",) * bool(regions)))
        experts = self.experts(found.get("experts", []), tuple(quotas), needed)
        return Problem(seats, experts, cap, regions, quotas, taken)

    def quota(self, value: object, place: str) -> dict[str, Bounds]:
        return self.mapping(value, place, self.bounds)

    def experts(self, value: object, asked: tuple[str, ...], needed: tuple[str, ...]) -> tuple[Expert, ...]:
        if not isinstance(value, list):
            self.bad("experts", "must be a list")
            return ()
        first: dict[str, int] = {}
        found = []
        for at, row in enumerate(value):
            place = f"experts[{at}]"
            if not isinstance(row, dict):
                self.bad(place, "must be an object")
                continue
            self.once(row, place)
            expert = self.expert(row, place, asked, needed)
            if first.setdefault(expert.id, at) != at and expert.id:
                self.bad(f"{place}.id", f"{expert.id!r} is also the id of experts[{first[expert.id]}]")
            found.append(expert)
        return tuple(sorted(found))

    def expert(
        self, row: dict[str, Any], place: str, asked: tuple[str, ...], needed: tuple[str, ...]
    ) -> Expert:
        for name in ("id", "specialties", *needed):
            if name not in row:
                self.bad(f"{place}.{name}", "is missing")
        listed = row.get("specialties", [])
        if not isinstance(listed, list):
            self.bad(f"{place}.specialties", "must be a list")
            listed = []
        skills = [self.text(one, f"{place}.specialties[{at}]") for at, one in enumerate(listed)]
        if len(set(skills)) != len(skills):
            self.bad(f"{place}.specialties", "has the same specialty twice")
        texts = {
            name: self.text(row[name], f"{place}.{name}")
            for name in ("id", "employer", "region", *asked)
            if name in row and (row[name] is not None or name in needed or name == "id")
        }
        values = tuple(texts.get(name, "") for name in asked)
        employer, region = texts.get("employer", ""), texts.get("region", "")
        return Expert(texts.get("id", ""), tuple(sorted(skills)), employer, region, values)
