"""The peer, in a Python that has it: `cassetter_child.py record FILE STEPS` over loopback, `cassetter_child.py open FILE`."""

import itertools
import statistics
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cassetter
import httpx2
import workload
from cassetter._core import Cassette


class Model(BaseHTTPRequestHandler):
    """Answers as the floor does."""

    protocol_version = "HTTP/1.1"
    numbers = itertools.count()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answer = workload.completion(next(self.numbers) % 16)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Say nothing."""


def record(path, steps):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = workload.URL.replace("bench.invalid", f"127.0.0.1:{server.server_port}")
    with cassetter.use_cassette(path, record_mode="once", intercept=["httpx2"]), httpx2.Client() as http:
        for body in workload.session(steps):
            http.post(url, content=body, headers=workload.HEADERS).raise_for_status()
    server.shutdown()
    print(steps)


def load(path):
    Cassette.load(path)
    spent = []
    for _ in range(5):
        started = time.process_time()
        Cassette.load(path)
        spent.append(time.process_time() - started)
    print(statistics.median(spent))


if __name__ == "__main__":
    _, action, file, *steps = sys.argv
    record(file, int(steps[0])) if action == "record" else load(file)
