"""What may stand in an address: an opaque id, and nothing that could be a path."""


class OpaqueId:
    """Letters, digits, `_` and `-`: safe to hand on to a service as one path segment."""

    regex = "[A-Za-z0-9_-]{3,80}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
