"""Reading the project's own source: which files belong to which package, and what is in them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("ledger", "accounts", "trading", "bidding", "experts", "supervision", "portal")
PACKAGES = (*APPS, "config", "kernel", "protocol")
EDGES = ("views", "api", "forms")


@dataclass(frozen=True)
class Function:
    """One function or method: where it is, how long, whether it explains itself."""

    path: Path
    name: str
    lines: int
    public: bool
    documented: bool

    def __str__(self) -> str:
        return f"{relative(self.path)}: {self.name} ({self.lines} lines)"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def sources(package: str) -> tuple[Path, ...]:
    """The Python files of a package, migrations left out."""
    return tuple(path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts)


@cache
def all_sources() -> tuple[Path, ...]:
    return tuple(path for package in PACKAGES for path in sources(package))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def code_lines(path: Path) -> int:
    """Lines that are not blank."""
    return sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def room(path: Path) -> str:
    """The room of an app a file belongs to: ``trading/services/x.py`` and ``trading/services.py`` → services."""
    parts = path.relative_to(ROOT).parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def is_core(path: Path) -> bool:
    """Where every public function explains itself."""
    package = path.relative_to(ROOT).parts[0]
    return package in {"protocol", "kernel"} or room(path) in {"services", "policies", "rules"}


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file, nested ones within their owner; classes are walked."""
    yield from walk(parse(path), path, "", public=True)


def walk(node: ast.AST, path: Path, prefix: str, *, public: bool) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            shown = public and not child.name.startswith("_")
            yield from walk(child, path, f"{prefix}{child.name}.", public=shown)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(
                path=path,
                name=prefix + child.name,
                lines=(child.end_lineno or child.lineno) - child.lineno + 1,
                public=public and not child.name.startswith("_"),
                documented=ast.get_docstring(child) is not None,
            )
        elif isinstance(child, ast.If | ast.Try):
            yield from walk(child, path, prefix, public=public)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, ``from a import b`` as ``a.b``."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute chain, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call whose target is a plain name."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield node.lineno, name
