"""Failures that an import tells of, as a real SDK meets them in a replay: tried again, fallen back from, told."""

import asyncio

import openai
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.observations import ObservedCall
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.provenance import PARAMETERS
from pytest_oao.policy.prices import Prices
from pytest_oao.runtime.spending import ledger_of

LIMITED = ModelFailure(429, "RateLimitError", "slow down")
SLOW = failure_in_text("Request timed out.")


def said(words):
    return ModelResponse(f"r-{words}", "gpt-5", (Message("assistant", ({"type": "text", "content": words},), "stop"),))


def asked(question, model="gpt-5-mini"):
    return ModelRequest(model, (), (Message("user", ({"type": "text", "content": question},)),))


@pytest.fixture
def sealed(tmp_path):
    def seal(*calls):
        """Seal a run of (request, what came, when it began, when it ended)."""
        told = [
            ObservedCall(
                id=str(at),
                where="",
                asked=request,
                came=came,
                started_at=float(begun),
                ended_at=float(ended),
                lacked=frozenset({PARAMETERS}),
            )
            for at, (request, came, begun, ended) in enumerate(calls)
        ]
        path = tmp_path / "run.yaml"
        session = session_of_run("run", told, Source("test", "dump.jsonl"))
        shelf.save(redacted_session(session, Redactor.of([])), path)
        return path

    return seal


def answer(client, question, model="gpt-5-mini"):
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.create(model=model, messages=messages).choices[0].message.content


@pytest.mark.parametrize("failure", [LIMITED, SLOW, ModelFailure(503, "InternalServerError", "busy")])
@pytest.mark.parametrize("retries", [0, 2])
def test_a_call_that_was_tried_again_is_by_whoever_tries_it(sealed, failure, retries):
    path = sealed((asked("A"), failure, 1, 2), (asked("A"), said("a"), 3, 4))
    client = openai.OpenAI(api_key="sk-none", max_retries=retries)

    def patient():
        """Ask until there is an answer, as an agent does whose SDK does not try again."""
        while True:
            try:
                return answer(client, "A")
            except openai.APIError:
                assert not retries

    with pytest_oao.replay(path):
        assert patient() == "a"


TOO_LONG = ModelFailure(400, "BadRequestError", "too long")


@pytest.mark.parametrize(
    ("failure", "model"), [(LIMITED, "gpt-5"), (SLOW, "gpt-5"), (TOO_LONG, "gpt-5"), (TOO_LONG, "gpt-5-mini")]
)
def test_a_failure_is_raised_where_the_agent_then_asked_otherwise_or_no_sdk_tries_again(sealed, failure, model):
    path = sealed((asked("A"), failure, 1, 2), (asked("A", model), said("a"), 3, 4))
    client = openai.OpenAI(api_key="sk-none")
    with pytest_oao.replay(path):
        with pytest.raises(openai.APIError):
            answer(client, "A")
        assert answer(client, "A", model) == "a"


def test_no_answer_to_all_attempts_is_a_timeout(sealed):
    path = sealed((asked("A"), SLOW, 1, 2), (asked("B"), said("b"), 3, 4))
    client = openai.OpenAI(api_key="sk-none")
    with pytest_oao.replay(path):
        with pytest.raises(openai.APITimeoutError):
            answer(client, "A")
        assert answer(client, "B") == "b"


def test_asking_once_more_than_recorded_diverges(sealed):
    client = openai.OpenAI(api_key="sk-none")
    with pytest.raises(pytest_oao.Diverged, match="extra call"), pytest_oao.replay(sealed((asked("A"), SLOW, 1, 2))):
        with pytest.raises(openai.APITimeoutError):
            answer(client, "A")
        answer(client, "A")


def test_calls_of_others_may_stand_between_two_attempts(sealed):
    path = sealed(
        (asked("A"), LIMITED, 1, 2),
        (asked("B"), said("b"), 1.5, 5),
        (asked("A"), said("a"), 3, 4),
    )

    async def both():
        client = openai.AsyncOpenAI(api_key="sk-none")
        calls = [
            client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": one}])
            for one in "AB"
        ]
        return [one.choices[0].message.content for one in await asyncio.gather(*calls)]

    with pytest_oao.replay(path):
        assert asyncio.run(both()) == ["a", "b"]


@pytest.mark.parametrize("failure", [LIMITED, SLOW, ModelFailure(type="NobodyKnowsThisOne")])
def test_a_failure_counts_as_one_in_the_file_and_in_the_replay(sealed, failure):
    path = sealed((asked("A"), failure, 1, 2), (asked("B"), said("b"), 3, 4))
    client = openai.OpenAI(api_key="sk-none", max_retries=0)
    with pytest_oao.replay(path) as session:
        with pytest.raises(openai.APIError):
            answer(client, "A")
        answer(client, "B")
        replayed = session.ledger.failed
    told = ledger_of(pytest_oao.load(path), Prices.of(None)).total
    assert told.failed == replayed == 1
    assert told.calls == 2
