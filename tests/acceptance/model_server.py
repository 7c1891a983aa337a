"""A loopback model server in the shapes of OpenAI and Anthropic, for recording: every answer holds a fresh nonce.

Because no two answers are equal, an answer that is equal in replay was recorded. `python model_server.py` prints its
port and serves until its standard input closes; GET /count tells how many requests it has answered, GET /renew has it forget them.
"""

import gzip
import json
import secrets
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a second packet waits 40 ms for the first one's receipt else
    count = 0
    failures: dict[str, int] = {}
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/count":
            return self.send(str(Handler.count).encode(), "text/plain")
        if path == "/renew":
            return self.renewed()
        self.counted()
        if path.endswith("/models"):
            return self.page()
        if path.endswith("/content"):
            return self.send(secrets.token_bytes(64) + bytes(range(256)), "application/octet-stream")
        return self.send(
            json.dumps({"id": path.rpartition("/")[2], "object": "file", "nonce": secrets.token_hex(4)}).encode()
        )

    def do_POST(self):
        length = self.headers.get("content-length")
        body = self.rfile.read(int(length)) if length else self.chunked()
        self.counted()
        path = self.path.partition("?")[0]
        if path.endswith("/files"):
            return self.send(
                json.dumps(
                    {
                        "id": f"file-{secrets.token_hex(8)}",
                        "object": "file",
                        "bytes": len(body),
                        "created_at": 1,
                        "filename": "f",
                        "purpose": "assistants",
                        "status": "processed",
                    }
                ).encode()
            )
        asked = json.loads(body)
        said = json.dumps(asked)
        if "FAIL-ONCE" in said and self.first(said):
            return self.send(
                b'{"error":{"message":"overloaded","type":"server_error"}}', status=500, extra={"retry-after-ms": "1"}
            )
        if "HANG" in said:
            time.sleep(30)
            return None
        if "DROP" in said:
            self.close_connection = True
            self.connection.close()
            return None
        if "REFUSE" in said:
            return self.send(
                b'{"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}}',
                status=404,
            )
        return self.model(path, asked, said)

    def model(self, path, asked, said):
        nonce = secrets.token_hex(4)
        if path.endswith("/embeddings"):
            return self.send(
                json.dumps(
                    {
                        "object": "list",
                        "model": "e",
                        "data": [
                            {
                                "object": "embedding",
                                "index": 0,
                                "embedding": [0.1, float(len(nonce)), int(nonce, 16) / 1e9],
                            }
                        ],
                        "usage": {"prompt_tokens": 3, "total_tokens": 3},
                    }
                ).encode()
            )
        if path.endswith("/speech"):
            return self.send(secrets.token_bytes(3000), "audio/mpeg")
        if path.endswith("/responses"):
            return (
                self.stream(responses_events(nonce), said)
                if asked.get("stream")
                else self.send(json.dumps(response(nonce)).encode(), packed=said)
            )
        if path.endswith("/messages") or "/invoke" in path or "Predict" in path:
            return (
                self.stream(message_events(nonce), said)
                if asked.get("stream")
                else self.send(json.dumps(message(nonce)).encode(), packed=said)
            )
        return (
            self.stream(chat_events(nonce), said)
            if asked.get("stream")
            else self.send(json.dumps(chat(nonce, asked)).encode(), packed=said)
        )

    def page(self):
        after = self.path.partition("after=")[2] or self.path.partition("after_id=")[2]
        number = int(after.split("-")[1].partition("&")[0]) + 1 if after else 1
        items = [
            {
                "id": f"m-{number}",
                "object": "model",
                "created": 1,
                "owned_by": secrets.token_hex(3),
                "type": "model",
                "display_name": "m",
                "created_at": "2026-01-01T00:00:00Z",
            }
        ]
        self.send(
            json.dumps(
                {
                    "object": "list",
                    "data": items,
                    "has_more": number < 3,
                    "first_id": f"m-{number}",
                    "last_id": f"m-{number}",
                }
            ).encode()
        )

    def stream(self, events, said):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        packer = None
        if "GZIP" in said:
            self.send_header("content-encoding", "gzip")
            packer = zlib.compressobj(wbits=31)
        self.end_headers()
        for number, event in enumerate(events):
            if "CUT" in said and number == 3:
                self.close_connection = True
                self.connection.close()
                return
            data = event.encode()
            if packer:
                data = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
            self.chunk(data)
            if "SLOW" in said:
                time.sleep(0.15)
        if packer:
            self.chunk(packer.flush())
        self.chunk(b"")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def send(self, data, kind="application/json", status=200, extra=None, packed=""):
        self.send_response(status)
        for word, name, pack in (("GZIP", "gzip", gzip.compress), ("BROTLI", "br", brotli), ("ZSTD", "zstd", zstd)):
            if word in packed:
                data = pack(data)
                self.send_header("content-encoding", name)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.send_header("x-request-id", f"req_{secrets.token_hex(6)}")
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def chunked(self):
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def renewed(self):
        with Handler.lock:
            Handler.count = 0
            Handler.failures.clear()
        return self.send(b"", "text/plain")

    def counted(self):
        with Handler.lock:
            Handler.count += 1

    def first(self, said):
        with Handler.lock:
            Handler.failures[said] = Handler.failures.get(said, 0) + 1
            return Handler.failures[said] == 1


def brotli(data):
    import brotli

    return brotli.compress(data)


def zstd(data):
    import zstandard

    return zstandard.compress(data)


def chat(nonce, asked):
    message = {"role": "assistant", "content": f"answer {nonce} é ☃", "refusal": None}
    reason = "stop"
    if asked.get("tools") and asked["messages"][-1]["role"] != "tool":
        message |= {
            "content": None,
            "tool_calls": [
                {
                    "id": f"call_{secrets.token_hex(12)}",
                    "type": "function",
                    "function": {"name": "search", "arguments": '{"q": "x"}'},
                }
            ],
        }
        reason = "tool_calls"
    return {
        "id": f"chatcmpl-{nonce}",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-test-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": USAGE,
    }


def chat_events(nonce):
    base = {"id": f"chatcmpl-{nonce}", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test-2026"}
    deltas = [{"role": "assistant", "content": ""}, *({"content": part} for part in ("answer ", nonce, " é", " ☃")), {}]
    for number, delta in enumerate(deltas):
        finish = "stop" if number == len(deltas) - 1 else None
        yield f"data: {json.dumps(base | {'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"
    yield f"data: {json.dumps(base | {'choices': [], 'usage': USAGE})}\n\n"
    yield "data: [DONE]\n\n"


def response(nonce, text=None, status="completed"):
    output = [
        {
            "type": "message",
            "id": f"msg_{nonce}",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text or f"answer {nonce}", "annotations": [], "logprobs": []}],
        }
    ]
    usage = {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 0},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 8,
    }
    return {
        "id": f"resp_{nonce}",
        "object": "response",
        "created_at": 1,
        "status": status,
        "model": "gpt-test-2026",
        "output": output if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
    }


def responses_events(nonce):
    full = response(nonce)
    item = full["output"][0]
    part = item["content"][0]
    events = [
        {"type": "response.created", "response": response(nonce, status="in_progress")},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": item | {"content": [], "status": "in_progress"},
        },
        {
            "type": "response.content_part.added",
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "part": part | {"text": ""},
        },
        {
            "type": "response.output_text.delta",
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "delta": "answer ",
            "logprobs": [],
        },
        {
            "type": "response.output_text.delta",
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "delta": nonce,
            "logprobs": [],
        },
        {
            "type": "response.output_text.done",
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "text": part["text"],
            "logprobs": [],
        },
        {
            "type": "response.content_part.done",
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "part": part,
        },
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": full},
    ]
    for number, event in enumerate(events):
        yield f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"


def message(nonce):
    return {
        "id": f"msg_{nonce}",
        "type": "message",
        "role": "assistant",
        "model": "claude-test-2026",
        "content": [{"type": "text", "text": f"answer {nonce}"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 9,
            "output_tokens": 6,
            "cache_read_input_tokens": 2,
            "cache_creation_input_tokens": 1,
        },
    }


def message_events(nonce):
    events = [
        {"type": "message_start", "message": message(nonce) | {"content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "answer "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": nonce}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 6},
        },
        {"type": "message_stop"},
    ]
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
