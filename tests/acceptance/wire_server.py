"""A loopback model server in the shapes of Gemini, Bedrock's Converse, Mistral, Cohere and Anthropic on Vertex.

Every answer holds a fresh nonce, so one that is equal in replay was recorded. `python wire_server.py` prints its port and
serves until its standard input closes.
"""

import json
import secrets
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zlib import crc32

CHAT_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
GEMINI_USAGE = {
    "promptTokenCount": 11,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 2,
    "cachedContentTokenCount": 4,
    "totalTokenCount": 18,
}
CONVERSE_USAGE = {"inputTokens": 7, "cacheReadInputTokens": 4, "outputTokens": 7, "totalTokens": 18}
COHERE_USAGE = {"tokens": {"input_tokens": 11, "output_tokens": 7}, "billed_units": {"input_tokens": 5}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a second packet waits 40 ms for the first one's receipt else
    failures: dict[str, int] = {}
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_POST(self):
        length = self.headers.get("content-length")
        body = self.rfile.read(int(length)) if length else self.chunked()
        path = self.path.partition("?")[0].replace("%3A", ":")
        if path.endswith("/token"):  # of Google's OAuth
            return self.send({"access_token": secrets.token_hex(20), "expires_in": 3600, "token_type": "Bearer"})
        asked = json.loads(body)
        said = json.dumps(asked)
        if "FAIL-ONCE" in said and self.first(path + said):
            return self.send(error(path, 503), 503)
        if "REFUSE" in said:
            return self.send(error(path, 400), 400, {"x-amzn-errortype": "ValidationException:http://internal/"})
        for end, serve in ROUTES.items():
            if path.endswith(end):
                return serve(self, asked, wants_tool(asked))
        return self.send({"error": {"message": f"no such path: {path}"}}, 404)

    def first(self, said):
        with Handler.lock:
            Handler.failures[said] = Handler.failures.get(said, 0) + 1
            return Handler.failures[said] == 1

    def chunked(self):
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def send(self, answer, status=200, extra=None):
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def stream(self, pieces, kind="text/event-stream"):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in (*pieces, b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()


def wants_tool(asked):
    """Whether tools are offered and none has answered yet."""
    said = json.dumps(asked)
    answered = ('"functionResponse"', '"toolResult"', '"role": "tool"', '"tool_result"', '"function_response"')
    offered = asked.get("tools") or asked.get("toolConfig", {}).get("tools")
    return bool(offered) and not any(mark in said for mark in answered)


def error(path, status):
    if "models/" in path:
        name = "UNAVAILABLE" if status == 503 else "INVALID_ARGUMENT"
        return {"error": {"code": status, "message": "scripted", "status": name}}
    return {"message": "scripted", "error": {"message": "scripted", "type": "scripted"}}


def sse(*events):
    for event in events:
        yield b"data: %s\n\n" % json.dumps(event).encode()


def nonce():
    return secrets.token_hex(4)


def gemini(handler, asked, tool):
    handler.send(gemini_chunk(*gemini_parts(tool), reason="STOP"))


def gemini_parts(tool):
    thought = {"text": f"thinking {nonce()}", "thought": True}
    if tool:
        return thought, {"functionCall": {"name": "search", "args": {"q": "x", "nonce": nonce()}}}
    return thought, {"text": f"answer {nonce()} é ☃"}


def gemini_chunk(*parts, reason=None):
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {
        "candidates": [candidate],
        "usageMetadata": GEMINI_USAGE,
        "modelVersion": "gemini-test-2026",
        "responseId": f"r-{nonce()}",
    }


def gemini_stream(handler, asked, tool):
    thought, last = gemini_parts(tool)
    events = [gemini_chunk(thought), gemini_chunk({"text": "so "}), gemini_chunk(last), gemini_chunk(reason="STOP")]
    if "alt=sse" in handler.path:
        return handler.stream(sse(*events))
    pieces = [("[" if not number else ",\r\n") + json.dumps(event, indent=1) for number, event in enumerate(events)]
    return handler.stream([piece.encode() for piece in [*pieces, "]"]], "application/json")


def gemini_embedding(handler, asked, tool):
    handler.send({"embedding": {"values": [0.5, int(nonce(), 16) / 1e9]}})


def gemini_embeddings(handler, asked, tool):
    handler.send({"embeddings": [{"values": [0.5, int(nonce(), 16) / 1e9]} for _ in asked["requests"]]})


def chat(handler, asked, tool):
    base = {"id": f"chatcmpl-{nonce()}", "created": 1, "model": "mistral-test-2026"}
    call = {"id": nonce() + "x", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}
    text = f"answer {nonce()} é ☃"
    reason = "tool_calls" if tool else "stop"
    if not asked.get("stream"):
        message = {"role": "assistant", "content": "" if tool else text, "tool_calls": [call] if tool else None}
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return handler.send(base | {"object": "chat.completion", "choices": [choice], "usage": CHAT_USAGE})
    said = [{"tool_calls": [call | {"index": 0}]}] if tool else [{"content": part} for part in ("answer ", text[7:])]
    deltas = [{"role": "assistant", "content": ""}, *said, {"content": ""}]
    base["object"] = "chat.completion.chunk"
    events = [base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    events[-1]["choices"][0]["finish_reason"] = reason
    events[-1]["usage"] = CHAT_USAGE
    return handler.stream([*sse(*events), b"data: [DONE]\n\n"])


def cohere(handler, asked, tool):
    ident, text = f"c-{nonce()}", f"answer {nonce()}"
    call = {"id": f"search_{nonce()}", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}
    reason = "TOOL_CALL" if tool else "COMPLETE"
    if not asked.get("stream"):
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        if tool:
            message = {"role": "assistant", "tool_plan": "I will search.", "tool_calls": [call]}
        return handler.send({"id": ident, "finish_reason": reason, "message": message, "usage": COHERE_USAGE})
    start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    events = [{"type": "message-start", "id": ident, "delta": {"message": start}}]
    content = {"content": {"type": "text", "text": ""}}
    events += [{"type": "content-start", "index": 0, "delta": {"message": content}}]
    events += [
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": part}}}}
        for part in ("answer ", text[7:])
    ]
    events += [{"type": "content-end", "index": 0}]
    events += [{"type": "message-end", "delta": {"finish_reason": reason, "usage": COHERE_USAGE}}]
    pieces = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    return handler.stream([*pieces, b"data: [DONE]\n\n"])


def cohere_embeddings(handler, asked, tool):
    vectors = [[0.5, int(nonce(), 16) / 1e9] for _ in asked["texts"]]
    usage = {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 3}}
    handler.send(
        {"id": f"e-{nonce()}", "embeddings": {"float": vectors}, "texts": asked["texts"], "meta": usage}
        | {"response_type": "embeddings_by_type"}
    )


def converse(handler, asked, tool):
    content = [{"text": f"answer {nonce()} é ☃"}]
    if tool:
        content += [{"toolUse": {"toolUseId": f"tooluse_{nonce()}", "name": "search", "input": {"q": "x"}}}]
    handler.send(
        {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": "tool_use" if tool else "end_turn",
            "usage": CONVERSE_USAGE,
            "metrics": {"latencyMs": 1},
        }
    )


def converse_stream(handler, asked, tool):
    events = [("messageStart", {"role": "assistant"})]
    said = [{"text": part} for part in ("answer ", nonce(), " é ☃")]
    events += [("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}) for delta in said]
    events.append(("contentBlockStop", {"contentBlockIndex": 0}))
    if tool:
        start = {"toolUse": {"toolUseId": f"tooluse_{nonce()}", "name": "search"}}
        events.append(("contentBlockStart", {"contentBlockIndex": 1, "start": start}))
        asked = [{"toolUse": {"input": part}} for part in ('{"q":', ' "x"}')]
        events += [("contentBlockDelta", {"contentBlockIndex": 1, "delta": delta}) for delta in asked]
        events.append(("contentBlockStop", {"contentBlockIndex": 1}))
    events.append(("messageStop", {"stopReason": "tool_use" if tool else "end_turn"}))
    events.append(("metadata", {"usage": CONVERSE_USAGE, "metrics": {"latencyMs": 1}}))
    handler.stream([frame(name, payload) for name, payload in events], "application/vnd.amazon.eventstream")


def frame(name, payload):
    told = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    head = b"".join(
        bytes([len(key)]) + key.encode() + b"\7" + struct.pack(">H", len(value)) + value.encode()
        for key, value in told.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", crc32(prelude)) + head + body
    return message + struct.pack(">I", crc32(message))


def message(handler, asked, tool):
    handler.send(
        {
            "id": f"msg_{nonce()}",
            "type": "message",
            "role": "assistant",
            "model": "claude-test-2026",
            "content": [{"type": "text", "text": f"answer {nonce()}"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 6},
        }
    )


ROUTES = {
    ":generateContent": gemini,
    ":streamGenerateContent": gemini_stream,
    ":embedContent": gemini_embedding,
    ":batchEmbedContents": gemini_embeddings,
    ":rawPredict": message,
    "/messages": message,
    "/invoke": message,
    "/chat/completions": chat,
    "/v2/chat": cohere,
    "/v2/embed": cohere_embeddings,
    "/converse": converse,
    "/converse-stream": converse_stream,
}


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
