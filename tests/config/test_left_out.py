"""A missing engine is said loudly, and is a failure where nothing may be left out."""

import os
import subprocess
import sys

from tests.architecture import tree

NODE_TEST = "tests/js/test_award_forms_node.py"
NOWHERE = {"SUNLIT_TEST_REDIS_URL": "redis://127.0.0.1:1/0"}
TEST = "tests/config/test_health.py::test_a_redis_that_is_there_is_ready"


def run(test=TEST, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "SUNLIT_REQUIRE"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test],
        cwd=tree.ROOT,
        env={**kept, **NOWHERE, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_missing_engine_is_said_loudly():
    result = run()

    assert result.returncode == 0, result.stdout
    assert "!!! LEFT OUT !!!" in result.stdout
    assert "1 tests need Redis: set SUNLIT_TEST_REDIS_URL" in result.stdout


def test_a_missing_engine_is_a_failure_when_all_is_required():
    result = run(SUNLIT_REQUIRE="all")

    assert result.returncode == 1
    assert "there is no Redis" in result.stdout


def test_what_needs_a_missing_program_is_a_failure_when_all_is_required(tmp_path):
    """A mark that skips is no way around: without Node.js nobody would compare the two verifiers."""
    said, required = (run(NODE_TEST, PATH=str(tmp_path), **more) for more in ({}, {"SUNLIT_REQUIRE": "all"}))

    assert said.returncode == 0, said.stdout
    assert "1 tests need Node.js" in said.stdout
    assert required.returncode == 1
    assert "SUNLIT_REQUIRE=all, but LEFT OUT: Node.js" in required.stdout
