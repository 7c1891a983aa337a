"""A loopback HTTP server for clients of all kinds: every answer holds a fresh nonce, so that an equal one was recorded.

`python http_server.py` prints its port and serves until its standard input closes; GET /count tells how many requests
it has answered.
"""

import base64
import gzip
import json
import secrets
import struct
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a second packet waits 40 ms for the first one's receipt else
    count = 0
    failures: dict[str, int] = {}
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/count":
            return self.send(str(Handler.count).encode(), "text/plain")
        if path == "/renew":
            with Handler.lock:
                Handler.count = 0
                Handler.failures.clear()
            return self.send(b"", "text/plain")
        with Handler.lock:
            Handler.count += 1
        action = getattr(self, "get_" + path.strip("/").partition("/")[0].replace("-", "_"), None)
        return self.send_json({"path": path, "query": query}) if action is None else action(path)

    do_HEAD = do_DELETE = do_GET  # noqa: N815 - as http.server calls them

    def do_POST(self):
        body = self.body()
        with Handler.lock:
            Handler.count += 1
        path = self.path.partition("?")[0]
        if path.startswith("/model/"):
            return self.bedrock(path, json.loads(body))
        if path == "/fail-once" and self.first(body.decode()):
            return self.send_json({"error": "overloaded"}, status=503, extra={"Retry-After": "1"})
        if path == "/throttled" and self.first(body.decode()):
            return self.send_json(
                {"message": "slow down"}, status=429, extra={"x-amzn-errortype": "ThrottlingException"}
            )
        if path.startswith("/bucket/"):
            return self.send(b"", extra={"etag": '"' + secrets.token_hex(16) + '"'})
        if path == "/login":
            return self.redirect("/landed", 302)
        return (
            self.get_stream(path)
            if path == "/stream"
            else self.send_json({"got": body.decode("latin-1"), "type": self.headers.get("content-type", "")})
        )

    do_PUT = do_PATCH = do_POST  # noqa: N815

    def body(self):
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return data

    def first(self, key):
        with Handler.lock:
            Handler.failures[key] = Handler.failures.get(key, 0) + 1
            return Handler.failures[key] == 1

    def get_gzip(self, _):
        self.send(gzip.compress(nonce()), extra={"content-encoding": "gzip"})

    def get_deflate(self, _):
        self.send(zlib.compress(nonce()), extra={"content-encoding": "deflate"})

    def get_status(self, path):
        self.send_json({"error": path}, status=int(path.rpartition("/")[2]))

    def get_empty(self, _):
        self.send(b"", status=204)

    def get_bytes(self, path):
        self.send(secrets.token_bytes(int(path.rpartition("/")[2])), "application/octet-stream")

    def get_redirect(self, _):
        self.redirect("/landed", 302)

    def get_drop(self, _):
        self.close_connection = True
        self.connection.close()

    def get_hang(self, _):
        time.sleep(20)

    def get_cut(self, _):
        self.start("application/octet-stream", {"content-length": "1000"})
        self.wfile.write(b"only this")
        self.close_connection = True

    def get_cut_stream(self, _):
        self.start("text/event-stream", {"transfer-encoding": "chunked"})
        self.chunk(b"data: one\n\n")
        self.close_connection = True

    def get_old(self, _):
        """An answer whose end is the end of the connection."""
        self.start("text/plain", {"connection": "close"})
        self.wfile.write(nonce())
        self.close_connection = True

    def get_stream(self, _):
        """Five events, each alone, in a twentieth of a second each."""
        self.start("text/event-stream", {"transfer-encoding": "chunked"})
        for number in range(5):
            self.chunk(b"data: " + json.dumps({"n": number, "nonce": secrets.token_hex(4)}).encode() + b"\n\n")
            time.sleep(0.05)
        self.chunk(b"")

    def get_gzip_stream(self, _):
        self.start("text/event-stream", {"transfer-encoding": "chunked", "content-encoding": "gzip"})
        packer = zlib.compressobj(wbits=31)
        for number in range(3):
            event = b"data: " + json.dumps({"n": number, "nonce": secrets.token_hex(4)}).encode() + b"\n\n"
            self.chunk(packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH))
        self.chunk(packer.flush())
        self.chunk(b"")

    def get_endless(self, _):
        self.start("text/event-stream", {"transfer-encoding": "chunked"})
        try:
            for number in range(2000):
                self.chunk(b"data: " + json.dumps({"n": number, "nonce": secrets.token_hex(4)}).encode() + b"\n\n")
                time.sleep(0.01)
        except OSError:
            self.close_connection = True

    def bedrock(self, path, asked):
        text = f"you said {asked['messages'][-1]['content']}, nonce {secrets.token_hex(4)}"
        if path.endswith("/invoke"):
            usage = {"input_tokens": 3, "output_tokens": 5}
            content = [{"type": "text", "text": text}]
            message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": content}
            return self.send_json({**message, "stop_reason": "end_turn", "usage": usage})
        self.start("application/vnd.amazon.eventstream", {"transfer-encoding": "chunked"})
        started = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": []}
        events = [
            {"type": "message_start", "message": {**started, "usage": {"input_tokens": 3, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
                for word in text.split(" ")
            ),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
        for event in events:
            self.chunk(aws_event({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}))
            time.sleep(0.01)
        return self.chunk(b"")

    def redirect(self, to, status):
        self.send(b"", status=status, extra={"location": to})

    def start(self, media_type, extra, status=200):
        self.send_response(status)
        for name, value in {"content-type": media_type, **extra}.items():
            self.send_header(name, value)
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def send_json(self, value, status=200, extra=None):
        self.send(json.dumps({**value, "nonce": secrets.token_hex(8)}).encode(), status=status, extra=extra)

    def send(self, data, media_type="application/json", status=200, extra=None):
        length = {} if status == 204 else {"content-length": str(len(data))}
        self.start(media_type, {**length, **(extra or {})}, status)
        if self.command != "HEAD":
            self.wfile.write(data)


def nonce():
    return json.dumps({"nonce": secrets.token_hex(8), "text": "word " * 50}).encode()


def aws_event(payload):
    data = json.dumps(payload).encode()
    headers = b"".join(
        bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value
        for name, value in [
            (b":event-type", b"chunk"),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        ]
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + data
    return message + struct.pack(">I", zlib.crc32(message))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
