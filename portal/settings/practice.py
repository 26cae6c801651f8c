"""The portal for practice: the embedded profile beside a real one, and nothing of it.

It has no variable for another's database, store, mail or keys; ``portal.core.checks``
refuses the start where one is set all the same (ADR 0038).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

_HERE = Path(__file__).resolve().parents[2] / "var" / "practice"
os.environ.setdefault("KASANE_DATA", str(_HERE))
os.environ.setdefault("KASANE_BASE_URL", "http://127.0.0.1:8100")

# A folder that it found empty is its own; what is wiped each night must bear this mark.
_folder = Path(os.environ["KASANE_DATA"])
if not _folder.exists() or not any(_folder.iterdir()):
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (_folder / "practice").touch(mode=0o600)

from portal.settings.embedded import *  # noqa: E402, F403 – the folder comes first
from portal.settings.embedded import BASE_URL, DATA, MIDDLEWARE, MUNICIPALITY  # noqa: E402

PRACTICE = DEMO = True
PRACTICE_URL = ""
MUNICIPALITY = f"【練習】{MUNICIPALITY}"
KEY_FILE = DATA / "keys" / "kasane-keys.json"
JOURNAL, AUDIT_DROP = DATA / "journal", ""  # an image names folders for both

# What is found of these in the environment is none of its business.
_OTHERS = {
    "KASANE_AUDIT_MAIL",
    "KASANE_DATABASE_URL",
    "KASANE_KEY_FILE",
    "KASANE_OIDC_ISSUER",
    "KASANE_PHONE_URL",
    "KASANE_REDIS_URL",
    "KASANE_REPLY_DOMAIN",
    "KASANE_S3_ENDPOINT",
    "KASANE_SECRET_KEY",
    "KASANE_SMTP_URL",
    "KASANE_TSA_URL",
}
FOREIGN = sorted(
    name for name in os.environ if {name, name.removesuffix("_FILE")} & _OTHERS
)

_place = MIDDLEWARE.index("portal.core.http.response_headers") + 1
MIDDLEWARE.insert(_place, "portal.demo.practice.gate")

# Names of its own, also where both portals share a host.
_secure = urlsplit(BASE_URL).scheme == "https"
_prefix = "__Host-" if _secure else ""
SESSION_COOKIE_NAME = f"{_prefix}kasane_practice_session"
DEVICE_COOKIE_NAME = f"{_prefix}kasane_practice_device"
CSRF_COOKIE_NAME = f"{_prefix}kasane_practice_csrf"
PASS_COOKIE_NAME = f"{_prefix}kasane_practice_pass"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
if _secure:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
