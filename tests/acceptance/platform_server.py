"""A loopback model server for the scenario of platform_scenario.py: OpenAI's chat and Responses, Anthropic's messages.

Nothing in an answer is random, so that what every platform exports of it can be compared. `python platform_server.py`
prints its port and serves until its standard input closes; `serving()` serves from a thread.
"""

import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from platform_scenario import ANSWER, BEFORE_TOOLS, CALLS, FOLLOW_UP, MODELS, REFUSAL

SSE = "text/event-stream"
PIECE = 9
CREATED = 1790000000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        api = next((api for path, api in APIS.items() if self.path.partition("?")[0].endswith(path)), None)
        if api is None:
            return self.send(404, b'{"error": {"message": "no such path"}}')
        said = json.dumps(asked, ensure_ascii=False)
        if FOLLOW_UP in said:
            return self.send(429, json.dumps(refusal(api)).encode())
        turn = 2 if all(call["id"].rpartition("_")[2] in said and call["result"] in said for call in CALLS) else 1
        told = {**api(turn), **(echo(asked) if api is response else {})}
        if asked.get("stream"):
            return self.send(200, b"".join(STREAMS[api](told, asked)), SSE)
        return self.send(200, json.dumps(told).encode())

    def send(self, status, body, media_type="application/json"):
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-should-retry", "false")
        self.end_headers()
        self.wfile.write(body)


def refusal(api):
    if api is message:
        return {"type": "error", "error": {"type": "rate_limit_error", "message": REFUSAL}, "request_id": "req_3"}
    return {"error": {"message": REFUSAL, "type": "requests", "param": None, "code": "rate_limit_exceeded"}}


def pieces(text):
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def event(data, name=""):
    return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(data).encode() + b"\n\n"


def chat(turn):
    """Return an answer of OpenAI's chat API."""
    calls = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": json.dumps(call["arguments"])},
        }
        for call in CALLS
    ]
    said = {"role": "assistant", "content": ANSWER if turn == 2 else BEFORE_TOOLS, "refusal": None, "annotations": []}
    given = said if turn == 2 else {**said, "tool_calls": calls}
    reason = "stop" if turn == 2 else "tool_calls"
    return {
        "id": f"chatcmpl-{turn}",
        "object": "chat.completion",
        "created": CREATED,
        "model": MODELS["openai"][1],
        "choices": [{"index": 0, "message": given, "logprobs": None, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": 42,
            "completion_tokens": 15,
            "total_tokens": 57,
            "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 3, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }


def chat_stream(whole, asked):
    known = {**whole, "object": "chat.completion.chunk", "usage": None}
    message = whole["choices"][0]["message"]

    def chunk(delta, reason=None):
        return event({**known, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]})

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for piece in pieces(message["content"]):
        yield chunk({"content": piece})
    for index, call in enumerate(message.get("tool_calls", ())):
        named = {"name": call["function"]["name"], "arguments": ""}
        yield chunk({"tool_calls": [{**call, "index": index, "function": named}]})
        for piece in pieces(call["function"]["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, whole["choices"][0]["finish_reason"])
    if (asked.get("stream_options") or {}).get("include_usage"):
        yield event({**known, "choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def response(turn):
    """Return an answer of OpenAI's Responses API."""
    text = ANSWER if turn == 2 else BEFORE_TOOLS
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    said = {"type": "message", "id": f"msg_{turn}", "status": "completed", "role": "assistant", "content": [part]}
    calls = [
        {
            "type": "function_call",
            "id": call["id"].replace("call_", "fc_"),
            "call_id": call["id"],
            "name": call["name"],
            "arguments": json.dumps(call["arguments"]),
            "status": "completed",
        }
        for call in CALLS
    ]
    return {
        "id": f"resp_{turn}",
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "model": MODELS["openai"][1],
        "output": [said] if turn == 2 else [said, *calls],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 42,
            "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
            "output_tokens": 15,
            "output_tokens_details": {"reasoning_tokens": 3},
            "total_tokens": 57,
        },
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 0.2,
        "top_p": 1.0,
    }


def echo(asked):
    """Return what an answer of the Responses API repeats of its request."""
    named = ("instructions", "tools", "tool_choice", "temperature", "max_output_tokens")
    return {name: asked[name] for name in named if name in asked}


def response_stream(whole, asked):
    del asked
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    told = [{"type": "response.created", "response": begun}, {"type": "response.in_progress", "response": begun}]
    for place, item in enumerate(whole["output"]):
        steps = _message_events(item) if item["type"] == "message" else _call_events(item)
        told += [{**step, "output_index": place} for step in steps]
    told.append({"type": "response.completed", "response": whole})
    for number, one in enumerate(told):
        yield event({**one, "sequence_number": number}, one["type"])


def _message_events(item):
    part = item["content"][0]
    where = {"item_id": item["id"], "content_index": 0}
    yield {"type": "response.output_item.added", "item": {**item, "content": [], "status": "in_progress"}}
    yield {"type": "response.content_part.added", **where, "part": {**part, "text": ""}}
    for piece in pieces(part["text"]):
        yield {"type": "response.output_text.delta", **where, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **where, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **where, "part": part}
    yield {"type": "response.output_item.done", "item": item}


def _call_events(item):
    where = {"item_id": item["id"]}
    yield {"type": "response.output_item.added", "item": {**item, "arguments": "", "status": "in_progress"}}
    for piece in pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **where, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **where, "arguments": item["arguments"]}
    yield {"type": "response.output_item.done", "item": item}


def message(turn):
    """Return an answer of Anthropic's messages API."""
    said = {"type": "text", "text": ANSWER if turn == 2 else BEFORE_TOOLS}
    calls = [
        {
            "type": "tool_use",
            "id": call["id"].replace("call_", "toolu_"),
            "name": call["name"],
            "input": call["arguments"],
        }
        for call in CALLS
    ]
    return {
        "id": f"msg_{turn}",
        "type": "message",
        "role": "assistant",
        "model": MODELS["anthropic"][1],
        "content": [said] if turn == 2 else [said, *calls],
        "stop_reason": "end_turn" if turn == 2 else "tool_use",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 30,
            "cache_read_input_tokens": 8,
            "cache_creation_input_tokens": 4,
            "output_tokens": 15,
        },
    }


def message_stream(whole, asked):
    del asked
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    told = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for index, block in enumerate(whole["content"]):
        told += [{**one, "index": index} for one in _block_events(block)]
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    told.append({"type": "message_delta", "delta": ended, "usage": {"output_tokens": whole["usage"]["output_tokens"]}})
    told.append({"type": "message_stop"})
    for one in told:
        yield event(one, one["type"])


def _block_events(block):
    is_text = block["type"] == "text"
    kind, key = ("text_delta", "text") if is_text else ("input_json_delta", "partial_json")
    yield {"type": "content_block_start", "content_block": {**block, **({"text": ""} if is_text else {"input": {}})}}
    for piece in pieces(block["text"] if is_text else json.dumps(block["input"])):
        yield {"type": "content_block_delta", "delta": {"type": kind, key: piece}}
    yield {"type": "content_block_stop"}


APIS = {"/chat/completions": chat, "/responses": response, "/messages": message}
STREAMS = {chat: chat_stream, response: response_stream, message: message_stream}


class Server(ThreadingHTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def serving():
    """Serve from a thread; yields the address, without `/v1`."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def main():
    with serving() as address:
        print(address.rpartition(":")[2], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
