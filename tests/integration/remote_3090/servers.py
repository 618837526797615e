"""Small servers on this machine: one that serves a checkpoint, and others that misbehave."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = dict[str, Any]
React = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; `react` is what the server does with it."""

    react: React
    asked: list[Reply]

    def handle_any(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.react()

    do_GET = do_POST = handle_any  # noqa: N815 - http.server's names

    def wish(self) -> Reply:
        found: Reply = json.loads(self.body)
        self.asked.append(found)
        return found

    def reply(self, content: object, *, status: int = 200, kind: str = "application/json") -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(react: React) -> Iterator[tuple[int, list[Reply]]]:
    """Serve on a free port; give the port and the bodies that were posted."""
    asked: list[Reply] = []
    handler = type("Handler", (Exchange,), {"react": react, "asked": asked})
    server = QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_completion(model: str, **changes: Any) -> Reply:
    usage = {"prompt_tokens": changes.pop("prompt_tokens", 7), "completion_tokens": 4}
    choice = {"index": 0, "text": "LWO", "finish_reason": "stop", **changes}
    return {"object": "text_completion", "model": model, "choices": [choice], "usage": usage}
