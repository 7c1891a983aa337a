"""Has LangSmith's SDK record the scenario, and writes the runs that it sends, a line each.

    python platform_langsmith.py chat|responses|messages|langchain > platform_exports/langsmith_chat.jsonl

A run is sent in parts, when it begins and when it ends; they are put together as LangSmith's server does.
"""

import gzip
import json
import os
import re
import sys
import threading
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import platform_scenario as scenario
import platform_server

RUNS = {}


class Ingest(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        sent = (
            self.rfile.read(int(self.headers["content-length"] or 0))
            if self.headers["content-length"]
            else self.chunks()
        )
        if self.headers.get("content-encoding") == "zstd":
            import zstandard

            sent = zstandard.ZstdDecompressor().stream_reader(sent).read()
        sent = gzip.decompress(sent) if self.headers.get("content-encoding") == "gzip" else sent
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        for part in BytesParser().parsebytes(head + sent).walk():
            name = part.get_param("name", header="content-disposition")
            if name:
                take(name, json.loads(part.get_payload(decode=True)))
        self.reply({})

    def do_PATCH(self):
        self.do_POST()

    def do_GET(self):
        limits = {
            "scale_up_nthreads_limit": 1,
            "scale_up_qsize_trigger": 1000,
            "size_limit": 100,
            "size_limit_bytes": 20971520,
        }
        batch = {"use_multipart_endpoint": True, **limits, "scale_down_nempty_trigger": 4}
        self.reply(
            {"version": "0.14.0", "batch_ingest_config": batch, "instance_flags": {"zstd_compression_enabled": False}}
        )

    def chunks(self):
        sent = b""
        while size := int(self.rfile.readline(), 16):
            sent += self.rfile.read(size)
            self.rfile.readline()
        return sent

    def reply(self, told):
        data = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def take(name, told):
    """Put a part to its run: `post.<id>`, `patch.<id>.outputs`, …."""
    _, run, *field = name.split(".")
    known = RUNS.setdefault(run, {})
    known.update({field[0]: told} if field else {key: item for key, item in told.items() if item is not None})


def main(kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingest)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ |= {"LANGSMITH_ENDPOINT": address, "LANGSMITH_API_KEY": "lsv2_1", "LANGSMITH_PROJECT": "travel"}
    os.environ |= {"LANGSMITH_TRACING": "true"}
    import langsmith
    from langsmith import traceable

    with platform_server.serving() as models:

        @traceable(run_type="chain", name="travel", tags=["prod"], metadata={"thread_id": "thread-1"})
        def travel(question):
            return AGENTS[kind](models)

        travel(scenario.QUESTION)
        from langsmith.run_trees import get_cached_client

        get_cached_client().flush()
        assert langsmith
    for run in RUNS.values():
        run.get("extra", {}).pop("runtime", None)  # of this machine
        print(re.sub(r'File \\"[^"]*/(?=[^/"]+\\")', r'File \\"/app/', json.dumps(run)))


def traced():
    from langsmith import traceable

    return tuple(traceable(tool, run_type="tool") for tool in scenario.TOOLS)


def chat(models):
    from langsmith.wrappers import wrap_openai
    from openai import OpenAI

    return scenario.chat_agent(wrap_openai(OpenAI(base_url=f"{models}/v1", api_key="k", max_retries=0)), traced())


def responses(models):
    from langsmith.wrappers import wrap_openai
    from openai import OpenAI

    return scenario.responses_agent(wrap_openai(OpenAI(base_url=f"{models}/v1", api_key="k", max_retries=0)), traced())


def messages(models):
    from anthropic import Anthropic
    from langsmith.wrappers import wrap_anthropic

    return scenario.messages_agent(wrap_anthropic(Anthropic(base_url=models, api_key="k", max_retries=0)), traced())


def langchain(models):
    from platform_langchain import agent

    return agent(f"{models}/v1", [])


AGENTS = {"chat": chat, "responses": responses, "messages": messages, "langchain": langchain}

if __name__ == "__main__":
    main(sys.argv[1])
