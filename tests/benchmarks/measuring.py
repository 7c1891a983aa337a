"""How everything here is measured: CPU time, interleaved rounds, medians; and what a figure is."""

import argparse
import gc
import json
import statistics
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One number beside its target; `value` is None where it could not be measured, and `note` says why."""

    name: str
    value: float | None
    unit: str
    target: float | None = None
    note: str = ""

    @property
    def met(self):
        """Whether the target is met; None where there is none, or no value."""
        return None if self.value is None or self.target is None else self.value <= self.target

    def __str__(self):
        shown = "–" if self.value is None else f"{self.value:.3f}" if self.value < 10 else f"{self.value:.1f}"
        goal = "" if self.target is None else f"target ≤ {self.target:g}"
        verdict = {True: "ok", False: "MISSED", None: ""}[self.met]
        return f"{self.name:48} {shown:>7} {self.unit:8} {goal:14} {verdict:6} {self.note}".rstrip()


def cpu(act):
    """Return the CPU seconds that this process spends in act()."""
    started = time.process_time()
    act()
    return time.process_time() - started


def interleaved(rounds, *contestants):
    """Run each contestant once per round, in turn forwards and backwards; return each one's results.

    What is in memory before is out of the garbage collector's sight: a full collection, which walks over the SDK's
    300,000 objects at a moment of chance, would otherwise decide which contestant looks dear.
    """
    gc.collect()
    gc.freeze()
    results = [[] for _ in contestants]
    for number in range(rounds):
        order = list(zip(contestants, results, strict=True))
        for contestant, found in order if number % 2 else reversed(order):
            gc.collect()
            found.append(contestant())
    gc.unfreeze()
    return results


def ratio(ours, floors):
    """Return the median of the rounds' ratios: each compares what ran side by side."""
    return statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True))


def extra(ours, floors):
    """Return the median of the rounds' differences."""
    return statistics.median(mine - floor for mine, floor in zip(ours, floors, strict=True))


def quietest(ours, floors):
    """Return the difference of the quietest rounds: what runs beside us only adds, and most to what has two threads."""
    return min(ours) - min(floors)


def main(measure):
    """Be a script: print the figures of measure(quick), or as JSON for the runner."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few rounds: shows that it works, not how fast it is")
    parser.add_argument("--lines", action="store_true", help="a JSON object a line")
    options = parser.parse_args()
    for figure in measure(options.quick):
        print(json.dumps(asdict(figure)) if options.lines else figure, flush=True)
