"""A RabbitMQ of the tests' own, on free ports and in a folder that goes away with it."""

import os
import shutil
from pathlib import Path

from tools.children import ScratchFolder, free_port, spawn, stop, wait_until

# Debian's command of this name changes the user; the one behind it doesn't.
PLACES = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server")
READY_SECONDS = 60
IS_READY = "Starting broker... completed"


def find() -> str:
    """The program; empty where RabbitMQ isn't installed."""
    named = shutil.which("rabbitmq-server")
    there = [place for place in PLACES if Path(place).exists()]
    return there[0] if there else named or ""


class Rabbit:
    """One node with nobody beside it; `url` is what Celery connects to."""

    def __init__(self) -> None:
        self.scratch = ScratchFolder("rabbit")
        self.port, names_port = free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        folder = self.scratch.path
        self.log = folder / "out.log"
        env = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests-{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false "
            "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        epmd = shutil.which("epmd") or "epmd"
        with self.log.open("ab") as log:
            # It would outlive us if the node started it.
            self.names = spawn([epmd, "-port", str(names_port)], log=log, env=env)
            self.node = spawn([find()], log=log, env=env)
        if not wait_until(self._is_ready, seconds=READY_SECONDS, every=0.1):
            raise AssertionError(f"RabbitMQ did not get ready:\n{self.log.read_text()[-3000:]}")

    def remove(self) -> None:
        stop(self.node, seconds=10)
        stop(self.names, seconds=2)
        self.scratch.remove()

    def _is_ready(self) -> bool:
        return self.node.poll() is not None or IS_READY in self.log.read_text(errors="replace")
