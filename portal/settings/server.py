"""PostgreSQL, Redis, an S3 store, SMTP: N application processes and workers."""

from typing import Any
from urllib.parse import urlsplit

from portal.settings import env
from portal.settings.base import *  # noqa: F403 – a profile is base plus overrides

PROFILE = "server"
SECRET_KEY = env.text("KASANE_SECRET_KEY")

# Each request of an ASGI server has a thread of its own: connections that live longer
# are kept by a pool, not by the thread.
DATABASES = {
    "default": {
        **env.postgres("KASANE_DATABASE_URL"),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {
                "min_size": 2,
                "max_size": env.number("KASANE_DATABASE_CONNECTIONS", 20),
            }
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.text("KASANE_REDIS_URL")]},
    }
}
VAULT_STORE: dict[str, Any] = {
    "kind": "s3",
    "endpoint": env.text("KASANE_S3_ENDPOINT"),
    "access_key": env.text("KASANE_S3_ACCESS_KEY"),
    "secret_key": env.text("KASANE_S3_SECRET_KEY"),
    "bucket": env.text("KASANE_S3_BUCKET", "kasane"),
    "region": env.text("KASANE_S3_REGION", "us-east-1"),
    "lock": env.flag("KASANE_S3_LOCK", default=False),
}
WORKER_IN_SERVER = False
CLAMD = env.text("KASANE_CLAMD")

_mail = urlsplit(env.text("KASANE_SMTP_URL", ""))
if _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = _mail.username or ""
    EMAIL_HOST_PASSWORD = _mail.password or ""
    EMAIL_USE_TLS = _mail.scheme == "smtp+starttls"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mail"  # noqa: F405

if urlsplit(BASE_URL).scheme == "https":  # noqa: F405
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-kasane_session"
    DEVICE_COOKIE_NAME = "__Host-kasane_device"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-kasane_csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOG_FORMAT = env.text("KASANE_LOG_FORMAT", "json")
LOGGING["handlers"]["console"]["formatter"] = LOG_FORMAT  # noqa: F405
LOGGING["loggers"]["portal.request"]["level"] = "INFO"  # noqa: F405
# Asked by machines on the inside, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]

# To enter a city's whole domain into the browsers' list is the city's decision.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
