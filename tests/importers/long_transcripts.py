"""Transcripts of any length, as their tools write them: in each turn the model asks for a tool, and is told its result."""

import json
from datetime import UTC, datetime, timedelta

import claude_lines

BEGIN = datetime(2026, 11, 20, 10, tzinfo=UTC)


def at(turn, second=0):
    return (BEGIN + timedelta(seconds=10 * turn + second)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def jsonl(lines):
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


def adk(turns):
    def event(name, turn, author, role, part, **told):
        said = {"role": role, "parts": [part]}
        stamp = 1_790_000_000.0 + 10 * turn
        return {
            "id": name,
            "invocationId": "i",
            "author": author,
            "actions": {},
            "timestamp": stamp,
            "content": said,
        } | told

    def turn(number):
        call = {"functionCall": {"id": f"c{number}", "name": "find", "args": {"n": number}}}
        result = {"functionResponse": {"id": f"c{number}", "name": "find", "response": {"n": number}}}
        yield event(f"m{number}", number, "agent", "model", call, finishReason="STOP", modelVersion="gemini-2.5-pro")
        yield event(f"r{number}", number + 0.5, "agent", "user", result)

    events = [event("u", 0, "user", "user", {"text": "go"}), *(one for n in range(turns) for one in turn(n))]
    return json.dumps({"id": "s", "appName": "a", "userId": "u", "events": events}).encode()


def claude_code(turns):
    lines, parent = [claude_lines.user("u", None, 0, "go")], "u"
    for n in range(turns):
        asked = claude_lines.assistant(
            f"a{n}", parent, 0, f"msg_{n}", claude_lines.use(f"t{n}", "Read", n=n), "tool_use"
        )
        ran = claude_lines.user(f"r{n}", f"a{n}", 0, claude_lines.result(f"t{n}", f"it is {n}"))
        lines += [{**asked, "timestamp": at(n, 1)}, {**ran, "timestamp": at(n, 2)}]
        parent = f"r{n}"
    return jsonl(lines)


def claude_agent_sdk(turns):
    def message(kind, told):
        return {"type": kind, "message": told, "parent_tool_use_id": None, "session_id": "s1", "uuid": "x"}

    lines = [{"type": "system", "subtype": "init", "session_id": "s1", "cwd": "/r", "model": "claude-x", "tools": []}]
    lines.append(message("user", {"role": "user", "content": "go"}))
    for n in range(turns):
        block = claude_lines.use(f"t{n}", "Read", n=n)
        told = {"id": f"m{n}", "model": "claude-x", "role": "assistant", "content": [block], "usage": {}}
        result = {"role": "user", "content": claude_lines.result(f"t{n}", f"it is {n}")}
        lines += [message("assistant", told), message("user", result)]
    return jsonl(lines)


def codex(turns):
    def line(turn, second, kind, **payload):
        return {"timestamp": at(turn, second), "type": kind, "payload": payload}

    lines = [
        line(0, 0, "session_meta", id="0199", cwd="/r", cli_version="0.169.0", model_provider="openai"),
        line(0, 0, "turn_context", model="gpt-5-codex"),
        line(0, 0, "response_item", type="message", role="user", content=[{"type": "input_text", "text": "go"}]),
    ]
    for n in range(turns):
        call = {"type": "function_call", "name": "shell", "arguments": f'{{"n":{n}}}', "call_id": f"c{n}"}
        output = {"type": "function_call_output", "call_id": f"c{n}", "output": f"it is {n}"}
        lines += [line(n, 1, "response_item", **call), line(n, 2, "response_item", **output)]
    return jsonl(lines)


def gemini_cli(turns):
    messages = [{"id": "u", "timestamp": at(0), "type": "user", "content": "go"}]
    for n in range(turns):
        result = [{"functionResponse": {"id": f"c{n}", "name": "read", "response": {"output": f"it is {n}"}}}]
        call = {"id": f"c{n}", "name": "read", "args": {"n": n}, "result": result, "status": "success"}
        told = {"id": f"g{n}", "timestamp": at(n, 1), "type": "gemini", "content": "Reading.", "model": "gemini-3-pro"}
        messages.append({**told, "toolCalls": [{**call, "timestamp": at(n, 1)}]})
    known = {"sessionId": "37b7", "projectHash": "907f", "startTime": at(0), "lastUpdated": "x"}
    return json.dumps({**known, "messages": messages}).encode()


def openhands(turns):
    def event(number, source, told, answered=None):
        made = {"id": number, "timestamp": at(number), "source": source, **told}
        if answered:
            call_id = answered["choices"][0]["message"]["tool_calls"][0]["id"]
            made["tool_call_metadata"] = {"function_name": "bash", "tool_call_id": call_id, "model_response": answered}
        return made

    events = [event(0, "user", {"action": "message", "args": {"content": "go"}, "message": "go"})]
    for n in range(turns):
        function = {"name": "bash", "arguments": f'{{"n":{n}}}'}
        message = {"role": "assistant", "tool_calls": [{"id": f"c{n}", "type": "function", "function": function}]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"id": f"r{n}", "model": "claude-x", "choices": [choice]}
        events += [
            event(2 * n + 1, "agent", {"action": "run", "args": {"n": n}}, answer),
            event(2 * n + 2, "agent", {"observation": "run", "content": f"it is {n}", "cause": 2 * n + 1}, answer),
        ]
    return json.dumps(events).encode()


def _calling(turn, **more):
    call = {"id": f"c{turn}", "type": "function", "function": {"name": "find", "arguments": f'{{"n":{turn}}}'}}
    return {"role": "assistant", "content": None, "tool_calls": [call], **more}


def tau_bench(turns):
    said = [{"role": "user", "content": "go"}]
    for n in range(turns):
        said += [_calling(n), {"role": "tool", "tool_call_id": f"c{n}", "name": "find", "content": f"it is {n}"}]
    return json.dumps([{"task_id": 4, "trial": 1, "reward": 0.0, "info": {}, "traj": said}]).encode()


def tau2(turns):
    said = [{"role": "user", "content": "go", "timestamp": at(0)}]
    for n in range(turns):
        call = {"id": f"c{n}", "name": "get", "arguments": {"n": n}, "requestor": "assistant"}
        result = {"role": "tool", "id": f"c{n}", "content": f"it is {n}", "requestor": "assistant", "error": False}
        said += [{"role": "assistant", "content": None, "tool_calls": [call], "timestamp": at(n, 1)}, result]
    simulation = {"id": "5f0c", "task_id": "3", "trial": 0, "termination_reason": "user_stop", "messages": said}
    about = {"agent_info": {"llm": "gpt-4.1", "llm_args": {}}, "environment_info": {}}
    return json.dumps({"timestamp": at(0), "info": about, "tasks": [], "simulations": [simulation]}).encode()


def swe_agent(turns):
    history = [{"role": "user", "content": "The issue", "agent": "main"}]
    steps = []
    for n in range(turns):
        steps.append({"action": f"open {n}", "observation": f"it is {n}", "response": "", "state": {}, "thought": ""})
        result = {"role": "tool", "content": f"it is {n}", "agent": "main", "tool_call_ids": [f"c{n}"]}
        history += [_calling(n, agent="main", action=f"open {n}"), result]
    return json.dumps({"trajectory": steps, "history": history, "info": {}}).encode()


TRANSCRIPTS = {
    made.__name__: made
    for made in (adk, claude_code, claude_agent_sdk, codex, gemini_cli, openhands, tau_bench, tau2, swe_agent)
}
