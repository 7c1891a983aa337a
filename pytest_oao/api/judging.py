"""How a run ends that a script watches: with the first thing that stopped it, told in full."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.errors import Diverged, OaoHalt, PolicyViolation
from pytest_oao.providers.description import replied
from pytest_oao.report.divergence_text import render
from pytest_oao.report.violation_text import render_violation
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.halts import first_halt


@contextmanager
def judged(gateway: Gateway) -> Iterator[None]:
    """Judge a run at its end, and have a traceback show the whole report of what stopped it."""
    try:
        with first_halt(gateway):
            yield
        gateway.finish()
    except Diverged as diverged:
        _note(diverged, render(diverged.divergence, replies=replied))
        raise
    except PolicyViolation as broken:
        _note(broken, render_violation(broken.violation, replies=replied))
        raise


def _note(halt: OaoHalt, report: str) -> None:
    """Add a report to a halt, once: what stops an inner recording passes an outer one too."""
    if not hasattr(halt, "__notes__"):
        halt.add_note(report)
