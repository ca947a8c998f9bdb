"""All settings, in one file, by environment (docs/operations.md lists the variables).

Without any variable this is a development installation on SQLite. ``SUNLIT_MODE=production``
demands its secrets; ``config/checks.py`` refuses combinations that would not be safe.
"""

import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from config import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("SUNLIT_VAR_DIR", str(BASE_DIR / "var")))

# development: one person's machine · trial: a rehearsal others can reach · production: real tenders
MODE = env.text("SUNLIT_MODE", "development")
DEVELOPMENT = MODE == "development"
PRODUCTION = MODE == "production"
DEBUG = env.flag("DEBUG", default=DEVELOPMENT)


def secret_key() -> str:
    """The signing key of sessions; a development installation makes its own once."""
    given = env.text("SECRET_KEY")
    if given or not DEVELOPMENT:
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(64), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
OPERATOR_NAME = env.text("SUNLIT_OPERATOR_NAME")
OPERATOR_PHONE = env.text("SUNLIT_OPERATOR_PHONE")

# Applications, from the highest floor to the lowest
INSTALLED_APPS = [
    "config",
    "portal",
    "supervision",
    "experts",
    "bidding",
    "trading",
    "accounts",
    "ledger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.ProgramLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.views.frame.frame",
                "accounts.middleware.staff_banner",
            ],
        },
    },
]

# Engines: each embedded unless its variable names a real one
DATABASE_URL = env.text("DATABASE_URL")
DATABASES = {"default": env.database(DATABASE_URL, sqlite_path=VAR_DIR / "sunlit.sqlite3")}
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
WEB_WORKERS = env.number("WEB_CONCURRENCY", 1)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"

# Bid parts and documents: local disk, or S3 when all of S3_* are given
STORE_DIR = Path(env.text("SUNLIT_STORE_DIR", str(VAR_DIR / "store")))
# Answers of issuers about guarantees: files given by the operator, or an adapter of its own (docs/operations.md)
GUARANTEE_ANSWERS = env.text("SUNLIT_GUARANTEE_ANSWERS")
GUARANTEE_ADAPTER = env.text("SUNLIT_GUARANTEE_ADAPTER")
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL")
S3_BUCKET = env.text("S3_BUCKET")
S3_REGION = env.text("S3_REGION", "us-east-1")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY = env.text("S3_SECRET_ACCESS_KEY")
S3_ENABLED = all((S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY))

# Keys of the log and of the platform (PEM files); made on first use outside production only
KEYS_DIR = Path(env.text("SUNLIT_KEYS_DIR", str(VAR_DIR / "keys")))
LOG_KEY_FILE = Path(env.text("SUNLIT_LOG_KEY_FILE", str(KEYS_DIR / "log.pem")))
PLATFORM_KEY_FILE = Path(env.text("SUNLIT_PLATFORM_KEY_FILE", str(KEYS_DIR / "platform.pem")))
LOG_ORIGIN = env.text("SUNLIT_LOG_ORIGIN", "sunlit.local/log")
# RFC 3161 authorities: "local" is the trial authority on this machine, else comma-separated URLs
TIME_SOURCES = env.words("SUNLIT_TIME_SOURCES", "" if PRODUCTION else "local")
WITNESS_URLS = env.words("SUNLIT_WITNESS_URLS")
# Certification authorities whose certificates may sign bids: comma-separated PEM files
CA_ROOTS = env.words("SUNLIT_CA_ROOTS")
CLOCK_TOLERANCE_SECONDS = env.number("SUNLIT_CLOCK_TOLERANCE_SECONDS", 2)
# Seconds between checkpoints in the last five minutes before a deadline, as new policies promise it
RUSH_CHECKPOINT_SECONDS = env.number("SUNLIT_RUSH_CHECKPOINT_SECONDS", 1)

# People
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_OPEN = env.flag("ACCOUNT_SIGNUP_OPEN", default=True)
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.text("ACCOUNT_EMAIL_VERIFICATION", "none" if DEVELOPMENT else "mandatory")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = "Sunlit 阳光交易"

# Notifications: web hooks for short messages and calls; without one, such a message fails visibly
NOTIFY_SMS_URL = env.text("NOTIFY_SMS_URL")
NOTIFY_VOICE_URL = env.text("NOTIFY_VOICE_URL")
NOTIFY_TOKEN = env.text("NOTIFY_TOKEN")
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend"
    if DEVELOPMENT
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "sunlit@localhost")

# How drawn experts are called: "outbox" (the callers' desk alone), "mail", or "webhook" of an SMS or voice provider
EXPERT_GATEWAY = env.text("EXPERT_GATEWAY", "outbox")
EXPERT_GATEWAY_URL = env.text("EXPERT_GATEWAY_URL")
EXPERT_GATEWAY_SECRET = env.text("EXPERT_GATEWAY_SECRET")

# Languages and time: stored UTC, shown Asia/Shanghai
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Files. Names and bytes stay as reviewed (no manifest rewriting): the ledger holds each module's SHA-256.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", env.package_dir("bootstrap"))]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 300
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# The browser: nothing but our own files, no inline script, no frame
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
SECURE_COOKIES = env.flag("SECURE_COOKIES", default=not DEVELOPMENT)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 0 if DEVELOPMENT else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

LOGGING = logs.configuration(
    formatter=env.text("LOG_FORMAT", "plain" if DEVELOPMENT else "json"), level=env.text("LOG_LEVEL", "INFO")
)
