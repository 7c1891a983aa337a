"""Whose clock and chance a project's code gets while a session runs, and that all of it is put back."""

import asyncio
import datetime as dt
import importlib
import os
import random
import secrets
import sys
import threading
import time
import uuid
from contextlib import suppress
from types import SimpleNamespace

import pytest

with suppress(ImportError):
    import numpy  # noqa: F401, ICN001 - here: it can be loaded once only, and pytester forgets what its runs imported
import time_machine

from pytest_oao.adapters.own_world import own_world
from pytest_oao.adapters.routing import ROUTERS
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import in_lane, perform
from pytest_oao.runtime.per_kind import answers_of
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.worlds import recording_world, replaying_world

REDACTOR = Redactor.of(environment={})

OWN = """
import asyncio, datetime, functools, email.utils, os, random, secrets, time, uuid, logging, tempfile
from asyncio import sleep as asleep
from dataclasses import dataclass, field
from datetime import date, datetime as DateTime
from os import urandom
from random import choice, random as draw
from time import monotonic, perf_counter as pc, sleep, time as now
from uuid import uuid1, uuid4

@dataclass
class Note:
    at: DateTime = field(default_factory=DateTime.now)
    id: uuid.UUID = field(default_factory=uuid4)

def clocks():
    return [now(), time.time(), time.time_ns(), DateTime.now(), DateTime.now(datetime.UTC), DateTime.today(), date.today(),
        time.ctime(), time.asctime(), time.strftime("%X"), time.gmtime(), time.localtime(), Note().at, email.utils.formatdate()]

def counters():
    return [monotonic(), time.monotonic_ns(), pc(), time.perf_counter_ns(), time.process_time(), time.thread_time()]

def chance():
    return [draw(), choice(range(10**9)), random.random(), random.randint(1, 10**9), random.gauss(0, 1), random.sample(range(10**6), 3),
        random.Random().random(), random.SystemRandom().random(), random.randbytes(4), random.getrandbits(64)]

def identity():
    return [urandom(8), os.urandom(8), secrets.token_hex(8), secrets.choice(range(10**9)), uuid4(), Note().id, uuid.uuid4(), uuid1().node]

def times():
    return uuid1().time, uuid.uuid1(node=5).time

def seeded(number):
    random.seed(number)
    state = random.getstate()
    drawn = random.random(), draw()
    random.setstate(state)
    assert (random.random(), draw()) == drawn
    return drawn, random.Random(number).random(), uuid4()

def moment():
    return now()

def nap(*seconds, **options):
    sleep(*seconds, **options)

def naps():
    time.sleep(0.1)
    asyncio.run(dozed())

async def dozed():
    await asleep(0.1, "x")
    await asyncio.sleep(delay=0.1)
    await asyncio.gather(asleep(0.1), asyncio.sleep(0.1))

def wait(seconds):
    until = now() + seconds
    while now() < until:
        time.monotonic()

def patched_time():
    return time.time()

def log():
    logging.getLogger("own").warning("hello")

def temporary():
    return tempfile.NamedTemporaryFile().name
"""


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """An agent's module below the root of the project, and the same one installed."""
    made = {}
    for name, folder in (("own_code", tmp_path / "project"), ("sdk_code", tmp_path / "lib" / "site-packages")):
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text(OWN)
        monkeypatch.syspath_prepend(folder)
        made[name] = importlib.import_module(name)
    yield SimpleNamespace(own=made["own_code"], sdk=made["sdk_code"], root=tmp_path / "project")
    for name in made:
        sys.modules.pop(name)


@pytest.fixture(autouse=True)
def _no_engine(no_engine):
    assert not ROUTERS


def session_below(root, header=None):
    """Return a gateway that has nothing to answer."""
    return Gateway(header or Header("s", metadata={"seed": 1}), Recorder(), Scribe(REDACTOR, Project(root)))


def record(root, act, seed=1):
    gateway = session_below(root, Header("s", metadata={"seed": seed}))
    with running(gateway), own_world(recording_world(gateway, root)):
        result = act()
    return result, gateway.session(Ending("passed"))


def replay(root, session, act, **kinds):
    gateway = session_below(root, session.header)
    world = replaying_world(gateway, root, session, answers_of(kinds, "test"))
    with running(gateway), own_world(world):
        return act(), gateway.session(Ending("passed"))


@pytest.mark.parametrize("name", ["clocks", "counters", "chance", "identity"])
def test_own_code_sees_in_replay_what_it_saw(modules, name):
    act = getattr(modules.own, name)
    seen, session = record(modules.root, act)
    time.sleep(0.01)
    again, replayed = replay(modules.root, session, act)
    assert again == seen
    assert replayed.exchanges == session.exchanges


@pytest.mark.parametrize("name", ["clocks", "counters", "chance", "identity"])
def test_other_code_has_the_real_ones_and_nothing_is_kept(modules, name):
    act = getattr(modules.sdk, name)
    seen, session = record(modules.root, act)
    again, _ = replay(modules.root, session, act)
    assert not session.exchanges
    assert all(one != other for one, other in zip(seen, again, strict=True) if not same_day(one))


def same_day(one):
    """Whether what a clock showed may be the same a moment later."""
    return isinstance(one, dt.date) or (isinstance(one, str | time.struct_time | int) and not is_chance(one))


def is_chance(one):
    return isinstance(one, int) and one > 1 << 50


def test_types_stay_what_they_are(modules):
    def act():
        return type(modules.own.DateTime.now()), type(modules.own.date.today()), modules.own.Note()

    (moment, day, note), _ = record(modules.root, act)
    assert (moment, day, type(note.at)) == (dt.datetime, dt.date, dt.datetime)


def test_seeds_of_the_agents_own_hold_and_its_ids_are_other_than_before(modules):
    def act():
        return modules.own.seeded(3), modules.own.seeded(3)

    (first, second), session = record(modules.root, act)
    assert first[:2] == second[:2]
    assert first[1] == random.Random(3).random()
    assert first[2] != second[2]
    assert replay(modules.root, session, act)[0] == (first, second)


def test_the_hidden_generator_of_random_is_left_alone(modules):
    before = random.getstate()
    record(modules.root, lambda: (modules.own.chance(), modules.own.seeded(1)))
    assert random.getstate() == before


def test_uuids_of_a_moment_tell_the_moment_whatever_others_made_before(modules):
    def act():
        real = uuid.uuid1().time
        return modules.own.times(), real

    (seen, _), session = record(modules.root, act)
    time.sleep(0.01)
    (again, real), _ = replay(modules.root, session, act)
    assert again == seen
    assert real > max(seen)


def test_each_lane_draws_from_its_own_stream(modules):
    def act(order):
        gateway_lanes = {}

        def inside(gateway):
            lanes = [gateway.root.child() for _ in range(3)]
            for number in order:
                with in_lane(lanes[number]):
                    gateway_lanes[number] = modules.own.identity(), modules.own.chance()
            return gateway_lanes

        gateway = session_below(modules.root)
        with running(gateway), own_world(recording_world(gateway, modules.root)):
            return inside(gateway)

    assert act([0, 1, 2]) == act([2, 0, 1])


def test_what_the_library_reads_for_itself_is_real(modules):
    _, session = record(modules.root, lambda: (modules.own.log(), modules.own.temporary()))
    assert not session.exchanges


def test_own_code_that_runs_because_it_is_imported_has_the_real_ones(modules, monkeypatch):
    (modules.root / "late_code.py").write_text(
        "import own_code\ndrawn = own_code.identity()\nread = own_code.clocks()\n"
    )

    def act():
        sys.modules.pop("late_code", None)
        return importlib.import_module("late_code").drawn

    seen, session = record(modules.root, act)
    assert not session.exchanges
    assert replay(modules.root, session, act)[0] != seen
    sys.modules.pop("late_code")


def test_a_call_that_is_being_performed_has_the_real_clock(modules):
    def act():
        with perform():
            return modules.own.clocks(), modules.own.identity()

    assert not record(modules.root, act)[1].exchanges


def test_names_that_are_bound_while_a_session_runs_are_put_back(modules):
    (modules.root / "late_names.py").write_text("from time import monotonic, sleep\nfrom random import choice\n")
    record(modules.root, lambda: importlib.import_module("late_names"))
    late = sys.modules.pop("late_names")
    assert (late.monotonic, late.sleep, late.choice) == (time.monotonic, time.sleep, random.choice)


def originals(modules):
    names = [
        vars(modules.own),
        vars(modules.sdk),
        vars(time),
        vars(random),
        vars(os),
        vars(uuid),
        vars(asyncio),
        vars(secrets),
    ]
    return [{name: id(value) for name, value in one.items() if callable(value)} for one in names]


def test_everything_is_put_back_also_after_a_failure(modules):
    before = originals(modules)
    seed = random.Random.seed
    for failure in (ZeroDivisionError, KeyboardInterrupt):

        def act(failure=failure):
            modules.own.clocks()
            assert originals(modules) != before
            raise failure

        with pytest.raises(failure):
            record(modules.root, act)
        assert originals(modules) == before
        assert random.Random.seed is seed
        assert not time_machine.traveller_stack
        assert not ROUTERS
        assert not hasattr(dt.datetime.now, "__wrapped__")


def test_a_fixture_that_outlives_the_session_keeps_what_it_put(modules, monkeypatch):
    def fake():
        return 5.0

    monkeypatch.setattr(time, "monotonic", fake)
    record(modules.root, modules.own.counters)
    assert time.monotonic is fake
    record(modules.root, monkeypatch.undo)
    assert time.monotonic() > 5.0 or time.monotonic is not fake


def test_sessions_may_run_one_in_another(modules):
    def act():
        first, _ = record(modules.root, modules.own.chance)
        return first, modules.own.chance()

    before = originals(modules)
    (inner, outer), _ = record(modules.root, act, seed=2)
    assert inner != outer
    assert originals(modules) == before


class TestTravel:
    def test_a_journey_of_the_tests_own_wins(self, modules):
        def act():
            with time_machine.travel(1000, tick=False):
                inside = modules.own.moment()
            return inside, modules.own.moment()

        (inside, after), session = record(modules.root, act)
        assert inside == 1000
        assert after > 1e9
        assert len(session.exchanges) == 1
        assert replay(modules.root, session, act)[0] == (inside, after)

    def test_also_one_that_began_before_and_ends_after(self, modules):
        with time_machine.travel(1000, tick=False):
            seen, session = record(modules.root, modules.own.moment)
            assert time.time() == 1000
        assert seen == 1000
        assert not session.exchanges
        assert time.time() > 1e9

    def test_and_one_that_ends_meanwhile(self, modules):
        journey = time_machine.travel(1000, tick=False)
        journey.start()

        def act():
            journey.stop()
            return modules.own.moment()

        seen, session = record(modules.root, act)
        assert seen > 1e9
        assert len(session.exchanges) == 1
        assert not time_machine.traveller_stack
        assert replay(modules.root, session, modules.own.moment)[0] == seen

    def test_a_frozen_clock_stays_frozen(self, modules, monkeypatch):
        class FakeDatetime(dt.datetime):
            pass

        monkeypatch.setattr(dt, "datetime", FakeDatetime)
        monkeypatch.setattr(time, "time", lambda: 77.0)
        seen, session = record(modules.root, modules.own.patched_time)
        assert seen == 77.0
        assert not session.exchanges


def test_freezegun_of_the_tests_own_wins(modules):
    freezegun = pytest.importorskip("freezegun")

    def act():
        with freezegun.freeze_time("2020-02-02", real_asyncio=True):
            inside = modules.own.moment(), modules.own.patched_time()
        return inside, modules.own.moment() > 1_700_000_000

    ((one, other), after), _ = record(modules.root, act)
    assert one == other == dt.datetime(2020, 2, 2, tzinfo=dt.UTC).timestamp()
    assert after
    assert not ROUTERS
    with freezegun.freeze_time("2020-02-02", real_asyncio=True):
        seen, session = record(modules.root, modules.own.moment)
    assert seen == one
    assert not session.exchanges


class TestSleep:
    def test_it_costs_nothing_in_replay_and_counts_all_the_same(self, modules):
        def act():
            began = modules.own.moment()
            modules.own.nap(0.5)
            modules.own.naps()
            return began

        clock = time.monotonic
        seen, session = record(modules.root, act)
        started = clock()
        replay(modules.root, session, act)
        assert clock() - started < 0.5

        def longer():
            modules.own.moment()
            modules.own.nap(3600)
            return modules.own.moment()

        assert replay(modules.root, session, longer)[0] == pytest.approx(seen + 3600)

    def test_a_loop_that_waits_for_a_time_ends_although_it_reads_more_than_was_recorded(self, modules):
        _, session = record(modules.root, lambda: modules.own.wait(0.001))
        started = time.monotonic()
        replay(modules.root, session, lambda: modules.own.wait(60))
        assert time.monotonic() - started < 2

    def test_nonsense_is_refused_as_ever(self, modules):
        def act():
            with pytest.raises(TypeError):
                modules.own.nap("x")
            with pytest.raises(ValueError):
                modules.own.nap(-1)

        _, session = record(modules.root, act)
        replay(modules.root, session, act)


class TestLive:
    def test_a_live_clock_is_real(self, modules):
        seen, session = record(modules.root, modules.own.clocks)
        time.sleep(0.01)
        again, replayed = replay(modules.root, session, modules.own.clocks, clock="live")
        assert again[0] > seen[0]
        assert not replayed.exchanges

    def test_so_is_one_of_them(self, modules):
        seen, session = record(modules.root, modules.own.counters)
        again, _ = replay(modules.root, session, modules.own.counters, **{"clock:time.monotonic": "live"})
        assert (again[0] != seen[0], again[2] == seen[2]) == (True, True)

    def test_and_live_chance(self, modules):
        seen, session = record(modules.root, modules.own.identity)
        again, _ = replay(modules.root, session, modules.own.identity, random="live")
        assert again[0] != seen[0]


def test_after_a_halt_clocks_go_on_so_that_the_agent_can_clean_up(modules):
    gateway = session_below(modules.root)
    with running(gateway), own_world(recording_world(gateway, modules.root)):
        gateway.halt(OaoHalt("stop"))
        assert modules.own.moment() > 1e9
        with pytest.raises(OaoHalt):
            gateway.admit(Call("chat", "POST /chat/completions"))


def test_readings_are_no_calls_of_the_count(modules):
    gateway = session_below(modules.root)
    with running(gateway), own_world(recording_world(gateway, modules.root)):
        modules.own.moment()
        gateway.admit(Call("chat", "POST /chat/completions"))
    assert (gateway.made, gateway.last) == (1, 2)


def test_a_thread_reads_its_own_lanes_clock(modules):
    def act():
        seen = []
        thread = threading.Thread(target=lambda: seen.append(modules.own.moment()))
        thread.start()
        thread.join()
        return [*seen, modules.own.moment()]

    seen, session = record(modules.root, act)
    assert replay(modules.root, session, act)[0] == seen


def test_pydantic_models_and_their_defaults(modules):
    pydantic = pytest.importorskip("pydantic")

    class Note(pydantic.BaseModel):
        at: dt.datetime = pydantic.Field(default_factory=dt.datetime.now)
        id: uuid.UUID = pydantic.Field(default_factory=uuid.uuid4)

    modules.own.Model = Note
    source = "def note():\n    return Model()\n"
    exec(compile(source, modules.own.__file__, "exec"), vars(modules.own))
    seen, session = record(modules.root, modules.own.note)
    assert replay(modules.root, session, modules.own.note)[0] == seen


def test_numpys_global_generator(modules):
    numpy = pytest.importorskip("numpy")
    source = """
import numpy
from numpy.random import rand
def arrays():
    drawn = [numpy.random.random(), rand(), numpy.random.randint(10**9), numpy.random.sample(),
        numpy.random.default_rng().integers(10**9), numpy.random.RandomState().rand()]
    numpy.random.seed(5)
    return [float(one) for one in (*drawn, rand(), numpy.random.normal())]
"""
    exec(compile(source, modules.own.__file__, "exec"), vars(modules.own))
    before = numpy.random.get_state()
    seen, session = record(modules.root, modules.own.arrays)
    assert replay(modules.root, session, modules.own.arrays)[0] == seen
    assert seen[6] == float(numpy.random.RandomState(5).rand())
    assert all((one == other).all() for one, other in zip(before[1:2], numpy.random.get_state()[1:2], strict=True))


def test_no_redactor_hurts_a_reading(modules):
    _, session = record(modules.root, modules.own.clocks)
    for exchange in session.exchanges:
        assert REDACTOR.data(exchange.outcome.body.data) == exchange.outcome.body.data
