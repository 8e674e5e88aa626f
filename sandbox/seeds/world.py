"""Makes the world, empties it, and freshens what lies open; the story itself is told elsewhere."""

import random
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from sandbox import ids
from sandbox.cases.models import Evidence
from sandbox.events.models import Mark
from sandbox.ledger.models import Account
from sandbox.people.models import Membership, Merchant, Person
from sandbox.seeds import history, opening, story, troubles
from sandbox.seeds.cast import ACCOUNT_NAMES, BY_KEY, CAST, MERCHANT_ADMINS, PASSWORD, Role, iban
from sandbox.seeds.plan import Plan
from sandbox.seeds.proof import prove
from sandbox.seeds.rows import Books
from sandbox.seeds.shops import SHOPS, Shop

# Ids of people and shops carry this instant: they do not change with the day of seeding.
FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)
SHOP_OPENING = {"EUR": 25_000_00, "GBP": 9_000_00, "CZK": 180_000_00, "DKK": 60_000_00,
                "USD": 7_000_00}  # fmt: skip
ROOMS = (
    "shop",
    "console",
    "scenarios",
    "webhooks",
    "worlds",
    "merchant_api",
    "outbox",
    "events",
    "control",
    "cases",
    "transactions",
    "ledger",
    "people",
)
STILL_OPEN = timedelta(minutes=5)


def seed(number: int = 1, now: datetime | None = None) -> bool:
    """Make the world of this seed number as of `now`; False where there already is one."""
    now = now or timezone.now()
    with transaction.atomic():
        if Person.objects.filter(email=CAST[0].email).exists():
            return False
        books = _found(number, history.begun(now))
        books.tell(history.tell(number, now))
        books.write()
        opening.open_shop()
        prove()
    return True


def reset(number: int = 1, now: datetime | None = None) -> None:
    """Empty the world and make it anew; whoever was signed in at the box is not any more."""
    with transaction.atomic():
        empty()
        seed(number, now)


def freshen(now: datetime | None = None) -> int:
    """Give Alice something to do if nothing waits any more; returns how many came."""
    now = now or timezone.now()
    opening.open_shop()
    with transaction.atomic():
        alice = Person.objects.select_for_update().filter(email=BY_KEY["alice"].email).first()
        if alice is None:
            return 0
        open_rows = alice.transaction_set.exclude(status__in=["completed", "failed", "cancelled"])
        waits = open_rows.filter(status="action_required", expires_at__gt=now + STILL_OPEN)
        rng = random.Random(f"freshen:{now:%Y%m%d%H%M%S}")
        plans: list[Plan] = []
        if not waits.filter(expires_at__lt=now + timedelta(hours=1)).exists():
            plans.append(story.waiting_soon(now, rng))
        if not waits.filter(expires_at__gte=now + timedelta(hours=1)).exists():
            plans += story.waiting_long(now, rng)
        if not open_rows.filter(status="processing", due_at__gt=now + STILL_OPEN).exists():
            plans += story.under_way(now, rng)[:3]
        if not open_rows.filter(status="scheduled", due_at__gt=now).exists():
            plans += story.planned(now, rng)
        _add(plans, now, rng)
        return len(plans) + troubles.again(alice, now)


def _add(plans: list[Plan], now: datetime, rng: random.Random) -> None:
    if not plans:
        return
    books = _opened(rng)
    needed: dict[str, int] = {}
    for plan in plans:
        if plan.direction == "out":
            needed[plan.currency] = needed.get(plan.currency, 0) + plan.total_minor
    for currency, amount in needed.items():
        if books.accounts["alice", currency].available_minor < amount:
            top_up = Plan(
                owner="alice", at=now - timedelta(days=2, hours=4), kind="deposit",
                direction="in", currency=currency, amount_minor=-(-amount // 10_000) * 10_000,
                name=history.OWN_BANK, remittance="From my own account",
            )  # fmt: skip
            plans = [top_up, *plans]
    books.tell(sorted(plans, key=lambda plan: plan.at))
    books.write()


def _found(number: int, at: datetime) -> Books:
    """People, shops and their accounts, with the money they begin with."""
    rng = random.Random(f"{number}:ids")
    books = Books(rng=rng, people={}, merchants={}, accounts={})
    # One hash for all: hashing is slow on purpose, and the password is known anyway.
    password = make_password(PASSWORD)
    for role in CAST:
        books.people[role.key] = _person(role, number, password)
    for shop in SHOPS:
        books.merchants[shop.key] = _merchant(shop, number)
    for key, admin in MERCHANT_ADMINS.items():
        Membership.objects.create(
            merchant=books.merchants[key], person=books.people[admin], role=Membership.Role.ADMIN
        )
    for role in CAST:
        for currency, amount in role.opening.items():
            books.accounts[role.key, currency] = account = _account(books, role, currency, at)
            world = books.account("world", "", currency)
            books.post(at, "account.opened", None, [(account, amount), (world, -amount)])
    for shop in SHOPS:
        account = books.account("merchant", shop.key, shop.currency)
        amount = SHOP_OPENING[shop.currency] * (4 if shop.key == "tandem-bikes" else 1)
        world = books.account("world", "", shop.currency)
        books.post(at, "account.opened", None, [(account, amount), (world, -amount)])
    return books


def _person(role: Role, number: int, password: str) -> Person:
    rng = random.Random(f"{number}:person:{role.key}")
    return Person.objects.create(
        sub=ids.wire("usr", ids.uuid7(FOUNDED, rng)), email=role.email, name=role.name,
        roles=list(role.roles), locale=role.locale, password=password, created_at=FOUNDED,
    )  # fmt: skip


def _merchant(shop: Shop, number: int) -> Merchant:
    rng = random.Random(f"{number}:shop:{shop.key}")
    # Numbers that regulators keep for films: Berlin 23125 xxx, London 7946 0xxx.
    last = rng.randrange(1000)
    phone = f"+44 20 7946 0{last:03d}" if shop.country == "GB" else f"+49 30 23125 {last:03d}"
    return Merchant.objects.create(
        public_id=ids.wire("mer", ids.uuid7(FOUNDED, rng)), name=shop.name,
        legal_name=shop.legal_name, website=f"https://{shop.domain}/",
        support_email=f"help@{shop.domain}", support_phone=phone, category=shop.category,
        temperament=shop.temperament,
    )  # fmt: skip


def shops_for(currency: str) -> list[tuple[Shop, Merchant, str]]:
    """Shops that sell in a currency (or else all), each with its row and bank account."""
    shops = [shop for shop in SHOPS if shop.currency == currency] or SHOPS
    rows = {row.name: row for row in Merchant.objects.filter(name__in=[s.name for s in shops])}
    return [
        (shop, rows.get(shop.name) or _merchant(shop, 1),
         iban(shop.country, random.Random(f"iban:{shop.legal_name}")))
        for shop in shops
    ]  # fmt: skip


def _account(books: Books, role: Role, currency: str, at: datetime) -> Account:
    country = {"GBP": "GB", "CZK": "CZ"}.get(currency, "DE")
    return Account.objects.create(
        public_id=ids.wire("acc", ids.uuid7(at, books.rng)), kind=Account.Kind.PERSON,
        person=books.people[role.key], currency=currency, name=ACCOUNT_NAMES[currency],
        iban=iban(country, books.rng), opened_at=at,
    )  # fmt: skip


def _opened(rng: random.Random) -> Books:
    """Books on the world as it is now."""
    shops = {shop.name: shop.key for shop in SHOPS}
    people = {p.email.split("@")[0]: p for p in Person.objects.filter(
        email__in=[role.email for role in CAST])}  # fmt: skip
    merchants = {shops[m.name]: m for m in Merchant.objects.filter(name__in=shops)}
    books = Books(rng=rng, people=people, merchants=merchants, accounts={})
    for account in Account.objects.select_for_update(of=("self",)).select_related(
        "person", "merchant"
    ):
        if account.kind == Account.Kind.PERSON and account.person:
            owner = account.person.email.split("@")[0]
        elif account.kind == Account.Kind.MERCHANT and account.merchant:
            owner = shops.get(account.merchant.name, "")
        else:
            owner = account.kind if account.kind in {"fees", "world", "fx"} else ""
        if owner:
            books.accounts[owner, account.currency] = account
    return books


@transaction.atomic
def empty() -> None:
    """Delete every row of the world: in bulk, for a million rows may have been grown."""
    # The mark stays: who has read up to a number must not miss what comes after a reset.
    kept = {Person._meta.db_table, Mark._meta.db_table}
    tables = [m._meta.db_table for room in ROOMS for m in apps.get_app_config(room).get_models()
              if m._meta.db_table not in kept]  # fmt: skip
    through = [Evidence.holders.through._meta.db_table]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(f'"{table}"' for table in [*tables, *through])
            # What is still to be checked must be, before a table may be truncated.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(f"TRUNCATE {names} CASCADE")
        else:
            for table in [*through, *tables]:
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 (names of our own tables)
    # People last and one by one, so that what the auth service keeps of them goes too.
    Person.objects.all().delete()
