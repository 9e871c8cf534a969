"""A proxy on loopback, as ministries have one between their machines and the internet.

client ─► CONNECT host:port ─► proxy ─┬─► the server
                                      └─► or a refusal
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from tests.support.databases.listening import pipe, taking


@dataclass
class ForwardProxy:
    """A running proxy.

    Attributes:
        port: Where it listens.
        refusal: Status and reason with which it answers instead of connecting.
        asked: To which host and port it was to connect.
    """

    port: int
    refusal: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def forward_proxy(refusal: str = "") -> Iterator[ForwardProxy]:
    """A proxy; gone at the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = ForwardProxy(listener.getsockname()[1], refusal)
        with taking(listener, partial(_take, proxy)):
            yield proxy


def _take(proxy: ForwardProxy, client: socket.socket) -> None:
    threading.Thread(target=_answer, args=(proxy, client), daemon=True).start()


def _answer(proxy: ForwardProxy, client: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(65_536)
    target = head.split()[1].decode()
    proxy.asked.append(target)
    if proxy.refusal:
        client.sendall(f"HTTP/1.1 {proxy.refusal}\r\nContent-Length: 0\r\n\r\n".encode())
        client.close()
        return
    host, _, port = target.rpartition(":")
    server = socket.create_connection((host, int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=pipe, args=(client, server), daemon=True).start()
    pipe(server, client)
