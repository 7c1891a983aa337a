"""`oao_vcr`: a request that the cassette does not have fails its test, and the report names the nearest."""

from vcr_projects import interaction, put, run

TEST = """
import httpx2
import pytest

pytestmark = pytest.mark.vcr

def swallowed(url, **more):
    try:
        return httpx2.request(more.pop("method", "GET"), url, **more)
    except Exception:
        return None

def test_other_path():
    swallowed("http://shop.test/hour?a=1")

@pytest.mark.vcr(match_on=["method", "body"])
def test_other_body():
    swallowed("http://shop.test/", method="POST", json={"what": "tea"})

def test_used_up():
    assert swallowed("http://shop.test/hours").text == "nine"
    swallowed("http://shop.test/hours")

def test_no_cassette():
    swallowed("http://shop.test/hours")

def test_empty_cassette():
    swallowed("http://shop.test/hours")

def test_while_taken_down(late):
    pass

@pytest.fixture
def late():
    yield
    swallowed("http://shop.test/late")

@pytest.fixture
def late_again():
    yield
    httpx2.get("http://shop.test/late")

def test_missed_before(monkeypatch, late_again):
    monkeypatch.setenv("LEFT", "behind")
    httpx2.get("http://shop.test/early")

def test_unreadable():
    pass

def test_all_was_taken_down():
    import os
    assert "LEFT" not in os.environ
    assert swallowed("http://shop.test/hours").text == "nine"
"""


def test_a_miss_fails_and_the_report_names_the_nearest_recorded_request(project):
    project.write(test_agent=TEST)
    far, near = interaction("http://far.test/x", method="POST"), interaction("http://shop.test/hours?a=1")
    put(project, "test_other_path.yaml", far, near)
    json = {"content-type": ["application/json"]}
    put(project, "test_other_body.yaml", interaction(method="POST", body='{"what": "cup"}', headers=json))
    put(project, "test_used_up.yaml", interaction())
    put(project, "test_while_taken_down.yaml", interaction())
    put(project, "test_missed_before.yaml", interaction())
    put(project, "test_all_was_taken_down.yaml", interaction())
    put(project, "test_empty_cassette.yaml").write_text("interactions: []\nversion: 1\n")
    put(project, "test_unreadable.yaml").write_bytes(b"\xff\xfe\xfa")
    done = run(project)
    done.assert_outcomes(failed=6, passed=2, errors=3)
    text = done.stdout.str()
    for told in (
        "nothing recorded matches; #2 is nearest, and differs in path",
        "matched on method, scheme, host, port, path, query (match_on)",
        "http GET http://shop.test/hours?a=1",
        "http GET http://shop.test/hour?a=1",
        "nothing recorded matches; #1 is nearest, and differs in body",
        "path: /hour != /hours",
        '$.what: "cup" → "tea"',
        "it is recorded once, and was answered as often",
        "allow_playback_repeats is off",
        "there is no cassette to answer from",
        "the cassette holds no interaction",
        "pytest -p recording -o oao_vcr=false --record-mode=new_episodes",
        "cassettes/test_agent/test_other_path.yaml",
        "not a cassette",
    ):
        assert told in " ".join(text.split()), told


SECRET = "AIzaSyA1234567890abcdefghijklmnopqrstuv"
FORMS = f"""
import httpx2
import pytest

pytestmark = pytest.mark.vcr(match_on=["method", "path", "query", "body"])

def test_secret():
    httpx2.post("http://shop.test/hours?api_key={SECRET}", json={{"what": "tea"}})

def test_query():
    httpx2.get("http://shop.test/hours?page=2")
"""


def test_a_report_shows_no_difference_that_is_none(project):
    project.write(test_agent=FORMS)
    json = {"content-type": ["application/json"]}
    uri = f"http://shop.test/hours?api_key={SECRET}"
    put(project, "test_secret.yaml", interaction(uri, method="POST", body='{"what": "cup"}', headers=json))
    put(project, "test_query.yaml", interaction("http://shop.test/hours?page=1", body=""))
    done = run(project)
    done.assert_outcomes(failed=2)
    text = " ".join(done.stdout.str().split())
    assert SECRET not in text
    assert '~ $.what: "cup" → "tea"' in text
    assert "~ target" not in text
    assert "nothing recorded matches; #1 is nearest, and differs in query expected" in text
    assert "another address" not in text
    assert "no body in this request" not in text


KEY = "sk-proj-" + "Ab-1Cd-2" * 6
LONG = "http://shop.test/of/the/second/one/and/of/more/than/are/shown/"
KEYS = f"""
import httpx2
import pytest

@pytest.mark.vcr(match_on=["method", "uri"])
def test_keys():
    httpx2.get("http://shop.test/hours")
    httpx2.get("{LONG}{KEY}")
"""


def test_no_part_of_a_key_is_left_where_a_report_cuts_or_wraps_it(project):
    project.write(test_agent=KEYS)
    text = f"{'The key of the shop that you asked about in the last call of all is':.<70}{KEY}"
    put(project, "test_keys.yaml", interaction(text=text), interaction(f"{LONG}{KEY}-as-it-was"))
    done = run(project)
    done.assert_outcomes(failed=1)
    text = done.stdout.str().partition("oao: request changed")[2]
    assert f"uri:{LONG}~redacted-openai-key~!={LONG}~redacted-openai-key~" in "".join(text.split())
    assert "then" in text
    assert not [part for part in ("1Cd", "2Ab", KEY[:10], "as-it-was") if part in text]


CHAT = """
import httpx2
import pytest

@pytest.mark.vcr(match_on=["method", "path", "body"])
def test_chat():
    asked = {"model": "gpt-test", "messages": [{"role": "user", "content": "When?"}]}
    for content in ("When?", "Where?"):
        asked["messages"][0]["content"] = content
        httpx2.post("http://models.test/v1/chat/completions", json=asked)
"""


def test_a_report_names_the_model_that_was_recorded(project):
    project.write(test_agent=CHAT)
    json = {"content-type": ["application/json"]}
    asked = '{"model":"gpt-test","messages":[{"role":"user","content":"When?"}]}'
    answer = '{"choices":[{"index":0,"message":{"role":"assistant","content":"At nine."}}]}'
    url = "http://models.test/v1/chat/completions"
    bodies = [asked, asked.replace("When", "Who")]
    put(project, "test_chat.yaml", *(interaction(url, answer, method="POST", body=one, headers=json) for one in bodies))
    done = run(project)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["  expected   chat gpt-test (*", "  came       chat gpt-test (*", "  before     #1 chat gpt-test"]
    )


OPTIONAL = """
import os
import httpx2
import pytest

@pytest.fixture
def vcr_config():
    return {"before_record_request": lambda request: None if request.path == "/count" else request}

@pytest.mark.vcr
def test_optional():
    with pytest.raises(RuntimeError, match="Network is disabled"):
        httpx2.get(os.environ["MODEL_URL"] + "/count")
    assert httpx2.get("http://shop.test/hours").text == "nine"
"""


def test_a_request_that_may_fail_passes_the_cassette_by_and_is_refused_by_a_blocked_network(project):
    project.write(test_agent=OPTIONAL)
    put(project, "test_optional.yaml", interaction())
    run(project, "--block-network").assert_outcomes(passed=1)
    run(project).assert_outcomes(failed=1)  # the network is open, and the request is live
