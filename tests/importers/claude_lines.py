"""Lines as Claude Code writes them, made by hand."""

import json

SESSION = "11111111-1111-4111-8111-111111111111"
USAGE = {"input_tokens": 3, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 9000, "output_tokens": 42}


def line(name, parent, second, kind, **told):
    """Return a line of the main conversation."""
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/r",
        "sessionId": SESSION,
        "version": "2.1.328",
        "gitBranch": "main",
        "type": kind,
        "uuid": name,
        "timestamp": f"2026-11-20T10:00:{second:02}.000Z",
        **told,
    }


def user(name, parent, second, content, **told):
    return line(name, parent, second, "user", message={"role": "user", "content": content}, **told)


def assistant(name, parent, second, answer, block, reason=None, **told):
    """Return the line of one block of an answer; the last of them says why the model stopped."""
    message = {"model": "claude-x", "id": answer, "type": "message", "role": "assistant", "content": [block]}
    message |= {"stop_reason": reason, "stop_sequence": None}
    message["usage"] = USAGE if reason else {**USAGE, "output_tokens": 1}
    return line(name, parent, second, "assistant", message=message, requestId="req_1", **told)


def text(said):
    return {"type": "text", "text": said}


def use(name, tool, **arguments):
    return {"type": "tool_use", "id": name, "name": tool, "input": arguments}


def result(name, content, **more):
    return [{"type": "tool_result", "tool_use_id": name, "content": content, **more}]


def system(name, parent, second, subtype, **told):
    return line(name, parent, second, "system", subtype=subtype, **told)


def aside(one, agent="a1"):
    """Return a line as one of a sub-agent's."""
    return {**one, "isSidechain": True, "agentId": agent}


def jsonl(lines):
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


PARALLEL = [
    {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}, "isSnapshotUpdate": False},
    user("u1", None, 1, "fix it"),
    assistant("a1", "u1", 2, "msg_1", text("Looking.")),
    assistant("a2", "a1", 3, "msg_1", use("t1", "Read", path="/r/a")),
    assistant("a3", "a2", 4, "msg_1", use("t2", "Bash", command="ls"), "tool_use"),
    user("u2", "a2", 5, result("t1", "text")),
    user("u3", "a3", 6, result("t2", [text("boom")], is_error=True)),
    assistant("a4", "u3", 8, "msg_2", text("Done."), "end_turn"),
]
"""An answer in three lines, two tools at once, each result below its own call: a walk from the end meets one of them."""
