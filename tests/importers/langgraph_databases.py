"""Databases as LangGraph's SqliteSaver writes them, made by hand: its serialiser is not needed for it."""

import json
import sqlite3
import struct

CHECKPOINTS = """CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '',
checkpoint_id TEXT NOT NULL, parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB, metadata BLOB,
PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id))"""
WRITES = """CREATE TABLE writes (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '',
checkpoint_id TEXT NOT NULL, task_id TEXT NOT NULL, task_path TEXT NOT NULL DEFAULT '', idx INTEGER NOT NULL,
channel TEXT NOT NULL, type TEXT, value BLOB, PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx))"""


class Ext:
    """A value of a class, as LangGraph's serialiser writes it: its number there, and what it was made of."""

    def __init__(self, code, *content):
        self.code = code
        self.content = content


def pack(value):  # noqa: PLR0911 - a case for each kind
    """Write MessagePack, always in its longest forms but for the numbers of small size."""
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int():
            return struct.pack("b", value) if -32 <= value < 128 else b"\xd3" + struct.pack(">q", value)
        case float():
            return b"\xcb" + struct.pack(">d", value)
        case str():
            return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
        case bytes():
            return b"\xc6" + struct.pack(">I", len(value)) + value
        case dict():
            return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())
        case Ext():
            data = pack(list(value.content))
            return b"\xc9" + struct.pack(">Ib", len(data), value.code) + data
    return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))


def message(kind, content, **fields):
    classes = {"human": "HumanMessage", "ai": "AIMessage", "tool": "ToolMessage", "system": "SystemMessage"}
    told = {"content": content, "additional_kwargs": {}, "response_metadata": {}, "type": kind, **fields}
    return Ext(5, f"langchain_core.messages.{kind}", classes[kind], told, "model_validate_json")


def ai(content, identity, *calls):
    told = {
        "model_name": "gpt-5-2026",
        "id": f"chatcmpl-{identity}",
        "finish_reason": "tool_calls" if calls else "stop",
    }
    told["model_provider"] = "openai"
    usage = {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11, "input_token_details": {"cache_read": 4}}
    tools = [{"name": name, "args": args, "id": key, "type": "tool_call"} for name, args, key in calls]
    return message("ai", content, id=identity, response_metadata=told, tool_calls=tools, usage_metadata=usage)


def tool(content, call, name="rain", **fields):
    return message("tool", content, id=f"m-{call}", tool_call_id=call, name=name, status="success", **fields)


def interrupt(value):
    return [Ext(2, "langgraph.types", "Interrupt", {"value": value, "id": "i"})]


class Database:
    """A database to put checkpoints and writes into."""

    def __init__(self, writes=WRITES):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute(CHECKPOINTS)
        self.connection.execute(writes)

    def checkpoint(self, number, channels=None, *, source="loop", **about):
        """Put a checkpoint there, the child of the one before it: `thread`, `namespace`, `parent`, and metadata."""
        before = about.pop("parent", f"c-{number - 1:03}" if number else None)
        place = (about.pop("thread", "t-1"), about.pop("namespace", ""), f"c-{number:03}", before)
        state = {"v": 4, "ts": f"2026-11-21T10:00:{number:02}.000000+00:00", "channel_values": channels or {}}
        kept = json.dumps({"source": source, "step": number - 1, "parents": {}, **about}).encode()
        row = (*place, "msgpack", pack(state), kept)
        self.connection.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return self

    def write(self, number, channel, value, **place):
        """Put what a task wrote there: `thread`, `namespace`, `task`, `path`, and `at` for its number."""
        (count,) = self.connection.execute("SELECT count(*) FROM writes").fetchone()
        kind, data = value if isinstance(value, tuple) else ("msgpack", pack(value))
        found = {"thread": "t-1", "namespace": "", "task": "a", "path": "~__pregel_pull, node", "at": count} | place
        checkpoint = (found["thread"], found["namespace"], f"c-{number:03}")
        row = (*checkpoint, found["task"], found["path"], found["at"], channel, kind, data)
        self.connection.execute("INSERT INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return self

    @property
    def data(self):
        self.connection.commit()
        return self.connection.serialize()


def weather():
    """Return a thread of two supersteps of a model around one of two tools."""
    asked = [message("system", "Be brief.", id="s"), message("human", "Rain?", id="h")]
    calling = ai("", "a1", ("rain", {"place": "x"}, "k1"), ("snow", {"place": "y"}, "k2"))
    told = [tool("yes", "k1"), tool("no snow", "k2", "snow")]
    return (
        Database()
        .checkpoint(0, {"__start__": {"messages": [["user", "Rain?"]]}}, source="input", user="ann", thread_id="t-1")
        .write(0, "messages", [["user", "Rain?"]], path="~__pregel_pull, __start__")
        .checkpoint(1, {"messages": asked})
        .write(1, "messages", [calling])
        .checkpoint(2, {"messages": [*asked, calling]})
        .write(2, "messages", told)
        .checkpoint(3, {"messages": [*asked, calling, *told]})
        .write(3, "messages", [ai("It rains.", "a2")])
        .checkpoint(4, {})
    )
