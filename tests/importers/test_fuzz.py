"""The fuzzer finds what is wrong, and what it tries first is not."""

import fuzz
import pytest
from fuzz_seeds import NAMES, seeds


@pytest.mark.parametrize("name", NAMES)
def test_what_is_broken_is_an_error_of_ours(name):
    if not seeds(name):
        pytest.skip("no pyarrow")
    fuzzing = fuzz.Fuzzing(name)
    assert list(fuzzing.run(20)) == []
    assert fuzzing.came["inputs"] == 20


@pytest.mark.parametrize("name", [name for name in NAMES if seeds(name)])
def test_what_is_whole_is_a_session(name):
    assert fuzz.tried(seeds(name)[0], name)["session"] >= 1


def test_a_failure_is_made_small_and_kept(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fuzz, "_use", lambda sealed: {}["x"] if b"gpt-5" in sealed.data else None)
    assert fuzz.main(["raw", "--inputs", "100", "--keep", str(tmp_path)]) == 1
    (kept,) = tmp_path.iterdir()
    assert f"raw: {kept}\n" in (told := capsys.readouterr().out)
    assert "KeyError: 'x'" in told
    assert ", 1 defects, " in told
    with pytest.raises(KeyError):
        fuzz.main(["raw", "--again", str(kept)])


def test_an_input_that_takes_long_is_a_failure(tmp_path, capsys):
    assert fuzz.main(["raw", "--inputs", "20", "--seconds", "0", "--keep", str(tmp_path)]) == 1
    assert "TooSlow: " in capsys.readouterr().out
