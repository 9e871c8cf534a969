"""The loop in which a server of a test takes its clients."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Take = Callable[[socket.socket], object]


@contextmanager
def taking(listener: socket.socket, take: Take) -> Iterator[None]:
    """Hand every client to `take`, which must not wait for its end, until the block ends."""
    thread = threading.Thread(target=_accept, args=(listener, take), daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listener: socket.socket, take: Take) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        take(client)
