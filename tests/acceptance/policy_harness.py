"""Runs an agent that breaks a rule against a model server, and finds out what the world saw of it."""

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import policy_seeds
from watchdog import LONGEST, watched

import pytest_oao
from pytest_oao.errors import PolicyViolation
from pytest_oao.runtime.lanes import perform

SERVER = Path(__file__).with_name("scripted_model.py")


class Server:
    """A scripted model in a process of its own; each agent's name is that of a seed."""

    def __init__(self, folder, seeds):
        scripts = folder / "scripts.json"
        told = {policy_seeds.named(seed): seed.script for seed in seeds}
        told |= {f"{name}_ends": ending(script) for name, script in told.items()}
        scripts.write_text(json.dumps(told))
        command = [sys.executable, SERVER, scripts]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"

    def model(self, seed, *, ends=False):
        """Return the base URL of a seed's model; `ends` of one whose answers end."""
        return f"{self.url}/{policy_seeds.named(seed)}{'_ends' if ends else ''}/v1"

    def seen(self, seed):
        """Return when each request of an agent came, and how many endless answers its client closed."""
        with urllib.request.urlopen(f"{self.url}/seen/{policy_seeds.named(seed)}") as reply:
            return json.loads(reply.read())

    def count(self):
        """Return how many requests came, of all agents."""
        with urllib.request.urlopen(f"{self.url}/count") as reply:
            return int(reply.read())

    def stop(self):
        if self._process.poll() is None:
            self._process.communicate(timeout=10)


def ending(script):
    """Return a script whose endless answers end after a while."""
    return [{**rule, "times": policy_seeds.ENOUGH} if "endless" in rule else rule for rule in script]


@dataclass(frozen=True)
class Stopped:
    """How an agent was stopped, and what the world saw of it."""

    error: PolicyViolation
    seconds: float
    """From the call that broke the rule until all was over."""
    requests: int
    late: int
    """Requests that came after that call."""
    closed: int
    """Endless answers that the client closed."""
    ran: tuple
    """Tools whose bodies ran."""
    journal: Path


def stopped(seed, agent, server, folder, monkeypatch, limits=policy_seeds.FOR_EVER):
    """Record an agent that goes on for ever, under the policy of a seed."""
    before, broken = server.seen(seed), breaches(monkeypatch)
    policy_seeds.RAN.clear()

    def run():
        with pytest_oao.record(folder, policy=seed.policy, **seed.given):
            agent(server.model(seed), seed, limits)

    error = watched(run)
    seconds = time.time() - broken[0]
    assert isinstance(error, PolicyViolation), error
    if seed.streams:
        wait_until(lambda: server.seen(seed)["closed"] > before["closed"])
    seen = server.seen(seed)
    came = seen["came"][len(before["came"]) :]
    return Stopped(
        error,
        seconds,
        len(came),
        sum(when > broken[0] for when in came),
        seen["closed"] - before["closed"],
        tuple(policy_seeds.RAN),
        next(folder.glob("*.oao.jsonl")),
    )


def breaches(monkeypatch):
    """Return a list that takes the time at which each rule is found broken."""
    times, original = [], PolicyViolation.__init__

    def construct(self, violation):
        times.append(time.time())
        original(self, violation)

    monkeypatch.setattr(PolicyViolation, "__init__", construct)
    return times


def closes(seed, server, before):
    """Whether another endless answer is closed soon; asked in a session, on behalf of the test."""
    with perform():
        wait_until(lambda: server.seen(seed)["closed"] > before)
        return server.seen(seed)["closed"] == before + 1


def wait_until(holds):
    """Wait for something that the world does; not for ever."""
    until = time.monotonic() + LONGEST
    while not holds() and time.monotonic() < until:
        time.sleep(0.005)


def require_stopped(seed, came):
    """Require that an agent was stopped before the first call that the policy does not allow, or in the midst of it."""
    print(f"{seed.name}: stopped after {came.seconds * 1000:.0f} ms, {came.late} requests late")
    assert came.error.violation.breach.rule == seed.rule
    assert (came.requests, came.late) == (seed.requests, 0)
    assert came.ran == seed.ran
    assert came.closed == seed.streams
    session = pytest_oao.load(came.journal)
    assert (session.ending.status, session.ending.message) == ("stopped", came.error.what)
    assert [one.rule for one in session.exchanges[-1].verdicts if one.said == "denied"] == [seed.rule]


def require_little_overrun(came):
    """Require that lanes together passed a limit on the cost by no more than the calls under way, and made no more."""
    seed = policy_seeds.OVERRUN
    print(f"{seed.name}: {came.error.what}, {came.requests} requests: {came.seconds * 1000:.0f} ms")
    assert came.error.violation.breach.rule == "max_cost_usd"
    assert seed.requests <= came.requests
    assert came.requests * policy_seeds.PRICE <= seed.policy.max_cost_usd + seed.lanes * policy_seeds.PRICE
    assert came.late < seed.lanes


def require_stopped_in_replay(seed, agent, server, folder):
    """Require that an agent that was recorded without a policy is stopped by it in replay, where it would be live."""
    policy_seeds.RAN.clear()
    with pytest_oao.record(folder):
        agent(server.model(seed, ends=True), seed, policy_seeds.ONCE)
    ran, before = tuple(policy_seeds.RAN), server.count()
    assert len(ran) >= len(seed.ran)

    def run():
        with pytest_oao.replay(next(folder.glob("*.oao.jsonl")), policy=seed.policy):
            agent(server.model(seed, ends=True), seed, policy_seeds.ONCE)

    error = watched(run)
    assert isinstance(error, PolicyViolation), error
    assert error.violation.breach.rule == seed.rule
    answered = {line.name: line.calls for line in error.violation.ledger.lines}
    assert answered == {policy_seeds.MODEL: seed.requests, **Counter(seed.ran)}
    assert (server.count(), tuple(policy_seeds.RAN)) == (before, ran)
