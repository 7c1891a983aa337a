"""Imported sessions replayed through the real SDKs, by whichever API; and where a changed agent leaves them."""

import json
from dataclasses import replace

import anthropic
import openai
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.observations import ObservedCall
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.provenance import EARLIER, MESSAGES, PARAMETERS, SYSTEM, TOOLS
from pytest_oao.providers.compared import COMPARED
from pytest_oao.report.divergence_text import render

SYSTEM_TEXT = "You are terse."
QUESTION = "Weather in Paris and Rome?"
TOOL = {"type": "function", "name": "weather", "description": "Tell it.", "parameters": {"type": "object"}}
CALLS = [("call_1", "Paris", "12 C"), ("call_2", "Rome", "20 C")]
ANSWER = "Twelve and twenty."


def text(said):
    return {"type": "text", "content": said}


def request(*messages, **more):
    asked = Message("user", (text(QUESTION),))
    told = {"system": (text(SYSTEM_TEXT),), "tools": (TOOL,), "provider": "openai", **more}
    return ModelRequest("gpt-5-2026-01-01", messages=(asked, *messages), **told)


WANTED = Message(
    "assistant",
    tuple({"type": "tool_call", "id": name, "name": "weather", "arguments": {"city": city}} for name, city, _ in CALLS),
    "tool_call",
)
RESULTS = [Message("tool", ({"type": "tool_call_response", "id": name, "response": said},)) for name, _, said in CALLS]


def observed(name, asked, came, lacked=(), **more):
    return ObservedCall(id=name, where=name, asked=asked, came=came, lacked=frozenset(lacked), **more)


def two_steps(lacked=(), **asked):
    answer = Message("assistant", (text(ANSWER),), "stop")
    return [
        observed("one", request(**asked), ModelResponse("r-1", "gpt-5", (WANTED,)), lacked),
        observed("two", request(WANTED, *RESULTS, **asked), ModelResponse("r-2", "gpt-5", (answer,)), lacked),
    ]


@pytest.fixture
def sealed(tmp_path):
    def seal(observations, *lacked):
        session = session_of_run("run-1", observations, Source("test", "dump.jsonl", lacked))
        path = tmp_path / "run-1.yaml"
        shelf.save(redacted_session(session, Redactor.of([])), path)
        return path

    return seal


def weather(city):
    return {"Paris": "12 C", "Rome": "20 C"}[city]


def chat_agent(model="gpt-5", system=SYSTEM_TEXT, question=QUESTION, stream=False, tool=weather, **more):
    """An agent as people write them, on OpenAI's chat API."""
    client = openai.OpenAI(max_retries=2)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    function = {key: TOOL[key] for key in ("name", "description", "parameters")}
    tools = [{"type": "function", "function": function}]
    while True:
        if stream:
            with client.chat.completions.stream(model=model, messages=messages, tools=tools, **more) as chunks:
                said = chunks.get_final_completion().choices[0].message
        else:
            said = (
                client.chat.completions.create(model=model, messages=messages, tools=tools, **more).choices[0].message
            )
        if not said.tool_calls:
            return said.content
        messages.append(said.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}))
        for call in said.tool_calls:
            result = tool(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def anthropic_agent(model="gpt-5", stream=False, tool=weather):
    """The same on Anthropic's."""
    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": QUESTION}]
    tools = [{"name": "weather", "description": "Tell it.", "input_schema": {"type": "object"}}]
    told = {"model": model, "max_tokens": 100, "system": SYSTEM_TEXT, "tools": tools}
    while True:
        if stream:
            with client.messages.stream(messages=messages, **told) as events:
                said = events.get_final_message()
        else:
            said = client.messages.create(messages=messages, **told)
        asked = [block for block in said.content if block.type == "tool_use"]
        if not asked:
            return "".join(block.text for block in said.content)
        messages.append({"role": "assistant", "content": [block.model_dump() for block in asked]})
        results = [{"type": "tool_result", "tool_use_id": one.id, "content": tool(**one.input)} for one in asked]
        messages.append({"role": "user", "content": results})


LACKED = (PARAMETERS,)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("agent", [chat_agent, anthropic_agent])
def test_the_answers_come_in_the_words_of_the_api_that_is_called(sealed, agent, stream):
    path = sealed(two_steps(LACKED))
    with pytest_oao.replay(path) as session:
        assert agent(model="gpt-5-2026-01-01", stream=stream) == ANSWER
    assert len(session.calls) == 2


def test_tools_are_answered_by_what_the_next_request_says_they_returned(sealed):
    never = pytest_oao.tool(name="weather")(lambda city: pytest.fail(f"asked for {city}"))
    with pytest_oao.replay(sealed(two_steps(LACKED))) as session:
        assert chat_agent("gpt-5-2026-01-01", tool=never) == ANSWER
    assert [call.kind for call in session.calls] == ["chat", "execute_tool", "execute_tool", "chat"]


def diverged(path, agent, **options):
    with pytest.raises(Diverged) as caught, pytest_oao.replay(path, **options):
        agent()
    return caught.value.divergence


def test_each_mutation_diverges_where_it_happens(sealed):
    path = sealed(two_steps(LACKED))
    model = "gpt-5-2026-01-01"

    prompt = diverged(path, lambda: chat_agent(model, system="You are verbose."))
    assert (prompt.name, prompt.number) == ("request changed", 1)
    assert "system prompt changed" in prompt.explanation.cause

    asked = diverged(path, lambda: chat_agent(model, question="Weather in Oslo?"))
    assert (asked.name, asked.number) == ("request changed", 1)

    result = diverged(path, lambda: chat_agent(model, tool=lambda city: "5 C"))
    assert (result.name, result.number) == ("request changed", 4)
    assert "messages[2]" in result.explanation.cause

    arguments = pytest_oao.tool(name="weather")(weather)
    tool = diverged(path, lambda: chat_agent(model, tool=lambda city: arguments(city=city.upper())))
    assert (tool.name, tool.number) == ("tool arguments changed", 2)

    missing = diverged(path, lambda: openai.OpenAI().models and None)
    assert (missing.name, missing.number) == ("call missing", 1)

    def twice():
        chat_agent(model)
        chat_agent(model)

    extra = diverged(path, twice)
    assert extra.name == "extra call"
    other = diverged(path, lambda: chat_agent("gpt-4o"))
    assert "model changed from gpt-5-2026-01-01 to gpt-4o" in other.explanation.cause


MEANT = "where the change is meant"


@pytest.mark.parametrize(
    ("allowed", "change", "helps"),
    [
        ("request", {"tool": lambda city: "5 C"}, "skeleton"),
        ("turn", {"tool": lambda city: "5 C"}, "skeleton"),
        ("request", {"system": "Other.", "question": "Weather in Oslo?"}, "skeleton"),
        ("skeleton", {"question": "Weather in Oslo?", "model": "other"}, "['$.model']"),
        ("request", {"system": "Other."}, "['$.system']"),
        (
            "request",
            {"model": "other", "system": "Other.", "temperature": 1},
            "['$.model', '$.system', '$.temperature']",
        ),
    ],
)
def test_a_report_tells_the_paths_beside_the_messages_that_help_else_the_first_level_that_does(
    sealed, allowed, change, helps
):
    path = sealed(two_steps((TOOLS,), tools=()))
    told = diverged(path, lambda: chat_agent(**{"model": "gpt-5-2026-01-01", **change}), match=allowed)
    way = (
        f"match='{helps}')   # {MEANT}; no more is compared than {COMPARED[helps]}"
        if helps in COMPARED
        else f"ignore={helps})   # {MEANT}"
    )
    assert told.remedies == (f"pytest_oao.replay(..., {way}",)


@pytest.mark.parametrize(
    ("offered", "paths"),
    [
        ({"description": "Ask it."}, ["$.tools[0].description"]),
        ({"description": "A", "parameters": {f"x{n}": 1 for n in range(30)}}, ["$.tools[0]"]),
    ],
)
def test_what_a_report_would_have_ignored_lets_that_change_pass_and_no_other(sealed, monkeypatch, offered, paths):
    path = sealed(two_steps(LACKED))
    monkeypatch.setitem(globals(), "TOOL", TOOL | offered)
    told = diverged(path, lambda: chat_agent("gpt-5-2026-01-01"))
    assert told.remedies == (f"pytest_oao.replay(..., ignore={paths})   # {MEANT}",)
    with pytest_oao.replay(path, ignore=paths):
        assert chat_agent("gpt-5-2026-01-01") == ANSWER
    other = diverged(path, lambda: chat_agent("gpt-5-2026-01-01", tool=lambda city: "5 C"), ignore=paths)
    assert (other.name, other.number) == ("request changed", 4)


def test_a_report_tells_the_argument_of_a_tool_for_which_there_are_no_levels(sealed):
    arguments = pytest_oao.tool(name="weather")(weather)
    path = sealed(two_steps(LACKED))
    told = diverged(path, lambda: chat_agent(tool=lambda city: arguments(city=city.upper())), match="conversation")
    assert told.name == "tool arguments changed"
    assert told.remedies == (f"pytest_oao.replay(..., ignore=['$.city'])   # {MEANT}",)


@pytest.mark.parametrize(
    ("lacked", "offered", "is_told"),
    [
        (LACKED, {}, False),
        (LACKED, {"description": "Ask it."}, True),
        ((PARAMETERS, TOOLS), {"description": "Ask it."}, False),
    ],
)
def test_other_tools_are_told_as_far_as_the_source_has_them(sealed, monkeypatch, lacked, offered, is_told):
    path = sealed(two_steps(lacked))
    monkeypatch.setitem(globals(), "TOOL", TOOL | offered)
    told = diverged(path, lambda: chat_agent("gpt-5-2026-01-01", system="Other."))
    assert ("changed since the recording: the tool definitions" in told.notes) is is_told


def test_what_the_agent_makes_of_a_recorded_result_is_the_agents(sealed):
    answered = pytest_oao.tool(name="weather")(weather)
    tools = {
        "call #2 `weather` was answered as recorded, the agent sends something else": lambda city: answered(city) + "!",
        "tool `weather` returned something else": lambda city: weather(city) + "!",
    }
    for told, tool in tools.items():
        came = diverged(sealed(two_steps(LACKED)), lambda tool=tool: chat_agent("gpt-5-2026-01-01", tool=tool))
        assert came.explanation.cause == f"messages[2] (tool result) differs: {told}"


def test_a_content_that_no_api_has_is_seen(sealed):
    asked = {"args": [QUESTION], "kwargs": {}}
    told = diverged(sealed(two_steps(LACKED)), lambda: chat_agent("gpt-5-2026-01-01", question=asked))
    assert told.explanation.cause == "messages[0] (user message) changed"
    assert [(one.path, one.expected, one.actual) for one in told.explanation.changes] == [
        ("$.messages[0].content", QUESTION, asked)
    ]
    assert str(asked["args"][0]) in render(told)


def test_what_the_source_lacks_is_not_compared(sealed):
    path = sealed(two_steps((PARAMETERS, SYSTEM, TOOLS), system=(), tools=()))
    with pytest_oao.replay(path):
        assert chat_agent("gpt-5-2026-01-01", system="anything", temperature=0.3) == ANSWER


def test_parameters_that_the_source_has_are_compared(sealed):
    path = sealed(two_steps((PARAMETERS,), parameters={"gen_ai.request.temperature": 0}))
    with pytest_oao.replay(path):
        assert chat_agent("gpt-5-2026-01-01", temperature=0.0, top_p=0.5) == ANSWER
    told = diverged(path, lambda: chat_agent("gpt-5-2026-01-01", temperature=0.7))
    assert "temperature changed from 0 to 0.7" in told.explanation.cause


@pytest.mark.parametrize(
    ("match", "change"),
    [
        ("conversation", {"model": "gpt-5", "temperature": 1}),
        ("turn", {"model": "gpt-5"}),
        ("skeleton", {"model": "gpt-5", "system": "Other."}),
        ("next", {"model": "other", "system": "Other."}),
    ],
)
def test_looser_levels_are_tried_only_where_they_are_allowed(sealed, match, change):
    path = sealed(two_steps())
    told = diverged(path, lambda: chat_agent(**change))
    assert told.name == "request changed"
    assert len(told.remedies) == 1
    assert told.remedies[0].startswith("pytest_oao.replay(..., ignore=[")
    with pytest_oao.replay(path, match=match):
        assert chat_agent(**change) == ANSWER


def test_earlier_messages_that_a_source_compacted_away_are_not_compared(sealed):
    steps = two_steps((EARLIER, *LACKED))
    with pytest_oao.replay(sealed(steps)):
        assert chat_agent("gpt-5-2026-01-01") == ANSWER
    told = diverged(sealed(steps), lambda: chat_agent("gpt-5-2026-01-01", question="Oslo?"))
    assert told.name == "request changed"


def test_a_cut_request_is_compared_by_who_speaks(sealed):
    steps = [replace(one, truncated=frozenset({MESSAGES})) for one in two_steps(LACKED)]
    with pytest_oao.replay(sealed(steps)):
        assert chat_agent("gpt-5-2026-01-01", question="anything") == ANSWER


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ModelFailure(429, "RateLimitError", "slow down"), openai.RateLimitError),
        (ModelFailure(type="openai.BadRequestError", message="Error code: 400 - no"), openai.BadRequestError),
        (ModelFailure(type="InternalServerError", message="oops"), openai.InternalServerError),
        (ModelFailure(type="APITimeoutError", message="too slow"), openai.APITimeoutError),
    ],
)
def test_a_failure_comes_as_the_sdk_raised_it_and_is_not_tried_again(sealed, failure, expected):
    path = sealed([observed("one", request(), failure, LACKED)])
    with pytest_oao.replay(path), pytest.raises(expected):
        chat_agent("gpt-5-2026-01-01")


def test_an_attempt_that_was_tried_again_is_tried_again(sealed):
    done = ModelResponse("r", "gpt-5", (Message("assistant", (text(ANSWER),), "stop"),))
    path = sealed(
        [observed("one", request(), ModelFailure(429, "x"), LACKED), observed("two", request(), done, LACKED)]
    )
    with pytest_oao.replay(path):
        assert chat_agent("gpt-5-2026-01-01") == ANSWER


def test_calls_that_ran_at_once_may_come_in_any_order(sealed):
    def done(name):
        return ModelResponse(name, "gpt-5", (Message("assistant", (text(name),), "stop"),))

    def asked(name):
        return ModelRequest("gpt-5", (text(name),), (Message("user", (text(name),)),), (TOOL,))

    at_once = [
        observed(name, asked(name), done(name), LACKED, started_at=1.0 + n / 10, ended_at=5.0)
        for n, name in enumerate("abc")
    ]
    path = sealed(at_once)
    for order in ("abc", "cba", "bca"):
        with pytest_oao.replay(path):
            for name in order:
                assert chat_agent(system=name, question=name) == name


def test_a_kind_of_call_that_the_import_has_none_of_is_told(sealed):
    def agent():
        openai.OpenAI().models.list()

    told = diverged(sealed(two_steps(LACKED)), agent)
    assert any("no http calls at all" in note for note in told.notes)
