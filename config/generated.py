"""Pages of the documentation printed from the code itself: the permission matrix and the state tables.

``manage.py docs`` writes them to docs/generated/; ``manage.py docs --check`` compares. Nobody edits
them, so what a reader of the documentation sees is what the program does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from uuid import UUID

from accounts.actors import ANONYMOUS, Actor
from accounts.states import Role
from kernel.policies import Decision, MatrixRow
from kernel.transitions import Transition

APPS: Final = ("accounts", "ledger", "trading", "bidding", "experts", "supervision", "portal")
HEAD: Final = "<!-- Written by `manage.py docs`; do not edit. -->\n"
SOMEBODY: Final = UUID("00000000-0000-4000-8000-000000000001")
SOMEWHERE: Final = UUID("00000000-0000-4000-8000-000000000002")

AnyTable = Mapping[Any, Transition[Any]]


@dataclass(frozen=True)
class Cell:
    """One answer of the matrix: may somebody in this role do this action in this state?"""

    app: str
    action: str
    role: Role
    state: Enum | None
    decision: Decision


@dataclass(frozen=True)
class StateTable:
    """One app's table with its beginning and the states meant to be ends."""

    app: str
    name: str
    table: AnyTable
    initial: frozenset[Enum]
    final: frozenset[Enum]

    @property
    def states(self) -> type[Enum]:
        """The enumeration the table moves in."""
        return type(next(iter(self.table.values())).target)

    def reachable(self) -> set[Enum]:
        """Every state to which a way leads from the beginning."""
        seen = set(self.initial)
        while new := {row.target for row in self.table.values() if row.sources & seen} - seen:
            seen |= new
        return seen

    def left(self) -> set[Enum]:
        """Every state some action leads out of."""
        return {state for row in self.table.values() for state in row.sources}


def actor_in(role: Role) -> Actor:
    """Somebody who holds exactly one role and stands for some organisation."""
    if role is Role.PUBLIC:
        return ANONYMOUS
    return Actor(person=SOMEBODY, organisation=SOMEWHERE, roles=frozenset({role}), name=role.value)


def matrix_rows() -> Iterator[tuple[str, MatrixRow]]:
    """Every app's rows, in the order of the apps."""
    for app in APPS:
        if find_spec(f"{app}.policies"):
            for row in getattr(import_module(f"{app}.policies"), "MATRIX", ()):
                yield app, row


def cells() -> Iterator[Cell]:
    """The whole matrix: role × action × state, each answered by the deciding function itself."""
    for app, row in matrix_rows():
        for state in list(row.states) if row.states else [None]:
            for role in Role:
                decision = row.check(actor_in(role), state)
                yield Cell(app=app, action=row.action, role=role, state=state, decision=decision)


def state_tables() -> Iterator[StateTable]:
    """Every app's tables. Without ``INITIAL`` the first member of the enumeration is the beginning."""
    for app in APPS:
        if not find_spec(f"{app}.states"):
            continue
        module = import_module(f"{app}.states")
        initial, final = getattr(module, "INITIAL", {}), getattr(module, "FINAL", {})
        for name, table in getattr(module, "TABLES", {}).items():
            states: type[Enum] = type(next(iter(table.values())).target)
            begin = initial.get(name, next(iter(states)))
            yield StateTable(
                app=app,
                name=name,
                table=table,
                initial=frozenset({begin} if isinstance(begin, Enum) else begin),
                final=frozenset(final.get(name, ())),
            )


def permissions_page() -> str:
    """docs/generated/permissions.md: one table per app, a row per action and state, a column per role."""
    lines = [
        HEAD,
        "# Who may do what, in which state",
        "",
        "Each cell is the answer of the policy the service itself asks, for somebody who holds that one role",
        "and stands in the right relation to the thing (own organisation, named officer, own bid).",
        "`x` is yes; an empty cell is no. Nothing is allowed that is not listed here.",
    ]
    roles = list(Role)
    for app in APPS:
        rows = group(cell for cell in cells() if cell.app == app)
        if not rows:
            continue
        lines += ["", f"## {app}", ""]
        lines.append("| action | state | " + " | ".join(role.value for role in roles) + " |")
        lines.append("|---|---|" + "---|" * len(roles))
        for (action, state), allowed in rows.items():
            marks = " | ".join("x" if role in allowed else " " for role in roles)
            lines.append(f"| `{action}` | {state} | {marks} |")
    return "\n".join(lines) + "\n"


def group(answers: Iterable[Cell]) -> dict[tuple[str, str], frozenset[Role]]:
    """(action, states) → roles; states with the same answer share a row."""
    by_state: dict[str, dict[str, set[Role]]] = {}
    for cell in answers:
        state = str(cell.state.value) if cell.state else "any"
        roles = by_state.setdefault(cell.action, {}).setdefault(state, set())
        if cell.decision.allowed:
            roles.add(cell.role)
    rows: dict[tuple[str, str], frozenset[Role]] = {}
    for action, states in by_state.items():
        merged: dict[frozenset[Role], list[str]] = {}
        for state, roles in states.items():
            merged.setdefault(frozenset(roles), []).append(state)
        for allowed, names in merged.items():
            rows[action, ", ".join(names)] = allowed
    return rows


def states_page() -> str:
    """docs/generated/states.md: a table and a mermaid diagram for each state table."""
    lines = [HEAD, "# States", "", "Drawn from each app's `states.py`; a state without a way out is an end."]
    app = ""
    for entry in state_tables():
        if entry.app != app:
            app = entry.app
            lines += ["", f"## {app}"]
        lines += ["", f"### {app}: {entry.name}", "", *diagram(entry)]
    return "\n".join(lines) + "\n"


def diagram(entry: StateTable) -> list[str]:
    """The table as a mermaid state diagram; ends are marked."""
    order = [state for state in entry.states if state in entry.reachable()]
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state.value}" for state in order if state in entry.initial]
    for action, row in entry.table.items():
        sources = [state for state in entry.states if state in row.sources]
        lines += [f"    {state.value} --> {row.target.value}: {action.value}" for state in sources]
    lines += [f"    {state.value} --> [*]" for state in order if state in entry.final]
    return [*lines, "```"]


PAGES: Final = {"permissions.md": permissions_page, "states.md": states_page}
