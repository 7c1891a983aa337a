"""The system prompt of Anthropic's requests, wherever a source puts it."""

import json

import pytest

from pytest_oao.importers.anthropic_system import anthropic_system
from pytest_oao.importers.native_pairs import native_request
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model.jsontypes import JSON, JSONObject

_HELLO: JSONObject = {"role": "user", "content": "Hello."}
_TWICE: list[JSON] = [
    {"role": "system", "content": "Be brief."},
    {"role": "system", "content": "Be kind."},
    _HELLO,
]
_BLOCK: JSONObject = {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    ("body", "system"),
    [
        ({"messages": _TWICE}, "Be brief.\nBe kind."),
        ({"messages": [{"role": "system", "content": [_BLOCK]}, _HELLO]}, [_BLOCK]),
        (
            {
                "messages": [
                    {"role": "system", "content": [_BLOCK]},
                    {"role": "developer", "content": "Be kind."},
                    _HELLO,
                ]
            },
            [_BLOCK, {"type": "text", "text": "Be kind."}],
        ),
        ({"system": "Be brief.", "messages": _TWICE}, "Be brief.\nBe kind."),
        ({"system": "Be brief.", "messages": [{"role": "system", "content": None}, _HELLO]}, "Be brief."),
    ],
)
def test_all_system_messages_become_the_system_prompt(body: JSONObject, system: JSON) -> None:
    """None is lost, and one that stands in both places is said once."""
    assert anthropic_system(body) == {**body, "system": system, "messages": [_HELLO]}


def test_a_request_without_system_messages_stays_as_it_is() -> None:
    """Also one that is none."""
    assert anthropic_system({"messages": [_HELLO]}) == {"messages": [_HELLO]}
    assert anthropic_system({"messages": "Hello."}) == {"messages": "Hello."}
    assert anthropic_system({"messages": [{"role": {}}, {"role": []}]}) == {"messages": [{"role": {}}, {"role": []}]}
    assert anthropic_system({"messages": [{"role": "system", "content": ""}, _HELLO]}) == {"messages": [_HELLO]}


def test_importers_lose_no_system_message() -> None:
    """Neither where an SDK's arguments become the request, nor where it is told in the neutral form."""
    arguments: JSONObject = {"model": "claude-opus-4-5", "max_tokens": 5, "messages": _TWICE}
    native = native_request(arguments)
    assert native is not None
    assert json.loads(native.data)["system"] == "Be brief.\nBe kind."
    assert [part["content"] for part in request_told(arguments).system] == ["Be brief.\nBe kind."]
    assert [message.role for message in request_told(arguments).messages] == ["user"]
