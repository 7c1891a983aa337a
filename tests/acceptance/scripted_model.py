"""A loopback model server whose answers follow a script: what OpenAI's chat API says to each turn of an agent.

`python scripted_model.py scripts.json` prints its port and serves until its standard input closes. The file holds the
rules of each agent by its name; an agent reaches its own below `/NAME/v1`. Nothing is counted: which rule answers is
decided by the conversation alone, so that agents may run side by side. A rule is an object:

    of      text that some message holds (the system prompt, the task)          default: any
    turn    how many answers of a model the conversation holds                  default: any
    last    text that the last message holds                                    default: any
    without text that no message holds                                          default: none
    text    what the model says; {last} is the last message, {nonce} is new in each answer
    calls   the tools that it asks for: [[name, arguments], …]
    reason  what it says as `reasoning_content` before
    status  an HTTP status other than 200, with no answer
    delay   seconds to wait first

The first rule that fits answers; where none does, status 400 tells the conversation. Ids of answers and of tool calls
are new in each answer: what is equal in replay was recorded. GET /count tells how many requests were answered.
"""

import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    scripts: dict[str, list[dict]] = {}
    count = 0
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send(200, str(Handler.count).encode(), "text/plain")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with Handler.lock:
            Handler.count += 1
        agent = self.path.strip("/").partition("/")[0]
        rule = found(Handler.scripts.get(agent, ()), asked["messages"])
        if rule is None:
            error = {"message": f"{agent}: no rule for {json.dumps(asked['messages'])}"}
            return self.send(400, json.dumps({"error": error}).encode())
        time.sleep(rule.get("delay", 0))
        if "status" in rule:
            return self.send(rule["status"], b'{"error":{"message":"overloaded"}}', retry="1")
        message = answer(rule, asked["messages"])
        if asked.get("stream"):
            events = chunks(message, asked.get("stream_options") or {})
            return self.send(200, b"".join(map(event, events)) + b"data: [DONE]\n\n", "text/event-stream")
        return self.send(200, json.dumps(completion(message)).encode())

    def send(self, status, body, media_type="application/json", retry=""):
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        if retry:
            self.send_header("retry-after-ms", retry)
        self.end_headers()
        self.wfile.write(body)


def found(script, messages):
    texts = [said(one) for one in messages]
    turn = sum(one["role"] == "assistant" for one in messages)
    for rule in script:
        if (
            any(rule.get("of", "") in one for one in texts)
            and rule.get("turn", turn) == turn
            and rule.get("last", "") in texts[-1]
            and not ("without" in rule and any(rule["without"] in one for one in texts))
        ):
            return rule
    return None


def said(message):
    content = message.get("content") or ""
    return content if isinstance(content, str) else json.dumps(content)


def answer(rule, messages):
    text = rule.get("text", "").replace("{last}", said(messages[-1])).replace("{nonce}", secrets.token_hex(4))
    message = {"role": "assistant", "content": text or None, "refusal": None}
    if "reason" in rule:
        message["reasoning_content"] = rule["reason"]
    if "calls" in rule:
        message["tool_calls"] = [
            {
                "id": f"call_{secrets.token_hex(8)}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for name, arguments in rule["calls"]
        ]
    return message


def facts(kind):
    return {"id": f"chatcmpl-{secrets.token_hex(8)}", "object": kind, "created": int(time.time()), "model": "scripted"}


def completion(message):
    reason = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return {**facts("chat.completion"), "choices": [choice], "usage": USAGE}


def chunks(message, options):
    known = facts("chat.completion.chunk")
    for delta in deltas(message):
        yield {**known, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    reason = "tool_calls" if "tool_calls" in message else "stop"
    yield {**known, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    if options.get("include_usage"):
        yield {**known, "choices": [], "usage": USAGE}


def deltas(message):
    yield {"role": "assistant", "content": ""}
    if "reasoning_content" in message:
        yield {"reasoning_content": message["reasoning_content"]}
    text = message["content"] or ""
    for start in range(0, len(text), 9):
        yield {"content": text[start : start + 9]}
    for index, call in enumerate(message.get("tool_calls", ())):
        named, arguments = call["function"]["name"], call["function"]["arguments"]
        yield {"tool_calls": [{**call, "index": index, "function": {"name": named, "arguments": ""}}]}
        for start in range(0, len(arguments), 7):
            yield {"tool_calls": [{"index": index, "function": {"arguments": arguments[start : start + 7]}}]}


def event(chunk):
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    Handler.scripts = json.loads(Path(sys.argv[1]).read_text())
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
