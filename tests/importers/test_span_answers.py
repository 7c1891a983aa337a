"""Answers that were streamed past an instrumentation."""

import time

import pytest

from pytest_oao.importers.span_answers import is_printed_stream


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("<anthropic.Stream object at 0x7f74>", True),
        ("<openai._streaming.AsyncStream[ChatCompletionChunk] object at 0x7f74>", False),
        (" <generator object chat.<locals>.run at 0x7F74>\n", True),
        ("<async_generator object Agent.run at 0x7f74>", True),
        ("<openai.APIResponse at 0x7f74>", True),
        ("<list object at 0x7f74>", False),
        ("<Stream> at 0x7f74", False),
        ({"a": 1}, False),
    ],
)
def test_what_python_prints_of_a_stream_is_no_answer(value: object, told: bool) -> None:
    """What prints itself otherwise may be one."""
    assert is_printed_stream(value) is told  # type: ignore[arg-type]  # JSON


def test_a_long_answer_is_looked_at_in_no_time() -> None:
    """However often it names one."""
    started = time.process_time()
    assert not is_printed_stream("<" + "Stream" * 30_000)
    assert time.process_time() - started < 1
