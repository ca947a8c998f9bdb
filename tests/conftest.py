"""What every test stands on: an installation of its own, and engines that are there or said to be missing."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests import engines, prepared
from tests.ledger.guards import _guards_let_tests_clean_up  # noqa: F401 - used by every test that commits

LEFT_OUT = "LEFT OUT: "
OTHER_PASS = "answered by the run on PostgreSQL"
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_reset_sequences", "live_server"})
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

hypothesis.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("patient")  # how fast a machine is, benchmarks say, and no test


@pytest.fixture(autouse=True)
def _begin_in_the_language_of_the_site() -> None:
    """A language which one test left active must not change the addresses of the next."""
    translation.activate(settings.LANGUAGE_CODE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, and what needs the browser; let the longest begin first, so that none is the last."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        named = item.get_closest_marker("django_db") or item.get_closest_marker("needs_postgres")
        if named or fixtures & DATABASE_FIXTURES:
            item.add_marker(pytest.mark.database)
        if fixtures & {"page", "context", "browser", "new_context"}:
            item.add_marker(pytest.mark.needs_browser)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what this machine cannot answer, or fail when nothing may be left out."""
    for engine, present in engines.PRESENT.items():
        if item.get_closest_marker(f"needs_{engine}") and not present():
            if engines.REQUIRE_ALL:
                pytest.fail(f"SUNLIT_REQUIRE=all, but there is no {engines.HOW_TO[engine]}", pytrace=False)
            pytest.skip(LEFT_OUT + engines.HOW_TO[engine])
    for mark in item.iter_markers("skipif"):
        reason = str(mark.kwargs.get("reason", ""))
        if engines.REQUIRE_ALL and reason.startswith(LEFT_OUT) and mark.args and mark.args[0] is True:
            pytest.fail(f"SUNLIT_REQUIRE=all, but {reason}", pytrace=False)
    if item.get_closest_marker("needs_postgres") and "postgresql" not in database_engine():
        pytest.skip(OTHER_PASS)


def database_engine() -> str:
    """The back end of this run."""
    from django.conf import settings

    return str(settings.DATABASES["default"]["ENGINE"])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was left out."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if LEFT_OUT in text:
            reason = text.split(LEFT_OUT, 1)[1]
            reasons[reason] = reasons.get(reason, 0) + 1
    if not reasons:
        return
    terminalreporter.section("LEFT OUT", sep="!", red=True, bold=True)
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} tests need {reason}")
    terminalreporter.line("SUNLIT_REQUIRE=all makes this a failure.")


@pytest.fixture(scope="session", autouse=True)
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation of this run's own: keys, stored bid parts and mail never touch ``var/``."""
    from django.conf import settings

    home = tmp_path_factory.mktemp("installation")
    values = {
        "VAR_DIR": home,
        "STORE_DIR": home / "store",
        "MEDIA_ROOT": home / "media",
        "KEYS_DIR": home / "keys",
        "LOG_KEY_FILE": home / "keys" / "log.pem",
        "PLATFORM_KEY_FILE": home / "keys" / "platform.pem",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
    }
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    yield home
    for name, value in before.items():
        setattr(settings, name, value)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of this run begins as a copy of a migrated one."""
    prepared.use()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; no browser is downloaded."""
    # Playwright keeps a loop running in this thread, in which Django would refuse to use its database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return {
        **browser_type_launch_args,
        "executable_path": engines.chromium() or None,
        "args": BROWSER_ARGUMENTS,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Readers sit in Shanghai and read Chinese unless a test says otherwise."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """``axe(page)`` returns the accessibility violations of a page, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    def run(page: Any) -> list[str]:
        response = Axe().run(page).response
        return [
            f"{found['id']}: {found['help']}: {node['html'][:160]}"
            for found in response["violations"]
            for node in found["nodes"]
        ]

    return run


@pytest.fixture(scope="session")
def keeper(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """What holds the world of this worker's last test."""
    from tests.kept import Keeper  # needs the apps to be ready

    found = Keeper(django_db_blocker, tmp_path_factory)
    yield found
    found.drop()


@pytest.fixture
def kept(keeper: Any, settings: Any) -> Iterator[Callable[..., Any]]:
    """``kept(BUILDER, **ARGUMENTS)`` is a test's world: built once in a worker, put back at the end of the test."""
    with ExitStack() as undone:
        yield lambda build, **arguments: undone.enter_context(keeper.back(settings, build, **arguments))


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest, keeper: Any) -> None:
    """A test on a kept world has its transaction from there; every other begins with an empty database."""
    if "kept" not in request.fixturenames:
        keeper.drop()
        request.getfixturevalue("_django_db_helper")
