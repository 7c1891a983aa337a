TESTS = """
import unittest, pytest
from my_agent import aanswer, answer

class Quiet(unittest.TestCase):
    def test_unmanaged(self):
        pass

@pytest.mark.oao
class TestRefund(unittest.TestCase):
    def setUp(self):
        self.before = answer("set up")
        self.addCleanup(answer, "cleaned up")

    def tearDown(self):
        answer("torn down")

    def test_answer(self):
        assert answer("hi") != self.before

    def test_subtests(self):
        for name in "ab":
            with self.subTest(name):
                assert answer(name)

@pytest.mark.oao
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.before = await aanswer("set up")

    async def test_answer(self):
        assert await aanswer("hi") != self.before
"""


def test_methods_are_managed_like_functions(light):
    light.write(test_agent=TESTS)
    light.record().assert_outcomes(passed=4)
    assert len(light.cassettes()) == 3
    light.server.stop()
    light.replay().assert_outcomes(passed=4)


def test_failures_are_told_by_their_first_cause(light):
    light.write(test_agent=TESTS)
    light.record("-k", "Refund").assert_outcomes(passed=2, deselected=2)
    light.edit("test_agent.py", 'answer("hi") != self.before', "1 == 2")
    done = light.replay("-k", "Refund and answer")
    done.assert_outcomes(failed=1, deselected=3)
    done.stdout.fnmatch_lines(["*assert 1 == 2*"])  # the test's own failure
    swallowed = "try:\n            answer('ho')\n        except BaseException:\n            pass\n        assert "
    light.edit("test_agent.py", "assert 1 == 2", swallowed + "1 == 2")
    done = light.replay("-k", "Refund and answer")
    done.assert_outcomes(failed=1, deselected=3)
    done.stdout.fnmatch_lines(["*request changed*call 2 of 4*"])
    assert "assert 1 == 2" not in done.stdout.str()
    light.edit("test_agent.py", "1 == 2", "True")
    done = light.replay("-k", "Refund and answer")
    done.assert_outcomes(failed=1, deselected=3)
    done.stdout.fnmatch_lines(["*request changed*call 2 of 4*"])


def test_a_method_that_fails_live_makes_no_cassette(light):
    light.write(test_agent=TESTS.replace("!= self.before", "== self.before"))
    done = light.record()
    done.assert_outcomes(failed=2, passed=2)
    assert [name.rpartition("/")[2] for name in light.cassettes()] == [
        "test_answer.oao.jsonl",
        "test_answer.oao.jsonl",
        "test_subtests.yaml",
    ]


def test_calls_of_setup_class_are_refused(light):
    light.write(
        test_agent=TESTS.replace(
            "    def setUp(self):",
            "    @classmethod\n    def setUpClass(cls):\n        answer('shared')\n\n    def setUp(self):",
        )
    )
    done = light.record("-k", "Refund")
    done.assert_outcomes(errors=2, deselected=2)
    done.stdout.fnmatch_lines(["*class-scoped fixture*makes a host call*"])
