"""Records platform_scenario.py into a Phoenix server on loopback, and keeps what its API and its client give of it.

    python capture_phoenix.py FOLDER

Needs `arize-phoenix`, `openai` and `openinference-instrumentation-openai`. Not run by any test.
"""

import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import platform_scenario as scenario
from platform_server import serving

ADDRESS = "http://127.0.0.1:8080"


def main():
    folder = Path(sys.argv[1]).absolute()
    store = tempfile.mkdtemp()
    os.environ |= {
        "PHOENIX_WORKING_DIR": store,
        "PHOENIX_PORT": "16006",
        "PHOENIX_GRPC_PORT": "14317",
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    import openai
    import phoenix as px
    from openinference.instrumentation import OITracer, TraceConfig
    from openinference.instrumentation.openai import OpenAIInstrumentor
    from phoenix.otel import register

    px.launch_app()
    url = "http://127.0.0.1:16006"
    provider = register(project_name="travel", endpoint=f"{url}/v1/traces", protocol="http/protobuf", batch=False)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    tracer = OITracer(provider.get_tracer("app"), TraceConfig())
    tools = tuple(tracer.tool(tool) for tool in scenario.TOOLS)
    with serving() as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0)
        with tracer.start_as_current_span("travel", openinference_span_kind="agent"):
            scenario.chat_agent(client, tools=tools)
    time.sleep(3)
    for name, path in (("phoenix_rest.json", "spans?limit=100"), ("phoenix_otlpv1.json", "spans/otlpv1?limit=100")):
        with urllib.request.urlopen(f"{url}/v1/projects/travel/{path}") as answer:
            told = clean(json.load(answer))
        (folder / name).write_text(json.dumps(told) + "\n")
    from phoenix.client import Client

    frame = Client(base_url=url).spans.get_spans_dataframe(project_identifier="travel")
    for event in (event for events in frame["events"] for event in events):
        event["attributes"].pop("exception.stacktrace", None)
    frame.to_json(folder / "phoenix_frame.jsonl", orient="records", lines=True)
    frame.to_parquet(folder / "phoenix_frame.parquet")
    os._exit(0)


def clean(told):
    """Leave out tracebacks: they hold paths of the machine."""
    if isinstance(told, list):
        return [clean(one) for one in told if not (isinstance(one, dict) and one.get("key") == "exception.stacktrace")]
    if isinstance(told, dict):
        return {key: clean(one) for key, one in told.items() if key != "exception.stacktrace"}
    return told


if __name__ == "__main__":
    main()
