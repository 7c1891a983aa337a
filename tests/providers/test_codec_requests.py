"""What a request says, part by part, and that nothing which an API knows is lost on the way there and back."""

import pytest
from codec_recordings import NORMAL

from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.providers.codecs import CODECS

CHAT, RESPONSES, ANTHROPIC, GEMINI = CODECS
PNG = "iVBORw0KGgo="
DATA = f"data:image/png;base64,{PNG}"
BLOB = {"type": "blob", "mime_type": "image/png", "modality": "image", "content": PNG}
URI = {"type": "uri", "modality": "image", "uri": "https://h/i.png"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
PART = {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}
HI = {"type": "text", "content": "hi"}


def read(api, **body):
    """Return what a request asks that is in its normal form, and is written as it was read."""
    assert NORMAL[api](body) == body
    request = CODECS[api].read_request(body)
    assert CODECS[api].write_request(request) == body
    return request


def turns(api, *messages, **more):
    key = {CHAT: "messages", RESPONSES: "input", ANTHROPIC: "messages", GEMINI: "contents"}[api]
    return read(api, **{key: list(messages)}, **more).messages


def one(api, *messages, **more):
    """Return the parts of the one message that messages or items make."""
    (message,) = turns(api, *messages, **more)
    return message.parts


def kept(part, *more):
    """Return a part without what is kept of its native form."""
    return {key: value for key, value in part.items() if key not in {*CODECS, *more}}


class TestChat:
    def test_system_messages_that_come_first_are_the_system_prompt(self):
        request = read(
            CHAT,
            messages=[
                {"role": "system", "content": "a"},
                {"role": "developer", "content": "b", "name": "ops"},
                {"role": "system", "content": [{"type": "text", "text": "c"}, {"type": "text", "text": "d"}]},
                {"role": "user", "content": "hi"},
                {"role": "system", "content": "later"},
            ],
        )
        assert [part["content"] for part in request.system] == ["a", "b", "c", "d"]
        assert [message.role for message in request.messages] == ["user", "system"]

    def test_contents_of_all_sorts(self):
        parts = one(
            CHAT,
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
                    {"type": "image_url", "image_url": {"url": DATA, "detail": "high"}},
                    {"type": "image_url", "image_url": {"url": "https://h/i.png"}},
                    {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
                    {"type": "file", "file": {"file_id": "file-1"}},
                    {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}},
                    {"type": "video_url", "video_url": {"url": "https://h/v.mp4"}},
                ],
                "name": "bob",
            },
        )
        told = [kept(part) for part in parts]
        assert told[0] == {"type": "text", "content": "look"}
        assert told[1:3] == [BLOB, URI]
        assert told[3] == {"type": "blob", "mime_type": "audio/mpeg", "modality": "audio", "content": "AA=="}
        assert told[4] == {"type": "file", "modality": "document", "file_id": "file-1"}
        assert told[5] == {"type": "blob", "mime_type": "application/pdf", "modality": "document", "content": "AA=="}
        assert told[6]["type"] == "video_url"
        assert told[6]["provider_part"]["video_url"] == {"url": "https://h/v.mp4"}
        assert parts[7]["provider_part"] == {"name": "bob"}

    def test_an_assistants_message_with_all_that_it_may_have(self):
        parts = one(
            CHAT,
            {
                "role": "assistant",
                "content": "well",
                "reasoning_content": "hm",
                "refusal": "no",
                "tool_calls": [
                    {**CALL, "extra_content": {"google": {"thought_signature": "s"}}},
                    {**CALL, "id": "c2", "function": {"name": "f", "arguments": '{"a": 1}'}},
                    {**CALL, "id": "c3", "function": {"name": "f", "arguments": '{"a'}},
                    {"id": "c4", "type": "custom", "custom": {"name": "sql", "input": "select 1"}},
                ],
                "audio": {"id": "audio_1"},
                "annotations": [],
            },
        )
        assert [kept(part) for part in parts[:-1]] == [
            {"type": "reasoning", "content": "hm"},
            {"type": "text", "content": "well"},
            {"type": "refusal", "content": "no"},
            PART,
            {**PART, "id": "c2", "arguments_raw": '{"a": 1}'},
            {**PART, "id": "c3", "arguments": '{"a'},
            {"type": "tool_call", "id": "c4", "name": "sql", "arguments": "select 1", "custom": True},
        ]

    def test_reasoning_under_its_other_name(self):
        (thought, _) = one(CHAT, {"role": "assistant", "content": "well", "reasoning": "hm"})
        assert kept(thought) == {"type": "reasoning", "content": "hm"}

    def test_results_of_tools(self):
        messages = turns(
            CHAT,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
            {
                "role": "tool",
                "tool_call_id": "c2",
                "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            },
        )
        assert [message.role for message in messages] == ["assistant", "tool", "tool"]
        assert messages[1].parts == ({"type": "tool_call_response", "id": "c1", "response": "42"},)

    def test_functions_of_older_models(self):
        request = read(
            CHAT,
            messages=[
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
                {"role": "function", "name": "f", "content": "42"},
            ],
            functions=[{"name": "f", "description": "F.", "parameters": {"type": "object"}, "x": 1}],
            function_call={"name": "f"},
        )
        assert kept(request.tools[0]) == {
            "type": "function",
            "name": "f",
            "description": "F.",
            "parameters": {"type": "object"},
        }
        assert kept(request.messages[1].parts[0]) == {"type": "tool_call", "name": "f", "arguments": {}}
        assert request.messages[2].parts == ({"type": "tool_call_response", "name": "f", "response": "42"},)
        assert request.extra == {"function_call": {"name": "f"}}

    def test_a_prefilled_answer_stays_the_last_message(self):
        messages = turns(CHAT, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "{", "prefix": True})
        assert messages[1].role == "assistant"
        assert messages[1].parts[0] == {"type": "text", "content": "{"}

    def test_parameters_and_what_has_no_name(self):
        request = read(
            CHAT,
            model="m",
            messages=[{"role": "user", "content": "hi"}],
            temperature=0,
            top_p=0.5,
            max_completion_tokens=9,
            max_tokens=5,
            stop="END",
            seed=1,
            n=2,
            frequency_penalty=0.1,
            presence_penalty=-0.1,
            stream=True,
            stream_options={"include_usage": True},
            tool_choice={"type": "function", "function": {"name": "f"}},
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
            parallel_tool_calls=False,
            logprobs=True,
            top_logprobs=2,
            reasoning_effort="low",
            tools=[
                {"type": "function", "function": {"name": "f", "strict": True}, "cache_control": {"type": "ephemeral"}},
                {"type": "custom", "custom": {"name": "sql"}},
            ],
        )
        assert request.model == "m"
        assert request.stream
        assert request.parameters == {
            "gen_ai.request.temperature": 0,
            "gen_ai.request.top_p": 0.5,
            "gen_ai.request.max_tokens": 9,
            "gen_ai.request.stop_sequences": ["END"],
            "gen_ai.request.seed": 1,
            "gen_ai.request.choice.count": 2,
            "gen_ai.request.frequency_penalty": 0.1,
            "gen_ai.request.presence_penalty": -0.1,
        }
        assert {"tool_choice", "response_format", "parallel_tool_calls", "logprobs", "stop"} < request.extra.keys()
        assert kept(request.tools[0]) == {"type": "function", "name": "f", "strict": True}
        assert request.tools[1] == {"type": "custom", "custom": {"name": "sql"}}


class TestResponses:
    def test_instructions_and_developers(self):
        request = read(
            RESPONSES,
            instructions="be kind",
            input=[
                {"role": "developer", "content": "and brief"},
                {"role": "user", "content": "hi"},
                {"role": "developer", "content": "later"},
            ],
        )
        assert [part["content"] for part in request.system] == ["be kind", "and brief"]
        assert [message.role for message in request.messages] == ["user", "developer"]

    def test_what_the_model_said_in_a_row_is_one_message(self):
        messages = turns(
            RESPONSES,
            {"role": "user", "content": "hi"},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "a"}],
                "encrypted_content": "e",
            },
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "phase": "commentary",
                "content": [
                    {"type": "output_text", "text": "well", "annotations": [{"type": "url_citation", "url": "u"}]},
                    {"type": "refusal", "refusal": "no"},
                ],
            },
            {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "c1",
                "name": "f",
                "arguments": '{"a":1}',
                "status": "completed",
            },
            {"type": "custom_tool_call", "call_id": "c2", "name": "sql", "input": "select 1"},
            {"type": "function_call_output", "call_id": "c1", "output": "42"},
            {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "42"}]},
            {"type": "custom_tool_call_output", "call_id": "c2", "output": "1"},
            {"type": "computer_call_output", "call_id": "c3", "output": {"type": "computer_screenshot"}},
            {"type": "item_reference", "id": "x"},
        )
        assert [message.role for message in messages] == ["user", "assistant", *["tool"] * 4, "assistant"]
        thought, text, refusal, call, custom = messages[1].parts
        assert kept(thought) == {"type": "reasoning", "content": "a", "encrypted_content": "e", "item_id": "rs_1"}
        assert text["item_id"] == "msg_1"
        assert text["annotations"] == [{"type": "url_citation", "url": "u"}]
        assert refusal["content"] == "no"
        assert kept(call) == {**PART, "item_id": "fc_1"}
        assert custom["custom"] is True
        assert messages[2].parts == ({"type": "tool_call_response", "id": "c1", "response": "42"},)
        assert messages[5].parts[0]["provider_part"]["type"] == "computer_call_output"

    def test_contents_of_all_sorts(self):
        parts = one(
            RESPONSES,
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "look"},
                    {"type": "input_image", "image_url": DATA, "detail": "auto"},
                    {"type": "input_image", "image_url": "https://h/i.png"},
                    {"type": "input_file", "file_id": "file-1"},
                    {"type": "input_file", "file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"},
                    {"type": "input_file", "file_url": "https://h/a.pdf"},
                ],
            },
        )
        assert [kept(part, "message") for part in parts[:3]] == [{"type": "text", "content": "look"}, BLOB, URI]
        assert [part["type"] for part in parts[3:]] == ["file", "blob", "uri"]

    def test_what_has_no_name_stays(self):
        request = read(
            RESPONSES,
            model="m",
            input=[{"role": "user", "content": "hi"}],
            previous_response_id="resp_1",
            conversation={"id": "conv_1"},
            text={"format": {"type": "json_schema", "name": "x", "schema": {}}},
            reasoning={"effort": "low", "summary": "auto"},
            include=["reasoning.encrypted_content"],
            store=False,
            tool_choice="required",
            max_output_tokens=9,
            temperature=1.0,
            tools=[{"type": "function", "name": "f", "parameters": {}, "strict": None}, {"type": "web_search"}],
        )
        assert request.parameters == {"gen_ai.request.max_tokens": 9, "gen_ai.request.temperature": 1.0}
        assert {"previous_response_id", "conversation", "text", "reasoning", "include", "store"} < request.extra.keys()
        assert request.tools[1] == {"type": "web_search"}

    def test_a_text_alone_is_a_message(self):
        request = CODECS[RESPONSES].read_request({"input": "hi"})
        assert request.messages == (Message("user", (HI,)),)


class TestAnthropic:
    def test_blocks_of_all_sorts(self):
        parts = one(
            ANTHROPIC,
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                    {"type": "image", "source": {"type": "url", "url": "https://h/i.png"}},
                    {"type": "document", "source": {"type": "file", "file_id": "file_1"}, "title": "A"},
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
                    {"type": "tool_result", "tool_use_id": "c1", "content": "no", "is_error": True},
                    {"type": "tool_result", "tool_use_id": "c2", "content": [{"type": "text", "text": "42"}]},
                    {"type": "tool_result", "tool_use_id": "c3"},
                    {"type": "container_upload", "file_id": "file_2"},
                ],
            },
        )
        assert kept(parts[0]) == {"type": "text", "content": "look", "cache_control": {"type": "ephemeral"}}
        assert parts[1:3] == (BLOB, URI)
        assert kept(parts[3]) == {"type": "file", "modality": "document", "file_id": "file_1"}
        assert parts[4]["provider_part"]["source"]["data"] == "hi"
        assert parts[5] == {"type": "tool_call_response", "id": "c1", "response": "no", "is_error": True}
        assert parts[6]["response"] == [{"type": "text", "text": "42"}]
        assert "response" not in parts[7]
        assert (parts[8]["type"], parts[8]["api"]) == ("container_upload", ANTHROPIC)

    def test_an_answer_that_is_asked_with(self):
        parts = one(
            ANTHROPIC,
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "sig"},
                    {"type": "redacted_thinking", "data": "xx"},
                    {"type": "text", "text": "well", "citations": [{"type": "char_location", "cited_text": "w"}]},
                    {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}, "caller": {"type": "direct"}},
                    {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
                ],
            },
        )
        assert parts[0] == {"type": "reasoning", "content": "hm", "signature": "sig"}
        assert parts[1] == {"type": "reasoning", "content": "", "redacted_data": "xx"}
        assert parts[2]["citations"] == [{"type": "char_location", "cited_text": "w"}]
        assert kept(parts[3]) == PART
        assert parts[4]["provider_part"]["name"] == "web_search"

    def test_system_prompts_tools_and_what_has_no_name(self):
        request = read(
            ANTHROPIC,
            model="m",
            system=[
                {"type": "text", "text": "a"},
                {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
            ],
            messages=[
                {"role": "user", "content": "hi"},
                {"role": "system", "content": "later"},
                {"role": "assistant", "content": "{"},
            ],
            max_tokens=9,
            top_k=3,
            stop_sequences=["END"],
            stream=True,
            thinking={"type": "enabled", "budget_tokens": 1024},
            tool_choice={"type": "tool", "name": "f", "disable_parallel_tool_use": True},
            metadata={"user_id": "u"},
            tools=[
                {
                    "name": "f",
                    "description": "F.",
                    "input_schema": {"type": "object"},
                    "cache_control": {"type": "ephemeral"},
                },
                {"type": "custom", "name": "g", "input_schema": {"type": "object"}},
                {"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
            ],
        )
        assert [part["content"] for part in request.system] == ["a", "b"]
        assert [message.role for message in request.messages] == ["user", "system", "assistant"]
        assert kept(request.tools[0]) == {
            "type": "function",
            "name": "f",
            "description": "F.",
            "parameters": {"type": "object"},
        }
        assert request.tools[2]["type"] == "web_search_20250305"
        assert request.parameters == {
            "gen_ai.request.max_tokens": 9,
            "gen_ai.request.top_k": 3,
            "gen_ai.request.stop_sequences": ["END"],
        }
        assert {"thinking", "tool_choice", "metadata"} == request.extra.keys()

    @pytest.mark.parametrize(
        ("endpoint", "streamed"),
        [
            ("/model/anthropic.claude/invoke", False),
            ("/model/anthropic.claude/invoke-with-response-stream", True),
            ("/publishers/anthropic/models/anthropic.claude:streamRawPredict", True),
        ],
    )
    def test_a_path_may_name_the_model_and_say_whether_to_stream(self, endpoint, streamed):
        body = {
            "anthropic_version": "bedrock-2023-05-31",
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 9,
        }
        request = CODECS[ANTHROPIC].read_request(body, endpoint)
        assert (request.model, request.stream) == ("anthropic.claude", streamed)
        written = CODECS[ANTHROPIC].write_request(request)
        assert written == body | ({"stream": True} if streamed else {})


class TestGemini:
    def test_parts_of_all_sorts(self):
        parts = one(
            GEMINI,
            {
                "role": "user",
                "parts": [
                    {"text": "look"},
                    {"inlineData": {"mimeType": "image/png", "data": PNG}},
                    {"fileData": {"fileUri": "https://h/v.mp4", "mimeType": "video/mp4"}, "videoMetadata": {"fps": 1}},
                    {"functionResponse": {"name": "f", "response": {"result": "42"}}},
                    {"functionResponse": {"id": "c2", "name": "f", "response": {}, "scheduling": "SILENT"}},
                    {"executableCode": {"language": "PYTHON", "code": "1"}},
                ],
            },
        )
        assert parts[:2] == ({"type": "text", "content": "look"}, BLOB)
        assert kept(parts[2]) == {
            "type": "uri",
            "modality": "video",
            "uri": "https://h/v.mp4",
            "mime_type": "video/mp4",
        }
        assert parts[3] == {"type": "tool_call_response", "name": "f", "response": {"result": "42"}}
        assert parts[4]["id"] == "c2"
        assert parts[5]["type"] == "executableCode"

    def test_an_answer_that_is_asked_with(self):
        parts = one(
            GEMINI,
            {
                "role": "model",
                "parts": [
                    {"text": "hm", "thought": True},
                    {"text": "well", "thoughtSignature": "c2ln"},
                    {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"},
                ],
            },
        )
        assert parts == (
            {"type": "reasoning", "content": "hm"},
            {"type": "text", "content": "well", "signature": "c2ln"},
            {"type": "tool_call", "name": "f", "arguments": {"a": 1}, "signature": "c2ln"},
        )

    def test_both_spellings_are_one(self):
        snake = {
            "contents": [{"role": "user", "parts": [{"inline_data": {"mime_type": "image/png", "data": PNG}}]}],
            "system_instruction": {"role": "user", "parts": [{"text": "be kind"}]},
            "generation_config": {"max_output_tokens": 9, "top_p": 0.5, "response_mime_type": "application/json"},
            "tools": [{"function_declarations": [{"name": "f", "parameters_json_schema": {"a_b": 1}}]}],
            "tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]}},
        }
        camel = {
            "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}]}],
            "systemInstruction": {"parts": [{"text": "be kind"}]},
            "generationConfig": {"maxOutputTokens": 9, "topP": 0.5, "responseMimeType": "application/json"},
            "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"a_b": 1}}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
        }
        request = read(GEMINI, **camel)
        assert CODECS[GEMINI].read_request(snake) == request
        assert request.system == ({"type": "text", "content": "be kind"},)
        assert request.parameters == {"gen_ai.request.max_tokens": 9, "gen_ai.request.top_p": 0.5}
        assert request.extra["generationConfig"] == {"responseMimeType": "application/json"}
        assert request.tools == ({"type": "function", "name": "f", "parameters": {"a_b": 1}},)

    def test_tools_stay_in_their_groups(self):
        request = read(
            GEMINI,
            contents=[],
            tools=[
                {"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}, {"name": "g"}]},
                {"googleSearch": {}},
                {"functionDeclarations": [{"name": "h", "description": "H.", "behavior": "NON_BLOCKING"}]},
            ],
        )
        assert [tool.get("name", tool["type"]) for tool in request.tools] == ["f", "g", "googleSearch", "h"]
        assert request.tools[0]["parameters"] == {"type": "OBJECT"}

    def test_the_path_names_the_model(self):
        codec = CODECS[GEMINI]
        request = codec.read_request({"contents": []}, "/models/gemini-2.5-pro:streamGenerateContent?alt=sse")
        assert (request.model, request.stream) == ("gemini-2.5-pro", True)
        assert codec.write_request(request) == {"contents": []}


def test_a_conversation_of_one_api_is_asked_in_anothers_words():
    asked = CODECS[CHAT].read_request(
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "be kind"},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": DATA, "detail": "low"}}]},
                {"role": "assistant", "content": "well", "tool_calls": [CALL, {**CALL, "id": "c2"}]},
                {"role": "tool", "tool_call_id": "c1", "content": "1"},
                {"role": "tool", "tool_call_id": "c2", "content": "2"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
            "max_tokens": 9,
            "response_format": {"type": "json_object"},
        }
    )
    anthropic = CODECS[ANTHROPIC].write_request(asked)
    assert anthropic == {
        "model": "m",
        "system": "be kind",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "well"},
                    {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
                    {"type": "tool_use", "id": "c2", "name": "f", "input": {"a": 1}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "1"},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "2"},
                ],
            },
        ],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "max_tokens": 9,
    }
    gemini = CODECS[GEMINI].write_request(asked)
    assert [part["functionResponse"] for part in gemini["contents"][2]["parts"]] == [
        {"id": "c1", "name": "f", "response": {"result": "1"}},
        {"id": "c2", "name": "f", "response": {"result": "2"}},
    ]
    assert gemini["tools"] == [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "object"}}]}]
    responses = CODECS[RESPONSES].write_request(asked)
    assert [item.get("type", "message") for item in responses["input"]] == [
        "message",
        "message",
        "function_call",
        "function_call",
        "function_call_output",
        "function_call_output",
    ]
    assert responses["instructions"] == "be kind"
    back = CODECS[CHAT].write_request(CODECS[ANTHROPIC].read_request(anthropic))
    assert [one["role"] for one in back["messages"]] == ["system", "user", "assistant", "tool", "tool"]


@pytest.mark.parametrize("api", [CHAT, RESPONSES, ANTHROPIC])
def test_calls_without_ids_get_those_that_their_results_have(api):
    call = {"type": "tool_call", "name": "f", "arguments": {}}
    asked = ModelRequest(
        messages=(
            Message("assistant", (call, call)),
            Message("tool", ({"type": "tool_call_response", "response": "1"},)),
            Message("tool", ({"type": "tool_call_response", "response": "2"},)),
        )
    )
    read = CODECS[api].read_request(CODECS[api].write_request(asked))
    parts = [part for message in read.messages for part in message.parts]
    assert len({part["id"] for part in parts}) == 2
    assert [part["id"] for part in parts[:2]] == [part["id"] for part in parts[2:]]
