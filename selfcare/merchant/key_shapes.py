"""API keys as the sandbox tells them, with the rules about them."""

from typing import Literal

from selfcare.clients.shapes import Code, Identifier, Moment, Shape, Text


class Key(Shape):
    """`id` is public: the `keyid` of a signature."""

    id: Identifier
    name: Text
    scope: Literal["read", "write"]
    algorithm: Code
    state: Code
    environment: Code
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None
    replaces: Identifier | None

    @property
    def is_over(self) -> bool:
        return self.state in {"expired", "revoked"}

    @property
    def is_ed25519(self) -> bool:
        return self.algorithm == "ed25519"


class MadeKey(Key):
    """With what is shown this once: `secret` signs, `token` reads; None where it was shown."""

    secret: Text | None
    token: Text | None


class ApiKeys(Shape):
    data: tuple[Key, ...]
