"""What a rule of a policy is: it looks at a call before it is made, while its answer comes, and when it is over."""

from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.tally import Settled, Tally


class Rule:
    """One rule of one session; a kind of rule overrides the moments that it looks at."""

    name = ""
    of = "any"
    """Which calls it looks at: `any`, those of a `tool`, or of a `model`; while one is streamed it looks at all."""
    is_placed = False
    """Whether it looks at when a call is made, or in which order: of a recorded call, that is known with its answer."""

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Return why a call may not be made, None where it may."""

    def made(self, facts: Facts) -> None:
        """Take note of a call that is let through."""

    def during(self, tally: Tally, now: float | None) -> Breach | None:
        """Return why a stream may not go on, None where it may."""

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Return what a call that is over has broken, None where nothing."""
