"""The public names as a user's type checker sees them; mypy reads this file, nothing runs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

import pytest_oao
from pytest_oao import Diverged, Divergence, Exchange, OaoError, OaoHalt, Session, Usage

session = pytest_oao.load("cassettes/test_agent/test_refund.yaml")
assert_type(session, Session)
assert_type(session.usage, Usage)
assert_type(session.usage.output_tokens, int | None)
exchanges: Sequence[Exchange] = session.exchanges
models: list[str] = [exchange.call.model for exchange in exchanges]

with pytest_oao.record(Path("sessions"), task={"question": "When are you open?"}, agent_version="3") as running:
    assert_type(running.cassette, Path)
    assert_type(running.address, str)
    assert_type(running.is_recorded, bool)
    assert_type(running.session, Session)
    running.task = "When are you open?"
    running.output = {"answer": 1}
    assert_type(running.usage + running.usage, Usage)
    for call in running.calls("chat", model="gpt-5-mini"):
        assert_type(call.model, str)
        assert_type(call.reply.text, str)

try:
    with pytest_oao.replay("sessions/one.oao.jsonl", ignore=("$.metadata",), order="any") as again:
        assert_type(len(again.calls), int)
except Diverged as diverged:
    assert_type(diverged.divergence, Divergence)
except OaoHalt as halt:
    assert_type(halt.remedy, str)
except OaoError as error:
    assert_type(error.where, str)


async def both(question: str) -> int:
    assert_type(await pytest_oao.parallel(both("a"), both("b"), limit=2), list[int])
    assert_type(await pytest_oao.parallel(lambda: both("a")), list[int])
    return len(question)


assert_type(pytest_oao.parallel(lambda: 1, lambda: 2), list[int])

policy = pytest_oao.Policy(
    max_steps=3, max_tool_calls={"search": 1}, denied_tools=["shell"], retry=pytest_oao.Retry(on=[TimeoutError, 503])
)
assert_type(policy.extended(pytest_oao.Policy(max_cost_usd=1)), pytest_oao.Policy)
assert_type(policy.max_steps, int | None)

recorder = pytest_oao.record(pytest_oao.Directory("sessions", keep_days=3), sample=0.1)
assert_type(recorder.counts.dropped, int)


@recorder
async def served(question: str) -> int:
    return len(question)


async def serves() -> None:
    async with recorder as session:
        assert_type(session.id, str)
        assert_type(await served("a"), int)
