"""System checks at error level for settings that would hurt people; they change nothing."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SHORTEST_SECRET = 32
SECRETS = ("SECRET_KEY", "TRANSACTIONS_TOKEN", "AUTH_CLIENT_SECRET")
REAL = frozenset({"staging", "production"})


@register(Tags.security)
def addresses_are_encrypted(**_: Any) -> Sequence[CheckMessage]:
    """Where real people sign in, pages and the provider are reached by https alone."""
    if settings.ENVIRONMENT not in REAL:
        return []
    return [
        Error(
            f"{name} has to be an https address in {settings.ENVIRONMENT}.", id=f"selfcare.E00{n}"
        )
        for n, name in enumerate(("SELFCARE_URL", "AUTH_ISSUER"), 1)
        if not getattr(settings, name).startswith("https://")
    ]


@register(Tags.security)
def secrets_are_long(**_: Any) -> Sequence[CheckMessage]:
    """A secret that can be guessed is none."""
    if settings.LOCAL:
        return []
    return [
        Error(f"{name} is shorter than {SHORTEST_SECRET} characters.", id="selfcare.E003")
        for name in SECRETS
        if len(getattr(settings, name)) < SHORTEST_SECRET
    ]


@register(Tags.security)
def instances_share_their_stores(**_: Any) -> Sequence[CheckMessage]:
    """Instances behind a load balancer are alike only if they share what they remember."""
    found: list[CheckMessage] = []
    if settings.LOCAL:
        return found
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Error("DATABASE_URL names SQLite; instances need one PostgreSQL.", id="selfcare.E004")
        )
    if not settings.REDIS_URL:
        found.append(
            Error("REDIS_URL is missing; sessions need it beside PostgreSQL.", id="selfcare.E005")
        )
    return found


@register
def the_page_ends_in_time(**_: Any) -> Sequence[CheckMessage]:
    """A page promises an answer within three seconds."""
    if settings.UPSTREAM_SECONDS <= 2.8:
        return []
    return [Error("UPSTREAM_MILLISECONDS has to be at most 2800.", id="selfcare.E006")]


@register(Tags.security)
def no_sandbox_in_production(**_: Any) -> Sequence[CheckMessage]:
    """The merchants' console belongs to the sandbox environment."""
    if settings.ENVIRONMENT != "production" or not settings.SANDBOX_API_URL:
        return []
    return [Error("SANDBOX_API_URL must not be set in production.", id="selfcare.E007")]


@register
def catalogs_are_compiled(**_: Any) -> Sequence[CheckMessage]:
    """Without its compiled catalog a language that is offered would speak English."""
    folder = settings.LOCALE_PATHS[0]
    return [
        Error(
            f"The catalog of {code} isn't compiled: python -m tools.catalogs compile.",
            id="selfcare.E008",
        )
        for code, _name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE
        and not (folder / code / "LC_MESSAGES" / "django.mo").exists()
    ]
