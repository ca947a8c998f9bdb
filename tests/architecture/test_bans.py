"""Bans finer than import-linter and ruff can hold: one place for the clock, for hashing, for HTTP."""

import pytest

from tests.architecture import tree

CLOCK_CALLS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "time.time",
    "time.time_ns",
)


def offenders(*, names, allowed):
    """Files outside ``allowed`` which import one of ``names`` or something below it."""
    found = []
    for path in tree.all_sources():
        if allowed(path):
            continue
        for line, name in tree.imported(path):
            if any(name == banned or name.startswith(f"{banned}.") for banned in names):
                found.append(f"{tree.relative(path)}:{line} imports {name}")
    return found


def is_file(name):
    return lambda path: tree.relative(path) == name


def test_no_clock_but_the_clock():
    readings = [
        f"{tree.relative(path)}:{line} calls {name}"
        for path in tree.all_sources()
        if tree.relative(path) not in {"kernel/clock.py", "protocol/cli_officer.py"}
        for line, name in tree.calls(path)
        if any(name == call or name.endswith(f".{call}") for call in CLOCK_CALLS)
    ]

    assert not readings


def test_the_protocol_opens_no_connection_but_the_officers_watcher():
    """ADR 37: whoever verifies runs nothing that talks to anybody."""
    talkers = ("urllib.request", "http", "socket", "ssl", "asyncio")
    found = offenders(
        names=talkers, allowed=lambda path: path.parts[-2] != "protocol" and "protocol" not in path.parts
    )

    assert {line.split(":")[0] for line in found} == {"protocol/cli_officer.py"}


def test_clock_is_read_at_edges_only():
    """Services, selectors, policies, models and rules take `at`; edges read the clock once."""
    inner = {"services", "policies", "models", "rules", "states"}
    readings = [
        f"{tree.relative(path)}:{line}"
        for path in tree.all_sources()
        if tree.room(path) in inner and path.relative_to(tree.ROOT).parts[0] in tree.APPS
        for line, name in tree.calls(path)
        if name in {"clock.now", "kernel.clock.now"}
    ]

    assert not readings


def test_protocol_reads_no_clock():
    assert not [
        path for path in tree.sources("protocol") for _, name in tree.imported(path) if "clock" in name
    ]


def test_evidence_is_hashed_in_one_place():
    assert not offenders(names=("hashlib",), allowed=is_file("protocol/hashing.py"))


def test_no_predictable_randomness():
    assert not offenders(names=("random", "numpy.random"), allowed=lambda path: False)


def test_no_signals():
    assert not offenders(names=("django.db.models.signals", "django.dispatch"), allowed=lambda path: False)


def test_http_is_known_at_edges_only():
    def edge(path):
        package = path.relative_to(tree.ROOT).parts[0]
        names = {tree.room(path), path.stem}
        return package == "config" or bool(names & {*tree.EDGES, "middleware", "context", "adapter"})

    assert not offenders(names=("django.http", "django.shortcuts"), allowed=edge)


def test_nothing_is_caught_blindly():
    import ast

    blind = [
        f"{tree.relative(path)}:{node.lineno}"
        for path in tree.all_sources()
        for node in ast.walk(tree.parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or tree.dotted(node.type) in {"Exception", "BaseException"})
        # cleaning up and raising on hides nothing
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]

    assert not blind


def test_services_never_import_tasks():
    """Services write outbox rows; tasks drain them."""
    circles = [
        f"{tree.relative(path)}:{line}"
        for path in tree.all_sources()
        if tree.room(path) == "services"
        for line, name in tree.imported(path)
        if ".tasks" in name
    ]

    assert not circles


@pytest.mark.parametrize("app", tree.APPS)
def test_environment_is_read_in_config_only(app):
    readers = [
        f"{tree.relative(path)}:{line}"
        for path in tree.sources(app)
        for line, name in tree.calls(path)
        if name in {"os.getenv", "os.environ.get"}
    ]

    assert not readers
