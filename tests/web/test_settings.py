"""Settings from the environment: safe for production, and loud about what is missing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from django.conf import settings

from tests.support import checking
from tests.support.checking import CHECK

SECRET = "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ"
PRODUCTION = {
    "SELFCARE_ENVIRONMENT": "production",
    "SELFCARE_URL": "https://selfcare.example",
    "SECRET_KEY": SECRET,
    "DATABASE_URL": "postgresql://selfcare@postgres.invalid/selfcare",
    "REDIS_URL": "redis://redis.invalid/0",
    "TRANSACTIONS_URL": "https://transactions.invalid",
    "TRANSACTIONS_TOKEN": SECRET,
    "AUTH_ISSUER": "https://sign-in.invalid",
    "AUTH_CLIENT_ID": "selfcare",
    "AUTH_CLIENT_SECRET": SECRET,
    "HOOK_SECRETS": "whsec_b25seS1mb3ItdGhpcy10ZXN0LTAxMjM0NTY3ODlhYmM=",
    "SMTP_URL": "smtps://selfcare:secret@mail.invalid",
    "EMAIL_FROM": "Selfcare <no-reply@selfcare.example>",
}


# What each of gunicorn's workers does first.
SERVE = ("-c", "from config.wsgi import application")
Changes = Mapping[str, str | None]
Done = subprocess.CompletedProcess[str]
Check = Callable[[Changes], Done]


def changed(env: Changes) -> dict[str, str]:
    """Production's environment with these changes; None takes a variable away."""
    there = {"PATH": os.environ["PATH"], **PRODUCTION, **env}
    return {name: value for name, value in there.items() if value is not None}


def start(env: Changes, command: Sequence[str] = CHECK) -> Done:
    """`manage.py check --deploy`, or another, in a process of its own."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=changed(env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def check() -> Iterator[Check]:
    """The same `manage.py check --deploy`, by a process that has read Django already."""
    with subprocess.Popen(
        [sys.executable, "-m", checking.__name__],
        cwd=settings.BASE_DIR,
        env=changed({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:

        def ask(env: Changes) -> Done:
            assert process.stdin is not None
            assert process.stdout is not None
            print(json.dumps(changed(env)), file=process.stdin, flush=True)
            return Done(CHECK, *json.loads(process.stdout.readline()))

        yield ask


def test_production_settings_are_clean(check: Check) -> None:
    done = check({})
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "env", [{}, {"SECRET_KEY": None}, {"HOOK_SECRETS": None}], ids=["good", "unreadable", "harmful"]
)
def test_a_process_that_has_read_django_already_says_the_same(check: Check, env: Changes) -> None:
    started, asked = start(env), check(env)
    assert (started.returncode == 0) == (not env), started.stderr
    assert asked.returncode == started.returncode
    assert asked.stdout == started.stdout
    assert asked.stderr.splitlines()[-1:] == started.stderr.splitlines()[-1:]


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "TRANSACTIONS_TOKEN", "AUTH_CLIENT_SECRET", "DATABASE_URL", "AUTH_ISSUER",
     "TRANSACTIONS_URL", "SELFCARE_URL", "AUTH_CLIENT_ID"],
)  # fmt: skip
def test_what_is_missing_stops_the_start_with_its_name(check: Check, name: str) -> None:
    done = check({name: None})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_an_environment_that_is_not_named_is_production(check: Check) -> None:
    done = check({"SELFCARE_ENVIRONMENT": None, "SELFCARE_URL": None})
    assert "SELFCARE_URL" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("env", "found"),
    [
        ({"SELFCARE_URL": "http://selfcare.example"}, "selfcare.E001"),
        ({"AUTH_ISSUER": "http://sign-in.invalid"}, "selfcare.E002"),
        ({"TRANSACTIONS_TOKEN": "short"}, "selfcare.E003"),
        ({"DATABASE_URL": "sqlite://:memory:"}, "selfcare.E004"),
        ({"REDIS_URL": None}, "selfcare.E005"),
        ({"UPSTREAM_MILLISECONDS": "9000"}, "selfcare.E006"),
        (
            {"SANDBOX_API_URL": "https://sandbox.invalid", "SANDBOX_API_TOKEN": SECRET},
            "selfcare.E007",
        ),
        ({"HOOK_SECRETS": None}, "selfcare.E011"),
        ({"HOOK_SECRETS": "whsec_c2hvcnQ="}, "selfcare.E012"),
        ({"HOOK_SECRETS": SECRET}, "selfcare.E012"),
        ({"EVENT_MONTHS": "6"}, "selfcare.E013"),
        ({"SMTP_URL": None}, "selfcare.E014"),
        ({"SMTP_URL": "mail.invalid"}, "selfcare.E014"),
        ({"SMTP_URL": "smtp://selfcare:secret@mail.invalid"}, "selfcare.E015"),
        ({"EMAIL_FROM": "Selfcare"}, "selfcare.E016"),
        ({"SMS_URLS": "https://one.invalid https://two.invalid"}, "selfcare.E017"),
        ({"SMS_URLS": "http://one.invalid", "SMS_TOKENS": "one"}, "selfcare.E018"),
        ({"VAPID_PRIVATE_KEY": "short"}, "selfcare.E019"),
        ({"VAPID_PRIVATE_KEY": "A" * 42 + "E", "VAPID_SUBJECT": "us"}, "selfcare.E020"),
        ({"OUTBOUND_PRIVATE_HOSTS": "127.0.0.1:9000"}, "selfcare.E021"),
        (
            {"OUTBOUND_PRIVATE_HOSTS": "box:9000", "SELFCARE_ENVIRONMENT": "sandbox"},
            "selfcare.E021",
        ),
        ({"UNSUBSCRIBE_KEYS": f"{SECRET} short"}, "selfcare.E023"),
        ({"DELIVERY_REPORT_SECRETS": "whsec_c2hvcnQ="}, "selfcare.E024"),
        ({"SENDING_LEASE_SECONDS": "5"}, "selfcare.E022"),
        ({"TASKS_BACKEND": "celery"}, "BROKER_URL"),
        ({"SELFCARE_ENVIRONMENT": "prod"}, "SELFCARE_ENVIRONMENT"),
        ({"PORT": "eighty"}, "PORT"),
        ({"AUTH_ISSUER": "sign-in"}, "AUTH_ISSUER"),
        ({"BEHIND_PROXY": "perhaps"}, "BEHIND_PROXY"),
    ],
)
def test_what_would_hurt_is_an_error(check: Check, env: Changes, found: str) -> None:
    done = check(env)
    assert done.returncode != 0
    assert found in done.stderr


def test_web_does_not_start_with_what_would_hurt() -> None:
    good = start({}, SERVE)
    assert good.returncode == 0, good.stderr
    bad = start({"HOOK_SECRETS": "whsec_c2hvcnQ="}, SERVE)
    assert bad.returncode != 0
    assert "selfcare.E012" in bad.stderr


def test_a_secret_may_come_from_a_file(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    assert check({"SECRET_KEY": None, "SECRET_KEY_FILE": str(file)}).returncode == 0
    missing = check({"SECRET_KEY": None, "SECRET_KEY_FILE": str(tmp_path / "none")})
    assert "SECRET_KEY_FILE" in missing.stderr.splitlines()[-1]
