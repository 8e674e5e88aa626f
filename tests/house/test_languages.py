"""No English is left on any page: all is walked through in a language that doesn't exist."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import Resolver404, resolve
from lxml import html

from selfcare.documents import typeset
from selfcare.identity import leaving
from selfcare.instructions import wording
from selfcare.instructions.models import Instruction, State
from selfcare.notifications import words
from selfcare.notifications.channels import Message, email
from selfcare.web import formats, problems
from selfcare.web.request import Request, Wishes
from tests.support import pseudo
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
ASKS = {"Accept-Language": pseudo.STANDS_IN_FOR}
# Of the API's answers, what people or merchants wrote.
DATA_KEYS = {
    *("name", "legal_name", "website", "support_email", "remittance_information", "owner_name"),
    *("merchant_reference", "end_to_end_id", "counterparty_name", "note", "text", "message"),
    *("payee_name", "file_name", "filename", "title"),
}
# Typed into forms by the walk.
TYPED = "Zyxw"
# How often a page of one kind is looked at, and a form of one kind sent.
LOOKS, SENDS = 3, 2
MOST_PAGES = 400
# Words for programmers, who read English: docs/decisions/0012-languages.md.
NOT_WALKED = ("/api/", "/static/", "/sign-out", "/sign-in", "/health", "/hooks")


# ── Templates, without rendering them ───────────────────────────────────────────────────────
TAGS = re.compile(
    r"{% *blocktranslate.*?{% *endblocktranslate *%}|{% *comment.*?endcomment *%}|{#.*?#}"
    r"|{% block art %}.*?{% endblock %}",
    re.DOTALL,
)
ARGUMENT = re.compile(r"(_\()?\"([^\"]*)\"")
# Whose arguments are words: no names of icons, routes, templates and partials.
SPEAKING = re.compile(r"{%-? *(chip|include|flow|with|when) .*?%}|\|default:\"[^\"]*\"", re.DOTALL)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
# The readable description of the API, and mails' frames without a word of their own.
ENGLISH_TEMPLATES = {"web/api_docs.html"}


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=[str(p.relative_to(settings.BASE_DIR / "templates")) for p in TEMPLATES]
)
def test_no_template_says_anything_untranslated(path: Any) -> None:
    name = path.relative_to(settings.BASE_DIR / "templates").as_posix()
    if name in ENGLISH_TEMPLATES:
        return
    source = TAGS.sub(" ", path.read_text("utf-8"))
    left = [
        argument
        for tag in SPEAKING.finditer(source)
        for marked, argument in ARGUMENT.findall(tag.group(0))
        if not marked and re.search(r"[A-Z][a-z]|[a-z] [a-z]", argument)
    ]
    bare = re.sub(r"{%.*?%}|{{.*?}}", "\u2003", source, flags=re.DOTALL)
    left += pseudo.english_on(f"<div>{bare}</div>", {"Selfcare"})
    assert not left, "\n".join(left)


# ── Pages ───────────────────────────────────────────────────────────────────────────────────
class Walkers:
    """Goes wherever a link leads and sends each form, empty and filled; keeps what it read."""

    def __init__(self, client: Client, data: set[str]) -> None:
        self.client = client
        self.data = data
        self.found: list[str] = []
        self.seen: Counter[str] = Counter()
        self.routes: set[str] = set()
        self.waiting: list[str] = []
        self.addresses: set[str] = set()
        self.pages = 0

    def walk(self, *starts: str) -> None:
        self.waiting += starts
        while self.waiting and self.pages < MOST_PAGES:
            address = self.waiting.pop(0)
            self.look(address, self.client.get(address, headers=ASKS))

    def look(self, address: str, answer: Any) -> None:
        self.pages += 1
        if answer.status_code in {301, 302, 303}:
            self.queue(urljoin(address, answer["Location"]))
            return
        if not answer.headers.get("Content-Type", "").startswith("text/html") or answer.streaming:
            return
        text = answer.content.decode()
        if not text.strip():
            return
        left = pseudo.english_on(text, self.data)
        self.found += [f"{route_of(address)} {address}: {line}" for line in left]
        tree = html.fromstring(text)
        for link in tree.xpath("//a/@href | //@hx-get"):
            self.queue(urljoin(address, link))
        for form in tree.forms:
            self.send(address, form)

    def queue(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.netloc or parts.path.startswith(NOT_WALKED) or not parts.path.startswith("/"):
            return
        plain = parts.path + (f"?{parts.query}" if parts.query else "")
        asked = ",".join(sorted({name for name, _ in parse_qsl(parts.query)}))
        kind = f"{route_of(parts.path)}?{asked}"
        if plain in self.addresses or self.seen[kind] >= LOOKS:
            return
        self.seen[kind] += 1
        self.addresses.add(plain)
        self.waiting.append(plain)

    def send(self, address: str, form: Any) -> None:
        to = urljoin(address, form.action or address)
        path = urlsplit(to).path
        if urlsplit(to).netloc or path.startswith(NOT_WALKED):
            return
        names = ",".join(sorted(name for name in form.fields if name))
        kind = f"{form.method} {route_of(path)} {names}"
        if self.seen[kind] >= SENDS:
            return
        self.seen[kind] += 1
        for fields in (empty(form), filled(form)):
            if form.method == "GET":
                answer = self.client.get(path, fields, headers=ASKS)
            else:
                answer = self.client.post(to, fields, headers=ASKS)
            self.look(to, answer)


def route_of(path: str) -> str:
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return "nowhere"
    return match.view_name or match.route


def empty(form: Any) -> dict[str, Any]:
    """What a form holds that nobody filled in; the hidden fields stay."""
    return {
        field.name: field.value or ""
        for field in form.inputs
        if field.name and field.get("type") == "hidden"
    }


def filled(form: Any) -> dict[str, Any]:
    """Each field with something that it may hold."""
    fields: dict[str, Any] = {}
    for field in form.inputs:
        name, kind = field.name, field.get("type", "text")
        if not name or kind in {"file", "submit"}:
            continue
        if name == "language":
            fields[name] = ""  # the walk would go on in another one
        elif field.tag == "select":
            options = [value for value in field.value_options if value]
            fields[name] = field.value or (options[0] if options else "")
        elif kind in {"radio", "checkbox"}:
            if name not in fields or field.get("checked") is not None:
                fields[name] = field.get("value", "on")
        elif field.tag == "textarea" or kind in {"text", "search"}:
            fields[name] = field.value or TYPED
        else:
            fields[name] = field.value or ""
    return fields


def words_of(answer: Any) -> set[str]:
    """The words of what people and merchants wrote, in an answer of the API."""
    found: set[str] = set()
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in DATA_KEYS and isinstance(value, str):
                found |= pseudo.words_in(value) | set(re.findall(r"\w+", value))
            else:
                found |= words_of(value)
    elif isinstance(answer, list):
        for one in answer:
            found |= words_of(one)
    return found


@pytest.fixture
def walker(
    control: Control, signed_in: SignedIn, settings: Any
) -> Iterator[Callable[..., Walkers]]:
    """Somebody who walks; what is left in English is told at the end."""
    made: list[Walkers] = []

    def start(person: Person) -> Walkers:
        client, _ = signed_in(person)
        data = set(re.findall(r"\w+", person.name)) | pseudo.calendar_words() | {TYPED, "Zyxwv"}
        for path in ("accounts", "transactions?limit=100", "cases"):
            data |= words_of(client.get(f"/api/v1/{path}").json())
        for one in client.get("/api/v1/transactions?limit=100").json()["data"]:
            data |= words_of(client.get(f"/api/v1/transactions/{one['id']}").json())
        made.append(Walkers(client, data))
        return made[-1]

    with pseudo.spoken():
        yield start
    left = sorted({line for one in made for line in one.found})
    # One line for each text, not for each page that it stands on.
    told = {re.sub(r"^.*?: ", "", line): line for line in left}
    assert not told, "\n".join(told.values())


@pytest.fixture
def rich(control: Control) -> Person:
    """Alice with transactions of each kind and status, two currencies, and cases."""
    person = control.add_person(
        "Alice Marlow",
        history=12,
        balances=[
            {"currency": "EUR", "amount_minor": 123_456_789},
            {"currency": "GBP", "amount_minor": 8580},
        ],
    )
    for status in ("created", "action_required", "scheduled", "processing", "completed", "failed",
                   "cancelled", "expired"):  # fmt: skip
        control.add_transaction(person, merchant="Nordlicht Books", status=status)
    for kind in ("payout", "deposit", "withdrawal", "transfer", "refund"):
        control.add_transaction(person, kind=kind, status="completed", merchant="Nordlicht Books")
    for kind in ("refund_request", "dispute", "fraud_report", "recall", "inquiry"):
        facts = {"kind": "transfer"} if kind == "recall" else {"merchant": "Studio Halm"}
        paid = control.add_transaction(person, status="completed", **facts)
        control.open_case(paid["id"], kind, message=TYPED)
    return person


def test_no_page_has_english_left(walker: Callable[..., Walkers], rich: Person) -> None:
    walk = walker(rich)
    instructions(rich)
    walk.walk(
        *("/", "/transactions/", "/cases/", "/documents/", "/exports/", "/labels/", "/shares/"),
        *("/notifications/", "/notifications/settings/", "/notifications/addresses/"),
        *("/preferences/", "/devices/", "/statements/", "/verify/", "/transactions/summary/"),
        *("/nowhere/", "/signed-out/", "/transactions/?q=12%2F11%2F2026"),
        f"/transactions/?q={TYPED}",
        *(one.url for one in Instruction.objects.of(rich.sub)),
    )
    assert walk.pages > 100


def test_no_page_without_its_services_has_english_left(
    walker: Callable[..., Walkers], control: Control, rich: Person
) -> None:
    walk = walker(rich)
    for mode in ("error", "broken_json"):
        control.fault("*", mode, sub=rich.sub)
        for path in ("/", "/transactions/", "/cases/", "/documents/", "/transactions/summary/"):
            walk.look(path, walk.client.get(path, headers=ASKS))
            part = {**ASKS, "HX-Request": "true"}
            walk.look(path, walk.client.get(path, headers=part))
        control.clear_faults()


def test_no_page_of_operators_has_english_left(
    walker: Callable[..., Walkers], control: Control
) -> None:
    walk = walker(control.add_person("Oscar Lindqvist", roles=["user", "operator"]))
    walk.walk("/operations/", "/operations/deliveries/", "/operations/events/")


def instructions(person: Person) -> None:
    """One of each action in each state."""
    shown = {
        "amount_minor": 6490, "currency": "EUR", "payee": "Nordlicht Books",
        "account": f"{TYPED} •••• 1752",
    }  # fmt: skip
    for action in wording.DONE:
        for state in State:
            Instruction.objects.create(
                subject=person.sub,
                key=f"{action}-{state}",
                action=action,
                transaction_id="txn_1",
                payload={},
                shown=shown,
                fingerprint="f" * 64,
                state=state,
                outcome={"code": "version_conflict"},
                request_id="0b54c75f-4b9b-4b7e-9a1c-2b9a3f0a4a57",
            )


@pytest.fixture
def asking(rf: RequestFactory) -> Request:
    request = cast(Request, rf.get("/shown/"))
    request.person, request.request_id, request.wishes = None, "0b54c75f-4b9b", Wishes()
    return request


@pytest.mark.parametrize("status", sorted(problems.WORDS))
def test_no_error_has_english_left(asking: Request, status: int) -> None:
    with pseudo.spoken() as code, formats.use(formats.Formats(code)):
        for more in ({}, {"expired": True}, {"code": "bad_reply"}, {"retry_after": 1}):
            page = problems.page(asking, status, **more).content.decode()
            assert not pseudo.english_on(page, pseudo.calendar_words())
        asking.only_part = True
        part = problems.page(asking, status).content.decode()
        assert not pseudo.english_on(part, pseudo.calendar_words())


@pytest.mark.parametrize("reason", sorted(leaving.STATUSES))
@pytest.mark.parametrize("step_up", [False, True])
def test_no_failed_sign_in_has_english_left(asking: Request, reason: str, *, step_up: bool) -> None:
    with pseudo.spoken() as code, formats.use(formats.Formats(code)):
        page = leaving.failed(asking, reason, on="/", step_up=step_up).content.decode()
    assert not pseudo.english_on(page, pseudo.calendar_words())


# ── The test itself ─────────────────────────────────────────────────────────────────────────
def test_it_takes_no_id_for_a_word() -> None:
    page = "<p>bdfcaabe-1c2d-4e5f-8a9b-0c1d2e3f4a5b, ins_01a2008e46dd781f, KXVT-BCDF</p>"
    assert pseudo.english_on(page, set()) == []


def test_it_finds_english_that_was_forgotten() -> None:
    with pseudo.spoken() as code, formats.use(formats.Formats(code)):
        source = (
            '<p>{% translate "Sign out" %}</p><p>{% translate "Never heard of" %}</p><b>Bare</b>'
        )
        page = engines["django"].from_string(source).render({})
        left = pseudo.english_on(f"<div>{page}</div>", ())
    assert left == ["<p>: Never heard of: Never heard of", "<b>: Bare: Bare"]


# ── Mails, texts, documents ─────────────────────────────────────────────────────────────────
TOLD = {
    "kind": "payment", "direction": "out", "status": "completed", "amount_minor": 6490,
    "currency": "EUR", "fee_minor": 0, "counterparty_name": TYPED, "merchant_id": "mer_1",
    "merchant_name": TYPED, "expires_at": "2026-11-22T10:00:00Z", "reason_code": "AC04",
    "granted_minor": 1000, "respond_by": "2026-11-22T10:00:00Z", "state": "open",
    "waiting_for": "user", "transaction_id": "txn_1", "actor": "merchant", "browser": "A browser",
    "account_name": TYPED, "month": "2026-10", "title": {"en": TYPED, "de": TYPED},
    "url": "/", "scope": TYPED, "address": "a@example.com", "channel": "email", "why": "bounced",
}  # fmt: skip


@pytest.mark.parametrize("event", [*words.TABLE, "case.other", "transaction.other"])
@pytest.mark.parametrize("direction", ["in", "out"])
def test_no_message_has_english_left(event: str, direction: str) -> None:
    with pseudo.spoken() as code, formats.use(formats.Formats(code)):
        for over in (False, True):
            told = words.of(event, {**TOLD, "direction": direction}, object_id="x_1", over=over)
            said = f"{told.title} {told.text} {told.action}"
            assert not pseudo.english_in(said, pseudo.calendar_words() | {TYPED})


def test_no_mail_has_english_left() -> None:
    with pseudo.spoken() as code, formats.use(formats.Formats(code)):
        lines = [words.of(event, TOLD, object_id="x_1") for event in words.TABLE]
        message = Message(
            id="dlv_1", title=TYPED, lines=lines, more=3, path="/",
            unsubscribe_url="https://selfcare.example/unsubscribe/x/", urgent=False,
        )  # fmt: skip
        mail = email.compose("a@example.com", message)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    data = pseudo.calendar_words() | {TYPED}
    assert not pseudo.english_in(plain.get_content(), data)
    assert not pseudo.english_on(rich.get_content(), data)


# For the typesetting, not for people: how final something is, and that it is a code.
MARKS = {"final", "open", "void", "code"}


def test_no_document_has_english_left(
    walker: Callable[..., Walkers], rich: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is handed over to be set in type; the papers themselves hold no word."""
    walk = walker(rich)
    told: list[Any] = []
    pdf = typeset.pdf

    def seen(template: str, data: dict[str, Any], **more: Any) -> bytes:
        told.append(data)
        return pdf(template, data, **more)

    monkeypatch.setattr(typeset, "pdf", seen)
    client = walk.client
    for one in client.get("/api/v1/transactions?limit=100").json()["data"]:
        client.get(f"/transactions/{one['id']}/receipt.pdf", headers=ASKS)
    account = client.get("/api/v1/accounts").json()["data"][0]["id"]
    month = client.get(f"/api/v1/accounts/{account}/statements").json()["data"][0]["month"]
    client.get(f"/statements/{account}/{month}/statement.pdf", headers=ASKS)
    assert len(told) > 5
    walk.found += [
        f"document: {' '.join(left)}: {re.sub(r'txn_[0-9a-z]+|[0-9:]+', '…', text)}"
        for data in told
        for text in strings_in({name: value for name, value in data.items() if name != "lang"})
        if text not in MARKS
        if (left := pseudo.english_in(text.replace("{code}", ""), walk.data))
    ]


def strings_in(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list | tuple):
        for one in data:
            yield from strings_in(one)
    elif isinstance(data, str):
        yield data
