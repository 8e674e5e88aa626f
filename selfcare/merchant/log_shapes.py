"""The merchant's requests as the sandbox tells them, with how each sender was examined."""

from selfcare.clients.shapes import Code, Identifier, Minor, Moment, Shape, Text

type Headers = dict[str, str]


class Logged(Shape):
    """`step` is where it was refused; `times` counts those that were too many in a second."""

    id: Identifier
    at: Moment
    key: Identifier
    method: Text
    target: Text
    status: int
    latency_ms: Minor
    idempotency_key: Text | None
    verdict: Code
    step: Code | None
    code: Code | None
    times: Minor

    @property
    def is_fine(self) -> bool:
        return self.status < 400


class Requests(Shape):
    data: tuple[Logged, ...]
    next_cursor: Text | None


class Sent(Shape):
    headers: Headers
    body: str


class Given(Shape):
    body: str


class ExaminedStep(Shape):
    step: Code
    result: Code
    detail: str = ""
    expected: str = ""
    received: str = ""


class Explained(Logged):
    request: Sent
    response: Given
    steps: tuple[ExaminedStep, ...]
    signature_base: str
    hint: str
