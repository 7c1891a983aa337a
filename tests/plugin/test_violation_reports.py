VIOLATION = """
from decimal import Decimal

from pytest_oao.errors import PolicyViolation
from pytest_oao.model.calls import Call
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.model.violations import Breach, Violation

LINE = Line("chat", "gpt-test", 3, 3, is_model=True, cost=Decimal("0.02"))
BREACH = Breach("max_steps", "at most 2", "3 steps", remedy="raise max_steps")
BROKEN = Violation("strict", BREACH, "before", Call("execute_tool", "search"), 3, Ledger((LINE,)), where="here")
"""
HEADLINE = "oao: policy violation — max_steps: 3 steps, at most 2 (call 3 of the run, lane 0)"


def test_a_violation_is_told_in_its_own_words(light):
    light.write(
        my_policy=VIOLATION,
        test_agent="""
        import pytest
        from my_agent import answer
        from my_policy import BROKEN, PolicyViolation

        @pytest.mark.oao
        def test_refund():
            answer("hi")
            raise PolicyViolation(BROKEN)
        """,
    )
    done = light.record()
    done.stdout.fnmatch_lines(
        [
            HEADLINE,
            "  policy     strict",
            "  call       execute_tool search",
            "             the call was not made",
            "  spent                     calls   cost",
            "             chat gpt-test      3  $0.02",
            "             total              3  $0.02",
            "  then       raise max_steps",
            "FAILED test_agent.py::test_refund - policy 'strict': max_steps at call 3: 3 steps; at most 2",
        ]
    )
    assert "Traceback" not in done.stdout.str()


def test_outside_pytest_the_traceback_ends_with_it(light):
    light.write(
        my_policy=VIOLATION,
        run="""
        import sys, traceback
        import pytest_oao
        from my_policy import BROKEN, PolicyViolation

        try:
            with pytest_oao.record("outer"), pytest_oao.record("inner"):
                raise PolicyViolation(BROKEN)
        except PolicyViolation as broken:
            assert len(broken.__notes__) == 1
            traceback.print_exc(file=sys.stdout)
        """,
    )
    done = light.pytester.runpython("run.py")
    assert done.ret == 0
    done.stdout.fnmatch_lines(["Traceback*", "*PolicyViolation: here: policy 'strict'*", HEADLINE, "*chat gpt-test*"])
