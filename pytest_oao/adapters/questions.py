"""`oao.ask`: a question to a person, whose answer is recorded and replayed."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pytest_oao.errors import BadOption
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import HUMAN
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.people import asked_at_the_terminal, given_answer
from pytest_oao.runtime.performances import performed
from pytest_oao.runtime.secret_answers import guarded
from pytest_oao.runtime.value_calls import Asked

_TRIES = 3


def ask(question: str, *, choices: Sequence[Any] | None = None, schema: Mapping[str, Any] | None = None) -> Any:
    """Ask a person, and return the answer: a text, one of `choices`, or JSON that fits a JSON Schema.

    While recording, and without a session, the answer is one that `pytest_oao.answering` gives, else what is typed at
    the terminal, asked again where it does not fit. In a replay the record answers. Raises BadOption for an answer that
    was given beforehand and does not fit, and after three that were typed; NobodyAnswers where nobody can be asked.
    """
    told = {"question": question}
    more = {name: value for name, value in (("choices", choices and list(choices)), ("schema", schema)) if value}
    asked = guarded(Asked(HUMAN, "ask", told | more), question)
    return performed(asked, lambda: _answer(question, choices, schema))


def _answer(question: str, choices: Sequence[Any] | None, schema: Mapping[str, Any] | None) -> Any:
    given = given_answer(question)
    if given is not None:
        flaw = _flaw(given[0], choices, schema)
        if flaw:
            raise BadOption(f"{given[0]!r} is no answer to {question!r}: {flaw}", where="pytest_oao.answering")
        return given[0]
    return _typed(question, choices, schema)


def _typed(question: str, choices: Sequence[Any] | None, schema: Mapping[str, Any] | None) -> Any:
    shown = f"{question} ({' / '.join(map(str, choices))}) " if choices else f"{question} "
    flaw = ""
    for _ in range(_TRIES):
        text = asked_at_the_terminal(question, partial(_read, shown))
        answer = _read_as(text, choices, schema)
        flaw = _flaw(answer, choices, schema)
        if not flaw:
            return answer
        shown = f"{flaw}: "
    raise BadOption(f"no answer to {question!r}: {flaw}", where="oao.ask", remedy="type one that fits")


def _read(shown: str) -> str:
    with perform():  # a call of `input` is part of this one
        return input(shown)


def _read_as(text: str, choices: Sequence[Any] | None, schema: Mapping[str, Any] | None) -> Any:
    if choices is not None:
        return next((choice for choice in choices if str(choice) == text.strip()), text)
    if schema is None:
        return text
    try:
        answer: JSON = json.loads(text)
    except ValueError:
        return text
    return answer


def _flaw(answer: Any, choices: Sequence[Any] | None, schema: Mapping[str, Any] | None) -> str:
    """Return why an answer does not fit, the empty string where it does."""
    if choices is not None and answer not in choices:
        return f"give one of {', '.join(map(str, choices))}"
    if schema is not None:
        import jsonschema  # noqa: PLC0415 - late: only who gives a schema needs it

        error = jsonschema.exceptions.best_match(
            jsonschema.validators.validator_for(schema)(schema).iter_errors(answer)
        )
        return error.message if error is not None else ""
    return ""
