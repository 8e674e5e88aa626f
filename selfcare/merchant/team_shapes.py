"""The team, return addresses, and what was done so far, as the sandbox tells them."""

from typing import Literal

from selfcare.clients.shapes import Code, Identifier, Moment, Shape, Text


class Member(Shape):
    id: Identifier
    name: Text
    email: Text
    role: Literal["admin", "viewer"]
    created_at: Moment


class Team(Shape):
    data: tuple[Member, ...]


class Address(Shape):
    id: Identifier
    url: Text
    created_at: Moment


class Addresses(Shape):
    data: tuple[Address, ...]


class Waiting(Shape):
    """A payment that waits for its customer, and the way there."""

    id: Identifier
    handoff_url: Text


class Told(Shape):
    """An endpoint, and what is missing for a webhook to be taken there."""

    id: Identifier
    lacks: Code | None


class Progress(Shape):
    """When each thing was done first, in the world as it is and `ever`.

    `api_url` is the origin of the merchant API.
    """

    done: dict[Code, Moment | None]
    ever: dict[Code, Moment | None]
    api_url: Text
    return_url: Text | None
    waiting: Waiting | None
    endpoint: Told | None = None
    test_customer: Text | None = None
