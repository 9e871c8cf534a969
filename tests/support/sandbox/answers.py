"""What the stand-in answers: a status, a body and its kind, in the shapes DHIS2 uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json"
HTML = "text/html"

PHRASES = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    501: "Not Implemented",
}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is JSON unless it is text of another kind."""

    status: int
    body: Any = None
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if self.media == HTML else orjson.dumps(self.body)


class RefusalError(Exception):
    """Ends the handling of a request with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def web_message(status: int, message: str | None = None, **more: Any) -> dict[str, Any]:
    """DHIS2's envelope: httpStatus, httpStatusCode, status, message and what else is given."""
    body: dict[str, Any] = {
        "httpStatus": PHRASES[status],
        "httpStatusCode": status,
        "status": more.pop("outer", "OK" if status < 400 else "ERROR"),
    }
    if message is not None:
        body["message"] = message
    return body | more


def ok(message: str | None = None, **more: Any) -> Answer:
    """200 with an envelope."""
    return Answer(200, web_message(200, message, **more))


def refusal(status: int, message: str, error_code: str | None = None) -> RefusalError:
    """A refusal with an envelope."""
    more = {"errorCode": error_code} if error_code else {}
    return RefusalError(Answer(status, web_message(status, message, **more)))


def not_found(class_name: str, uid: str) -> RefusalError:
    """404: there is no such object, or the user may not know."""
    return refusal(404, f"{class_name} with id {uid} could not be found.", "E1005")


def error_page(status: int, message: str) -> Answer:
    """The web server's own page, as Tomcat or Jetty sends where DHIS2 has no handler."""
    title = f"HTTP Status {status} {PHRASES[status]}"
    page = (
        f"<!doctype html><html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{message}</p></body></html>"
    )
    return Answer(status, page, HTML)
