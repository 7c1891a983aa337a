from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cli.destinations import session_destination


def test_ids_that_differ_by_case_only_and_names_of_devices_come_to_files_of_their_own(cli, log_of):
    names = ("Run", "run", "RUN", "con", "NUL", "com1", "aux.txt", "20261121T101500Z-1f0c9a3e", "a:b", "a b", "")
    assert cli("import", log_of(*names))[0] == 0
    made = [path.name for path in Path("cassettes").iterdir()]
    assert len({name.casefold() for name in made}) == len(names) == len(made)
    assert {"run.yaml", "20261121T101500Z-1f0c9a3e.yaml"} < set(made)
    devices = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
    assert not devices & {name.partition(".")[0].casefold() for name in made}


@given(st.sets(st.text(max_size=20) | st.sampled_from(["A", "a", "CON", "con", "x-0123456789"]), max_size=8))
def test_no_two_sessions_come_to_one_file(names):
    made = {session_destination(Path("to"), name).name.casefold() for name in names}
    assert len(made) == len(names)
