"""What the demo keeps in var/ between two starts: secrets, databases, logs, and who is running."""

import base64
import fcntl
import os
import secrets
import shutil
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
# Another folder gives another demo, beside the first: the tests of the demo use that.
VAR = Path(os.environ.get("DEMO_FOLDER") or ROOT / "var").resolve()
LOGS = VAR / "log"
SECRETS = (
    *("SECRET_KEY", "TRANSACTIONS_TOKEN", "AUTH_CLIENT_SECRET", "SANDBOX_SECRET_KEY"),
    *("HOOK_SECRETS", "SMS_TOKENS", "VAPID_PRIVATE_KEY", "SANDBOX_API_TOKEN"),
)
# A demo takes nothing else from outside: a stray DATABASE_URL must not be migrated and seeded.
PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TERM", "VIRTUAL_ENV", "LOG_LEVEL")


class DemoError(Exception):
    """The demo can't go on; the text is one sentence for the person at the terminal."""


def lock() -> IO[str]:
    """Make sure that one demo at a time uses var/; the lock lasts as long as we live."""
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        (VAR / "static").mkdir(exist_ok=True)  # stays empty: the finders serve
        handle = (VAR / "demo.lock").open("a+")
    except OSError as error:
        raise DemoError(f"{VAR} can't be written: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        raise DemoError(
            f"A demo is running here already (process {handle.read().strip()}): "
            "stop it first, with Ctrl-C in its terminal."
        ) from error
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle


def forget() -> None:
    """Empty var/, but only where no demo runs."""
    with lock():
        for entry in VAR.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def mail_port(sandbox_port: int) -> int:
    """Where the box takes mail; beside its own port, so that two demos don't meet."""
    return sandbox_port + 25 if sandbox_port + 25 <= 65535 else sandbox_port - 25


def environment(port: int, sandbox_port: int) -> dict[str, str]:
    """The variables of all processes, with secrets that are made once and kept."""
    kept = _kept_secrets()
    selfcare_url = f"http://127.0.0.1:{port}"
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **kept,
        "PYTHONUNBUFFERED": "1",
        "SELFCARE_ENVIRONMENT": "local",
        "PORT": str(port),
        "SELFCARE_URL": selfcare_url,
        "STATIC_ROOT": str(VAR / "static"),
        "FILES_FOLDER": str(VAR / "files"),
        "DATABASE_URL": f"sqlite:///{VAR / 'selfcare.sqlite3'}",
        "TRANSACTIONS_URL": f"{sandbox_url}/transaction-service",
        "AUTH_ISSUER": sandbox_url,
        "AUTH_CLIENT_ID": "selfcare",
        "SANDBOX_API_URL": f"{sandbox_url}/sandbox-api",
        "SANDBOX_URL": sandbox_url,
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_DATABASE_URL": f"sqlite:///{VAR / 'sandbox.sqlite3'}",
        "SANDBOX_TRANSACTIONS_TOKEN": kept["TRANSACTIONS_TOKEN"],
        "SANDBOX_CLIENT_ID": "selfcare",
        "SANDBOX_CLIENT_SECRET": kept["AUTH_CLIENT_SECRET"],
        "SANDBOX_CONTROL": "open",
        "SANDBOX_HOOK_SECRET": kept["HOOK_SECRETS"],
        "DELIVERY_REPORT_SECRETS": kept["HOOK_SECRETS"],
        "SANDBOX_REPORT_SECRET": kept["HOOK_SECRETS"],
        # Whoever tries a webhook of their own here has it on this machine.
        "SANDBOX_WEBHOOK_PRIVATE_HOSTS": "127.0.0.1:* localhost:*",
        "SANDBOX_SMTP_PORT": str(mail_port(sandbox_port)),
        "SANDBOX_SMS_TOKEN": kept["SMS_TOKENS"],
        **_channels(sandbox_port, kept),
    }


def _channels(sandbox_port: int, kept: dict[str, str]) -> dict[str, str]:
    """Every channel leads into the box's outbox."""
    box, mail = f"127.0.0.1:{sandbox_port}", f"127.0.0.1:{mail_port(sandbox_port)}"
    return {
        "SMTP_URL": f"smtp://{mail}",
        "EMAIL_FROM": "Selfcare <no-reply@selfcare.example>",
        "SMS_URLS": f"http://{box}/sms/one http://{box}/sms/two",
        "SMS_TOKENS": f"{kept['SMS_TOKENS']} {kept['SMS_TOKENS']}",
        "VAPID_SUBJECT": "mailto:push@selfcare.example",
        # The outbox lives on loopback, where nothing may be sent otherwise.
        "OUTBOUND_PRIVATE_HOSTS": box,
    }


def _kept_secrets() -> dict[str, str]:
    path = VAR / "demo.env"
    kept: dict[str, str] = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line)
    missing = [name for name in SECRETS if not kept.get(name)]
    if missing:
        kept.update({name: _new(name) for name in missing})
        path.unlink(missing_ok=True)
        # Nobody else may read it, not even between its making and a chmod.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{name}={kept[name]}\n" for name in SECRETS)
    return {name: kept[name] for name in SECRETS}


def _new(name: str) -> str:
    match name:
        case "HOOK_SECRETS":  # Standard Webhooks: 24 to 64 bytes of base64
            return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        case "VAPID_PRIVATE_KEY":  # RFC 8292: a number below P-256's order, base64url
            return base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(31)).decode().rstrip("=")
        case _:
            return secrets.token_urlsafe(48)
