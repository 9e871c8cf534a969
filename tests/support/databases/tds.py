"""A small server that speaks TDS 7.4 and answers as a test says: for what no engine at hand shows.

    PRELOGIN ─► no encryption · LOGIN7 ─► LOGINACK or an error · batch, RPC ─► what the script says
    transaction requests ─► begun, committed, rolled back, each with the session's isolation

It knows one rule of SQL Server by itself: a statement that reads a user table under snapshot
isolation fails in a transaction that did not begin under it (3951), or where the database does not
allow it (3952). The layout of the tokens is that of [MS-TDS] 2.2.
"""

import re
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from tests.support.databases.listening import taking

BATCH, RPC, ATTENTION, LOGIN, TRANSACTION, PRELOGIN = 1, 3, 6, 16, 14, 18
BEGIN, COMMIT, ROLLBACK = 5, 7, 8
_ENCRYPTION_NOT_SUPPORTED = 2
_COLLATION = bytes.fromhex("0904d00034")
_DESCRIPTOR = struct.pack("<Q", 1)
_SYSTEM = re.compile(r"(?i)\bsys\.|@@|SCHEMA_NAME|NCHAR|sp_")


@dataclass(frozen=True)
class Refusal:
    """An error of SQL Server, as `sys.messages` has it."""

    number: int
    message: str
    severity: int = 16


NOT_BEGUN_IN_SNAPSHOT = Refusal(
    3951,
    "Transaction failed in database 'openIMIS' because the statement was run under snapshot "
    "isolation but the transaction did not start in snapshot isolation. You cannot change the "
    "isolation level of the transaction to snapshot after the transaction has started unless the "
    "transaction was originally started under snapshot isolation level.",
)
SNAPSHOT_NOT_ALLOWED = Refusal(
    3952,
    "Snapshot isolation transaction failed accessing database 'openIMIS' because snapshot "
    "isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.",
)


@dataclass(frozen=True)
class Rows:
    """A result: column names, and rows of whole numbers, texts and nulls."""

    names: Sequence[str]
    rows: Sequence[Sequence[int | str | None]]


@dataclass
class Turns:
    """What comes the first time, the second time and so on; the last one stays."""

    answers: list[Rows]

    def next(self) -> Rows:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


Answer = Rows | Refusal | Turns


@dataclass
class Script:
    """What a server answers.

    Attributes:
        login: What it says to a login; None lets everybody in.
        answers: What a statement contains (parts joined by ` + `) → what comes; the first one.
        allows_snapshot: Whether the database has ALLOW_SNAPSHOT_ISOLATION ON.
        hangs_up_at: What a statement contains at which it closes the connection.
    """

    login: Refusal | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    allows_snapshot: bool = True
    hangs_up_at: str | None = None


@dataclass
class TdsServer:
    """A running server, and what it was asked, in order."""

    port: int
    script: Script
    asked: list[str] = field(default_factory=list)


@contextmanager
def tds_server(script: Script) -> Iterator[TdsServer]:
    """A server on loopback; gone at the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = TdsServer(listener.getsockname()[1], script)
        with taking(listener, partial(_take, server)):
            yield server


def _take(server: TdsServer, client: socket.socket) -> None:
    threading.Thread(target=_Session(client, server).run, daemon=True).start()


class _HangUpError(Exception):
    pass


class _Session:
    """One connection."""

    def __init__(self, client: socket.socket, server: TdsServer) -> None:
        self._client = client
        self._server = server
        self._level = "READ COMMITTED"
        self._begun: str | None = None

    def run(self) -> None:
        with suppress(OSError, _HangUpError), self._client:
            while message := self._message():
                self._client.sendall(_packets(self._reply(*message)))

    def _message(self) -> tuple[int, bytes] | None:
        body = b""
        while head := self._exactly(8):
            body += self._exactly(struct.unpack(">H", head[2:4])[0] - 8)
            if head[1] & 1:
                return head[0], body
        return None

    def _exactly(self, size: int) -> bytes:
        read = b""
        while len(read) < size and (more := self._client.recv(size - len(read))):
            read += more
        return read

    def _reply(self, kind: int, body: bytes) -> bytes:
        if kind == PRELOGIN:
            return _prelogin()
        if kind == ATTENTION:
            return _done(0x20)
        if kind == LOGIN:
            refusal = self._server.script.login
            return _error(refusal) if refusal else _let_in()
        after_headers = body[struct.unpack("<I", body[:4])[0] :]
        if kind == TRANSACTION:
            return self._transaction(struct.unpack("<H", after_headers[:2])[0], after_headers[2:])
        return self._statement(_text(kind, after_headers))

    def _transaction(self, request: int, payload: bytes) -> bytes:
        if request == BEGIN:
            return self._begin() + _done()
        # A name, its length before it, then whether the next transaction begins at once.
        begins = payload[1 + payload[0]] & 1 if payload else 0
        self._server.asked.append("COMMIT" if request == COMMIT else "ROLLBACK")
        self._begun = None
        ended = _change(9 if request == COMMIT else 10, b"", _DESCRIPTOR)
        return ended + (self._begin() if begins else b"") + _done()

    def _begin(self) -> bytes:
        self._begun = self._level
        self._server.asked.append(f"BEGIN ({self._level})")
        return _change(8, _DESCRIPTOR, b"")

    def _statement(self, text: str) -> bytes:
        self._server.asked.append(text)
        script = self._server.script
        if script.hangs_up_at and script.hangs_up_at in text:
            raise _HangUpError
        if refusal := self._isolation_refuses(text):
            return _error(refusal)
        answer = next((said for parts, said in script.answers.items() if _has(text, parts)), None)
        answer = answer.next() if isinstance(answer, Turns) else answer
        return _error(answer) if isinstance(answer, Refusal) else _result(answer)

    def _isolation_refuses(self, text: str) -> Refusal | None:
        if found := re.search(r"(?i)SET TRANSACTION ISOLATION LEVEL (\w+)", text):
            self._level = found[1].upper()
        reads = re.search(r"(?i)\bSELECT\b.*\bFROM\b", text) and not _SYSTEM.search(text)
        if not reads or self._level != "SNAPSHOT":
            return None
        if self._begun not in {None, "SNAPSHOT"}:
            return NOT_BEGUN_IN_SNAPSHOT
        return None if self._server.script.allows_snapshot else SNAPSHOT_NOT_ALLOWED


def _has(text: str, parts: str) -> bool:
    return all(part in text for part in parts.split(" + "))


def _text(kind: int, body: bytes) -> str:
    """A batch's statement; of an RPC its name and all text behind it, loosely."""
    return body.decode("utf-16-le", "replace") if kind == BATCH else _of_rpc(body)


def _of_rpc(body: bytes) -> str:
    size = struct.unpack("<H", body[:2])[0]
    if size == 0xFFFF:
        return f"sp_{struct.unpack('<H', body[2:4])[0]} " + body[4:].decode("utf-16-le", "ignore")
    named = body[2 : 2 + 2 * size].decode("utf-16-le")
    texts = re.findall(rb"(?:[\x20-\x7e]\x00)+", body[2 + 2 * size :])
    return " ".join([named, *(text.decode("utf-16-le") for text in texts)])


def _packets(body: bytes) -> bytes:
    parts = [body[start : start + 4088] for start in range(0, len(body), 4088)] or [b""]
    last = len(parts) - 1
    return b"".join(
        struct.pack(">BBHHBB", 4, int(number == last), len(part) + 8, 0, (number + 1) % 256, 0)
        + part
        for number, part in enumerate(parts)
    )


def _prelogin() -> bytes:
    head = struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF)
    return head + bytes([15, 0, 8, 0, 0, 0]) + bytes([_ENCRYPTION_NOT_SUPPORTED])


def _let_in() -> bytes:
    name = "Scripted"
    ack = struct.pack(">BI", 1, 0x74000004) + _short(name) + bytes([15, 0, 8, 0])
    return (
        _change(1, _short("openIMIS"), _short("master"))
        + _change(7, bytes([5]) + _COLLATION, b"\x00", whole=True)
        + b"\xad" + struct.pack("<H", len(ack)) + ack
        + _change(4, _short("4096"), _short("4096"))
        + _done()
    )  # fmt: skip


def _change(kind: int, new: bytes, old: bytes, *, whole: bool = False) -> bytes:
    """An environment change; transaction descriptors come with their length before them."""
    if kind in {8, 9, 10} and not whole:
        new, old = bytes([len(new)]) + new, bytes([len(old)]) + old
    body = bytes([kind]) + new + old
    return b"\xe3" + struct.pack("<H", len(body)) + body


def _error(refusal: Refusal) -> bytes:
    text = refusal.message
    body = (
        struct.pack("<IBB", refusal.number, 1, refusal.severity)
        + struct.pack("<H", len(text)) + text.encode("utf-16-le")
        + _short("scripted") + _short("") + struct.pack("<I", 1)
    )  # fmt: skip
    return b"\xaa" + struct.pack("<H", len(body)) + body + _done(2)


def _done(status: int = 0, rows: int = 0) -> bytes:
    return struct.pack("<BHHQ", 0xFD, status, 0xC1, rows)


def _result(answer: Rows | None) -> bytes:
    if answer is None:
        return _done()
    kinds = [_is_number(answer, place) for place in range(len(answer.names))]
    columns = b"".join(map(_column, answer.names, kinds))
    rows = b"".join(b"\xd1" + b"".join(map(_value, row, kinds)) for row in answer.rows)
    count = len(answer.rows)
    return b"\x81" + struct.pack("<H", len(kinds)) + columns + rows + _done(0x10, count)


def _is_number(answer: Rows, place: int) -> bool:
    values = [row[place] for row in answer.rows if row[place] is not None]
    return bool(values) and all(isinstance(value, int) for value in values)


def _column(name: str, is_number: bool) -> bytes:
    kind = b"\x26\x04" if is_number else b"\xe7" + struct.pack("<H", 800) + _COLLATION
    return struct.pack("<IH", 0, 9) + kind + _short(name)


def _value(value: int | str | None, is_number: bool) -> bytes:
    if value is None:
        return b"\x00" if is_number else b"\xff\xff"
    if is_number:
        return b"\x04" + struct.pack("<i", value)
    encoded = str(value).encode("utf-16-le")
    return struct.pack("<H", len(encoded)) + encoded


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")
