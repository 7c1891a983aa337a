"""A loopback model server whose answers follow a script: what a model says to each turn of an agent.

`python scripted_model.py scripts.json` prints its port and serves until its standard input closes. The file holds the
rules of each agent by its name; an agent reaches its own below `/NAME/v1`, by OpenAI's chat API or its Responses API,
by Anthropic's messages API, or by Gemini's content API.
Nothing is counted: which rule answers is decided by the conversation alone, so that agents may run side by side. A rule
is an object:

    of      text that some message holds (the system prompt, the task)          default: any
    turn    how many answers of a model the conversation holds                  default: any
    last    text that the last message holds                                    default: any
    without text that no message holds                                          default: none
    text    what the model says; {last} is the last message, {nonce} is new in each answer
    calls   the tools that it asks for: [[name, arguments], …]
    reason  what it says as `reasoning_content` before
    status  an HTTP status other than 200, with no answer
    delay   seconds to wait first
    endless text of a streamed answer: the event that holds it comes again and again, until the client closes, or `times`

The first rule that fits answers; where none does, status 400 tells the conversation. Ids of answers and of tool calls
are new in each answer: what is equal in replay was recorded. GET /count tells how many requests were answered,
GET /seen/NAME when each of an agent's came, and how often its client closed an endless answer.
"""

import itertools
import json
import re
import secrets
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import scripted_chat
import scripted_gemini
import scripted_messages
import scripted_responses

APIS = {
    "responses": scripted_responses,
    "messages": scripted_messages,
    "generateContent": scripted_gemini,
    "streamGenerateContent": scripted_gemini.Streamed,
}


TOKENS = re.compile(rb'("(?:output|completion)_tokens": )7')


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    scripts: dict[str, list[dict]] = {}
    count = 0
    seen = defaultdict(lambda: {"came": [], "closed": 0})
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_GET(self):
        if self.path.startswith("/seen/"):
            return self.send(200, json.dumps(Handler.seen[self.path.removeprefix("/seen/")]).encode())
        return self.send(200, str(Handler.count).encode(), "text/plain")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        agent, _, endpoint = self.path.strip("/").partition("/v1/")
        with Handler.lock:
            Handler.count += 1
            Handler.seen[agent]["came"].append(time.time())
        if endpoint == "traces/ingest":
            return self.send(404, b"{}")
        api = APIS.get(endpoint.partition("?")[0].rpartition(":")[2], scripted_chat)
        messages = api.messages(asked)
        rule = found(Handler.scripts.get(agent, ()), messages)
        if rule is None:
            error = {"message": f"{agent}: no rule for {json.dumps(messages)}"}
            return self.send(400, json.dumps({"error": error}).encode())
        time.sleep(rule.get("delay", 0))
        if "status" in rule:
            return self.send(rule["status"], b'{"error":{"message":"overloaded"}}', retry="1")
        told = api.answered(answer(rule, messages), asked)
        if "endless" in rule and told[1] == "text/event-stream":
            times = range(rule["times"]) if "times" in rule else itertools.count()
            return self.send_again(*told[0].partition(until(rule["endless"].encode(), told[0])), times, agent)
        return self.send(200, *told)

    def send_again(self, before, event, after, times, agent):
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        try:
            self.wfile.write(before)
            for _ in times:
                self.wfile.write(event)
                time.sleep(0.001)
            self.wfile.write(TOKENS.sub(rb"\g<1>%d" % (7 + len(times)), after))
        except OSError:
            with Handler.lock:
                Handler.seen[agent]["closed"] += 1

    def send(self, status, body, media_type="application/json", retry=""):
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        if retry:
            self.send_header("retry-after-ms", retry)
        self.end_headers()
        self.wfile.write(body)


def until(text, stream):
    """Return the first event of a stream that holds a text."""
    return next(event + b"\n\n" for event in stream.split(b"\n\n") if text in event)


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
