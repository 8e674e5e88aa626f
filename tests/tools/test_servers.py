"""The launchers of PostgreSQL and Valkey."""

import subprocess
import sys

import psycopg

from tools.children import wait_until
from tools.postgres import Postgres, postgres
from tools.valkey import valkey


def test_it_keeps_the_data_of_a_postgres_that_was_killed():
    with postgres() as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        port = server.port
        server.stop(kill=True)
        server.start()
        assert server.port == port
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_it_removes_the_data_of_a_postgres_that_is_done():
    with postgres() as server:
        folder = server.scratch.path
        assert folder.exists()
    assert not folder.exists()


def test_it_ends_postgres_when_its_launcher_is_killed():
    launcher = subprocess.Popen(
        [sys.executable, "-m", "tools.postgres"], stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout is not None
    url = launcher.stdout.readline().strip()
    psycopg.connect(url).close()
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    assert wait_until(lambda: not answers(url), seconds=10)


def test_it_brings_valkey_back_empty_on_the_same_port():
    import redis

    with valkey() as server:
        url = server.url
        with redis.Redis.from_url(url) as client:
            client.set("name", "value")
            server.stop(kill=True)
            server.start()
            assert server.url == url
            assert client.get("name") is None


def test_it_copies_the_binaries_where_nobody_may_not_look(monkeypatch):
    monkeypatch.setattr(
        Postgres, "_can_run", lambda self, program: str(self.scratch.path) in str(program)
    )
    with postgres() as server:
        assert server.binaries.is_relative_to(server.scratch.path)
        psycopg.connect(server.url()).close()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
