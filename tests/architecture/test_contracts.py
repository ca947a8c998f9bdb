"""The eight import contracts hold, and each bites: a planted violation breaks the contract meant for it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture import tree

ROOMS = (
    "urls",
    "views",
    "api",
    "admin",
    "forms",
    "tasks",
    "services",
    "selectors",
    "policies",
    "models",
    "rules",
    "states",
)
COMMAND = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def lint(folder, *arguments):
    return subprocess.run(
        [*COMMAND, "--config", str(folder / "pyproject.toml"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def skeleton(tmp_path):
    """An empty house with every package and room, under the real contracts."""
    config = (tree.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    start = config.index("[tool.importlinter]")
    (tmp_path / "pyproject.toml").write_text(config[start:], encoding="utf-8")
    for package in (*tree.PACKAGES, "tests"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for app in tree.APPS:
        for room in ROOMS:
            (tmp_path / app / f"{room}.py").touch()
    for module in ("config/settings.py", "config/api.py", "kernel/errors.py", "kernel/clock.py"):
        (tmp_path / module).touch()
    return tmp_path


def test_contracts_are_eight_and_numbered():
    config = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]

    assert [name.split()[0] for name in names] == list("12345678")


def test_contracts_hold_in_this_tree():
    result = lint(tree.ROOT)

    assert result.returncode == 0, result.stdout[-3000:]


def test_contracts_hold_in_an_empty_house(skeleton):
    result = lint(skeleton)

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr


@pytest.mark.parametrize(
    ("contract", "file", "statement"),
    [
        ("protocol-alone", "protocol/seal.py", "import django.conf"),
        ("protocol-alone", "protocol/seal.py", "from kernel import clock"),
        ("floors", "trading/services.py", "from bidding import models"),
        ("floors", "kernel/clock.py", "from ledger import models"),
        ("floors", "ledger/models.py", "from accounts import states"),
        ("rooms", "trading/models.py", "from trading import services"),
        ("rooms", "bidding/services.py", "from bidding import tasks"),
        ("rooms", "experts/states.py", "from experts import rules"),
        ("edges", "accounts/services.py", "import celery"),
        ("edges", "bidding/policies.py", "from ninja import Schema"),
        ("views-apart", "bidding/views.py", "from trading import views"),
        ("settings-protected", "accounts/views.py", "from config import settings"),
        ("no-tests", "portal/views.py", "from tests import builders"),
    ],
)
def test_contract_bites(skeleton, contract, file, statement):
    (skeleton / file).write_text(f"{statement}\n", encoding="utf-8")

    result = lint(skeleton, "--contract", contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_contract_against_circles_bites(skeleton):
    (skeleton / "kernel/errors.py").write_text("from kernel import clock\n", encoding="utf-8")
    (skeleton / "kernel/clock.py").write_text("from kernel import errors\n", encoding="utf-8")

    result = lint(skeleton, "--contract", "no-circles")

    assert result.returncode == 1
    assert "BROKEN" in result.stdout
