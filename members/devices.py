"""What a browser says of itself, in plain words; nothing is decided by it."""

from django.utils.translation import gettext as _

# The first that matches counts: Edge and Opera also call themselves Chrome, Chrome
# also calls itself Safari, and iPhones speak of Mac OS X.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def words(user_agent: str) -> str:
    """For example ``Windows の Microsoft Edge``."""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    if system and browser:
        return _("%(system)s の %(browser)s") % {"system": system, "browser": browser}
    return system or browser or _("不明な端末")
