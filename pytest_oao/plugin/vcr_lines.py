"""What the end of a run tells of tests marked `vcr`: cassettes of ours that were made, or that nothing was recorded."""

from collections.abc import Iterator, Sequence
from typing import Any

_SOME = 5
"""So many are told one by one."""
_UNRECORDED = (
    "{} answered from vcrpy's cassettes, and not recorded:",
    "  live, by vcrpy: pytest -p recording -o oao_vcr=false --record-mode=rewrite",
    "  as cassettes of ours, of what vcrpy recorded: pytest --oao-record=vcr",
)


def vcr_lines(told: Sequence[dict[str, Any]], verbosity: int) -> Iterator[str]:
    """Yield the lines; a test that was run more than once tells its last attempt."""
    tests = {entry["test"]: entry for entry in told if "test" in entry}.values()
    most = _SOME if verbosity <= 0 else len(tests)
    moved = [entry["moved"] for entry in tests if "moved" in entry]
    idle = [entry["shown"] for entry in tests if "idle" in entry]
    unrecorded = sum(entry.get("vcr", False) and "moved" not in entry for entry in tests)
    yield from (f"written {path}, of what vcrpy recorded" for path in moved[:most])
    if len(moved) > most:
        yield f"and {len(moved) - most} more"
    if moved:
        yield "They are what these tests replay once @pytest.mark.vcr is @pytest.mark.oao"
    if idle:
        more = f" and {len(idle) - most} more" if len(idle) > most else ""
        yield f"Neither mark is for tests that make no call: {', '.join(idle[:most])}{more}"
    if unrecorded:
        one = unrecorded == 1
        yield _UNRECORDED[0].format("1 test marked vcr was" if one else f"{unrecorded} tests marked vcr were")
        yield from _UNRECORDED[1:]
