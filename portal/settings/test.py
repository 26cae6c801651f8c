"""The profile under test (KASANE_TEST_PROFILE), with throw-away data."""

import os
import tempfile

from portal.settings import env

os.environ.setdefault("KASANE_DATA", tempfile.mkdtemp(prefix="kasane-test-"))
# Tests that run side by side share neither folder nor bucket nor database.
WORKER = env.text("PYTEST_XDIST_WORKER", "alone")
os.environ["KASANE_DATA"] = os.path.join(os.environ["KASANE_DATA"], WORKER)
PROFILE = env.text("KASANE_TEST_PROFILE", "embedded")

if PROFILE == "server":
    from portal.settings.server import *  # noqa: F403
    from portal.settings.server import DATABASES, STATIC_ROOT, VAULT_STORE

    # Several runs may share one PostgreSQL: each names its own database.
    DATABASES["default"]["TEST"] = {
        "NAME": env.text("KASANE_TEST_DATABASE", "test_kasane")
    }
    # Threads come and go with the tests; server processes of journeys keep the pool.
    del DATABASES["default"]["OPTIONS"]
    VAULT_STORE["bucket"] += f"-{WORKER}"
else:
    from portal.settings.embedded import *  # type: ignore[assignment] # noqa: F403
    from portal.settings.embedded import DATA, DATABASES, STATIC_ROOT

    # A file, not memory: threads and server processes see the same database.
    DATABASES["default"]["TEST"] = {"NAME": DATA / "test.sqlite3"}

DEMO = False
RELEASE_UNDO_MINUTES = 0  # what waits is tested where it is about waiting
WORKER_IN_SERVER = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# whitenoise warns of a folder that is not there; tests take static files as they are.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
