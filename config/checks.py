"""System checks: combinations of settings under which the platform's promises would not hold.

``manage.py check`` shows them; the servers and the worker refuse to start while one of them bites
(``refuse_unsafe``). Each has an id, a sentence, and a test (tests/config/test_checks.py).
"""

import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from accounts.ca_roots import ca_roots
from bidding.payer_keys import payer_key_file
from experts.gateways import configured
from portal.typesetting import chinese_font

MODES: Final = frozenset({"development", "trial", "production"})
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver", ".localhost"})
SECRET_LENGTH: Final = 50
UNSAFE_SOURCES: Final = frozenset({"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "blob:"})

Rule = Callable[[], bool]


def unknown_mode() -> bool:
    """A misspelt mode must not silently mean "not production"."""
    return settings.MODE not in MODES


def debug_beyond_loopback() -> bool:
    """Debug pages show settings and local variables to whoever causes an error."""
    return settings.DEBUG and not set(settings.ALLOWED_HOSTS) <= LOOPBACK


def debug_outside_development() -> bool:
    """Debug is for one person's machine."""
    return settings.DEBUG and not settings.DEVELOPMENT


def weak_secret_key() -> bool:
    """A key that can be guessed forges sessions."""
    key = settings.SECRET_KEY
    weak = len(key) < SECRET_LENGTH or len(set(key)) < 5 or key.startswith("django-insecure-")
    return weak and not settings.DEBUG


def any_host_allowed() -> bool:
    """With a wildcard, a forged Host header ends up in links the platform mails."""
    return not settings.DEVELOPMENT and ("*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS)


def insecure_cookies() -> bool:
    """Session and form cookies travel over TLS only."""
    return not settings.DEVELOPMENT and not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE)


def tls_not_forced() -> bool:
    """Readers who type the address without https are sent to TLS, and browsers remember it."""
    return settings.PRODUCTION and not (settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS)


def public_url_without_tls() -> bool:
    """The address written into notices and receipts."""
    return settings.PRODUCTION and not settings.PUBLIC_URL.startswith("https://")


def log_key_missing() -> bool:
    """In production the log's key is placed by its keepers, never made by the program."""
    return settings.PRODUCTION and not Path(settings.LOG_KEY_FILE).is_file()


def platform_key_missing() -> bool:
    """In production the platform's key is placed by its keepers, never made by the program."""
    return settings.PRODUCTION and not Path(settings.PLATFORM_KEY_FILE).is_file()


def payer_key_missing() -> bool:
    """The key that marks payers' accounts is placed by its keepers: a new one would compare with no mark of before."""
    return settings.PRODUCTION and not payer_key_file().is_file()


def keys_readable_by_others() -> bool:
    """A private key belongs to one account of the machine."""
    files = (Path(settings.LOG_KEY_FILE), Path(settings.PLATFORM_KEY_FILE), payer_key_file())
    loose = stat.S_IRWXG | stat.S_IRWXO
    return not settings.DEVELOPMENT and any(file.is_file() and file.stat().st_mode & loose for file in files)


def one_key_for_two() -> bool:
    """The log's operator and the platform sign different promises."""
    return Path(settings.LOG_KEY_FILE).resolve() == Path(settings.PLATFORM_KEY_FILE).resolve()


def sqlite_shared_by_processes() -> bool:
    """SQLite has one writer; several processes would make tenderers wait at a deadline."""
    several = settings.WEB_WORKERS > 1 or bool(settings.REDIS_URL)
    return several and settings.EMBEDDED


def workers_without_redis() -> bool:
    """In-process tasks and the in-process cache are for one process."""
    return settings.WEB_WORKERS > 1 and not settings.REDIS_URL


def sqlite_in_production() -> bool:
    """Real tenders are kept on PostgreSQL: backups while running, roles, replicas."""
    return settings.PRODUCTION and settings.EMBEDDED


def own_time_in_production() -> bool:
    """The trial authority is ourselves: it proves nothing to a stranger."""
    return settings.PRODUCTION and "local" in settings.TIME_SOURCES


def no_time_source() -> bool:
    """Without a time statement of somebody else, only the platform says when a bid arrived."""
    return settings.PRODUCTION and not settings.TIME_SOURCES


def no_witness() -> bool:
    """Without witnesses a split view of the log can only be found by readers who compare."""
    return settings.PRODUCTION and not settings.WITNESS_URLS


def unreadable_ca_roots() -> bool:
    """A root that cannot be read would refuse every bid under it, on the last day before the deadline."""
    try:
        ca_roots()
    except ImproperlyConfigured:
        return True
    return False


def unnamed_log() -> bool:
    """The origin names the log in every checkpoint and receipt; the example's name is nobody's."""
    return settings.PRODUCTION and settings.LOG_ORIGIN.startswith("sunlit.local/")


def no_chinese_font() -> bool:
    """Opening records are printed with a font of the system; without one they could only be read on screen."""
    return not settings.PRODUCTION and not chinese_font()


def no_chinese_font_in_production() -> bool:
    """Where real tenders are opened, the record can be printed and kept."""
    return settings.PRODUCTION and not chinese_font()


def half_configured_s3() -> bool:
    """Some of the S3 variables, not all: bids would go to the local disk unnoticed."""
    parts = (settings.S3_BUCKET, settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY)
    return (any(parts) or bool(settings.S3_ENDPOINT_URL)) and not all(parts)


def s3_without_tls() -> bool:
    """Envelopes are sealed, but who sends how much is nobody's business."""
    return settings.PRODUCTION and settings.S3_ENDPOINT_URL.startswith("http://")


def loosened_csp() -> bool:
    """No inline script or style, no foreign source: the pages seal bids."""
    directives: Mapping[str, Iterable[Any]] = settings.CONTENT_SECURITY_POLICY.get("DIRECTIVES", {})
    sources = {str(source) for values in directives.values() for source in values}
    return bool(sources & UNSAFE_SOURCES) or "default-src" not in directives


def unverified_addresses() -> bool:
    """Notices with legal effect go to addresses that were proved."""
    return not settings.DEVELOPMENT and settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory"


def mail_goes_nowhere() -> bool:
    """Console, file and dummy back ends lose notices."""
    real = ("smtp.EmailBackend",)
    return settings.PRODUCTION and not settings.EMAIL_BACKEND.endswith(real)


def naive_time() -> bool:
    """Deadlines are moments; stored in UTC, shown in Asia/Shanghai."""
    return not settings.USE_TZ or settings.TIME_ZONE != "Asia/Shanghai"


def expert_gateway_wrong() -> bool:
    """Drawn experts would never be called: no such gateway, an address in clear, or a secret that can be guessed."""
    try:
        configured()
    except ValueError:
        return True
    return False


ERRORS: Final[Sequence[tuple[str, Rule, str]]] = (
    ("E001", unknown_mode, "SUNLIT_MODE must be development, trial or production."),
    ("E002", debug_beyond_loopback, "DEBUG is on while ALLOWED_HOSTS holds more than this machine."),
    ("E003", debug_outside_development, "DEBUG is on outside development."),
    (
        "E004",
        weak_secret_key,
        f"SECRET_KEY is absent, below {SECRET_LENGTH} characters, or guessable.",
    ),
    ("E005", any_host_allowed, "ALLOWED_HOSTS is empty or holds a wildcard outside development."),
    ("E006", insecure_cookies, "SECURE_COOKIES is off outside development."),
    ("E007", tls_not_forced, "SECURE_SSL_REDIRECT or SECURE_HSTS_SECONDS is off in production."),
    ("E008", public_url_without_tls, "PUBLIC_URL must begin with https:// in production."),
    ("E009", log_key_missing, "SUNLIT_LOG_KEY_FILE does not exist; production makes no keys by itself."),
    ("E010", platform_key_missing, "SUNLIT_PLATFORM_KEY_FILE does not exist; production makes no keys."),
    (
        "E011",
        keys_readable_by_others,
        "A key file can be read by other accounts of this machine.",
    ),
    ("E012", one_key_for_two, "The log and the platform must not share one key file."),
    ("E013", sqlite_shared_by_processes, "SQLite with several processes; set DATABASE_URL to PostgreSQL."),
    ("E014", workers_without_redis, "Several web processes need REDIS_URL."),
    ("E015", sqlite_in_production, "Production needs PostgreSQL (DATABASE_URL)."),
    (
        "E016",
        own_time_in_production,
        "SUNLIT_TIME_SOURCES holds the trial authority (local) in production.",
    ),
    ("E017", no_time_source, "SUNLIT_TIME_SOURCES is empty in production."),
    ("E018", unnamed_log, "SUNLIT_LOG_ORIGIN still has the example's name in production."),
    ("E019", half_configured_s3, "Some S3_* variables are set and some are missing."),
    ("E020", s3_without_tls, "S3_ENDPOINT_URL must be https in production."),
    ("E021", loosened_csp, "The content security policy allows inline or foreign sources."),
    ("E022", unverified_addresses, "ACCOUNT_EMAIL_VERIFICATION must be mandatory outside development."),
    ("E023", mail_goes_nowhere, "EMAIL_BACKEND delivers nothing in production."),
    ("E024", naive_time, "USE_TZ must be on and TIME_ZONE Asia/Shanghai."),
    (
        "E025",
        no_chinese_font_in_production,
        "No font with Chinese characters is installed; opening records cannot be printed (fonts-noto-cjk).",
    ),
    ("E026", unreadable_ca_roots, "A file of SUNLIT_CA_ROOTS holds no certificates, or cannot be read."),
    (
        "E027",
        payer_key_missing,
        "KEYS_DIR holds no payer.key; production makes no keys (payers' accounts are marked with it).",
    ),
    (
        "E028",
        expert_gateway_wrong,
        "EXPERT_GATEWAY is not outbox, mail or webhook, or the web hook lacks an https address or a secret.",
    ),
)
WARNINGS: Final[Sequence[tuple[str, Rule, str]]] = (
    ("W001", no_witness, "SUNLIT_WITNESS_URLS is empty: nobody else signs the log's checkpoints."),
    (
        "W002",
        no_chinese_font,
        "No font with Chinese characters is installed; opening records cannot be printed (fonts-noto-cjk).",
    ),
)


@register("sunlit")
def unsafe_combinations(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every rule above which bites."""
    messages: list[CheckMessage] = []
    messages += [Error(text, id=f"sunlit.{code}") for code, bites, text in ERRORS if bites()]
    messages += [Warning(text, id=f"sunlit.{code}") for code, bites, text in WARNINGS if bites()]
    return messages


def refuse_unsafe() -> None:
    """Stop a server or worker whose settings are unsafe; management commands are stopped by Django."""
    errors = [message for message in run_checks(tags=["sunlit"]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))
