"""Has Langfuse's SDK record the scenario, and writes what its API would give of it.

    python platform_langfuse.py chat|responses|langchain > platform_exports/langfuse_chat.json

The SDK sends OpenTelemetry spans; the server here makes observations of their `langfuse.*` attributes, as Langfuse's
does: input and output stay text, and the tokens of caches and of thought are taken off the sums.
"""

import gzip
import json
import os
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import platform_scenario as scenario
import platform_server
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SPANS = []


class Ingest(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["content-length"]))
        sent = gzip.decompress(sent) if self.headers.get("content-encoding") == "gzip" else sent
        if "otel" in self.path:
            for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
                SPANS.extend(span for scope in resource.scope_spans for span in scope.spans)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST  # noqa: N815 - the name that the server asks for


def value_of(value):
    kind = value.WhichOneof("value")
    return [value_of(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)


def moment(nanoseconds):
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usage(told):
    """Return the tokens as Langfuse's server counts them."""
    if "prompt_tokens" not in told and "input_tokens" not in told:
        return told
    kinds = {"input": ("prompt_tokens", "input_tokens"), "output": ("completion_tokens", "output_tokens")}
    found = {}
    for name, keys in kinds.items():
        whole = next(told[key] for key in keys if key in told)
        details = next((told[f"{key}_details"] for key in keys if told.get(f"{key}_details")), {})
        found |= {f"{name}_{key}": count for key, count in details.items()}
        found[name] = whole - sum(details.values())
    return {**found, "total": told["total_tokens"]}


def observation(span):
    told = {one.key: value_of(one.value) for one in span.attributes}
    own = {
        key.removeprefix("langfuse.observation."): item for key, item in told.items() if key.startswith("langfuse.obs")
    }
    began = own.get("completion_start_time")
    return {
        "id": span.span_id.hex(),
        "traceId": span.trace_id.hex(),
        "projectId": "p1",
        "parentObservationId": span.parent_span_id.hex() or None,
        "isRootObservation": not span.parent_span_id,
        "type": own.get("type", "span").upper(),
        "name": span.name,
        "startTime": moment(span.start_time_unix_nano),
        "endTime": moment(span.end_time_unix_nano),
        "completionStartTime": json.loads(began) if began else None,
        "level": own.get("level", "DEFAULT"),
        "statusMessage": own.get("status_message"),
        "sessionId": told.get("session.id"),
        "userId": told.get("user.id"),
        "tags": told.get("langfuse.trace.tags", []),
        "input": own.get("input"),
        "output": own.get("output"),
        "model": own.get("model.name"),
        "modelParameters": json.loads(own.get("model.parameters", "{}")),
        "usageDetails": usage(json.loads(own.get("usage_details", "{}"))),
        "metadata": {
            key.removeprefix("metadata."): text(item) for key, item in own.items() if key.startswith("metadata.")
        },
    }


def text(value):
    """Return a value of metadata: texts are sent as JSON, too."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def main(kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingest)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ |= {"LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-1", "LANGFUSE_BASE_URL": address}
    os.environ["LANGFUSE_HOST"] = address
    import langfuse

    with platform_server.serving() as models:
        record = {"chat": openai_agent, "responses": openai_agent, "langchain": langchain_agent}[kind]
        with langfuse.propagate_attributes(session_id="thread-1", user_id="user-1", tags=["prod"]):
            record(kind, f"{models}/v1")
        langfuse.get_client().flush()
    json.dump({"data": [observation(span) for span in SPANS], "meta": {"cursor": None}}, sys.stdout, indent=1)


def openai_agent(kind, base_url):
    from langfuse import observe
    from langfuse.openai import OpenAI

    client = OpenAI(base_url=base_url, api_key="k", max_retries=0)
    tools = tuple(observe(tool, as_type="tool") for tool in scenario.TOOLS)
    agent = scenario.chat_agent if kind == "chat" else scenario.responses_agent

    @observe(as_type="agent")
    def travel(question):
        return agent(client, tools)

    travel(scenario.QUESTION)


def langchain_agent(kind, base_url):
    from langfuse import observe
    from langfuse.langchain import CallbackHandler
    from platform_langchain import agent

    @observe(as_type="agent")
    def travel(question):
        return agent(base_url, [CallbackHandler()])

    travel(scenario.QUESTION)


if __name__ == "__main__":
    main(sys.argv[1])
