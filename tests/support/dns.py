"""A name server that changes its mind, for addresses that lead inside by the second look."""

import socket
from typing import Any


class ChangingDns:
    """A name server that says something public first and something private afterwards."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "push.rebind.localhost":
            return self.real(host, port, *rest, **more)
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port))]
