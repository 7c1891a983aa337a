"""A policy at work in whole sessions: recorded, kept, replayed, judged."""

import json
import threading
import time
import zlib
from contextlib import closing, suppress

import httpx2
import pytest
from policed_samples import LISTED, PRICES, Model, answer, record_and_replay, recorded, verdicts

import pytest_oao
from pytest_oao.errors import PolicyViolation
from pytest_oao.model.ledgers import Ledger
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.spending import judged, ledger_of

RAN = []


@pytest.fixture(autouse=True)
def fresh():
    RAN.clear()


@pytest_oao.tool
def search(query):
    RAN.append("search")
    return query


@pytest_oao.tool
def write(path):
    RAN.append("write")
    return path


def stopped(folder, agent, policy, **hooks):
    """Return the violation that stops an agent while it is recorded, and what was recorded."""
    with pytest.raises(PolicyViolation) as halt, recorded(folder, policy=policy, **hooks) as session:
        agent()
    return halt.value.violation, session.session


def test_the_tool_that_is_denied_is_not_run_and_stands_in_the_record(tmp_path):
    violation, session = stopped(tmp_path, lambda: [search("a"), write("b")], Policy(denied_tools=["write"], name="x"))
    assert RAN == ["search"]
    assert (violation.policy, violation.when, violation.number) == ("x", "before", 2)
    assert violation.call.target == "write"
    assert [spent.exchange.call.target for spent in violation.before] == ["search"]
    assert verdicts(session) == [[("allowed", "")], [("denied", "denied_tools")]]
    assert session.exchanges[1].outcome.message == "denied_tools: write(path='b'); denied: write"
    assert [line.name for line in ledger_of(session, LISTED).lines] == ["search"], "it was never made"


def test_a_runaway_that_swallows_everything_is_stopped(tmp_path):
    def agent():
        while True:
            with suppress(Exception):
                search("again")

    violation, _ = stopped(tmp_path, agent, Policy(max_steps=20))
    assert len(RAN) == 20
    assert len(violation.before) == 8
    assert violation.ledger.tools.calls == 20


def test_a_secret_in_what_was_denied_is_not_told(tmp_path):
    secret = "sk-proj-abcdefghijklmnopqrstuvwxyz1234567890ABCD"
    violation, session = stopped(tmp_path, lambda: write(secret), Policy(denied_tools=["write"]))
    assert secret not in repr(violation)
    assert secret not in repr(session)


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (Policy(max_tokens=44), "max_tokens"),
        (Policy(max_cost_usd=0.00017), "max_cost_usd"),
        (Policy(max_model_calls=2), "max_model_calls"),
        (Policy(max_tool_calls={"search": 1}), "max_tool_calls"),
        (Policy(max_steps=4), "max_steps"),
        (Policy(max_repeats={"total": 1}), "max_repeats"),
        (Policy(max_context_pressure=0.009), "max_context_pressure"),
        (Policy(denied_tools=["write"]), "denied_tools"),
        (Policy(allowed_models=["other"]), "allowed_models"),
        (Policy(allowed_hosts=["other.test"]), "allowed_hosts"),
        (Policy(require_before={"search": ["write"]}), "require_before"),
        (Policy(require_rationale=["write"]), "require_rationale"),
    ],
)
def test_what_breaks_a_policy_live_breaks_it_in_a_replay_and_when_it_is_judged(tmp_path, policy, rule):
    def agent(model):
        model.ask("one")
        search("a")
        model.ask("two")
        search("a")
        write("b")
        return model.ask("three")

    served = Model(answer())
    violation, _ = stopped(tmp_path, lambda: agent(served), policy)
    with recorded(tmp_path) as session:
        agent(served)
    record = pytest_oao.load(session.cassette)
    with pytest.raises(PolicyViolation) as again, pytest_oao.replay(session.cassette, policy=policy, prices=PRICES):
        agent(served)
    by_hindsight = judged(record, policy, LISTED)
    replayed = again.value.violation
    assert violation.breach.rule == replayed.breach.rule == by_hindsight.breach.rule == rule
    assert violation.number == replayed.number == by_hindsight.number
    assert violation.ledger.lines == replayed.ledger.lines == by_hindsight.ledger.lines


def test_a_run_within_its_limits_is_so_in_a_replay_too_and_costs_the_same(tmp_path):
    served = Model(answer())
    policy = Policy(max_tokens=45, max_cost_usd=0.00018, max_model_calls=3, max_steps=4, rate="4/h", max_seconds=60)

    def agent():
        return [served.ask(str(number))["usage"] for number in range(3)], search("a")

    live, again, record = record_and_replay(tmp_path, agent, policy)
    assert live == again
    assert served.asked == 3
    assert verdicts(record) == [[("allowed", "")]] * 4
    assert ledger_of(record, LISTED).models.usage.input_tokens == 30


class TestAToolThatAsksAModelInItsTurn:
    """In a replay it is answered whole; what it spent then counts all the same."""

    @pytest.fixture
    def shop(self):
        class Shop:
            def __init__(self):
                self.served = Model(answer())
                self.research = pytest_oao.tool(self.research)

            def research(self, query):
                RAN.append("research")
                search(query)
                time.time()
                return self.served.ask(query)["choices"][0]["message"]["content"]

            def agent(self):
                return [self.research("a"), self.served.ask("b")["model"], self.research("c")]

        return Shop()

    def test_the_ledger_is_the_same_while_it_is_recorded_replayed_and_judged(self, tmp_path, shop):
        live, again, record = record_and_replay(tmp_path, shop.agent, Policy(max_tokens=1000, max_steps=3))
        assert live == again
        assert RAN.count("research") == 2
        ledger = ledger_of(record, LISTED)
        assert (ledger.models.calls, ledger.tools.calls, ledger.total.steps) == (3, 4, 3)

    @pytest.mark.parametrize(
        ("policy", "rule"),
        [
            (Policy(max_model_calls=2), "max_model_calls"),
            (Policy(max_tokens=40), "max_tokens"),
            (Policy(max_depth=0), "max_depth"),
            (Policy(denied_tools=["search"]), "denied_tools"),
            (Policy(max_tool_calls={"search": 1}), "max_tool_calls"),
        ],
    )
    def test_so_are_its_limits(self, tmp_path, shop, policy, rule):
        violation, _ = stopped(tmp_path, shop.agent, policy)
        with recorded(tmp_path) as session:
            shop.agent()
        with pytest.raises(PolicyViolation) as again, pytest_oao.replay(session.cassette, policy=policy, prices=PRICES):
            shop.agent()
        assert violation.breach.rule == again.value.violation.breach.rule == rule
        assert judged(pytest_oao.load(session.cassette), policy, LISTED).breach.rule == rule

    def test_readings_of_clocks_are_no_calls(self, tmp_path, shop):
        with recorded(tmp_path, deterministic=True) as session:
            shop.agent()
        policy = Policy(max_steps=3)
        with pytest_oao.replay(session.cassette, policy=policy, prices=PRICES) as replay:
            shop.agent()
            assert {line.kind for line in replay.ledger.lines} == {"chat", "execute_tool"}
            lines = replay._gateway.warden._judge.tally.ledger.lines
        assert lines == ledger_of(pytest_oao.load(session.cassette), LISTED).lines


class TestCheckpoints:
    POLICY = Policy(checkpoint_before=["write"], idempotent=["write"])

    def test_the_hook_runs_before_and_not_in_a_replay(self, tmp_path):
        def checkpoint(call):
            RAN.append(f"checkpoint {call.body.json()['path']}")
            search("what the hook does is no call of the agent's")

        _, _, record = record_and_replay(tmp_path, lambda: write("b"), self.POLICY, checkpoint=checkpoint)
        assert RAN == ["checkpoint b", "search", "write"]
        assert verdicts(record) == [[("checkpointed", "checkpoint_before")]]

    def test_without_a_checkpoint_nothing_runs(self, tmp_path):
        def checkpoint(call):
            raise OSError("disk full")

        violation, _ = stopped(tmp_path, lambda: write("b"), self.POLICY, checkpoint=checkpoint)
        assert RAN == []
        assert (violation.breach.rule, violation.breach.found) == ("checkpoint_before", "OSError: disk full")

    def test_its_requests_are_no_calls(self, tmp_path):
        served = Model(answer())
        _, _, record = record_and_replay(
            tmp_path, lambda: write("b"), self.POLICY, checkpoint=lambda _: served.ask("save")
        )
        assert served.asked == 1
        assert len(record.exchanges) == 1

    def test_none_is_made_where_the_tool_does_not_run_again(self, tmp_path):
        """It would be one of what the tool has destroyed."""
        made = []
        record_and_replay(tmp_path, lambda: [write("b"), write("b")], self.POLICY, checkpoint=made.append)
        assert len(made) == 1
        assert RAN == ["write"]

    def test_one_that_is_stopped_keeps_nobody_waiting(self, tmp_path):
        def checkpoint(call):
            time.sleep(0.1)
            raise KeyboardInterrupt

        came = []

        def work():
            try:
                came.append(write("b"))
            except KeyboardInterrupt as error:
                came.append(error)

        with recorded(tmp_path, policy=self.POLICY, checkpoint=checkpoint):
            strands = [threading.Thread(target=work) for _ in range(2)]
            for strand in strands:
                strand.start()
            for strand in strands:
                strand.join(10)
                assert not strand.is_alive()
        assert len(came) == 2

    def test_who_waited_and_runs_in_the_end_has_a_checkpoint_first(self, tmp_path):
        """And where that fails, what was begun is denied, and written down once."""
        outcomes, ran = iter([None, OSError("disk full")]), threading.Event()

        def checkpoint(call):
            outcome = next(outcomes)
            if outcome:
                raise outcome

        @pytest_oao.tool(name="write")
        def fails(path):
            RAN.append("write")
            ran.set()
            time.sleep(0.1)
            raise ValueError(path)

        def first():
            with pytest.raises((ValueError, PolicyViolation)):
                fails("b")

        with pytest.raises(PolicyViolation), recorded(tmp_path, policy=self.POLICY, checkpoint=checkpoint) as session:
            strand = threading.Thread(target=first)
            strand.start()
            ran.wait(5)
            fails("b")
        strand.join(10)
        assert RAN == ["write"]
        assert [one.outcome.type for one in session.session.exchanges] == ["ValueError", "PolicyViolation"]


class TestRationale:
    POLICY = Policy(require_rationale=["write"])

    def agent(self, served):
        message = served.ask("hi")["choices"][0]["message"]
        for call in message["tool_calls"]:
            write(**json.loads(call["function"]["arguments"]))

    @pytest.mark.parametrize("why", [{"text": "It is due."}, {"text": None, "reasoning": "It is due."}])
    def test_the_reason_that_the_model_gave_is_kept(self, tmp_path, why):
        served = Model(answer(tools=[("call_1", "write", {"path": "b"})], **why))
        _, _, record = record_and_replay(tmp_path, lambda: self.agent(served), self.POLICY)
        (verdict,) = record.exchanges[1].verdicts
        assert (verdict.said, verdict.rule, verdict.why) == ("allowed", "require_rationale", "It is due.")

    def test_without_one_the_tool_does_not_run(self, tmp_path):
        served = Model(answer(None, tools=[("call_1", "write", {"path": "b"})]))
        violation, _ = stopped(tmp_path, lambda: self.agent(served), self.POLICY)
        assert violation.breach.rule == "require_rationale"
        assert RAN == []
        with recorded(tmp_path) as session:
            self.agent(served)
        assert judged(pytest_oao.load(session.cassette), self.POLICY, LISTED).number == 2
        with pytest.raises(PolicyViolation), pytest_oao.replay(session.cassette, policy=self.POLICY):
            self.agent(served)

    def test_a_tool_that_no_model_asked_for_has_none(self, tmp_path):
        violation, _ = stopped(tmp_path, lambda: write("b"), self.POLICY)
        assert "without a word" in violation.breach.found


class TestStreams:
    EVENTS = [
        f"data: {json.dumps({'choices': [{'delta': {'content': word}}]})}\n\n".encode() for word in ["word "] * 500
    ]

    def served(self, sent, encode=lambda chunk: chunk, **headers):
        def stream():
            for event in self.EVENTS:
                sent.append(event)
                yield encode(event)

        head = {"content-type": "text/event-stream", **headers}
        return httpx2.Client(
            transport=httpx2.MockTransport(lambda _: httpx2.Response(200, headers=head, content=stream()))
        )

    def read(self, client):
        body = {"model": "gpt", "messages": [], "stream": True}
        with client.stream("POST", "https://api.test/v1/chat/completions", json=body) as response:
            RAN.extend(response.iter_bytes())

    def test_a_stream_that_goes_on_and_on_is_closed(self, tmp_path):
        sent = []
        violation, session = stopped(tmp_path, lambda: self.read(self.served(sent)), Policy(max_output_tokens=50))
        assert (violation.when, violation.breach.rule, violation.breach.estimated) == (
            "during",
            "max_output_tokens",
            True,
        )
        assert len(sent) == 51
        assert len(RAN) == 50
        (exchange,) = session.exchanges
        assert exchange.outcome.end == "closed"
        assert [one.said for one in exchange.verdicts] == ["allowed", "denied"]

    def test_so_is_one_that_is_compressed(self, tmp_path):
        packer = zlib.compressobj(wbits=31)
        sent = []
        client = self.served(
            sent,
            lambda event: packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH),
            **{"content-encoding": "gzip"},
        )
        violation, _ = stopped(tmp_path, lambda: self.read(client), Policy(max_output_tokens=50))
        assert violation.when == "during"
        assert len(sent) == 51

    def test_and_one_whose_encoding_nobody_knows_is_bounded_by_time_alone(self, tmp_path):
        client = self.served([], **{"content-encoding": "own"})
        with recorded(tmp_path, policy=Policy(max_output_tokens=50, max_tokens=10**6)):
            pass
        violation, _ = stopped(tmp_path, lambda: self.read(client), Policy(max_seconds=0))
        assert violation.breach.rule == "max_seconds"

    def test_a_stream_that_was_left_is_counted_by_what_it_brought(self, tmp_path):
        def agent():
            with (
                self.served([]).stream(
                    "POST", "https://api.test/v1/chat/completions", json={"model": "gpt"}
                ) as response,
                closing(response.iter_raw()) as chunks,
            ):
                next(chunks)

        with recorded(tmp_path, policy=Policy(max_tokens=5)) as session:
            agent()
            agent()
            line = session.ledger.ledger.models
            assert line.untold == line.unpriced == 2
        violation, _ = stopped(tmp_path, agent, Policy(max_cost_usd=1))
        assert "ended before its tokens were told" in violation.breach.found


class TestWhereThePolicyComesFrom:
    def test_a_policy_is_assigned_before_the_first_call(self, tmp_path):
        with pytest.raises(PolicyViolation), recorded(tmp_path, strict=True) as session:
            assert session.policy is None
            session.policy = Policy(max_steps=1)
            search("a")
            with pytest.raises(Exception, match="a policy given now would not count"):
                session.policy = None
            search("b")

    def test_rules_alone_are_no_policy(self, tmp_path):
        class Rule:
            name = "house"

            def before(self, call, ledger):
                return "no" if call.target == "write" else None

            def after(self, exchange, ledger):
                return None

        with pytest.raises(PolicyViolation, match="house"), recorded(tmp_path, rules=[Rule()]) as session:
            assert session.policy is None
            search("a")
            write("b")

    def test_within_a_policy_or_not(self, tmp_path):
        with recorded(tmp_path) as session:
            search("a")
            search("b")
            assert session.within(Policy(max_steps=2)) is True
            with pytest.raises(PolicyViolation):
                session.within(Policy(max_steps=1))
            search("c")  # it was a question


def test_a_violation_knows_the_ledger_at_that_point(tmp_path):
    served = Model(answer())
    violation, _ = stopped(tmp_path, lambda: [served.ask(str(number)) for number in range(9)], Policy(max_tokens=44))
    assert (violation.when, violation.number) == ("after", 3)
    assert violation.ledger.models.calls == 3
    assert violation.ledger + Ledger() == violation.ledger
    assert [spent.line.cost for spent in violation.before] == [violation.before[0].line.cost] * 3
