"""Somebody's own words go into records: they are kept whole or refused, never cut."""

import ast
from pathlib import Path

import pytest

from accounts.rules.words import said
from kernel.errors import RuleBroken

ROOT = Path(__file__).parents[2]
PACKAGES = ("accounts", "trading", "bidding", "experts", "supervision", "ledger")
LABELS = {
    ("bidding/services/upload_open.py", "device"),
    ("bidding/services/security/statement_import.py", "name"),
    ("experts/services/pool_import.py", "tidy"),
}
"""What a program says of itself, and names of files, may be cut: they are nobody's words."""


def test_words_are_tidied_and_kept_whole():
    assert said("  停电\n", 2, "reason") == "停电"
    assert said(" ", 2, "reason", optional=True) == ""


@pytest.mark.parametrize(
    ("text", "optional", "code"), [("", False, "empty"), ("一二三", False, "long"), ("一二三", True, "long")]
)
def test_no_words_and_too_many_are_refused_at_their_field(text, optional, code):
    with pytest.raises(RuleBroken) as refused:
        said(text, 2, "reason", optional=optional)
    [finding] = refused.value.findings
    assert (finding.code, finding.field) == (code, "reason")
    assert "2" in str(refused.value.message) % refused.value.data or code == "empty"


def cuts(path):
    """Places where a service shortens a text it tidied: ``x.strip()[:N]``, ``tidy(x)[:N]``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
            continue
        if not isinstance(node.value, ast.Call):
            continue
        name = ast.unparse(node.value.func)
        if name == "tidy" or name.endswith(".strip"):
            yield name.removesuffix(".strip")


def test_no_service_shortens_what_somebody_wrote():
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for package in PACKAGES
        for path in (ROOT / package / "services").rglob("*.py")
        for name in cuts(path)
    }

    assert found == LABELS
