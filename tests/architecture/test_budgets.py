"""Budgets: small files, short functions, a core that can be read in a day."""

import re
import tomllib

import pytest

from tests.architecture import tree

FILE_LIMIT = 400
FILE_TARGET = 300
FUNCTION_LIMIT = 80
FUNCTION_P95 = 40
VIEW_LIMIT = 20
PROTOCOL_LIMITS = {
    "sealed tender": 4900,
    "command line": 1300,
    "draw": 3180,
    "evaluation": 1200,
    "award": 160,
}
"""Lines by part: ADR 32; ADR 37 for the draw and the command line, ADR 44 for causes of ends, ADR 40 for rejections taken back,
ADR 46 for labels, ADR 52 for the award, ADR 57 for substitutes."""
KERNEL_LIMIT = 300
SETTINGS_LIMIT = 250
DEPENDENCY_LIMIT = 24
DOCUMENTED = 0.95
FORBIDDEN_NAMES = {"utils", "helpers", "common", "managers", "signals"}


def all_functions():
    return [function for path in tree.all_sources() for function in tree.functions(path)]


def test_no_file_exceeds_the_limit():
    large = {tree.relative(path): tree.code_lines(path) for path in tree.all_sources()}
    over = {name: lines for name, lines in large.items() if lines > FILE_LIMIT}

    assert not over


def test_files_mostly_keep_the_target(capsys):
    sizes = [tree.code_lines(path) for path in tree.all_sources()]
    over = sum(1 for size in sizes if size > FILE_TARGET)

    assert over <= len(sizes) * 0.05, f"{over} of {len(sizes)} files exceed {FILE_TARGET} lines"


def test_no_function_exceeds_the_limit():
    over = [str(function) for function in all_functions() if function.lines > FUNCTION_LIMIT]

    assert not over


def test_functions_are_mostly_short():
    lengths = sorted(function.lines for function in all_functions())

    assert lengths[int(len(lengths) * 0.95)] <= FUNCTION_P95


def test_views_parse_call_and_render_only():
    over = [
        str(function)
        for path in tree.all_sources()
        if tree.room(path) == "views"
        for function in tree.functions(path)
        if function.lines > VIEW_LIMIT
    ]

    assert not over


def part_of_the_protocol(path):
    if path.parent.name == "draw":
        return "draw"
    for part in ("evaluation", "award"):
        if path.stem.startswith(part):
            return part
    return "command line" if re.match(r"cli|(papers|line|amounts|__main__)$", path.stem) else "sealed tender"


@pytest.mark.parametrize("part", PROTOCOL_LIMITS)
def test_each_part_of_the_protocol_can_be_read_in_two_days(part):
    files = [path for path in tree.sources("protocol") if part_of_the_protocol(path) == part]

    assert sum(map(tree.code_lines, files)) <= PROTOCOL_LIMITS[part]


def test_kernel_stays_a_kernel():
    assert sum(tree.code_lines(path) for path in tree.sources("kernel")) <= KERNEL_LIMIT
    assert {path.stem for path in tree.sources("kernel")} == {
        "__init__",
        "clock",
        "errors",
        "policies",
        "transitions",
    }


def test_settings_are_one_file_of_a_page_or_few():
    assert tree.code_lines(tree.ROOT / "config" / "settings.py") <= SETTINGS_LIMIT


@pytest.mark.parametrize("package", tree.PACKAGES)
def test_no_drawer_modules(package):
    drawers = [tree.relative(path) for path in tree.sources(package) if path.stem in FORBIDDEN_NAMES]
    folders = [
        tree.relative(path)
        for path in (tree.ROOT / package).rglob("*")
        if path.is_dir() and path.name in FORBIDDEN_NAMES
    ]

    assert not drawers + folders


def test_core_explains_itself():
    public = [
        function
        for path in tree.all_sources()
        if tree.is_core(path)
        for function in tree.functions(path)
        if function.public
    ]
    silent = [str(function) for function in public if not function.documented]

    assert len(silent) <= len(public) * (1 - DOCUMENTED), silent


def runtime_dependencies():
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["s3"]]
    return {re.split(r"[\[<>=!~ ]", line)[0] for line in lines}


def test_few_runtime_dependencies_each_with_its_reason():
    names = runtime_dependencies()
    reasons = (tree.ROOT / "docs/adr/0011-runtime-dependencies.md").read_text(encoding="utf-8")

    assert len(names) <= DEPENDENCY_LIMIT
    assert set(re.findall(r"^\| `([a-z0-9-]+)`", reasons, re.MULTILINE)) == names


def test_no_unfinished_marks():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    marked = [
        tree.relative(path) for path in tree.all_sources() if marks.search(path.read_text(encoding="utf-8"))
    ]

    assert not marked
