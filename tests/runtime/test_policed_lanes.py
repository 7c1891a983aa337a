"""Lanes side by side: no interleaving lets a limit be passed by more than the calls already in flight."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policed_samples import LISTED, answer, recorded
from runtime_samples import REDACTOR

import pytest_oao
from pytest_oao.errors import PolicyViolation
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.outcomes import Head, Raised, Returned
from pytest_oao.model.sessions import Header
from pytest_oao.policy.policies import Policy
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.spending import ledger_of
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.warden import Warden

LANES = 4


class Run:
    """Lanes that make calls as a schedule says; calls in flight when the first rule breaks go on to their end."""

    def __init__(self, policy):
        warden = Warden(policy, LISTED)
        self.gateway = Gateway(
            Header("s"), Recorder(), Scribe(REDACTOR, Project(Path("nowhere"))), Terms(warden=warden)
        )
        self.policy, self.open, self.number = policy, {}, 0
        self.spent, self.cost, self.admitted = Usage(0, 0), Decimal(0), {"chat": 0, "execute_tool": 0}
        self.in_flight_at_breach, self.refused = None, 0

    def step(self, lane, does, size, tokens):
        """Have a lane go on: begin a call, hear some of its answer, or be done with it."""
        self.refused += self.in_flight_at_breach is not None
        if self.refused > 5:  # who goes on for long is stopped for good
            return
        if lane not in self.open:
            self._begin(lane, does, size, tokens)
        elif does == "stream":
            self._stream(lane)
        else:
            self._settle(lane, failed=does == "fail")

    def end(self):
        for lane in list(self.open):
            self._settle(lane)

    def _begin(self, lane, does, size, tokens):
        self.number += 1
        kind = "execute_tool" if does == "tool" else "chat"
        before = self.spent
        try:
            admission = self.gateway.admit(self._call(kind, lane, size))
        except PolicyViolation:
            self._broke()
            return
        assert self.in_flight_at_breach is None, "no call is let through any more"
        self._require_something_left(kind, before)
        self.admitted[kind] += 1
        self.open[lane] = (admission, kind, Usage(*tokens), self.gateway.watch(admission))

    def _require_something_left(self, kind, before):
        if kind == "chat":
            assert self.policy.max_tokens is None or before.input_tokens + before.output_tokens < self.policy.max_tokens
            assert self.policy.max_cost_usd is None or self.cost < Decimal(str(self.policy.max_cost_usd))

    def _call(self, kind, lane, size):
        if kind == "execute_tool":
            return Call(
                kind, "search", Body(b"%d" % self.number), f"0.{lane}", attributes={"gen_ai.tool.name": "search"}
            )
        content = [{"role": "user", "content": f"{self.number} " + "word " * size}]
        body = json.dumps({"model": "gpt", "messages": content}).encode()
        return http_call("POST", "https://a.test/v1/chat/completions", (), body, lane=f"0.{lane}")

    def _stream(self, lane):
        watch = self.open[lane][3]
        if watch is None:
            return
        try:
            watch(b'data: {"choices": [{"delta": {"content": "some words of it "}}]}\n')
        except PolicyViolation:
            self._broke()

    def _settle(self, lane, *, failed=False):
        admission, kind, usage, _ = self.open[lane]
        told = answer(tokens=(usage.input_tokens, usage.output_tokens)) if kind == "chat" else "found"
        outcome = Raised("ConnectError") if failed else Returned(Body(json.dumps(told).encode()), Head(200))
        try:
            self.gateway.settle(admission, outcome)
        except PolicyViolation:
            self._broke()
        del self.open[lane]
        if kind == "chat" and not failed:
            self.spent += usage
            self.cost += LISTED.cost(["gpt"], "", usage)

    def _broke(self):
        if self.in_flight_at_breach is None:
            self.in_flight_at_breach = [usage for _, kind, usage, _ in self.open.values() if kind == "chat"]


tokens = st.tuples(st.integers(1, 60), st.integers(0, 40))
steps = st.lists(
    st.tuples(
        st.integers(0, LANES - 1),
        st.sampled_from(["chat", "chat", "tool", "stream", "settle", "fail"]),
        st.integers(0, 60),
        tokens,
    ),
    max_size=60,
)
policies = st.builds(
    Policy,
    max_steps=st.none() | st.integers(0, 12),
    max_model_calls=st.none() | st.integers(0, 8),
    max_tool_calls=st.none() | st.integers(0, 8),
    max_tokens=st.none() | st.integers(1, 300),
    max_cost_usd=st.none() | st.integers(1, 2000).map(lambda millionths: millionths / 10**6),
)


@settings(max_examples=300)
@given(policies, steps)
def test_no_interleaving_lets_a_limit_be_passed_by_more_than_what_is_in_flight(policy, schedule):
    run = Run(policy)
    for step in schedule:
        run.step(*step)
    run.end()
    models, tools = run.admitted["chat"], run.admitted["execute_tool"]
    assert policy.max_model_calls is None or models <= policy.max_model_calls
    assert policy.max_tool_calls is None or tools <= policy.max_tool_calls
    assert policy.max_steps is None or models + tools <= policy.max_steps
    _require_bounded(run, policy)
    lines = ledger_of(run.gateway.session(), LISTED)
    assert (lines.models.calls, lines.tools.calls) == (models, tools)
    assert lines.total.cost == run.cost
    assert (lines.models.usage.input_tokens or 0) == run.spent.input_tokens


def _require_bounded(run, policy):
    in_flight = sum(run.in_flight_at_breach or [], Usage(0, 0))
    if policy.max_tokens is not None:
        spent = run.spent.input_tokens + run.spent.output_tokens
        assert spent <= policy.max_tokens + in_flight.input_tokens + in_flight.output_tokens
    if policy.max_cost_usd is not None:
        brought = sum((LISTED.cost(["gpt"], "", usage) for usage in run.in_flight_at_breach or []), Decimal(0))
        assert run.cost <= Decimal(str(policy.max_cost_usd)) + brought


@pytest.mark.parametrize("limit", [1, 7, 40])
def test_threads_that_call_as_fast_as_they_can_make_no_call_too_many(tmp_path, limit):
    ran = []

    @pytest_oao.tool
    def search(query):
        ran.append(query)
        return query

    def runaway():
        while True:
            try:
                search("again")
            except PolicyViolation:
                return

    with pytest.raises(PolicyViolation), recorded(tmp_path, policy=Policy(max_tool_calls=limit)):
        strands = [threading.Thread(target=runaway) for _ in range(8)]
        for strand in strands:
            strand.start()
        for strand in strands:
            strand.join(10)
            assert not strand.is_alive()
    assert len(ran) == limit
