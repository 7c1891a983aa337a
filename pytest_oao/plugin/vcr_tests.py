"""A test that is marked `vcr`: answered from its cassette of vcrpy's, as pytest-recording would have it answered."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.adapters.vcrpy_cassettes import Opened, Reader, Several, opened
from pytest_oao.adapters.vcrpy_source import VcrpySource
from pytest_oao.errors import BadOption
from pytest_oao.model.sessions import Header, Origin
from pytest_oao.plugin.entry import engine
from pytest_oao.plugin.managed_test import TEST, display, project_of, quoted_name
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.spending_record import spending_record
from pytest_oao.plugin.vcr_moves import MovingTest
from pytest_oao.plugin.vcr_options import LIVE
from pytest_oao.plugin.vcr_places import short
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.http_sessions import running_for_http
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.terms import Terms


@dataclass(frozen=True, slots=True)
class Marked:
    """How a test says that it is answered."""

    name: str
    folder: str
    config: Mapping[str, Any]
    marks: Sequence[pytest.Mark]
    mode: object = "none"
    """What the fixture `record_mode` gives: config and marks are over it."""

    def options(self) -> dict[str, Any]:
        """Return the options of `use_cassette`: those of the closest mark win."""
        options = dict(self.config)
        for mark in reversed(self.marks):
            options |= mark.kwargs
        return options

    def more(self) -> list[str]:
        """Return the paths of the other cassettes that the marks name."""
        return [os.path.join(self.folder, path) for mark in self.marks for path in mark.args]  # noqa: PTH118 - texts


@contextmanager
def answered(request: pytest.FixtureRequest, marked: Marked) -> Iterator[Any]:
    """Answer a test's requests, and give vcrpy's own object."""
    the_engine, moving = engine(request.config), request.node.stash.get(TEST, None)
    opened_ = cassette_of(the_engine.run, request, marked)
    if isinstance(moving, MovingTest):
        with moving.answered(source_of(the_engine.run, request.node, opened_)):
            yield opened_.cassette
        return
    test = VcrTest(the_engine.run, request.node, opened_)
    the_engine.adopt(request.node, test)
    test.begin()
    try:
        yield test.opened.cassette
    finally:
        test.abandon()


def cassette_of(run: PytestRun, request: pytest.FixtureRequest, marked: Marked) -> Opened:
    """Open a test's cassette; raises BadOption where the test would be live."""
    from vcr import VCR  # noqa: PLC0415 - late: 0.4 s

    options = marked.options()
    mode = options.pop("record_mode", marked.mode)
    mode = getattr(mode, "value", mode)
    if mode in LIVE:
        what = f"record_mode={mode!r} makes every request of the test live, and oao_vcr only replays"
        raise BadOption(what, where=request.node.nodeid, remedy="leave it out, or record with pytest-recording")
    ending = f".{options['serializer']}" if "serializer" in options else ".yaml"
    vcr = VCR(path_transformer=VCR.ensure_suffix(ending), cassette_library_dir=marked.folder, record_mode="none")
    reader = Reader(run.store.load)
    vcr.register_persister(Several(marked.more(), reader))
    request.config.hook.pytest_recording_configure(config=request.config, vcr=vcr)
    return opened(vcr, short(marked.name, options.get("serializer", ".yaml")), options, reader)


def _recording(opened_: Opened, name: str) -> str:
    """Return the command that records a test; what was converted vcrpy cannot read, nor add to."""
    mode, first = ("once", ", once its cassette is deleted") if opened_.converted else ("new_episodes", "")
    return f"pytest -p recording -o oao_vcr=false --record-mode={mode} {name}   # record it{first}"


def source_of(run: PytestRun, item: pytest.Item, opened_: Opened) -> VcrpySource:
    """Return who answers from a cassette."""
    cassette, site = display(Path(opened_.path).absolute(), item.config), project_of(item).site
    remedies = (_recording(opened_, quoted_name(item, run.redactor)),)
    return VcrpySource(opened_, Matcher(run.redactor, ()), cassette=cassette, site=site, remedies=remedies)


class VcrTest:
    """One attempt; only requests over HTTP are its affair."""

    def __init__(self, run: PytestRun, item: pytest.Item, opened_: Opened) -> None:
        self.run, self.item, self.opened = run, item, opened_
        path, project = Path(opened_.path).absolute(), project_of(item)
        header = Header(path.name, test=item.nodeid, origin=Origin("imported", "vcrpy", path.name))
        policing = run.policing(item)
        terms = Terms(run.passthrough, run.reach, headers=True)
        self.gateway = Gateway(header, source_of(run, item, opened_), Scribe(run.redactor, project), terms)
        self.running = RunningSession(path, self.gateway, policing)
        self.prices = policing.prices
        self.failed: list[str] = []
        self.summary: dict[str, Any] = {}
        self._open = ExitStack()

    def begin(self) -> None:
        """Have the test's requests answered from now on."""
        self._open.enter_context(running_for_http(self.gateway))

    def before_call(self) -> None:
        """Let the test run."""

    def after_success(self) -> None:
        """Fail when the agent swallowed that a request has no answer."""
        self.gateway.finish()

    def before_teardown(self) -> bool:
        """Answer again, where a request had no answer: by vcrpy's rules none depends on another."""
        self.gateway.halted = None
        return False

    def end(self) -> None:
        """Tell what was answered; raises the halt that a fixture's teardown swallowed."""
        self.abandon()
        if self.gateway.exchanges:
            performed = len(self.gateway.live)
            self.summary |= {"test": self.item.nodeid, "performed": performed}
            self.summary["replayed"] = len(self.gateway.exchanges) - performed
            self.summary["spent"] = spending_record(self.gateway, self.prices)
            self.summary["vcr"] = self.run.records
        if not self.failed:
            self.gateway.finish()

    def abandon(self) -> None:
        """Answer nothing any more."""
        self._open.close()
