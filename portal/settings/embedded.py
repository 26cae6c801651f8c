"""One process, SQLite, local vault, mail into files: a trial on one machine."""

from typing import Any

from portal.settings import env
from portal.settings.base import *  # noqa: F403 – a profile is base plus overrides
from portal.settings.base import DATA
from portal.settings.local_secret import local_secret

PROFILE = "embedded"
DEMO = env.flag("KASANE_DEMO", default=True)
SECRET_KEY = local_secret(DATA / "keys" / "django-secret")

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "kasane.sqlite3",
        "OPTIONS": {
            # A writer takes its lock when the transaction begins, so that
            # "lock, check, write" means the same as on PostgreSQL.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY;"
            ),
        },
    }
}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
VAULT_STORE: dict[str, Any] = {"kind": "disk", "path": DATA / "vault"}
EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
WORKER_IN_SERVER = True
# A trial on one machine has no virus scanner unless one is named.
CLAMD = env.text("KASANE_CLAMD", "off")
