"""Loopback servers that answer as the APIs of platforms do, as their own clients' sources document them."""

import contextlib
import json
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Api:
    """What a server has, and what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []
        self.address = ""


@contextlib.contextmanager
def serving(answer):
    """Serve `answer(method, path, query, body, headers)`, which returns a status, headers and what becomes JSON."""
    api = Api(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args):
            pass

        def do_GET(self):
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.loads(sent) if sent else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            api.asked.append((self.command, parts.path, query, body))
            status, more, told = api.answer(self.command, parts.path, query, body, headers)
            data = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **more}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    api.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


NOT_FOUND = 404, {}, {"error": "not found"}
GROUPS = {
    "basic": ("name", "level", "statusMessage", "userId", "sessionId", "isRootObservation", "environment"),
    "time": ("completionStartTime",),
    "io": ("input", "output"),
    "metadata": ("metadata",),
    "model": ("model", "modelParameters"),
    "usage": ("usageDetails", "costDetails"),
    "metrics": ("latency", "timeToFirstToken"),
    "trace_context": ("tags", "release", "traceName"),
}
CORE = ("id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type")


def langfuse(observations, *, second=True, page=2):
    """Answer as Langfuse's public API: groups of fields, metadata cut at 200, cursors; or the first version alone."""
    expected = "Basic " + b64encode(b"pk-lf-1:sk-lf-1").decode()

    def told(one, query):
        groups = query.get("fields", ["core,basic"])[0].split(",")
        names = [*CORE, *(name for group in groups for name in GROUPS.get(group, ()))]
        kept = {name: one[name] for name in names if name in one}
        whole = query.get("expandMetadata", [""])[0].split(",")
        if isinstance(kept.get("metadata"), dict):
            pairs = kept["metadata"].items()
            kept["metadata"] = {key: item if key in whole else cut(item) for key, item in pairs}
        return kept

    def cut(item):
        return item[:200] if isinstance(item, str) else item

    def answer(method, path, query, body, headers):
        if headers.get("authorization") != expected:
            return 401, {}, {"message": "Invalid credentials"}
        if path == "/api/public/v2/observations" and second:
            found = [one for one in observations if one["traceId"] == query["traceId"][0]]
            start = int(query.get("cursor", ["0"])[0])
            size = min(page, int(query.get("limit", ["50"])[0]))
            end = start + size
            cursor = str(end) if end < len(found) else None
            return 200, {}, {"data": [told(one, query) for one in found[start:end]], "meta": {"cursor": cursor}}
        if path.startswith("/api/public/traces/") and not second:
            name = path.rpartition("/")[2]
            found = [one for one in observations if one["traceId"] == name]
            trace = {"id": name, "timestamp": "2026-11-20T10:00:00Z", "name": "t", "htmlPath": "/x", "scores": []}
            return (200, {}, {**trace, "observations": found}) if found else NOT_FOUND
        return NOT_FOUND

    return answer


def langsmith(runs, *, first=True, page=2):
    """Answer as LangSmith's API: the first version's queries, or the second's, which return what is selected."""

    def pages(found, cursor, chosen):
        start = int(cursor or 0)
        kept = [{key: one[key] for key in chosen if key in one} for one in found[start : start + page]]
        return kept, str(start + page) if start + page < len(found) else None

    def answer(method, path, query, body, headers):
        if headers.get("x-api-key") != "lsv2_1":
            return 403, {}, {"detail": "Forbidden"}
        path = path.removeprefix("/api/v1")
        if path == "/runs/query" and first:
            found = [one for one in runs if one["trace_id"] == body.get("trace")]
            kept, cursor = pages(found, body.get("cursor"), body.get("select") or ["id", "trace_id", "run_type"])
            return 200, {}, {"runs": kept, "cursors": {"next": cursor}}
        if path.startswith("/runs/") and first and method == "GET":
            found = [one for one in runs if one["id"] == path.rpartition("/")[2]]
            return (200, {}, found[0]) if found else NOT_FOUND
        if path == "/sessions":
            return 200, {}, [{"id": "p-1", "name": "travel"}] if query["name"] == ["travel"] else []
        if path == "/api/v2/runs/query" and not first:
            assert body["project_ids"] == ["p-1"]
            assert "min_start_time" in body
            ids = body.get("ids")
            found = [one for one in runs if (one["id"] in ids if ids else one["trace_id"] == body.get("trace_id"))]
            kept, cursor = pages(found, body.get("cursor"), [name.lower() for name in body.get("selects") or ["ID"]])
            return 200, {}, {"items": kept, "next_cursor": cursor}
        return NOT_FOUND

    return answer


def phoenix(spans, *, page=2, project="default"):
    """Answer as Phoenix's REST API does for the spans of a project."""

    def answer(method, path, query, body, headers):
        if path == "/arize_phoenix_version":
            return 200, {"content-type": "text/plain"}, b"20.0.0"
        if headers.get("authorization") != "Bearer px-1":
            return 401, {}, b"Invalid token"
        if path != f"/v1/projects/{project}/spans":
            return NOT_FOUND
        found = [one for one in spans if one["context"]["trace_id"] in query["trace_id"]]
        start = int(query.get("cursor", ["0"])[0])
        cursor = str(start + page) if start + page < len(found) else None
        return 200, {}, {"data": found[start : start + page], "next_cursor": cursor}

    return answer


def openai(responses, items, completions=(), *, page=1):
    """Answer as OpenAI's API does for what it stores."""

    def listed(found, query):
        assert query["order"] == ["asc"]
        after = query.get("after", [""])[0]
        start = next((at + 1 for at, one in enumerate(found) if one["id"] == after), 0)
        part = found[start : start + page]
        last = part[-1]["id"] if part else None
        return 200, {}, {"object": "list", "data": part, "last_id": last, "has_more": start + page < len(found)}

    def answer(method, path, query, body, headers):
        if headers.get("authorization") != "Bearer sk-1":
            return 401, {}, {"error": {"message": "Incorrect API key"}}
        kind, name, *below = path.removeprefix("/v1/").replace("chat/", "").split("/")
        known = {one["id"]: one for one in (responses if kind == "responses" else completions)}
        if name not in known:
            return NOT_FOUND
        return listed(items[name], query) if below else (200, {}, known[name])

    return answer
