"""The loop in which a server of a test takes its clients, and hands on what they send."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

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


def pipe(
    source: socket.socket, drain: socket.socket, is_last: Callable[[bytes], bool] | None = None
) -> None:
    """Hand on what is sent until one side ends, or before what `is_last`; then close both."""
    with suppress(OSError):
        while sent := source.recv(65_536):
            if is_last and is_last(sent):
                break
            drain.sendall(sent)
    for each in (source, drain):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def _accept(listener: socket.socket, take: Take) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        take(client)
