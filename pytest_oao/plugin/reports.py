"""Our errors in a test's report: in our own words, in place of forty frames of an SDK."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any

import pytest

from pytest_oao.errors import Diverged, OaoError, OaoHalt, PolicyViolation
from pytest_oao.plugin.due_calls import due_of
from pytest_oao.plugin.failure_texts import failure_text, with_section
from pytest_oao.plugin.teardowns import TornDown
from pytest_oao.providers.description import replied
from pytest_oao.report.divergence_text import headline, render, render_beside
from pytest_oao.report.printable import one_line, printable
from pytest_oao.report.violation_text import render_violation
from pytest_oao.runtime.gateway import Gateway

_LEAST, _MOST = 60, 100
"""Columns of a report; the most of them where there is no terminal."""
SUMMARY = pytest.StashKey[dict[str, Any]]()


def attach_summary(report: pytest.TestReport, item: pytest.Item, printed: Callable[[str], str]) -> None:
    """Give a test's last report what the terminal summary tells of it, and the name that it tells it by."""
    if report.when == "teardown" and (told := item.stash.get(SUMMARY, None)):
        del item.stash[SUMMARY]
        report.oao = told | {"shown": printed(item.nodeid)}  # type: ignore[attr-defined]  # pytest keeps extra attributes, also over xdist


@contextmanager
def unformatted(call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep pytest from formatting the frames and causes of an error of ours, which nobody gets to see.

    It costs tenths of a second; and where Python 3.11.7 formats a traceback while it formats one (a task's that is
    garbage collected just then), it fails with SystemError.
    """
    whole = call.excinfo
    if whole is None or not isinstance(whole.value, OaoError | OaoHalt | TornDown):
        yield
        return
    last = whole.tb
    while last.tb_next is not None:
        last = last.tb_next
    whole.value.__suppress_context__ = True
    call.excinfo = short = pytest.ExceptionInfo.from_exc_info((whole.type, whole.value, last))
    yield
    if call.excinfo is short:
        call.excinfo = whole


def unexpect(report: pytest.TestReport) -> None:
    """Have a test fail that was expected to, or that skipped itself after all: neither is leave to stop so."""
    if report.outcome == "skipped":
        if hasattr(report, "wasxfail"):
            del report.wasxfail
        report.outcome = "failed"


def explain(
    report: pytest.TestReport,
    error: OaoError | OaoHalt,
    item: pytest.Item,
    printed: Callable[[str], str],
    others: Iterable[BaseException] = (),
) -> None:
    """Show an error of ours in place of a traceback, and what came besides; `printed` takes secrets out."""
    if report.outcome != "failed":
        return
    path, line, _ = item.location
    message = one_line(printed(_message(error)), 200)
    besides = [one_line(printed(f"raised besides: {type(one).__name__}: {one}"), 200) for one in others]
    text = printed("\n".join([_text(error, item), *besides]))
    report.longrepr = failure_text(text, path, (line or 0) + 1, message)
    if isinstance(error, Diverged):
        item.config.hook.pytest_oao_diverged(item=item, divergence=error.divergence)


def tell_unmade(report: pytest.TestReport, gateway: Gateway, printed: Callable[[str], str]) -> None:
    """Tell, below a failure of the test's own, of the recorded calls that were not made until then."""
    if report.outcome != "failed" or report.when != "call":
        return
    try:
        gateway.source.finish(due_of(gateway.header))
    except Diverged as error:
        unmade = error.divergence
        title, text = printed(headline(unmade)), printed(render_beside(unmade, _width()))
        report.longrepr = with_section(report.longrepr, title, text)


def _message(error: OaoError | OaoHalt) -> str:
    """Return what pytest's one-line summary shows."""
    if not isinstance(error, Diverged):
        return error.what
    cause = error.divergence.explanation.cause
    return f"{error.what}: {cause}" if cause else error.what


def _text(error: OaoError | OaoHalt, item: pytest.Item) -> str:
    if isinstance(error, PolicyViolation):
        return render_violation(error.violation, verbosity=item.config.get_verbosity(), replies=replied, width=_width())
    if not isinstance(error, Diverged):
        return f"oao: {printable(str(error))}"
    verbosity = item.config.get_verbosity()
    parts = [render(error.divergence, verbosity=verbosity, replies=replied, width=_width())]
    for more in item.config.hook.pytest_oao_reporters(config=item.config):
        parts += [text for reporter in more if (text := reporter(error.divergence, verbosity))]
    return "\n".join(parts)


def _width() -> int:
    """Return the columns of a report: those of the terminal, and no more than are read with ease."""
    return min(max(get_terminal_size((_MOST, 0)).columns, _LEAST), _MOST)


def redact(report: pytest.TestReport, printed: Callable[[str], str]) -> None:
    """Take the secrets out of what the report of a live test shows: an SDK's error may repeat the key it was given."""
    report.sections = [(name, printed(text)) for name, text in report.sections]
    if hasattr(report, "wasxfail"):
        report.wasxfail = printed(report.wasxfail)
    if isinstance(report.longrepr, tuple):  # of a test that was skipped
        path, line, reason = report.longrepr
        report.longrepr = (path, line, printed(reason))
    elif report.longrepr:
        crash = getattr(report.longrepr, "reprcrash", None)
        shown = (report.longreprtext, crash.message if crash else "")
        text, message = map(printed, shown)
        if (text, message) != shown:
            report.longrepr = failure_text(text, crash.path, crash.lineno, message) if crash else text
