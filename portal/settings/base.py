"""What all profiles share. A profile adds to it or overrides it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.settings import env

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(env.text("KASANE_DATA", str(ROOT / "var"))).resolve()

MUNICIPALITY = env.text("KASANE_MUNICIPALITY", "見本市")
# Whom the page on accessibility names: office and telephone.
ACCESSIBILITY_CONTACT = env.text("KASANE_ACCESSIBILITY_CONTACT", "")
BASE_URL = env.text("KASANE_BASE_URL", "http://127.0.0.1:8000")
DEMO = env.flag("KASANE_DEMO", default=False)

# The portal for practice beside this one (ADR 0038); empty: there is none.
PRACTICE = False  # this is the real one
PRACTICE_URL = env.text("KASANE_PRACTICE_URL", "")
PRACTICE_KEY = env.text("KASANE_PRACTICE_KEY", "")
FOREIGN: list[str] = []
PASS_COOKIE_NAME = "kasane_practice_pass"  # nosec B105  # noqa: S105 – a name

DEBUG = False
ALLOWED_HOSTS = env.text("KASANE_HOSTS", "127.0.0.1,localhost").split(",")
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "meetings",
    "documents",
    "members",
    "portal.core",
    "portal.demo",
    "channels",
    "django_tasks",
    "django_tasks_db",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.core.observing.observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.core.http.response_headers",
    "portal.core.body_limit.refused",
    "portal.core.http.journaled",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.core.http.request_context",
    "portal.core.http.domain_errors",
    "members.http.sign_in",  # within: it answers some of these errors itself
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal.core.http.page_context",
                "portal.navigation.page_frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS += ["django.forms"]

AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# Passkeys hold for one host name. Browsers make none for a bare address, so a trial
# at 127.0.0.1 has them when it is opened as localhost.
_base = urlsplit(BASE_URL)
_loopback = _base.hostname == "127.0.0.1"
OTP_WEBAUTHN_RP_ID = "localhost" if _loopback else str(_base.hostname)
OTP_WEBAUTHN_RP_NAME = f"{MUNICIPALITY} かさね"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [
    f"http://localhost:{_base.port or 80}"
    if _loopback
    else f"{_base.scheme}://{_base.netloc}"
]

# English is for contributors; people use the portal in Japanese.
LANGUAGE_CODE = env.text("KASANE_LANGUAGE", "ja")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [ROOT / "portal" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("KASANE_STATIC", str(DATA / "static")))
STATICFILES_DIRS = [("pictures", ROOT / "docs" / "pictures")]  # of the manuals
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# With the session, which ends at sign-out: words that were not shown yet may name
# people, and the next one at this browser is somebody else.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "kasane_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# What the browser's session keeps outlives the sign-in: a late form waits there.
SESSION_HOURS = 10  # of a sign-in, however busy (R7)
SESSION_COOKIE_AGE = (SESSION_HOURS + 2) * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DEVICE_COOKIE_NAME = "kasane_device"
CSRF_COOKIE_NAME = "kasane_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.core.http.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# no-referrer would make browsers send "Origin: null" with forms, which the
# CSRF check must refuse; same-origin keeps the address from other hosts.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# An upload is read in chunks and goes to the vault; nothing large is held in memory.
FILE_UPLOAD_HANDLERS = [
    "portal.core.uploads.NamelessUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_MAX_BYTES = env.number("KASANE_UPLOAD_MAX_MB", 500) * 1024 * 1024

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "conversions", "tables"],  # those two take long
    }
}

EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("KASANE_MAIL_FROM", "kasane@city.mihon.example")
# Where calendars answer and undelivered mail comes back; empty: nowhere.
REPLY_DOMAIN = env.text("KASANE_REPLY_DOMAIN", "")

# The gateway that carries one-time codes to telephones; empty: there is none.
PHONE_URL = env.text("KASANE_PHONE_URL", "")
PHONE_TOKEN = env.text("KASANE_PHONE_TOKEN", "")
# How many codes it is given in 24 hours, for the whole town.
PHONE_CODES_PER_DAY = env.number("KASANE_PHONE_CODES_PER_DAY", 200)

# Key-encryption keys live outside the database and outside the object store.
KEY_FILE = Path(env.text("KASANE_KEY_FILE", str(DATA / "keys" / "kasane-keys.json")))
# What was taken away, outside the database and its backups: on another disk.
JOURNAL = Path(env.text("KASANE_JOURNAL", str(DATA / "journal")))

# Signed heads of the audit trail: how often, and where outside they go.
AUDIT_HEAD_MINUTES = env.number("KASANE_AUDIT_HEAD_MINUTES", 10)
AUDIT_DROP = env.text("KASANE_AUDIT_DROP", "")
AUDIT_MAIL = env.text("KASANE_AUDIT_MAIL", "")
# Who stamps them with the time (RFC 3161), and the certificates to believe it by.
TSA_URL = env.text("KASANE_TSA_URL", "")
TSA_ROOTS = env.text("KASANE_TSA_ROOTS", "")

# The city's identity service (OpenID Connect), where it has one; empty: none.
OIDC_ISSUER = env.text("KASANE_OIDC_ISSUER", "")
OIDC_CLIENT_ID = env.text("KASANE_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.text("KASANE_OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.text("KASANE_OIDC_NAME", "職員の認証サービス")
# Values of acr or amr by which it says that two factors were proved; empty: never.
OIDC_TWO_FACTORS = env.text("KASANE_OIDC_TWO_FACTORS", "").split()

# Values marked (S) in the access rules; the decision takes them as inputs.
IDLE_EXTERNAL_MINUTES = env.number("KASANE_IDLE_EXTERNAL_MINUTES", 15)
IDLE_INTERNAL_MINUTES = env.number("KASANE_IDLE_INTERNAL_MINUTES", 30)
# How long a release can be undone before anybody can open it or is told (R30).
RELEASE_UNDO_MINUTES = env.number("KASANE_RELEASE_UNDO_MINUTES", 10)
# Whether a second person looks at what goes to people from outside (R30).
RELEASE_SECOND_PERSON = env.flag("KASANE_RELEASE_SECOND_PERSON", default=False)
STEP_UP_MINUTES = 5

# The role that serves, where another one owns the tables.
DATABASE_ROLE = env.text("KASANE_DATABASE_ROLE", "")
# Who reads /metrics: whoever brings this token; empty: this machine alone.
METRICS_TOKEN = env.text("KASANE_METRICS_TOKEN", "")
LOG_FORMAT = env.text("KASANE_LOG_FORMAT", "line")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "portal.core.logs.JsonFormatter"},
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # One line per look at an empty queue, and one per imported library.
        "django_tasks_db": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        # Three lines for each websocket, with the address of its sitting.
        "uvicorn.error": {"level": "WARNING"},
        # One line for each request; the server profile turns it on.
        "portal.request": {"level": "WARNING"},
    },
}
