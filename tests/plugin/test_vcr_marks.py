"""`@pytest.mark.vcr` under `oao_vcr`: marks, fixtures, the hook and vcrpy's objects, as with pytest-recording."""

from vcr import filters
from vcr_projects import here, interaction, put, run

CONFTEST = """
import pytest

CALLED = []

class Upper:
    @staticmethod
    def deserialize(text):
        import yaml
        CALLED.append("deserialize")
        found = yaml.safe_load(text)
        for one in found["interactions"]:
            one["response"]["body"]["string"] = one["response"]["body"]["string"].upper()
        return found

def pytest_recording_configure(config, vcr):
    vcr.register_serializer("loud", Upper)
    vcr.register_matcher("first_letter", lambda one, other: one.path[:2] == other.path[:2])

@pytest.fixture
def vcr_config():
    return {"match_on": ["method", "host", "path"]}

@pytest.fixture
def asked():
    import httpx2
    return lambda path, **more: httpx2.get("http://shop.test/" + path, **more).text
"""

TEST = """
import pytest
import vcr.filters
from conftest import CALLED

pytestmark = pytest.mark.vcr(match_on=["method"])

def test_module_mark(asked):
    assert asked("anything") == "one"

@pytest.mark.vcr(match_on=["method", "path"])
class TestMarks:
    def test_class_mark(self, asked):
        assert asked("second") == "two"

    @pytest.mark.vcr(match_on=["first_letter"])
    def test_own_mark_and_matcher(self, asked):
        assert asked("sxx") == "two"

@pytest.mark.vcr(serializer="loud")
def test_serializer(asked):
    assert asked("x") == "LOUD"
    assert CALLED == ["deserialize"]

@pytest.mark.vcr("more/a.yaml", "b.yaml", match_on=["path"])
def test_several(asked, vcr, record_mode, vcr_cassette_dir):
    assert [asked("b"), asked("a"), asked("own")] == ["in b", "in a", "own"]
    assert vcr.play_count == len(vcr) == 3 and vcr.all_played
    assert record_mode == "none" and vcr_cassette_dir.endswith("test_agent")

@pytest.mark.vcr(allow_playback_repeats=True)
def test_repeats(asked, oao):
    assert [asked("a"), asked("a")] == ["again", "again"]
    assert [call.target for call in oao.calls] == ["GET http://shop.test/a"] * 2

@pytest.mark.skipif(not hasattr(vcr.filters, "sensitive_data_hooks"), reason="vcrpy before 9")
@pytest.mark.vcr(filter_sensitive_data={"<TOKEN>": "s3cret"}, match_on=["query"])
def test_hidden(asked):
    assert asked("x?t=s3cret") == "for s3cret"

@pytest.mark.xfail
def test_expected_to_miss(asked):
    asked("nowhere")

@pytest.mark.vcr(record_mode="new_episodes")
def test_makes_no_call():
    pass

@pytest.mark.parametrize("long", [pytest.param(1, id="x" * 300)])
def test_long(asked, long):
    assert asked("x") == "long"

@pytest.mark.vcr(record_mode="rewrite")
def test_live():
    pass
"""


def test_marks_are_merged_and_what_the_suite_registers_is_called(project):
    project.write(conftest=CONFTEST, test_agent=TEST)
    put(project, "test_module_mark.yaml", interaction(text="one"))
    for name in ("TestMarks.test_class_mark", "TestMarks.test_own_mark_and_matcher"):
        put(project, f"{name}.yaml", interaction(text="one"), interaction("http://other.test/second", "two"))
    put(project, "test_serializer.loud", interaction(text="loud"))
    put(project, "test_several.yaml", interaction("http://shop.test/own", "own"))
    put(project, "more/a.yaml", interaction("http://shop.test/a", "in a"))
    put(project, "b.yaml", interaction("http://shop.test/b", "in b"))
    put(project, "test_repeats.yaml", interaction("http://shop.test/a", "again"))
    put(project, "test_hidden.yaml", interaction("http://shop.test/x?t=<TOKEN>", "for <TOKEN>"))
    rewritten = put(project, "test_live.yaml", interaction())
    long = f"test_long[{'x' * 300}]"
    put(project, f"{long[: 255 - 5 - 32 - 3]}...{md5_of(long)}.yaml", interaction(text="long"))
    done = run(project)
    known = hasattr(filters, "sensitive_data_hooks")
    done.assert_outcomes(passed=8 + known, skipped=1 - known, xfailed=1, errors=1)
    done.stdout.fnmatch_lines(["*record_mode='rewrite' makes every request of the test live*"])
    assert rewritten.exists()


def md5_of(text):
    import hashlib

    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


BESIDE = """
import socket, threading, time
import pytest
import vcr as vcrpy

@pytest.fixture(scope="module")
def wide():
    '''Made before the cassette opens: live, and none of its affair.'''
    import urllib.request, os
    return urllib.request.urlopen(os.environ["MODEL_URL"] + "/count").read()

@pytest.mark.vcr
def test_beside(wide, asked):
    assert wide.isdigit() and asked("hours") == "nine"

@pytest.mark.vcr
def test_a_cassette_within_takes_precedence(asked):
    with vcrpy.use_cassette("cassettes/within.yaml", record_mode="none") as cassette:
        assert asked("inner") == "inner"
        assert cassette.play_count == 1
    assert asked("hours") == "nine"

def test_vcrpy_by_itself(asked):
    with vcrpy.VCR(cassette_library_dir="cassettes").use_cassette("within.yaml", record_mode="none"):
        assert asked("inner") == "inner"
        with pytest.raises(Exception, match="(?i)play back|overwrite"):
            asked("other")

@pytest.mark.oao
@pytest.mark.vcr
def test_marked_for_us_too(oao, vcr):
    assert vcr is None and oao.cassette.name == "test_marked_for_us_too.yaml"
    assert oao.session.header.origin.format != "vcrpy"

@pytest.mark.vcr
def test_in_a_thread_and_sleeping(asked):
    found = []
    thread = threading.Thread(target=lambda: found.append(asked("hours")))
    thread.start(); thread.join()
    assert found == ["nine"]

@pytest.mark.vcr(ignore_hosts=["127.0.0.1"])
def test_ignored_hosts_are_live(asked, oao):
    import httpx2, os
    assert httpx2.get(os.environ["MODEL_URL"] + "/count").text.isdigit()
    assert asked("hours") == "nine"
    assert len(oao.calls) == 2

@pytest.mark.vcr(ignore_hosts=["app.test"])
def test_what_an_application_in_memory_asks_is_answered(asked):
    import httpx2
    with httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(200, text=asked("hours")))) as client:
        assert client.get("http://app.test/").text == "nine"
"""


def test_what_is_beside_the_cassette_is_as_it_was(project):
    project.write(
        conftest=CONFTEST.partition("class Upper")[0] + CONFTEST[CONFTEST.index("@pytest.fixture\ndef asked") :]
    )
    project.write(test_agent=BESIDE)
    for name in ("beside", "a_cassette_within_takes_precedence", "in_a_thread_and_sleeping", "ignored_hosts_are_live"):
        put(project, f"test_{name}.yaml", interaction())
    put(project, "test_what_an_application_in_memory_asks_is_answered.yaml", interaction())
    put(project, "../within.yaml", interaction("http://shop.test/inner", "inner"))
    done = run(project)
    done.assert_outcomes(passed=6, failed=1)
    done.stdout.fnmatch_lines(["*test_marked_for_us_too*"])


def test_a_test_is_left_alone_without_the_ini_value(project):
    project.write(
        test_agent="import pytest\n@pytest.mark.vcr\ndef test_it(request):\n    assert 'vcr' not in request.fixturenames\n"
    )
    here(project).assert_outcomes(passed=1)
