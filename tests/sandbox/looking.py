"""Lets something happen while somebody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def after_the_first_look(act: Callable[[], Any]) -> Iterator[list[bool]]:
    """`act` happens between the first query inside and the second."""
    done: list[bool] = []

    def wrapper(execute: Any, *query: Any) -> Any:
        found = execute(*query)
        if not done:
            done.append(True)
            act()
        return found

    with connection.execute_wrapper(wrapper):
        yield done
