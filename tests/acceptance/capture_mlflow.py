"""Records platform_scenario.py by MLflow's autologging, into platform_exports/: not run by any test.

    python capture_mlflow.py openai FOLDER

Needs `mlflow-skinny`, and the provider's SDK.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import platform_scenario as scenario
from platform_server import serving

ADDRESS = "http://127.0.0.1:8080"


def main():
    name, folder = sys.argv[1], Path(sys.argv[2]).absolute()
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    import mlflow

    with tempfile.TemporaryDirectory() as store, serving() as address:
        os.chdir(store)
        mlflow.set_tracking_uri(f"sqlite:///{store}/mlflow.db")
        tools = tuple(mlflow.trace(tool, span_type="TOOL") for tool in scenario.TOOLS)
        if name == "openai":
            import mlflow.openai
            import openai

            mlflow.openai.autolog()
            client = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0)
            agent = scenario.chat_agent
        else:
            import anthropic
            import mlflow.anthropic

            mlflow.anthropic.autolog()
            client = anthropic.Anthropic(base_url=address, api_key="k", max_retries=0)
            agent = scenario.messages_agent
        with mlflow.start_span("travel", span_type="AGENT") as span:
            span.set_inputs({"question": scenario.QUESTION})
            span.set_outputs(agent(client, tools=tools))
        trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
        told = trace.to_dict()
        told["info"]["tags"] = {"mlflow.traceName": "travel", "team": "travel"}  # others hold paths of the machine
        told["info"]["trace_metadata"] = {"mlflow.trace.session": "s1", "mlflow.trace_schema.version": "3"}
        for span in told["data"]["spans"]:
            for event in span["events"]:
                event["attributes"].pop("exception.stacktrace", None)
        text = json.dumps(told).replace(address, ADDRESS)
        os.chdir(folder)
    (folder / f"mlflow_{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
