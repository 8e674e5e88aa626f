"""Starts the real servers before Django reads its settings, and lends them to the tests."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

from tests.support import servers
from tests.support.control import Control, Person
from tests.support.network import keep_on_this_machine
from tools import catalogs

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.signing_in import Walk
    from tests.support.till import Till
    from tools.postgres import Postgres
    from tools.valkey import Valkey

STORES = pytest.StashKey[servers.Stores]()
# How long an example takes says more of who else uses the machine than of what is tried.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """pytest-django sets Django up after this, from the environment that is made here."""
    catalogs.compile_stale(Path(__file__).resolve().parents[1])
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # it only hands tests out: each process that runs some has servers of its own
    stores = servers.Stores()
    config.stash[STORES] = stores
    config.add_cleanup(stores.remove)
    stores.start()
    os.environ.update(servers.environment(stores))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    keep_on_this_machine(stores.database_url, stores.redis_url)
    import django  # pytest-django sets up only what is imported

    django.setup()


@pytest.fixture(scope="session")
def stores(request: pytest.FixtureRequest) -> servers.Stores:
    """The addresses of PostgreSQL and Valkey, given ones or our own."""
    return request.config.stash[STORES]


@pytest.fixture
def postgres_server(stores: servers.Stores) -> "Iterator[Postgres]":
    """PostgreSQL to stop and start; it runs again when the test ends."""
    if stores.postgres is None:
        pytest.skip("DATABASE_URL names a server that is not ours to stop")
    yield stores.postgres
    if stores.postgres.child is None:
        stores.postgres.start()


@pytest.fixture
def valkey_server(stores: servers.Stores) -> "Iterator[Valkey]":
    """Valkey to stop and start; it runs again when the test ends."""
    if stores.valkey is None:
        pytest.skip("REDIS_URL names a server that is not ours to stop")
    yield stores.valkey
    stores.valkey.resume()
    if stores.valkey.child is None:
        stores.valkey.start()


@pytest.fixture(scope="session")
def box(stores: servers.Stores) -> Iterator[servers.Server]:
    """The platform in a box, a real process with a database of its own."""
    server = servers.start_box(stores)
    yield server
    server.remove()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers wrote while a test that failed was running."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for server in servers.RUNNING:
            report.sections.append((f"the end of {server.name}'s log", server.log()[-3000:]))
    return report


@pytest.fixture
def control(box: servers.Server) -> Iterator[Control]:
    """The box's levers; faults are gone when the test ends."""
    levers = Control(box.url)
    yield levers
    levers.clear_faults()
    levers.session.close()


@pytest.fixture
def box_worker(box: servers.Server, control: Control) -> Iterator[servers.Server]:
    """The box's worker, not yet started: `box_worker.start()`.

    It posts events to `site`, unless `box_worker.env["SANDBOX_HOOK_URL"]` names another instance,
    lets time pass in the box, and takes mail. What happened before this test is not posted, and
    the outbox is empty.
    """
    control.forget_events()
    control.empty_outbox()
    one = servers.new_box_worker(box)
    yield one
    one.remove()
    control.forget_events()


@pytest.fixture
def till(box: servers.Server) -> "Iterator[Till]":
    """A merchant of the box with a key, whose customers come to us."""
    from tests.support.till import Till

    one = Till.opened(box.url)
    yield one
    one.close()


@pytest.fixture
def alice(control: Control) -> Person:
    """Somebody with 5,000.00 euros; new in each test, so that tests don't disturb each other."""
    return control.add_person("Alice Marlow")


@pytest.fixture
def bob(control: Control) -> Person:
    """Another person, who must never see what is Alice's."""
    return control.add_person("Bob Ferreira")


@pytest.fixture
def carol(control: Control) -> Person:
    """Somebody restricted: may look, may not move money."""
    return control.add_person("Carol Whitby", roles=["user", "restricted"])


@pytest.fixture
def signed_in(db: None, control: Control) -> "Iterator[Callable[[Person], tuple[Client, Walk]]]":
    """Somebody with a session as a sign-in leaves it: gives the test client and a walk.

    The walk hasn't been at the provider yet; its first way there gives the password as well.
    """
    from django.test import Client

    from tests.support.sign_in import sign_in
    from tests.support.signing_in import Walk

    walks = []

    def start(person: Person) -> "tuple[Client, Walk]":
        client, walk = Client(), Walk(person, control)
        sign_in(
            client, person.sub, person.name, roles=person.roles, email=person.email,
            zone="Europe/Berlin", locale="en-GB",
        )  # fmt: skip
        walks.append(walk)
        return client, walk

    yield start
    for walk in walks:
        walk.session.close()


@pytest.fixture
def signed_in_at_provider(
    db: None, control: Control
) -> "Iterator[Callable[..., tuple[Client, Walk]]]":
    """Sign somebody in through the real provider, for tests of just that."""
    from django.test import Client

    from tests.support.sign_in import be_warm
    from tests.support.signing_in import sign_in

    be_warm()
    walks = []

    def sign_somebody_in(person: Person, *, to: str = "/") -> "tuple[Client, Walk]":
        client = Client()
        walk = sign_in(client, person, control, to=to)
        walks.append(walk)
        return client, walk

    yield sign_somebody_in
    for walk in walks:
        walk.session.close()


class NewInstances(Protocol):
    """Start n instances of selfcare; variables change their environment."""

    def __call__(self, n: int, **env: str) -> list[servers.Server]: ...


@pytest.fixture(scope="session")
def test_database_url(django_db_setup: None, stores: servers.Stores) -> str:
    """The address of the database that the tests use, for other processes."""
    from django.db import connection

    return servers.with_database(stores.database_url, connection.settings_dict["NAME"])


@pytest.fixture
def instances(
    transactional_db: None, box: servers.Server, test_database_url: str
) -> Iterator[NewInstances]:
    """A factory of selfcare processes on the test's own database and Valkey."""
    running: list[servers.Server] = []

    def start(n: int, **env: str) -> list[servers.Server]:
        new = [servers.new_instance(test_database_url, **env) for _ in range(n)]
        for server in new:
            running.append(server)
            server.start()
        return new

    yield start
    for server in running:
        server.remove()


@pytest.fixture
def worker(
    transactional_db: None, box: servers.Server, test_database_url: str
) -> Iterator[servers.Server]:
    """A worker on the test's own database, not yet started: `worker.start()`."""
    one = servers.new_worker(test_database_url)
    yield one
    one.remove()


@pytest.fixture(scope="session")
def site(box: servers.Server, test_database_url: str) -> Iterator[servers.Server]:
    """One selfcare at SELFCARE_URL, where the provider leads people back to."""
    server = servers.new_instance(test_database_url, port=int(os.environ["PORT"]))
    server.start()
    yield server
    server.remove()
