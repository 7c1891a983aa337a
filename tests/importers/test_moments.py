"""When something was: one reading for all formats."""

from datetime import UTC, datetime

import pytest

from pytest_oao.importers.moments import moment


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1700000000", 1.7e9),
        ("1700000000.5", 1.7e9 + 0.5),
        (" 1700000000000 ", 1.7e9),
        (1_700_000_000, 1.7e9),
        (1_700_000_000_000, 1.7e9),
        (1_700_000_000_000_000, 1.7e9),
        (1_700_000_000_000_000_000, 1.7e9),
        ("2023-11-14T22:13:20", 1.7e9),
        ("2023-11-14T22:13:20Z", 1.7e9),
        ("2023-11-14T23:13:20+01:00", 1.7e9),
        (datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 1.7e9),
        ("1950-01-01T00:00:00Z", 0.0),
        ("0001-01-01T00:00:00+23:00", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("yesterday", 0.0),
        (True, 0.0),
        (None, 0.0),
        (-1, 0.0),
    ],
)
def test_a_moment_is_read_however_it_is_written(value: object, seconds: float) -> None:
    """Zero stands for none."""
    assert moment(value) == seconds
