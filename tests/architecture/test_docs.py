"""The documentation is held to the code, and the checks on it bite."""

from config import docs_check, generated
from tests.architecture import tree


def test_links_lead_somewhere():
    assert list(docs_check.broken_links(tree.ROOT)) == []


def test_commands_named_exist():
    assert list(docs_check.unknown_commands(tree.ROOT)) == []


def test_generated_pages_are_up_to_date():
    for name, page in generated.PAGES.items():
        assert (tree.ROOT / "docs/generated" / name).read_text(encoding="utf-8") == page(), name


def test_no_committed_file_names_a_package_index():
    """Any mirror may serve the requirements; none is named."""
    names = ("--index-url", "--extra-index-url", "--find-links", "pypi.org", "pythonhosted.org")
    files = [*tree.ROOT.glob("requirements/*.txt"), tree.ROOT / "pyproject.toml", tree.ROOT / "Makefile"]
    found = [
        (path.name, name) for path in files for name in names if name in path.read_text(encoding="utf-8")
    ]

    assert not found


def test_check_finds_a_broken_link_and_an_unknown_command(tmp_path):
    (tmp_path / "Makefile").write_text("test: ## run\n", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# One thing\n", encoding="utf-8")
    (tmp_path / "README.md").write_text(
        "[a](docs/a.md#one-thing) [b](docs/b.md) [c](docs/a.md#two)\n`make test` `make fly` `manage.py fly`\n",
        encoding="utf-8",
    )

    assert list(docs_check.broken_links(tmp_path)) == [
        "README.md: no such file: docs/b.md",
        "README.md: no such heading: docs/a.md#two",
    ]
    assert sorted(docs_check.unknown_commands(tmp_path)) == [
        "README.md: no command: manage.py fly",
        "README.md: no make target: fly",
    ]


def test_decisions_are_short():
    long = [
        path.name
        for path in (tree.ROOT / "docs/adr").glob("*.md")
        if len(path.read_text(encoding="utf-8").splitlines()) > 60
    ]

    assert not long
