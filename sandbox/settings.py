"""The box's one settings file: everything that varies comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from sandbox import env

BASE_DIR = Path(__file__).resolve().parent.parent

# Where the box is, who may call it, and whether its levers are out.
SANDBOX_URL = env.origin("SANDBOX_URL", "http://127.0.0.1:9000")
# How the box's own processes reach it, where that is another way than everybody's.
SANDBOX_INSIDE_URL = env.origin("SANDBOX_INSIDE_URL", SANDBOX_URL)
SELFCARE_URL = env.origin("SELFCARE_URL", "http://127.0.0.1:8000")
SANDBOX_TRANSACTIONS_TOKEN = env.text("SANDBOX_TRANSACTIONS_TOKEN")
SANDBOX_CLIENT_ID = env.text("SANDBOX_CLIENT_ID", "selfcare")
SANDBOX_CLIENT_SECRET = env.text("SANDBOX_CLIENT_SECRET")
# Whose keys the merchant API knows: the others' are like none.
SANDBOX_KEYS = env.choice("SANDBOX_KEYS", ("test", "live"), "test")
# What selfcare shows where merchants' consoles ask; without one the console API isn't there.
SANDBOX_API_TOKEN = env.text("SANDBOX_API_TOKEN", "")
SANDBOX_CONTROL = env.choice("SANDBOX_CONTROL", ("open", "off"), "off")

# How soon the other side answers by itself (to twice that; 0: never), and how long a yes can be
# taken back.
SANDBOX_ANSWER_SECONDS = env.whole("SANDBOX_ANSWER_SECONDS", 20)
SANDBOX_UNDO_SECONDS = env.whole("SANDBOX_UNDO_SECONDS", 15)

# Where events are posted and with which secrets they are signed (`whsec_…`, spaces between
# several: all sign, so that a receiver can change from one to the next); without one, nowhere.
SANDBOX_HOOK_URL = env.text("SANDBOX_HOOK_URL", "") or f"{SELFCARE_URL}/hooks/platform"
SANDBOX_HOOK_SECRET = env.text("SANDBOX_HOOK_SECRET", "")
# Seconds from one attempt to the next; when they are used up, the event is given up.
SANDBOX_HOOK_WAITS = env.spans("SANDBOX_HOOK_WAITS", "5 300 1800 7200 18000 36000 36000")
SANDBOX_HOOK_AT_ONCE = env.whole("SANDBOX_HOOK_AT_ONCE", 8)
# Where merchants' webhooks may go though it is private (`host:port` or `host:*`, spaces between
# them): for a demo and for tests. Seconds from one attempt to the next, at least three days in all,
# for one attempt as a whole, and how many go at once.
SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset(env.text("SANDBOX_WEBHOOK_PRIVATE_HOSTS", "").split())
SANDBOX_WEBHOOK_WAITS = env.spans(
    "SANDBOX_WEBHOOK_WAITS",
    "5 30 120 600 1800 3600 7200 14400 28800 43200 43200 43200 43200 43200",
)
SANDBOX_WEBHOOK_SECONDS = env.whole("SANDBOX_WEBHOOK_SECONDS", 10)
SANDBOX_WEBHOOK_AT_ONCE = env.whole("SANDBOX_WEBHOOK_AT_ONCE", 16)
# Where it is reported that mail to `late-bounce@…` came back, and with what that is signed.
SANDBOX_REPORT_URL = env.text("SANDBOX_REPORT_URL", "") or f"{SELFCARE_URL}/hooks/delivery-reports"
SANDBOX_REPORT_SECRET = env.text("SANDBOX_REPORT_SECRET", "")
# The outbox: where it takes mail (0: nowhere), and what a sender of texts shows.
SANDBOX_SMTP_HOST = env.text("SANDBOX_SMTP_HOST", "127.0.0.1")
SANDBOX_SMTP_PORT = env.whole("SANDBOX_SMTP_PORT", 0)
SANDBOX_SMS_TOKEN = env.text("SANDBOX_SMS_TOKEN", "")

SECRET_KEY = env.text("SANDBOX_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [
    urlsplit(SANDBOX_URL).hostname or "",
    "127.0.0.1",
    "localhost",
    *filter(None, env.text("SANDBOX_ALLOWED_HOSTS", "").split(",")),
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "sandbox.people",
    "sandbox.worlds",
    "sandbox.auth",
    "sandbox.events",
    "sandbox.outbox",
    "sandbox.ledger",
    "sandbox.transactions",
    "sandbox.cases",
    "sandbox.merchant_api",
    "sandbox.webhooks",
    "sandbox.console",
    "sandbox.scenarios",
    "sandbox.control",
    "sandbox.shop",
    "sandbox.seeds",
    "sandbox.statements",
    "sandbox.front",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]

ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": env.database("SANDBOX_DATABASE_URL", "sqlite:///var/sandbox.sqlite3", BASE_DIR)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
# Hard on memory, so fit for passwords at a tenth of the time that the default takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

# Both products live on 127.0.0.1 and cookies ignore ports, so their names differ.
SESSION_COOKIE_NAME = "sandbox_session"
CSRF_COOKIE_NAME = "sandbox_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SANDBOX_URL.startswith("https://")
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SANDBOX_URL]
CSRF_FAILURE_VIEW = "sandbox.auth.pages.csrf_failed"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
# The platform's pages share one look; what only the box needs lies in its own folder.
STATICFILES_DIRS = [BASE_DIR / "sandbox" / "static", ("look", BASE_DIR / "static")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A refused request is an answer, not news; the services keep their own record.
    "loggers": {"django.request": {"level": "ERROR"}},
}
