"""A model server for the examples of the docs: it answers by a word in the question, the same each time."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "money back": "I am sorry. I have escalated your refund to a colleague.",
    "open": "We are open from nine to six.",
    "lamp": "The Aurora lamp costs 49 euros.",
}
TOPICS = {"open": "hours", "cost": "prices", "money back": "refunds"}
OTHERWISE = "How can I help you?"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a second packet waits 40 ms for the first one's receipt else

    def log_message(self, *args):
        """Say nothing."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        question = str(asked["messages"][-1]["content"])
        answers = TOPICS if "topic of the question" in str(asked["messages"][0]) else ANSWERS
        text = next((answer for word, answer in answers.items() if word in question), OTHERWISE)
        if asked.get("stream"):
            self.answer("text/event-stream", "".join(events(asked["model"], text)))
        elif self.path.endswith("/messages"):
            self.answer("application/json", json.dumps(message(asked["model"], text)))
        else:
            self.answer("application/json", json.dumps(completion(asked["model"], text)))

    def answer(self, kind, text):
        data = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def completion(model, text):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 31, "completion_tokens": 12, "total_tokens": 43}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": usage,
    }


def message(model, text):
    usage = {"input_tokens": 31, "output_tokens": 12}
    content = [{"type": "text", "text": text}]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": "end_turn",
        "usage": usage,
    }


def events(model, text) -> Iterator[str]:
    pieces = [{"role": "assistant", "content": ""}, *({"content": f"{word} "} for word in text.split()), {}]
    for number, delta in enumerate(pieces):
        choice = {"index": 0, "delta": delta, "finish_reason": "stop" if number == len(pieces) - 1 else None}
        chunk = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [choice],
        }
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"


@contextmanager
def served() -> Iterator[str]:
    """Serve on a free loopback port, and yield the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
