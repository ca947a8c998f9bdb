"""System checks: each unsafe combination is refused, the safe ones pass."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import checks

STRONG = "k3yQ-" * 20


@pytest.fixture
def production(settings, tmp_path):
    """A production installation as it should be."""
    for name in ("log", "platform"):
        (tmp_path / f"{name}.pem").touch(mode=0o600)
    (tmp_path / "payer.key").touch(mode=0o600)
    values = {
        "MODE": "production",
        "DEVELOPMENT": False,
        "PRODUCTION": True,
        "DEBUG": False,
        "SECRET_KEY": STRONG,
        "ALLOWED_HOSTS": ["sunlit.example"],
        "PUBLIC_URL": "https://sunlit.example",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "KEYS_DIR": tmp_path,
        "LOG_KEY_FILE": tmp_path / "log.pem",
        "PLATFORM_KEY_FILE": tmp_path / "platform.pem",
        "LOG_ORIGIN": "sunlit.example/log",
        "TIME_SOURCES": ["https://time.example/tsa"],
        "WITNESS_URLS": ["https://witness.example"],
        "WEB_WORKERS": 4,
        "REDIS_URL": "redis://redis.example",
        "EMBEDDED": False,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "S3_ENDPOINT_URL": "",
        "S3_BUCKET": "",
        "S3_ACCESS_KEY_ID": "",
        "S3_SECRET_ACCESS_KEY": "",
    }
    for name, value in values.items():
        setattr(settings, name, value)
    return settings


def found():
    return [message.id.removeprefix("sunlit.") for message in checks.unsafe_combinations(None)]


def test_a_sound_production_installation_passes(production):
    assert found() == []
    checks.refuse_unsafe()


LOOSE = {"DIRECTIVES": {"default-src": ["'none'"], "script-src": ["'self'", "'unsafe-inline'"]}}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E001", {"MODE": "prod"}),
        ("E002", {"MODE": "development", "DEVELOPMENT": True, "PRODUCTION": False, "DEBUG": True}),
        ("E003", {"DEBUG": True, "ALLOWED_HOSTS": ["localhost"]}),
        ("E004", {"SECRET_KEY": "short"}),
        ("E004", {"SECRET_KEY": "a" * 80}),
        ("E004", {"SECRET_KEY": "django-insecure-" + STRONG}),
        ("E005", {"ALLOWED_HOSTS": ["*"]}),
        ("E005", {"ALLOWED_HOSTS": []}),
        ("E006", {"SESSION_COOKIE_SECURE": False}),
        ("E006", {"CSRF_COOKIE_SECURE": False}),
        ("E007", {"SECURE_SSL_REDIRECT": False}),
        ("E007", {"SECURE_HSTS_SECONDS": 0}),
        ("E008", {"PUBLIC_URL": "http://sunlit.example"}),
        ("E009", {"LOG_KEY_FILE": Path("/nowhere/log.pem")}),
        ("E010", {"PLATFORM_KEY_FILE": Path("/nowhere/platform.pem")}),
        ("E013", {"EMBEDDED": True}),
        ("E014", {"REDIS_URL": ""}),
        ("E015", {"EMBEDDED": True}),
        ("E016", {"TIME_SOURCES": ["local", "https://time.example/tsa"]}),
        ("E017", {"TIME_SOURCES": []}),
        ("E018", {"LOG_ORIGIN": "sunlit.local/log"}),
        ("E019", {"S3_BUCKET": "bids"}),
        ("E019", {"S3_ENDPOINT_URL": "https://s3.example"}),
        (
            "E020",
            {
                "S3_ENDPOINT_URL": "http://s3.example",
                "S3_BUCKET": "bids",
                "S3_ACCESS_KEY_ID": "a",
                "S3_SECRET_ACCESS_KEY": "b",
            },
        ),
        ("E021", {"CONTENT_SECURITY_POLICY": LOOSE}),
        ("E021", {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {}}}),
        ("E022", {"ACCOUNT_EMAIL_VERIFICATION": "optional"}),
        ("E023", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("E024", {"USE_TZ": False}),
        ("E024", {"TIME_ZONE": "UTC"}),
        ("E026", {"CA_ROOTS": ["/nowhere/root.pem"]}),
        ("E026", {"CA_ROOTS": [__file__]}),
        ("E027", {"KEYS_DIR": Path("/nowhere")}),
        ("E028", {"EXPERT_GATEWAY": "post"}),
        ("E028", {"EXPERT_GATEWAY": "webhook", "EXPERT_GATEWAY_URL": "http://sms.example/"}),
        ("E028", {"EXPERT_GATEWAY": "webhook", "EXPERT_GATEWAY_URL": "https://sms.example/"}),
        ("W001", {"WITNESS_URLS": []}),
    ],
)
def test_each_unsafe_combination_is_found(production, code, changes):
    for name, value in changes.items():
        setattr(production, name, value)

    assert code in found()


def test_a_key_others_can_read_is_found(production):
    production.LOG_KEY_FILE.chmod(0o644)

    assert found() == ["E011"]


def test_one_key_for_log_and_platform_is_found(production):
    production.PLATFORM_KEY_FILE = production.LOG_KEY_FILE

    assert found() == ["E012"]


def test_servers_refuse_to_start(production):
    production.SECRET_KEY = "short"

    with pytest.raises(ImproperlyConfigured, match=r"sunlit\.E004"):
        checks.refuse_unsafe()


def test_a_warning_stops_nobody(production):
    production.WITNESS_URLS = []

    checks.refuse_unsafe()


def test_development_needs_nothing(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

    assert found() == []


def test_every_check_has_its_own_code():
    codes = [code for code, _, _ in (*checks.ERRORS, *checks.WARNINGS)]

    assert len(codes) == len(set(codes))
