import json
import os
import re
import subprocess
import sys
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_plus
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from planted_secrets import FIELDS, IN_TEXT, PRIVATE_KEYS, TOKENS, some

from pytest_oao.cassette.environment import LATE
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.secret_patterns import PATTERN_NAMES
from pytest_oao.errors import BadOption

PLAIN = Redactor()
ALL_TOKENS = [(rule, token) for rule, tokens in TOKENS.items() for token in tokens]
MARK = re.compile(r"~redacted-[a-z-]+~")


def survives(secret, clean, least=12):
    """Whether a piece of the secret is still there; beginnings that say the kind may stay."""
    pieces = re.split(r"\s", secret)
    tails = [piece[-least:] for piece in pieces if len(piece) >= least] or [secret]
    return any(tail in clean for tail in tails if not tail.startswith("-----") and not tail.endswith("-----"))


def sse(events):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode() + b"data: [DONE]\n\n"


def chat(text, index=0):
    return {"id": "chatcmpl-1", "choices": [{"index": index, "delta": {"content": text}, "finish_reason": None}]}


def tool(text):
    return {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 1, "function": {"arguments": text}}]}}]}


def responses(text):
    return {"type": "response.output_text.delta", "sequence_number": len(text), "output_index": 0, "delta": text}


def claude(field):
    return lambda text: {"type": "content_block_delta", "index": 0, "delta": {"type": "x", field: text}}


DELTAS = [chat, tool, responses, claude("text"), claude("partial_json"), claude("thinking")]

PLACES = {
    "text": "I use {} for this.",
    "line": "keys:\n{}\nthat is all",
    "colour": "\x1b[32m{}\x1b[0m",
    "quoted": "Use '{}', please",
    "assigned": "KEY={}",
    "argument": "run --token {}",
    "alone": "{}",
}


JOINED = ("sk-proj-", "sk-svcacct-", "sk-or-v1-", "sk-ant-api03-", "AKIA", "AIza", "gh", "glpat-", "xoxb-", "sk_live_")


@pytest.mark.parametrize("before", ["user-", "my_", "--", "a-b_"])
@pytest.mark.parametrize("token", [token for _, token in ALL_TOKENS if token.startswith(JOINED)])
def test_an_unmistakable_token_does_not_survive_behind_a_dash(before, token):
    clean = PLAIN.text(before + token)
    assert clean.startswith(f"{before}~redacted-")
    assert not survives(token, clean)
    assert PLAIN.text(clean) == clean


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("rule", "token"), ALL_TOKENS)
def test_no_token_survives_in_any_place(rule, token, place):
    text = PLACES[place].format(token)
    assert not survives(token, PLAIN.text(text))
    nested = json.dumps({"messages": [{"content": json.dumps({"x": text, "deep": json.dumps([text])})}], "t": text})
    clean = PLAIN.data(nested.encode()).decode()
    assert not survives(token, clean)
    outer = json.loads(clean)
    inner = json.loads(outer["messages"][0]["content"])
    assert not survives(token, inner["x"] + json.loads(inner["deep"])[0])
    assert rule in PATTERN_NAMES
    assert f"~redacted-{rule}~" in PLAIN.text(PLACES["text"].format(token))


@pytest.mark.parametrize(("rule", "token"), ALL_TOKENS)
def test_no_token_survives_in_a_form_multipart_url_or_header(rule, token):
    assert not survives(token, PLAIN.data(f"a=1&note={quote_plus(token)}&b=2".encode()).decode(), 10)
    part = f'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n{token}\r\n--b--\r\n'
    assert not survives(token, PLAIN.data(part.encode()).decode())
    assert not survives(token, PLAIN.url(f"https://a.test/x?q={token}&n=1"))
    assert not survives(token, PLAIN.url(f"https://a.test/{token}/x"))
    assert not survives(token, PLAIN.headers((("User-Agent", f"x {token}"),), "request")[0][1])
    assert PLAIN.headers((("Authorization", f"Bearer {token}"), ("X-Unknown", token)), "request") == ()
    assert not survives(token, PLAIN.data(b"\xff\x00\xfe " + token.encode() + b"\x80\n").decode("latin-1"))


@pytest.mark.parametrize("delta", DELTAS)
@pytest.mark.parametrize("step", [1, 3, 7, 20])
@pytest.mark.parametrize(("rule", "token"), ALL_TOKENS)
def test_no_token_survives_in_deltas(rule, token, step, delta):
    text = f"It is {token} ok"
    events = [delta(text[at : at + step]) for at in range(0, len(text), step)]
    events.insert(4, chat("other", index=3))
    body = sse(events)
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    clean = PLAIN.stream(parts)
    assert len(clean) == len(parts)
    said = "".join(
        _said(event) for event in _events(b"".join(clean)) if event.get("choices", [{}])[0].get("index") != 3
    )
    assert not survives(token, said), said
    assert said.startswith("It is ")
    assert said.endswith(" ok")
    assert MARK.search(said)
    assert b"".join(clean) == PLAIN.data(body)


def _events(body):
    return [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: {")]


def _said(event):
    if "choices" in event:
        delta = event["choices"][0]["delta"]
        return delta.get("content") or "".join(call["function"]["arguments"] for call in delta.get("tool_calls", []))
    delta = event["delta"]
    return (
        delta
        if isinstance(delta, str)
        else "".join(delta.get(name, "") for name in ("text", "partial_json", "thinking"))
    )


@pytest.mark.parametrize("key", PRIVATE_KEYS)
def test_no_private_key_survives(key):
    for text in (key, f"here:\n{key}done", json.dumps(json.dumps({"k": key})), key.replace("\n", "\r\n"), quote(key)):
        clean = PLAIN.text(text)
        assert not survives(key, clean)
        assert not survives(key.split()[8], clean)
    assert PLAIN.text(f"here:\n{key}done").endswith("done") or PLAIN.text(f"here:\n{key}done").endswith("~")
    assert json.loads(PLAIN.text(json.dumps({"k": key, "z": 1})))["z"] == 1


@pytest.mark.parametrize(("template", "secret"), IN_TEXT)
def test_no_secret_survives_in_its_context(template, secret):
    text = template.format(secret)
    assert secret not in PLAIN.text(text)
    body = json.dumps({"content": text, "arguments": json.dumps({"cmd": text, "n": [1]})})
    clean = PLAIN.data(body.encode())
    assert secret not in clean.decode()
    assert json.loads(json.loads(clean)["arguments"])["n"] == [1]
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    assert secret not in "".join(map(_said, _events(PLAIN.data(sse(map(chat, pieces))))))


VALUES = ["hunter2", "x y z!", 'a"b\\c', "ünï-cödé", "tab\tnew\nline", "4711", "🔑🔑", "it's", "a/b+c=="]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("field", FIELDS)
def test_no_value_of_a_secret_field_survives(field, value):
    record = {"a": {field: value, "z": "kept"}, "l": [{field: [value]}]}
    for ascii_only in (True, False):
        for separators in ((",", ":"), (", ", ": ")):
            body = json.dumps(record, ensure_ascii=ascii_only, separators=separators)
            clean = json.loads(PLAIN.text(body))
            assert clean == {"a": {field: "~redacted-field~", "z": "kept"}, "l": [{field: ["~redacted-field~"]}]}
            deep = json.dumps({"s": json.dumps({"t": body, "k": 1})}, ensure_ascii=ascii_only)
            assert json.loads(json.loads(json.loads(PLAIN.text(deep))["s"])["t"]) == clean
    repr_of = repr({"a": 1, field: value, "z": "kept"})
    if '"' not in value:
        assert repr(value)[1:-1] not in PLAIN.text(repr_of)
        assert "'z': 'kept'" in PLAIN.text(repr_of)
        assert json.loads(PLAIN.text(json.dumps([repr_of, 1])))[1] == 1


@pytest.mark.parametrize("field", ["api_key", "password", "client_secret", "access_token"])
def test_no_field_survives_in_forms_multipart_and_lists_of_headers(field):
    value = "Zq81.~x_"
    for body in (f"{field}={value}", f"{field}={value}&a=1", f"a=b&{field}={value}", f"a=b&user[{field}]={value}&c=d"):
        assert value not in PLAIN.text(body), body
    part = f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n--b\r\n\r\nkept\r\n--b--'
    assert value not in PLAIN.text(part)
    assert "kept" in PLAIN.text(part)
    listed = json.dumps([{"name": field, "value": value}, {"name": "a", "value": "kept"}])
    assert json.loads(PLAIN.text(listed)) == [
        {"name": field, "value": "~redacted-field~"},
        {"name": "a", "value": "kept"},
    ]


CUT = [
    '{"user": "ada", "password": "hunter2…',
    '{"password":"hunter2…',
    r'{"arguments": "{\"user\": 1, \"password\": \"hunter2…',
    "{'password': 'hunter2…",
    """{'password': "it's hunter2…""",
    r'{"password": "hunter2 or \"so…',
]
BEHIND = [
    '  then  "test_it.py::test_it"   # record it',
    "  it's all",
    'said "no", "maybe"',
    "",
    '{"a": "b"}',
    r"{\"a\": \"b\"}",
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("cut", CUT)
def test_a_string_that_is_cut_off_ends_with_its_line(cut, behind, newline):
    clean = PLAIN.text(newline.join(["before", cut, behind, "the end"]))
    first, shown, *rest = clean.split(newline)
    assert (first, rest) == ("before", [behind, "the end"])
    assert "hunter2" not in shown
    assert shown.endswith("~redacted-field~")
    assert "hunter2" not in PLAIN.text(cut)


@pytest.mark.parametrize("end", ["}", ", 'a': 1}", "\n}", " }", ")", ";", "", " # and more"])
def test_a_string_that_is_closed_on_a_later_line_is_a_secret_to_its_end(end):
    for text in ('"password": "a secret\nof two lines"', '"password": "a\\"b\nof two\n\nlines"'):
        assert PLAIN.text(f"{{{text}{end}") == f'{{"password": "~redacted-field~"{end}'


def test_a_number_in_a_secret_field_becomes_a_string():
    assert json.loads(PLAIN.text('{"password": 12345678, "pin": 1}')) == {"password": "~redacted-field~", "pin": 1}
    nested = json.dumps({"arguments": '{"password": 12345678}'})
    assert json.loads(json.loads(PLAIN.text(nested))["arguments"]) == {"password": "~redacted-field~"}


def test_a_token_is_a_secret_where_it_looks_like_one():
    assert json.loads(PLAIN.text(json.dumps({"token": some(32)}))) == {"token": "~redacted-field~"}
    for kept in (" inter", "national", "<|endoftext|>", "0123456789012345678901"):
        assert PLAIN.text(json.dumps({"token": kept, "logprob": -0.1})) == json.dumps({"token": kept, "logprob": -0.1})


ENVIRONMENT = {
    "ACME_API_KEY": "zz-" + some(20),
    "BILLING_PASSWORD": 'p"q\\r/s+t u',
    "VAULT_SECRETS": "grün+weiß/7",
    "DATABASE_URL": "postgres://app:Tr0ub4dor%263@db/app",
    "SERVICE_CREDENTIALS": '{"type": "x", "pk": "abcdefgh"}',
}


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_no_value_of_the_environment_survives_however_it_is_written(name):
    redactor = Redactor.of(environment=ENVIRONMENT)
    value = ENVIRONMENT[name]
    secret = value if name != "DATABASE_URL" else "Tr0ub4dor%263"
    for written in (
        secret,
        json.dumps({"x": secret}),
        json.dumps({"x": secret}, ensure_ascii=False),
        json.dumps({"x": json.dumps({"y": secret})}),
        f"https://a.test/?q={quote(secret, safe='')}",
        f"q={quote_plus(secret)}&b=1",
    ):
        clean = redactor.text(written)
        assert secret not in clean
        assert json.dumps(secret)[1:-1] not in clean
        assert quote(secret, safe="") not in clean
        assert "~redacted-environment~" in clean or "~redacted-url-password~" in clean
        if written.startswith("{") and secret != written:
            json.loads(clean)
    for encode in (b64encode, urlsafe_b64encode):
        for user in ("", "u:", "me:", "you:", "x" * 40):
            clean = redactor.text("x " + encode((user + secret + "!tail").encode()).decode())
            assert MARK.search(clean)
            assert len(MARK.sub("", clean)) < len(encode((user + "!tail").encode())) + 8


def test_dummies_and_common_values_are_no_secrets():
    environment = {
        "OPENAI_API_KEY": "sk-oao-replay",
        "ANTHROPIC_API_KEY": "sk-ant-oao-replay",
        "USE_AUTH": "required",
        "SSH_AUTH_SOCK": "/run/user/1000/agent.1",
        "POSTGRES_PASSWORD": "postgres",
        "TOKENIZERS_PARALLELISM": "notfalse1",
        "MAX_TOKENS": "100000",
        "GIT_AUTHOR_NAME": "Ada Lovelace",
        "KEYBOARD_LAYOUT": "de-latin1-x",
        "API_KEY_URL": "https://keys.test/new1",
        "HOME": "/home/ada12345",
    }
    redactor = Redactor.of(environment=environment)
    text = " ".join(environment.values())
    assert redactor.text(text) == text


def test_what_was_a_secret_of_the_environment_stays_one(monkeypatch):
    monkeypatch.setenv("LATE_API_KEY", "qqqqqqqq-11111")
    redactor = Redactor.of()
    monkeypatch.delenv("LATE_API_KEY")
    assert "qqqqqqqq" not in redactor.text("it is qqqqqqqq-11111 now")
    assert Redactor.of().text("it is qqqqqqqq-11111 now") == "it is qqqqqqqq-11111 now"


def test_a_secret_that_is_set_late_is_known_wherever_it_comes(monkeypatch):
    redactor, other = Redactor.of(), Redactor.of(environment={})
    said = "it is rrrrrrrr-22222 now"
    headers = (("accept", said),)
    clean = redactor.text(said), redactor.url(f"https://h/{said}"), redactor.headers(headers, "request")
    monkeypatch.setenv("LATE_API_KEY", "rrrrrrrr-22222")
    monkeypatch.setenv("LATE_URL", "https://me:ssssssss-33333@h")
    late = redactor.text(said), redactor.url(f"https://h/{said}"), redactor.headers(headers, "request")
    assert clean == (said, f"https://h/{said}", headers)
    assert all("rrrrrrrr" not in str(one) for one in late)
    data = b"rrrrrrrr-22222 ssssssss-33333"
    assert redactor.data(data) == redactor.form(data) == b"~redacted-environment~ ~redacted-environment~"
    assert redactor.stream([data]) == [redactor.data(data)]
    assert other.text(said) == said


def test_what_pytest_and_replay_set_for_each_test_is_no_secret(monkeypatch):
    Redactor.of()
    known = len(LATE.values)
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_it[https://h] (call)")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-oao-replay")
    assert len(LATE.values) == known


def test_what_a_test_puts_in_the_place_of_putenv_deafens_nobody(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "putenv", lambda *_: None)
        Redactor.of()
    redactor = Redactor.of()
    monkeypatch.setenv("LATE_API_KEY", "uuuuuuuu-55555")
    assert redactor.text("it is uuuuuuuu-55555") == "it is ~redacted-environment~"


@pytest.mark.parametrize(
    "setting",
    [
        "os.environ['LATE_API_KEY'] = value",
        "os.environ.update(LATE_API_KEY=value)",
        "os.environ |= {'LATE_API_KEY': value}",
        "os.environ.setdefault('LATE_API_KEY', value)",
        "os.putenv('LATE_API_KEY', value)",
        "os.environb[b'LATE_API_KEY'] = value.encode()",
    ],
)
def test_however_a_variable_is_set_it_is_heard_and_no_audit_hook_slows_the_process(setting):
    script = f"""
import os, sys
hooks = []
sys.addaudithook(lambda event, _: hooks.append(event) if event == "sys.addaudithook" else None)
from pytest_oao.cassette.redaction import Redactor
redactor, value = Redactor.of(), "tttttttt-44444"
{setting}
print(redactor.text("it is tttttttt-44444"), hooks)
"""
    if "environb" in setting and sys.platform == "win32":
        pytest.skip("Windows has no os.environb")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "it is ~redacted-environment~ []\n"


def test_extra_values_and_patterns():
    redactor = Redactor.of([r"ACME-\d{6}", r"badge (\w+)"], values=["the launch code"], environment={})
    assert redactor.text('{"a": "ACME-123456", "b": "badge x9 ok"}') == (
        '{"a": "~redacted-custom~", "b": "badge ~redacted-custom~ ok"}'
    )
    assert redactor.text("say the launch code") == "say ~redacted-environment~"
    assert redactor.names[-1] == "custom"
    far = "x" * 5000 + "ACME-123456"
    assert redactor.text(far) == "x" * 5000 + "~redacted-custom~"
    greedy = Redactor.of(["ACME-.*"], environment={})
    assert json.loads(greedy.text('{"a": "ACME-é", "b": 1}')) == {"a": "~redacted-custom~", "b": 1}
    either = Redactor.of(["q(a1)q|zz9"], environment={})
    assert either.text("qa1q zz9é") == "q~redacted-custom~q ~redacted-custom~é"
    assert Redactor.of(["x.y"], environment={}).text("xéy x€ x-y") == "xéy x€ ~redacted-custom~"


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+b",
        "a*",
        "(",
        "[",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        ".*.*.*.*x",
        "a?" * 30,
        "x" * 1001,
        "[é]x",
        "((a*)b)*c",
    ],
)
def test_a_pattern_that_may_run_for_ever_is_refused(pattern):
    with pytest.raises(BadOption) as error:
        Redactor.of([pattern], environment={})
    assert error.value.remedy


def test_a_slow_pattern_is_stopped(monkeypatch):
    monkeypatch.setattr("pytest_oao.cassette.user_patterns._BUDGET", 0.05)
    redactor = Redactor.of(["a+a+b"], environment={})
    start = time.process_time()
    with pytest.raises(BadOption, match="took more than"):
        redactor.text("a" * 1_000_000)
    assert time.process_time() - start < 5


HEX, CROCKFORD = "0123456789abcdef", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
URL64 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
IDS = [
    *[("call_", URL64[:-2], 24), ("toolu_01", URL64[:-2], 22), ("chatcmpl-", URL64[:-2], 29), ("msg_", HEX, 50)],
    *[("msg_01", URL64[:-2], 22), ("resp_", HEX, 50), ("req_", HEX, 32), ("rs_", HEX, 50), ("fc_", HEX, 50)],
    *[
        ("asst_", URL64[:-2], 24),
        ("fp_", HEX, 10),
        ("task_", URL64[:-2], 24),
        ("", CROCKFORD, 26),
        ("gAAAAAB", URL64, 900),
    ],
    *[
        ("file-", URL64[:-2], 22),
        ("run_", URL64[:-2], 24),
        ("thread_", URL64[:-2], 24),
        ("ws_", HEX, 50),
        ("sha256:", HEX, 64),
    ],
    *[("", HEX, 7), ("", HEX, 40), ("", HEX, 64), ("srvtoolu_01", URL64[:-2], 22), ("container_01", URL64[:-2], 22)],
]


def _benign(random):
    def one(alphabet, n):
        return "".join(random.choices(alphabet, k=n))

    for n in range(130):
        yield from (prefix + one(alphabet, length) for prefix, alphabet, length in IDS)
        yield str(UUID(bytes=random.randbytes(16), version=4))
        yield "data:image/png;base64," + b64encode(random.randbytes(6000)).decode()
        yield b64encode(random.randbytes(700)).decode()
        yield urlsafe_b64encode(random.randbytes(600)).decode()
        yield f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}T12:{n % 60:02}:00.{n:03}Z"
        yield f"{n}.{n % 7}.{n % 11}-rc.{n}+build.{one(HEX, 12)}"
        yield f"https://a.test/p/{n}?page={n}&code={n}&key=name&cursor={one(HEX, 20)}&next_page_token={one(HEX, 30)}"
        yield random.choice(["task", "risk", "disk", "desk", "mask"]) + "-oriented-" + one("abcdefgh-", 20) + str(n)
        yield f"user{n}@example.com"
        yield f'W/"{one(HEX, 40)}"'


PROSE = [
    "a task-oriented-dialogue-system-2024-edition and risk-averse-investors-and-their-funds-2025",
    "i18n-sk-proj-translations-and-more-of-them-to-come, en_sk-admin-panel-2, disk-proj-management-system-2024-edition",
    "coughs_ghp_12, laughs_3f786850e387550fdab836ed7e6dc881de23001b, is-akia-AKIAB and the my_AIzaXX",
    "sk-SK-Standard-A, sk-SK-Wavenet-A, sk-circle-fade-dot-1 and sk-container-id-12",
    "api_key=os.environ['OPENAI_API_KEY']",
    'api_key=os.environ["X"]',
    'client = OpenAI(api_key=os.getenv("OPENAI_API_KEY"))',
    "api_key=settings.API_KEY_V2, token=self.token_2024.value",
    "password: str",
    "def login(user: str, password: str, token: str | None = None) -> bool:",
    "password = getpass.getpass()",
    "token = tokenizer2.encode2(text)",
    "access_token=response.json()['access_token']",
    "secret: ${{ secrets.API_KEY }}",
    "export API_KEY=$MY_KEY_12345678",
    "postgres://${USER}:${PASSWORD}@host/db",
    "http://{user}:{password}@host",
    "The bearer of this letter is responsible for basic understanding and basic authentication.",
    "Bearer authentication-is-required",
    "Use the -----BEGIN PRIVATE KEY----- header (see the docs) to find keys.",
    ".sk-fading-circle .sk-circle12:before { animation-delay: -0.1s; color: #a1b2c3d4 }",
    "git checkout 3f786850e387550fdab836ed7e6dc881de23001b # key: value, token: word",
    "key: the most important thing2; secret: it is 42; cookie: 12 biscuits",
    "Deno.env.get('API_KEY') || process.env.API_KEY2",
    "fetch(url, {credentials: 'include'})",
    "cd /home/x/pk-lf && ls 'gl-b' xox hf_ gsk_ AKIA eyJ",
]
JSONS = [
    {"max_tokens": 1000, "token_count": 12345, "tokens": 99999, "max_completion_tokens": 4096},
    {"usage": {"prompt_tokens": 12345, "completion_tokens_details": {"reasoning_tokens": 12345}}},
    {"next_page_token": "CAUQAA1234567890abcdefghijk", "nextPageToken": "CAUQAA1234567890abcdefghijk"},
    {"continuation_token": "CAUQAA1234567890abcdefghijk", "cursor": "CAUQAA1234567890abcdefghijk"},
    {
        "logprobs": {
            "content": [{"token": "Hello", "logprob": -0.3, "bytes": [72], "top_logprobs": [{"token": " 2024"}]}]
        }
    },
    {"prompt_cache_key": "user-1234567890-abcdef", "idempotency_key": "stainless-python-retry-1234567890ab"},
    {"properties": {"password": {"type": "string"}, "api_key": {"type": "string", "description": "key"}}},
    {"password": "string", "api_key": "", "secret": None, "token": True, "authorization": "<token>"},
    {"api_key": "${API_KEY}", "password": "{{password}}", "access_token": "your-access-token", "client_secret": "***"},
    {"public_key": "abcdefgh", "primary_key": "id12345", "key": "users/2024/abc", "code": "invalid_api_key1"},
    {"type": "thinking", "thinking": "…", "signature": "ErUBCkYIBRgCIkD" + b64encode(bytes(range(200))).decode()},
    {"error": {"message": "You didn't provide an API key. Use Authorization: Bearer YOUR_KEY", "code": None}},
    {"system_fingerprint": "fp_44709d6fcb", "secret_santa": "Ada", "password_policy": "strong1"},
]


def test_nothing_benign_is_redacted():
    values = [*_benign(Random(7)), *PROSE]
    assert len(values) > 3000
    for value in values:
        for text in (
            value,
            f"see {value} here",
            json.dumps({"id": value, "content": f"x\n{value}"}),
            f'{{"a":"{value}',
        ):
            assert PLAIN.text(text) == text
    for record in JSONS:
        for text in (json.dumps(record), json.dumps({"arguments": json.dumps(record)}), repr(record)):
            assert PLAIN.text(text) == text


def test_what_holds_no_secret_is_the_same_object():
    data, text = b'{"model": "x"}', "nothing here"
    assert PLAIN.data(data) is data
    assert PLAIN.text(text) is text
    assert PLAIN.stream([b"a", b"", b"b"]) == [b"a", b"", b"b"]
    assert PLAIN.stream([]) == []
    assert PLAIN.text("\ud800 lone") == "\ud800 lone"


def test_urls_keep_their_shape():
    assert PLAIN.url("GET https://u:p@a.test/x?api_key=1&b=2") == (
        "GET https://~redacted-url-password~@a.test/x?api_key=~redacted-field~&b=2"
    )
    assert PLAIN.url("POST /chat/completions") == "POST /chat/completions"
    assert PLAIN.url("https://a.test/@me/x?code=404&key=name") == "https://a.test/@me/x?code=404&key=name"


@pytest.mark.parametrize("name", ["token", "TOKEN", "api_key", "apikey", "access_token", "password", "client_secret"])
@pytest.mark.parametrize("value", ["abc", "correct-horse-battery", "4711", "tok_live"])
def test_in_an_address_and_in_a_form_no_such_parameter_survives(name, value):
    for url in (
        f"https://a.test/x?{name}={value}",
        f"GET https://a.test/?a=1&{name}={value}&b=2",
        f"https://a.test/#{name}={value}",
    ):
        clean = PLAIN.url(url)
        assert value not in clean, clean
        assert MARK.sub("", clean) == url.replace(value, "")
        assert PLAIN.url(clean) == clean
    for form in (f"{name}={value}", f"{name}={value}&user=ada", f"user=ada&{name}={value}&b=2"):
        assert value.encode() not in PLAIN.form(form.encode())
        assert b"user=ada" in PLAIN.form(form.encode()) or "user" not in form


def test_in_an_address_what_only_looks_alike_stays():
    for url in (
        "https://a.test/x?page_token=abc&nextToken=abc&max_tokens=100&tokenizer=o200k&q=token",
        "https://a.test/x?key=name&code=404&session=summer&sort=token#token-list",
        "POST /chat/completions",
    ):
        assert PLAIN.url(url) == url
        assert PLAIN.form(url.encode()) == url.encode()


@given(st.lists(st.one_of(st.sampled_from([t for _, t in ALL_TOKENS[:40]]), st.sampled_from(
    ["password", "api_key", '"', "'", ":", "=", " ", "\\", "\n", "token", "Bearer ", "Basic ", "://", "@", "&", "?", "a1", "{", "}", "#",
     ",", "[", "]", "-----BEGIN PRIVATE KEY-----", "~redacted-field~", "~", "-", "hunter2", "é", "\r\n", "secret", "key=", "sig=", "token="]),
), max_size=14).map("".join))  # fmt: skip
def test_redacting_twice_is_redacting_once(text):
    once = PLAIN.text(text)
    assert PLAIN.text(once) == once
    assert PLAIN.url(PLAIN.url(text)) == PLAIN.url(text)
    assert PLAIN.form(PLAIN.form(text.encode())) == PLAIN.form(text.encode())


LEAVES = st.one_of(
    st.none(), st.integers(), st.text(max_size=8), st.sampled_from([t for _, t in ALL_TOKENS[::3]]),
    st.sampled_from(['password="', "{'api_key': \"", '{"password":', "'secret': 'x", 'api_key = "', 'a\\"b"c', "Bearer ", "cookie: a=b",
                     '"password":"\\', "secret>x</", 'password"\r\n\r\n', "x?key=a1a1a1a1a1", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq"]),
)  # fmt: skip
NAMES = st.sampled_from(["password", "token", "content", "x", "api_key", "value", "name", 'a"b', "client_secret'"])
TREES = st.recursive(
    LEAVES, lambda kids: st.lists(kids, max_size=3) | st.dictionaries(NAMES, kids, max_size=3), max_leaves=8
)


@given(TREES, st.integers(0, 2), st.booleans())
def test_json_stays_json(tree, depth, ascii_only):
    for _ in range(depth):
        tree = {"content": json.dumps(tree, ensure_ascii=ascii_only), "x": [tree]}
    clean = PLAIN.text(json.dumps(tree, ensure_ascii=ascii_only))
    assert _shape(json.loads(clean)) == _shape(tree)


def _shape(tree):
    if isinstance(tree, dict):
        return {MARK.sub("", name): _shape(value) for name, value in tree.items()}
    return [_shape(item) for item in tree] if isinstance(tree, list) else None


@given(st.lists(st.integers(0, 600), max_size=8), st.sampled_from([t for _, t in ALL_TOKENS[::5]]))
def test_cuts_do_not_matter(cuts, token):
    body = sse([chat("use "), chat(token[:9]), chat(token[9:]), chat(" or "), chat(token)])
    ends = sorted(min(cut, len(body)) for cut in cuts)
    parts = [body[a:b] for a, b in zip([0, *ends], [*ends, len(body)], strict=True)]
    clean = PLAIN.stream(parts)
    assert len(clean) == len(parts)
    assert b"".join(clean) == PLAIN.data(body)


def test_two_choices_at_once_do_not_mix():
    token = TOKENS["openai-key"][0]
    events = [event for at in range(0, len(token), 5) for event in (chat(token[at : at + 5], 0), chat("word ", 1))]
    clean = _events(PLAIN.data(sse(events)))
    assert "".join(_said(event) for event in clean if event["choices"][0]["index"] == 1) == "word " * (len(events) // 2)
    assert "".join(_said(event) for event in clean if event["choices"][0]["index"] == 0) == "~redacted-openai-key~"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "eyJ",
        '"api_key":',
        '"password":"x\n',
        "sk-",
        "_a",
        "-----BEGIN PRIVATE KEY-----",
        'password"\r\n\r\n',
        "://",
    ],
)
def test_it_is_linear(unit):
    small, large = ((unit * (size // len(unit))).encode() for size in (250_000, 1_000_000))
    assert _seconds(large) < 0.3 + 8 * _seconds(small)
    assert _seconds(large) < 1


def _seconds(data):
    start = time.process_time()
    PLAIN.data(data)
    return time.process_time() - start


CORPUS = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared") / "corpus"
NAMED = re.compile(rb"passw|passphrase|api_key", re.IGNORECASE)


class _Loader(yaml.SafeLoader):
    pass


def _untagged(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return next(iter(loader.construct_sequence(node, deep=True)), "")
    return "".join(map(str, next(iter(loader.construct_mapping(node, deep=True).values()), [])))


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _untagged)


def _har_bodies(path):
    for entry in json.loads(path.read_bytes())["log"]["entries"]:
        yield (entry["request"].get("postData") or {}).get("text", "").encode()
        content = entry["response"]["content"]
        text = content.get("text", "").encode()
        yield b64decode(text) if content.get("encoding") == "base64" else text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_in_real_traffic_only_named_fields_are_redacted():
    bodies = [body for path in sorted(CORPUS.glob("har/**/*.har")) for body in _har_bodies(path)]
    bodies += [text.encode() for path in sorted(CORPUS.glob("vcr-yaml/**/*.yaml")) for text in _vcr_bodies(path)]
    assert len(bodies) > 300
    for body in bodies:
        clean = PLAIN.data(body)
        if clean is not body:
            assert NAMED.search(body) or body.startswith((b"data:", b"event:"))
            assert set(re.findall(rb"~redacted-[a-z-]+~", clean)) == {b"~redacted-field~"}


def _vcr_bodies(path):
    for interaction in yaml.load(path.read_text(), _Loader).get("interactions", []):
        for side in (interaction["request"], interaction["response"]):
            body = side.get("body") or side.get("content") or ""
            body = body.get("string", "") if isinstance(body, dict) else body
            yield (
                body
                if isinstance(body, str)
                else body.decode("latin-1")
                if isinstance(body, bytes)
                else json.dumps(body)
            )


def test_rules_tell_redactors_apart_without_a_secret():
    plain, headers = Redactor.of(), Redactor.of(headers=["X-Tenant"])
    rules = {one.rules for one in (plain, headers, Redactor.of(["CUST-[0-9]+"]), Redactor.of(["ACME-[0-9]+"]))}
    assert len(rules) == 4
    assert headers.rules == Redactor.of(headers=["x-tenant"], values=["hunter2-hunter2"]).rules


@pytest.mark.parametrize("held", ['{"note": %s}', '{"a": [%s, 1]}', "%s"])
def test_a_form_is_known_by_its_shape_also_where_a_text_of_json_holds_it(held):
    """A key this short is none in prose."""
    for form in ("api_key=Zx81kQpLm2", "api_key=Zx81kQpLm2&page=2", "page=2&api_key=Zx81kQpLm2"):
        assert "Zx81kQpLm2" not in PLAIN.text(held % json.dumps(form))
    for text in ("the api_key=Zx81kQpLm2 is gone", "api_key=Zx81kQpLm2 or another"):
        assert "Zx81kQpLm2" in PLAIN.text(held % json.dumps(text))
