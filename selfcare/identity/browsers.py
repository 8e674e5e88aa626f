"""Words for a browser, from what it says of itself; enough for a person to know it again."""

from django.utils.translation import gettext as _

UNKNOWN = "A browser"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
# An Android says Linux and an iPhone says Mac OS X as well: the narrower word comes first.
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def words(user_agent: str) -> str:
    """`Firefox on Linux`; `A browser` where it can't be told."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), UNKNOWN)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def shown(kept: str) -> str:
    """What `words` made, in the active language: it is kept in English, whoever reads it later."""
    browser, _on, system = kept.partition(" on ")
    if browser == UNKNOWN:
        browser = _("A browser")
    if not system:
        return browser
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
