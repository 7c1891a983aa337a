import pytest

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.provenance import ARGUMENTS, MESSAGES, Provenance
from pytest_oao.runtime.import_matching import ImportMatcher


def tool(name, arguments):
    return Call("execute_tool", name, Body(arguments, "application/json"))


def person(subject, asked):
    return Call("human_input", subject, Body(asked, "application/json"))


@pytest.mark.parametrize(
    ("provenance", "same"),
    [
        (Provenance("a"), False),
        (Provenance("a", lacked=(ARGUMENTS,)), True),
        (Provenance("a", truncated=(ARGUMENTS,)), True),
    ],
)
def test_arguments_that_the_source_has_not_are_not_compared(provenance, same):
    recorded = Exchange(1, tool("rain", b"null"), Returned(), provenance=provenance)
    matcher = ImportMatcher(Redactor(), ())
    assert matcher.same(recorded, tool("rain", b'{"place":"x"}')) is same
    assert not matcher.same(recorded, tool("snow", b'{"place":"x"}'))


@pytest.mark.parametrize(("lacked", "same"), [((), False), ((MESSAGES,), True)])
def test_what_a_person_was_asked_is_compared_where_the_source_has_it(lacked, same):
    recorded = Exchange(1, person("interrupt", b'{"question":null}'), Returned(), provenance=Provenance("a", lacked))
    matcher = ImportMatcher(Redactor(), ())
    assert matcher.same(recorded, person("interrupt", b'{"question":"Ship?"}')) is same
    assert matcher.same(recorded, person("interrupt", b'{"question": null}'))
    assert not matcher.same(recorded, person("ask", b'{"question":"Ship?"}'))
