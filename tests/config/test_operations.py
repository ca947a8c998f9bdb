"""What operators are told is what the settings read and the containers run."""

import re
import subprocess

import pytest
import yaml

from tests.architecture import tree

COMPOSE = yaml.safe_load((tree.ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OPERATIONS = (tree.ROOT / "docs/operations.md").read_text(encoding="utf-8")


def variables():
    settings = (tree.ROOT / "config/settings.py").read_text(encoding="utf-8")
    gunicorn = (tree.ROOT / "deploy/gunicorn.py").read_text(encoding="utf-8")
    return {
        *re.findall(r'env\.(?:text|flag|number|words)\(\s*"([A-Z0-9_]+)"', settings),
        *re.findall(r'environ\.get\("([A-Z0-9_]+)"', gunicorn),
    }


@pytest.mark.parametrize("name", sorted(variables()))
def test_every_variable_is_explained(name):
    assert f"`{name}`" in OPERATIONS


def test_the_example_names_real_variables():
    lines = (tree.ROOT / "deploy/example.env").read_text(encoding="utf-8").splitlines()
    names = {line.split("=")[0] for line in lines if line and not line.startswith("#")}

    assert names - variables() == {"POSTGRES_PASSWORD"}


def test_compose_brings_up_the_whole_platform():
    assert set(COMPOSE["services"]) == {"migrate", "web", "live", "worker", "beat", "db", "redis", "proxy"}


def test_only_the_proxy_faces_the_network():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", ["web", "live", "worker", "beat"])
def test_our_processes_hold_no_more_than_they_need(name):
    service = COMPOSE["services"][name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", ["web", "live", "worker", "beat"])
def test_the_twin_in_ci_runs_the_same_process(name):
    """The same programs with the same applications; only addresses and numbers differ."""
    program, *arguments = COMPOSE["services"][name]["command"]
    script = (tree.ROOT / ".ci/run").read_text(encoding="utf-8")
    line = next(
        line
        for line in script.splitlines()
        if f'"$bin/{program}"' in line and (program != "celery" or f" {arguments[2]} " in line)
    )

    assert next(word for word in arguments if word.startswith("config.")) in line


def test_no_secret_is_committed():
    for line in (tree.ROOT / "deploy/example.env").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.endswith(("KEY", "PASSWORD", "TOKEN")):
            assert value == ""


def test_the_image_installs_by_hash():
    assert "--require-hashes -r requirements/base.txt" in (tree.ROOT / "Dockerfile").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("script", [".ci/run"])
def test_scripts_can_be_read_by_bash(script):
    text = (tree.ROOT / script).read_text(encoding="utf-8")

    assert subprocess.run(["bash", "-n", str(tree.ROOT / script)], check=False).returncode == 0
    assert "set -euo pipefail" in text
    assert not re.search(r"\bpkill\b|\bkillall\b", text)


def test_requirements_carry_hashes_only():
    for name in ("base", "dev"):
        text = (tree.ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][^\s#]*==", text, re.MULTILINE)

        assert packages
        assert text.count("--hash=sha256:") >= len(packages)


def test_development_holds_the_same_versions_as_production():
    def versions(name):
        text = (tree.ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([^\s;\\]+)", text, re.MULTILINE))

    base, dev = versions("base"), versions("dev")

    assert base
    assert {name: dev.get(name) for name in base} == base
