import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette import shelf
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cli.destinations import imported_before, session_destination
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.sessions import Origin


def test_ids_that_differ_by_case_only_and_names_of_devices_come_to_files_of_their_own(cli, log_of):
    names = ("Run", "run", "RUN", "con", "NUL", "com1", "aux.txt", "20261121T101500Z-1f0c9a3e", "a:b", "a b", "")
    assert cli("import", log_of(*names))[0] == 0
    made = [path.name for path in Path("cassettes").iterdir()]
    assert len({name.casefold() for name in made}) == len(names) == len(made)
    assert {"run.yaml", "20261121T101500Z-1f0c9a3e.yaml"} < set(made)
    devices = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
    assert not devices & {name.partition(".")[0].casefold() for name in made}


def test_a_link_in_the_place_of_one_session_refuses_that_one_only(cli, log_of):
    Path("cassettes").mkdir()
    Path("cassettes/b.yaml").symlink_to("elsewhere")
    code, out, _ = cli("import", log_of("a", "b", "c"))
    assert code == 1
    assert "b.yaml is a symbolic link" in out
    assert out.splitlines()[-1].startswith("2 imported, 1 refused, ")
    assert {path.name for path in Path("cassettes").iterdir()} == {"a.yaml", "b.yaml", "c.yaml"}
    assert not Path("cassettes/elsewhere").exists()


@given(st.sets(st.text(max_size=20) | st.sampled_from(["A", "a", "CON", "con", "x-0123456789"]), max_size=8))
def test_no_two_sessions_come_to_one_file(names):
    made = {session_destination(Path("to"), name).name.casefold() for name in names}
    assert len(made) == len(names)


def test_a_session_is_known_by_what_its_cassette_keeps_of_it(session):
    made = session()
    told = {"path": "C:\\users"}
    answer = Returned(Body(json.dumps(told, separators=(",", ":")).encode(), "application/json", (told,)))
    exchange = replace(made.exchanges[0], duration=1.2349791526794434, outcome=answer)
    header = replace(made.header, origin=Origin("imported", "raw", "export-21.jsonl"))
    made = replace(made, header=header, exchanges=(exchange,))
    path, redactor = Path("it.yaml"), Redactor.of(())
    shelf.save(made, path)
    renamed = replace(made, header=replace(header, origin=replace(header.origin, source="export-22.jsonl")))
    assert imported_before(path, made.header.id, redactor, made)
    assert imported_before(path, made.header.id, redactor, renamed)
    assert not imported_before(path, made.header.id, redactor, replace(made, ending=None))
    assert not imported_before(path, "another", redactor, made)
    assert not imported_before(path, made.header.id, redactor)
