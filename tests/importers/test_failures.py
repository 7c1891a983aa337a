"""The status of a failure: one rule, in whatever words a source tells it."""

import time

import pytest

from pytest_oao.importers.failures import failure_in_log, failure_in_text, inferred_status
from pytest_oao.importers.litellm_calls import call_in
from pytest_oao.model.conversations import ModelFailure

_STATUSES = [
    ("OverloadedError", 529),
    ("ServiceUnavailableError", 503),
    ("APITimeoutError", 0),
    ("ConflictError", 409),
    ("ContextWindowExceededError", 400),
    ("RateLimitError", 429),
    ("SomethingElseError", 0),
]


@pytest.mark.parametrize(("kind", "status"), _STATUSES)
def test_the_name_of_an_exception_tells_the_status(kind: str, status: int) -> None:
    """In a text, and in a log's object; zero where no answer came, and where nothing tells."""
    assert failure_in_text(f"{kind}: it failed").status == status
    assert failure_in_log({"type": kind, "message": "it failed"}, 0).status == status
    assert failure_in_log(f"{kind}('it failed')", 0) == ModelFailure(status, kind, "it failed")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("overloaded_error", 529),
        ("ConflictError", 409),
        ("context_length_exceeded", 400),
        ("invalid_api_key", 401),
        ("timeout_error", 504),
        ("APITimeoutError", 500),
        ("INVALID_ARGUMENT", 400),
        ("new_error", 500),
    ],
)
def test_an_error_that_was_answered_has_a_status(kind: str, status: int) -> None:
    """Whatever its type."""
    assert inferred_status({"error": {"type": kind}}) == status


@pytest.mark.parametrize(("kind", "status"), [("APITimeoutError", 0), ("ConflictError", 409), ("NewError", 500)])
def test_litellm_tells_a_failure_without_its_code(kind: str, status: int) -> None:
    """A call that ran into a timeout got no answer."""
    told = call_in(
        {
            "status": "failure",
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": "Hello."}],
            "error_information": {"error_class": kind, "error_message": "it failed"},
        },
        "line 1",
    )
    assert isinstance(told.came, ModelFailure)
    assert told.came.status == status


@pytest.mark.parametrize("message", ["\n" * 100_000, " \n " * 50_000, "429 - {" * 30_000, "429 - [" * 30_000])
def test_a_long_text_is_looked_at_in_no_time(message: str) -> None:
    """Whatever it repeats, each part of it is gone through a few times at most."""
    started = time.process_time()
    failure_in_text(f"RateLimitError: Error code:{message}x")
    assert time.process_time() - started < 1


def test_a_body_is_found_from_its_status_to_its_last_bracket() -> None:
    """The first status that has one behind it counts, and the class may stand above a traceback."""
    told = "RateLimitError: 400 - [no 429 - {'type': 'slow', 'a': {}} }\n \n  Traceback (most recent call last):\n} ]"
    said = failure_in_text(told)
    assert said.message == "400 - [no 429 - {'type': 'slow', 'a': {}} }"
    assert said.body is None
    assert failure_in_text("Error code: 429 - {'type': 'slow', 'a': {}}").body == {"type": "slow", "a": {}}
    assert failure_in_text("400 - [no 429 - {'type': 'slow'}").body == {"type": "slow"}
