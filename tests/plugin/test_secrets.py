"""Secrets in the names of tests and in what a live test fails with: in no file, no file's name, and no report."""

import random
import string

import pytest
import yaml

random = random.Random(11)
KEYS = ["sk-proj-" + "".join(random.choices(string.ascii_letters + string.digits, k=40)) for _ in range(2)]

PARAMETRISED = f"""
import pytest
from my_agent import answer

KEYS = {KEYS}

@pytest.mark.oao
@pytest.mark.parametrize("key", KEYS)
def test_key(key):
    assert answer("who am I, " + str(KEYS.index(key)))
"""


def leaks(light, done=None):
    """Return where a key stands: names of files, contents of files, lines that were printed."""
    folder = light.path / "cassettes"
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    texts = [path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    printed = (done.stdout.str(), done.stderr.str()) if done is not None else ()
    return [text for text in (*paths, *texts, *printed) if any(key in text for key in KEYS)]


def test_a_key_in_a_test_s_name_is_in_no_file_s_name(light):
    light.write(test_agent=PARAMETRISED)
    light.record().assert_outcomes(passed=2)
    names = light.cassettes()
    assert len(names) == 2
    assert all(name.startswith("test_agent/test_key_redacted-openai-key_") for name in names)
    light.server.stop()
    light.replay().assert_outcomes(passed=2)
    light.replay("-k", KEYS[1]).assert_outcomes(passed=1, deselected=1)
    done = light.record("--tb=no", "--no-summary", "--show-capture=no")
    done.assert_outcomes(failed=2)
    assert sum(name.endswith(".oao.jsonl") for name in light.cassettes()) == 2
    assert leaks(light, done) == []


def test_the_name_is_the_same_with_another_key(light):
    light.write(test_agent=PARAMETRISED)
    light.record().assert_outcomes(passed=2)
    light.server.stop()
    light.edit("test_agent.py", KEYS[0], KEYS[0][:-8] + "anewone1")
    light.replay().assert_outcomes(passed=2)


def test_a_divergence_of_a_test_with_a_key_in_its_name_can_be_recorded_anew(light):
    light.write(test_agent=PARAMETRISED)
    light.record().assert_outcomes(passed=2)
    task = [yaml.safe_load(path.read_text())["execution"]["task"] for path in light.path.rglob("*.yaml")]
    assert len(set(task)) == 1  # the hash of what was passed is one of the placeholder: no guess can be tested with it
    light.edit("test_agent.py", "who am I", "who are you")
    done = light.replay()
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(['*pytest --oao-record "test_agent.py::test_key"*'])
    ours = done.stdout.str().partition("oao: request changed")[2].partition("____")[0]
    assert "then" in ours
    assert not any(key in ours for key in KEYS)


def test_our_refusals_do_not_repeat_a_key(light):
    light.write(test_agent=PARAMETRISED)
    light.edit("test_agent.py", "mark.oao", "mark.oao(order='random')")
    done = light.replay()
    done.stderr.fnmatch_lines(["*test_key[[]~redacted-openai-key~[]]*order='random'*"])
    assert leaks(light, done) == []


ECHOES = """
import logging, pytest
from my_agent import answer

@pytest.fixture
def asked(oao):
    yield
    answer("again")
    raise ValueError("teardown was refused: {key}")

@pytest.mark.oao
def test_call():
    answer("hi")
    print("printed {key}")
    logging.warning("logged {key}")
    raise ValueError("Incorrect API key provided: {key}")

@pytest.mark.oao
def test_teardown(asked):
    answer("hi")

@pytest.mark.oao
def test_skip():
    answer("hi")
    pytest.skip("{key} was refused")

@pytest.mark.oao
def test_xfail():
    answer("hi")
    pytest.xfail("{key} was refused")
""".replace("{key}", KEYS[0])


@pytest.mark.parametrize("style", ["long", "line"])
def test_a_live_test_s_failure_is_shown_without_the_keys_in_it(light, style):
    light.write(test_agent=ECHOES)
    done = light.record("-rA", "--junitxml=out.xml", "--tb", style)
    done.assert_outcomes(failed=1, passed=1, errors=1, skipped=1, xfailed=1)
    done.stdout.fnmatch_lines_random(
        [
            "*ValueError: Incorrect API key provided: ~redacted-openai-key~*",
            "*ValueError: teardown was refused: ~redacted-openai-key~*",
            "SKIPPED*~redacted-openai-key~ was refused",
            "XFAIL*~redacted-openai-key~ was refused",
        ]
    )
    if style == "long":
        done.stdout.fnmatch_lines(["*printed ~redacted-openai-key~*", "*logged ~redacted-openai-key~*"])
    assert leaks(light, done) == []
    assert not any(key in (light.path / "out.xml").read_text() for key in KEYS)


def test_a_failure_without_a_secret_is_shown_as_ever(light):
    light.write(
        test_agent="import pytest\nfrom my_agent import answer\n\n@pytest.mark.oao\ndef test_it():\n    said = answer('hi')\n    assert said == 'ho'\n"
    )
    done = light.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([">*assert said == 'ho'", "E*AssertionError*", "test_agent.py:*: AssertionError"])


ADDRESSES = """
import httpx2, pytest

SECRETS = {secrets}

class Answers(httpx2.BaseTransport):
    def handle_request(self, request):
        headers = {{"set-cookie": f"sid={{SECRETS[0]}}; Path=/", "location": f"https://b.invalid/?token={{SECRETS[1]}}"}}
        return httpx2.Response(201, headers=headers, text=f"see https://b.invalid/?api_key={{SECRETS[2]}}")

@pytest.mark.oao
def test_it():
    client = httpx2.Client(transport=Answers(), cookies={{"session": SECRETS[0]}})
    client.get("https://a.invalid/x", params={{"token": SECRETS[1], "api_key": SECRETS[2], "page": "{page}"}})
    client.post("https://a.invalid/login", data={{"token": SECRETS[1], "password": SECRETS[3], "user": "ada"}})
"""


@pytest.mark.parametrize("keep", ["", "cookie set-cookie"])
def test_parameters_cookies_and_forms_are_redacted_wherever_a_call_is_shown(light, keep):
    secrets = ["cookievalue", "tokenvalue", "keyvalue", "passwordvalue"]
    light.pytester.makeini(f"[pytest]\noao_keep_headers = {keep}\n")
    light.write(test_agent=ADDRESSES.format(secrets=secrets, page=1))
    light.record().assert_outcomes(passed=1)
    light.replay().assert_outcomes(passed=1)
    light.write(test_agent=ADDRESSES.format(secrets=[secret[::-1] for secret in secrets], page=1))
    light.replay().assert_outcomes(passed=1)
    light.write(test_agent=ADDRESSES.format(secrets=secrets, page=2))
    diverged = light.replay("-vv")
    diverged.assert_outcomes(failed=1)
    light.write(test_agent=ADDRESSES.format(secrets=secrets, page=2) + "    raise ValueError\n")
    light.record("--tb=no").assert_outcomes(failed=1)
    shown = light.command("show", "-vv", *[f"cassettes/{name}" for name in light.cassettes()]).stdout
    texts = [
        diverged.stdout.str(),
        shown,
        *((light.path / "cassettes" / name).read_text() for name in light.cassettes()),
    ]
    assert len(texts) == 4
    assert not [secret for secret in secrets for text in texts if secret in text]
    assert "user=ada" in shown
    assert ("session=~redacted-cookie~" in texts[-1]) is bool(keep)


CLIPPED = f"""
import httpx2

KNOWN = "{KEYS[0]}" + "0" * 20

class Answers(httpx2.BaseTransport):
    def handle_request(self, request):
        return httpx2.Response(200, json={{"user": "ada", "role": "an administrator of all the shops", "password": KNOWN}})

def ask(page):
    client = httpx2.Client(transport=Answers())
    client.get("https://a.invalid/login")
    client.get(f"https://a.invalid/x?page={{page}}")
"""


@pytest.mark.parametrize("pinned", [True, False])
def test_a_secret_that_is_cut_off_takes_no_line_of_the_report_with_it(light, pinned):
    test = "\nimport pytest\nfrom clipped import ask\n\n@pytest.mark.oao{}\ndef test_it({}):\n    ask({})\n"
    if pinned:
        light.write(
            clipped=CLIPPED,
            produce="import pytest_oao\nfrom clipped import ask\nwith pytest_oao.record('prod', task='t'):\n    ask(1)",
        )
        assert light.script("produce.py").returncode == 0
        light.write(test_agent=test.format("_sessions('prod/*')", "session, oao", 2))
        command = "*then *oao show -v prod/*"
    else:
        light.write(clipped=CLIPPED, test_agent=test.format("", "", 1))
        light.record().assert_outcomes(passed=1)
        light.write(test_agent=test.format("", "", 2))
        command = '*then *pytest --oao-record "test_agent.py::test_it"   # record it anew'
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["*before *", '*"ada"*"password":"~red*', command, "*cassette *", "*more *oao explain request*"],
    )
    assert leaks(light, done) == []


PRINTS = """
import pytest
from my_agent import answer

@pytest.mark.oao
def test_it():
    answer("hi")
    print('{"user": "ada", "password": "hunter2-hun...')
    print("the next line")
    print('and "another"')
    print('{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQ\\nQQDZ1x7lV2kPAAAA\\n…')
    print('{"password": "lines-\\nof-a-secret", "user": "bob"}')
    raise ValueError('{"password": "correct-horse')
"""


def test_a_secret_that_is_cut_off_takes_no_printed_line_with_it(light):
    light.write(test_agent=PRINTS)
    done = light.record("--tb=short")
    done.assert_outcomes(failed=1)
    sections = done.stdout.str().partition("Captured stdout")[2].partition("\n--")[0]
    assert sections.splitlines()[1:] == [
        '{"user": "ada", "password": "~redacted-field~',
        "the next line",
        'and "another"',
        '{"private_key": "~redacted-field~…',
        '{"password": "~redacted-field~", "user": "bob"}',
    ]
    assert "correct-horse" not in done.stdout.str()


BESIDES = f"""
import pytest
from my_agent import answer

@pytest.fixture
def one():
    yield
    raise ValueError("of its own: " + "x" * 145 + " {KEYS[0]}")

@pytest.fixture
def two(one):
    yield
    answer("delete two")

@pytest.mark.oao
def test_it(two):
    answer("hi")
"""


def test_no_part_of_a_key_is_left_in_what_was_raised_besides(light):
    light.write(test_agent=BESIDES.replace("raise ", ""))
    light.record().assert_outcomes(passed=1)
    light.write(test_agent=BESIDES.replace("delete", "remove"))
    done = light.replay()
    done.stdout.fnmatch_lines(["raised besides: ValueError: of its own: xxx*xxx ~red*"])
    assert KEYS[0][:10] not in done.stdout.str().partition("raised besides")[2]
