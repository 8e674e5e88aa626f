"""All settings of selfcare, from the environment; the same image serves every environment."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.csp import CSP

from config import env
from config import logging as logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.choice(
    "SELFCARE_ENVIRONMENT", ("local", "staging", "sandbox", "production"), "production"
)
LOCAL = ENVIRONMENT == "local"
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.text("SECRET_KEY_FALLBACKS", "").split()

# ── Where we are ────────────────────────────────────────────────────────────────────────────
PORT = env.integer("PORT", 8000, least=1)
SELFCARE_URL = env.origin("SELFCARE_URL", f"http://127.0.0.1:{PORT}" if LOCAL else env.REQUIRED)
SECURE = SELFCARE_URL.startswith("https://")
ALLOWED_HOSTS = [
    SELFCARE_URL.split("//")[1].split("/")[0].rsplit(":", 1)[0],
    *env.text("ALLOWED_HOSTS", "").split(),
]
if LOCAL:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SELFCARE_URL]

# ── The platform's services ─────────────────────────────────────────────────────────────────
TRANSACTIONS_URL = env.origin("TRANSACTIONS_URL")
TRANSACTIONS_TOKEN = env.secret("TRANSACTIONS_TOKEN")
AUTH_ISSUER = env.origin("AUTH_ISSUER")
AUTH_CLIENT_ID = env.text("AUTH_CLIENT_ID")
AUTH_CLIENT_SECRET = env.secret("AUTH_CLIENT_SECRET")
AUTH_STEP_UP_ACR = env.text("AUTH_STEP_UP_ACR", "urn:openbanking:psd2:sca")
AUTH_SCOPES = env.text("AUTH_SCOPES", "openid profile email")
# Merchants' consoles are there where the platform offers its sandbox API.
SANDBOX_API_URL = env.origin("SANDBOX_API_URL", "") if env.text("SANDBOX_API_URL", "") else ""
SANDBOX_API_TOKEN = env.secret("SANDBOX_API_TOKEN") if SANDBOX_API_URL else ""
# All calls of one page together; a page answers within three seconds.
UPSTREAM_SECONDS = env.integer("UPSTREAM_MILLISECONDS", 2500, least=100) / 1000
THREADS = env.integer("WEB_THREADS", 8, least=2)
# How many messages of one channel a worker sends at once.
SENDING_THREADS = env.integer("SENDING_THREADS", 4, least=1)

# ── Our own stores ──────────────────────────────────────────────────────────────────────────
DATABASE_URL = env.secret_or_text(
    "DATABASE_URL",
    f"sqlite:///{BASE_DIR / 'var' / 'selfcare.sqlite3'}" if LOCAL else env.REQUIRED,
)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # The pool keeps connections; CONN_MAX_AGE has to stay 0 beside it.
    # Each is tried before it is lent, so that a restart of the database breaks no request after it.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        # Its tries to reconnect grow rarer, up to minutes: soon given up, the next request tries.
        # A worker's threads are its duties' and those of three channels.
        "pool": {
            "min_size": 1,
            "max_size": THREADS + 2 + 3 * SENDING_THREADS,
            "timeout": 2,
            "reconnect_timeout": 1,
        },
        "connect_timeout": 2,
        **DATABASES["default"].get("OPTIONS", {}),
    }

REDIS_URL = env.secret_or_text("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "selfcare",
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 0.2,
            "SOCKET_TIMEOUT": 0.2,
            "IGNORE_EXCEPTIONS": True,
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# ── The application ─────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "selfcare.web",
    "selfcare.preferences",
    "selfcare.events",
    "selfcare.identity",
    "selfcare.instructions",
    "selfcare.overview",
    "selfcare.annotations",
    "selfcare.transactions",
    "selfcare.handoffs",
    "selfcare.cases",
    "selfcare.documents",
    "selfcare.notifications",
    "selfcare.operations",
    "selfcare.merchant",
]
MIDDLEWARE = [
    "selfcare.web.middleware.health_first",
    "selfcare.web.middleware.request_id",
    "selfcare.web.middleware.language",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "selfcare.web.middleware.page_deadline",
    "selfcare.web.middleware.refuse_unusable",
    "selfcare.web.middleware.manners",
    "selfcare.identity.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "selfcare.identity.middleware.person",
    "selfcare.preferences.middleware.chosen",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "selfcare.web.middleware.ErrorPages",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "selfcare.web.context.shell",
            ],
            "builtins": ["selfcare.web.templatetags.look", "django.templatetags.i18n"],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
LANGUAGE_CODE = "en"
# Each by its own name, so that its speakers find it.
LANGUAGES = [("en", "English"), ("es", "Español"), ("de", "Deutsch"), ("cs", "Čeština")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Where a body may hold a file, by the names of the routes; everywhere else files are skipped.
UPLOAD_ROUTES = {
    "annotations:attachments",
    "api:attachments",
    "cases:refund_request_new",
    "cases:dispute_new",
    "cases:fraud_report_new",
    "cases:inquiry_new",
    "cases:message_new",
    "api:evidence_new",
}
FILE_UPLOAD_HANDLERS = ["selfcare.web.uploads.Spool"]

# ── Sessions and cookies ────────────────────────────────────────────────────────────────────
SESSION_ENGINE = "selfcare.identity.session_store"
SESSION_COOKIE_NAME = "__Host-selfcare_session" if SECURE else "selfcare_session"
SESSION_COOKIE_AGE = env.integer("SESSION_SECONDS", 8 * 3600, least=60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "__Host-selfcare_csrf" if SECURE else "selfcare_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "selfcare.instructions.drafts.expired_form"
INTENT_SECONDS = env.integer("INTENT_SECONDS", 3600, least=60)

# ── Exports ─────────────────────────────────────────────────────────────────────────────────
# How many of a process's exports may read from the service at once, beside its pages.
EXPORT_STREAMS = env.integer("EXPORT_STREAMS", 2, least=1)
# A worker that says nothing for this long is taken for dead, and another goes on.
EXPORT_LEASE_SECONDS = env.integer("EXPORT_LEASE_SECONDS", 30, least=2)
# What is made while somebody waits, and how much a worker reads before it commits.
EXPORT_AT_ONCE_ROWS = env.integer("EXPORT_AT_ONCE_ROWS", 5000)
EXPORT_PART_ROWS = env.integer("EXPORT_PART_ROWS", 25_000, least=1)
EXPORT_DAYS = env.integer("EXPORT_DAYS", 7, least=1)

# ── Events ──────────────────────────────────────────────────────────────────────────────────
# With which the platform signs what it posts to /hooks/platform; two while one is being changed.
HOOK_SECRETS = env.secret_or_text("HOOK_SECRETS", "").split()
# Who is handed the events, several at once: all of them or none.
EVENT_HANDLER = "selfcare.notifications.matching.match_all"
# Who learns what the provider said of a person at sign-in, by subject; it keeps nobody from it.
SIGN_IN_HANDLER = "selfcare.notifications.addresses.book.know_sign_in_address"
# Who learns that a person goes by another clock, by subject.
ZONE_HANDLER = "selfcare.notifications.delivery.retiming.clock_changed"
# Who is handed one that is set aside: it is told to nobody, and news of its object all the same.
EVENT_PASSED_OVER = "selfcare.notifications.matching.pass_over"
# A worker that says nothing about an event for this long is taken for dead.
EVENT_LEASE_SECONDS = env.integer("EVENT_LEASE_SECONDS", 30, least=1)
# How often we look into the platform's feed for what was never posted.
EVENT_CATCH_UP_SECONDS = env.integer("EVENT_CATCH_UP_SECONDS", 300, least=1)
EVENT_MONTHS = env.integer("EVENT_MONTHS", 13, least=1)

# ── Notifications ───────────────────────────────────────────────────────────────────────────
# A channel without its address is off: nobody is offered it, and nothing waits for it.
# `smtp://user:password@host:port`; `smtps://` speaks TLS at once, `smtp+starttls://` insists on it.
SMTP_URL = env.secret_or_text("SMTP_URL", "")
EMAIL_FROM = env.text("EMAIL_FROM", "Selfcare <selfcare@localhost>" if LOCAL else "")
# Gateways for text messages in order of preference, and a token for each.
SMS_URLS = env.text("SMS_URLS", "").split()
SMS_TOKENS = env.secret_or_text("SMS_TOKENS", "").split()
# RFC 8292: the private key as 32 bytes in base64url, and a mailto: or https: of whom to ask.
VAPID_PRIVATE_KEY = env.secret_or_text("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", f"mailto:selfcare@{ALLOWED_HOSTS[0]}")
# With which links in mails are signed: the first signs, all are taken. SECRET_KEY without any.
UNSUBSCRIBE_KEYS = env.secret_or_text("UNSUBSCRIBE_KEYS", "").split()
# `host:port` that people may name though it is on a private network; locally alone.
OUTBOUND_PRIVATE_HOSTS = env.text("OUTBOUND_PRIVATE_HOSTS", "").split()
# With which those sign who post to /hooks/delivery-reports what came back later; none: nobody may.
DELIVERY_REPORT_SECRETS = env.secret_or_text("DELIVERY_REPORT_SECRETS", "").split()
# A worker that says nothing about a message for this long is taken for dead.
SENDING_LEASE_SECONDS = env.integer("SENDING_LEASE_SECONDS", 60, least=2)
NOTIFICATION_MONTHS = env.integer("NOTIFICATION_MONTHS", 12, least=1)
# Who carries the ids of due messages to who sends them: our own tables, or Celery on RabbitMQ.
TASKS_BACKEND = env.choice("TASKS_BACKEND", ("database", "celery"), "database")
BROKER_URL = env.secret_or_text("BROKER_URL", env.REQUIRED if TASKS_BACKEND == "celery" else "")
TASKS_QUEUES = ["email", "sms", "push"]
TASKS = {
    "default": {
        "BACKEND": {
            "database": "selfcare.notifications.tasks.own.Backend",
            "celery": "selfcare.notifications.tasks.broker.Backend",
        }[TASKS_BACKEND],
        "QUEUES": TASKS_QUEUES,
    }
}

# ── The worker ──────────────────────────────────────────────────────────────────────────────
# What `manage.py worker` calls, and every how many seconds.
WORKER_DUTIES = [
    ("selfcare.instructions.actions.resolve_due", 0.5),
    ("selfcare.instructions.queue.send_queued", 0.5),
    ("selfcare.instructions.actions.lapse_unproved", 60),
    ("selfcare.instructions.drafts.clear_old", 3600),
    ("selfcare.identity.session_store.clear_ended", 600),
    ("selfcare.identity.known_browsers.clear_old", 3600),
    ("selfcare.documents.receipts.tries.clear_old", 600),
    ("selfcare.annotations.attachments.sweep", 60),
    ("selfcare.annotations.unsaved.clear_old", 3600),
    ("selfcare.documents.exports.actions.sweep", 600),
    ("selfcare.notifications.delivery.gathering.sweep", 60),
    ("selfcare.notifications.addresses.verifying.clear_old", 3600),
]
# What may take minutes has a thread of its own in each worker, so that nothing waits behind it.
# It is called with an Event that is set when the worker is told to stop.
WORKER_LONG_DUTIES = [
    ("selfcare.events.matching_loop.run_due", 0.25),
    ("selfcare.events.catching_up.run_due", 10),
    ("selfcare.documents.exports.jobs.run_due", 0.5),
    # As many go as come, and a year of fifty a second is many.
    ("selfcare.events.forgetting.clear_old", 600),
    ("selfcare.notifications.keeping.sweep", 600),
    # One for each channel: one that is dead delays no other.
    ("selfcare.notifications.tasks.running.email", 0.4),
    ("selfcare.notifications.tasks.running.sms", 1),
    ("selfcare.notifications.tasks.running.push", 1),
]
if TASKS_BACKEND == "celery":
    WORKER_LONG_DUTIES.append(("selfcare.notifications.tasks.broker.serve", 1))

# ── Headers ─────────────────────────────────────────────────────────────────────────────────
SECURE_SSL_REDIRECT = SECURE
# Whoever posts an event follows no redirect, and its signature holds on any way.
SECURE_REDIRECT_EXEMPT = [r"^hooks/platform$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    # A form that steps up is answered with a redirect to the provider, which Chromium checks here.
    "form-action": [CSP.SELF, AUTH_ISSUER],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}

# ── Static files ────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = LOCAL

# ── Files of people: attachments, exports ───────────────────────────────────────────────────
# One folder that all instances and workers share, or a bucket (any S3 that speaks the API).
FILES_FOLDER = env.text("FILES_FOLDER", str(BASE_DIR / "var" / "files") if LOCAL else "/files")
FILES_BUCKET = env.text("FILES_BUCKET", "")
# The largest attachment, and all attachments of one person together.
ATTACHMENT_BYTES = 10_000_000
ATTACHMENTS_BYTES = env.integer("ATTACHMENTS_MEGABYTES", 200, least=1) * 1_000_000
FILES_STORAGE: dict[str, Any] = (
    {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": FILES_BUCKET,
            "endpoint_url": env.text("FILES_ENDPOINT", "") or None,
            "region_name": env.text("FILES_REGION", "") or None,
            "access_key": env.secret("FILES_ACCESS_KEY"),
            "secret_key": env.secret("FILES_SECRET_KEY"),
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
    if FILES_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # No base_url: a file is served by its view, to its owner, or not at all.
        # Nobody else on the machine reads them.
        "OPTIONS": {
            "location": FILES_FOLDER,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
)
if FILES_BUCKET:
    from botocore.config import Config  # type: ignore[import-untyped]

    FILES_STORAGE["OPTIONS"]["client_config"] = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"total_max_attempts": 2},
        # Checksums beyond the signature's are AWS's own; others that speak S3 refuse them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )

STORAGES = {
    "default": FILES_STORAGE,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING_CONFIG = None
logging_config.configure(json=not LOCAL, level=env.text("LOG_LEVEL", "INFO"))
