import json

import pytest

from pytest_oao.importers import json_records
from pytest_oao.importers.json_records import line_value

LONG = 12345678901234567890123


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("text", ['{"a":%d}', '{"a": %d}', '{"a":\t-%d}', "[%d]", "[1,%d]", "[1,\r%d]"])
def test_a_long_number_stays_whole_wherever_it_stands(text, offset):
    line = " " * offset + text % LONG
    assert line_value(line.encode(), "here") == json.loads(line)
    assert str(LONG) in str(line_value(line.encode(), "here"))


@pytest.mark.parametrize("text", [f"{LONG}ab", f"a{LONG}", f"trace/{LONG}", str(LONG)])
def test_digits_of_a_string_do_not_make_its_line_slow(monkeypatch, text):
    monkeypatch.setattr(json_records, "_slow_value", None)
    assert line_value(json.dumps({"id": text}).encode(), "here") == {"id": text}
