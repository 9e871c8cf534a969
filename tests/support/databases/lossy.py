"""A proxy before a database on loopback: it cuts the connection at a statement, for a while.

driver ─► proxy ─► database
             └─ the n-th statement that holds some words: both sides are cut
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from tests.support.databases.listening import pipe, taking


@dataclass
class Lossy:
    """A running proxy.

    Attributes:
        port: Where it listens.
        behind: Port of the database.
        words: What a statement holds at which the connection is cut.
        losses: How often it still is.
        cut: How often it was.
    """

    port: int
    behind: int
    words: bytes = b""
    losses: int = 0
    cut: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def loses(self, sent: bytes) -> bool:
        """Whether the connection is cut at what was sent."""
        with self._lock:
            if not self.losses or self.words not in sent:
                return False
            self.losses -= 1
            self.cut += 1
            return True


@contextmanager
def lossy(behind: int) -> Iterator[Lossy]:
    """A proxy before a port; gone at the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Lossy(listener.getsockname()[1], behind)
        with taking(listener, partial(_take, proxy)):
            yield proxy


def _take(proxy: Lossy, client: socket.socket) -> None:
    server = socket.create_connection(("127.0.0.1", proxy.behind))
    for ends in ((client, server, proxy.loses), (server, client)):
        threading.Thread(target=pipe, args=ends, daemon=True).start()
