import gzip
import json
import os
from pathlib import Path

import pytest
import yaml

from pytest_oao.cassette import shelf
from pytest_oao.cli import converting

SECRET = "sk-planted-secret-1234567890abcdef"


def interaction(uri="https://shop.test/hours", text="nine"):
    return {
        "request": {"method": "GET", "uri": uri, "body": None, "headers": {"authorization": [f"Bearer {SECRET}"]}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["text/plain"], "x-own": ["kept"]},
            "body": {"string": text},
        },
    }


def put(name, *interactions, **more):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"interactions": list(interactions or [interaction()]), "version": 1, **more}
    text = json.dumps(document) if ".json" in name else yaml.safe_dump(document)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_each_cassette_takes_the_place_of_the_old_file(cli):
    for name in ("a/test_it[x].yaml", "a/b/test_json.json", "a/test_packed.yaml.gz", "a/test_old.yml"):
        put(name)
    put("a/test_loud.loud")
    Path("a/README.txt").write_text("no cassette")
    code, out, err = cli("import", "--in-place", "a")
    assert (code, err) == (0, "")
    assert sorted(out.splitlines()) == [
        "5 converted, 0 refused, 0 converted before, 1 skipped",
        converting._FOUND,
        converting._MOVED,
        "converted a/b/test_json.json to a/b/test_json.yaml: 1 exchange, 0 model calls; without timing",
        "converted a/test_it[x].yaml: 1 exchange, 0 model calls; without timing",
        "converted a/test_loud.loud to a/test_loud.loud.yaml: 1 exchange, 0 model calls; without timing",
        "converted a/test_old.yml: 1 exchange, 0 model calls; without timing",
        "converted a/test_packed.yaml.gz to a/test_packed.yaml: 1 exchange, 0 model calls; without timing",
    ]
    files = [path for path in Path("a").rglob("*") if path.is_file() and path.name != "README.txt"]
    assert len(files) == 5
    for path in files:
        assert shelf.load(path).exchanges[0].outcome.body.data == b"nine"
        assert SECRET not in path.read_text()


def test_a_folder_with_many_is_told_in_one_line(cli):
    for number in range(6):
        put(f"a/many/test_{number}.yaml", interaction(), interaction())
    put("a/test_one.yaml")
    out = cli("import", "--in-place", "a")[1].splitlines()
    assert sorted(out[:2]) == [
        "converted 6 cassettes in a/many: 12 exchanges, 0 model calls; without timing",
        "converted a/test_one.yaml: 1 exchange, 0 model calls; without timing",
    ]
    assert out[2] == "7 converted, 0 refused, 0 converted before, 0 skipped"


def test_it_may_be_run_again(cli):
    path = put("test_it.yaml")
    cli("import", "--in-place", ".")
    once = path.read_bytes()
    assert cli("import", "--in-place", ".") == (0, "0 converted, 0 refused, 1 converted before, 0 skipped\n", "")
    assert path.read_bytes() == once


def test_a_run_that_was_broken_off_between_the_new_and_the_old_file_is_finished(cli):
    put("test_it.json")
    cli("import", "--in-place", ".")
    put("test_it.json")
    code, out, _ = cli("import", "--in-place", ".")
    assert (code, out.splitlines()[0]) == (
        0,
        "converted test_it.json to test_it.yaml: 1 exchange, 0 model calls; without timing",
    )
    assert not Path("test_it.json").exists()


def test_a_hidden_url_is_kept_as_it_is(cli):
    put("test_it.yaml", interaction("**REDACTED**"))
    code, out, _ = cli("import", "--in-place", "test_it.yaml")
    assert (code, out.splitlines()[0].partition("; ")[2]) == (0, "without timing, URLs")
    (one,) = shelf.load(Path("test_it.yaml")).exchanges
    assert (one.call.kind, one.call.target, one.call.url) == ("http", "GET **REDACTED**", "**REDACTED**")
    put("test_it.yaml", interaction("**REDACTED**"))
    assert cli("import", "test_it.yaml")[0] == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"metadata": {"seed": 1}}, "test_it.json: it holds metadata, which `get_metadata` of vcrpy reads"),
        ({"interactions": []}, "test_it.json: the recording holds no exchange"),
        (
            {"interactions": [{"request": {}, "response": {}}]},
            "test_it.json: interactions[0].request.method: this is missing",
        ),
    ],
)
def test_what_is_refused_is_left_as_it_was(cli, more, told):
    path = put("test_it.json", **more)
    before = path.read_bytes()
    code, out, _ = cli("import", "--in-place", ".")
    assert code == 1
    assert out.startswith(f"refused   {told}")
    assert out.splitlines()[-1] == "What was refused is left as it was, and answers its test as before."
    assert path.read_bytes() == before
    assert list(Path().iterdir()) == [path]


def test_what_a_run_left_that_was_killed_while_it_wrote_is_cleared_away(cli):
    put("a/test_it.yaml")
    names = (".oao-0123456789abcdef.tmp", ".oao-fedcba9876543210.tmp", ".oao-of-mine.tmp")
    for name in names:
        Path("a", name).write_text("left")
    for name in (names[0], names[2]):
        os.utime(Path("a", name), (1, 1))
    assert cli("import", "--in-place", "a")[0] == 0
    assert {path.name for path in Path("a").iterdir()} == {"test_it.yaml", *names[1:]}


def test_of_a_link_the_file_is_converted_to_which_it_leads(cli):
    shared = put("shared/real.yaml")
    Path("a").mkdir()
    Path("a/test_it.yaml").symlink_to("../shared/real.yaml")
    assert cli("import", "--in-place", "a")[0] == 0
    assert Path("a/test_it.yaml").is_symlink()
    assert shelf.load(shared).exchanges[0].outcome.body.data == b"nine"
    assert SECRET not in shared.read_text()


def test_a_link_whose_cassette_would_get_another_name_is_left_as_it_was(cli):
    before = put("shared/real.json").read_bytes()
    Path("a").mkdir()
    Path("a/test_it.json").symlink_to("../shared/real.json")
    code, out, _ = cli("import", "--in-place", "a")
    assert code == 1
    assert "a/test_it.json: this is a link to a file that gets another name" in out
    assert Path("a/test_it.json").read_bytes() == before
    assert [path.name for path in Path("a").iterdir()] == ["test_it.json"]


def test_a_name_that_another_cassette_has_is_not_taken(cli):
    for name in ("test_it.json", "test_it.yaml.gz"):
        put(name)
    put("test_it.yaml", interaction(text="another"))
    code, out, _ = cli("import", "--in-place", "test_it.json")
    assert code == 1
    assert "test_it.yaml: another cassette has that name already" in out
    assert Path("test_it.json").exists()


@pytest.mark.parametrize("name", ["test_it.yaml", "test_it.json"])
def test_a_cassette_that_does_not_hold_what_was_read_goes_and_the_old_file_stays(cli, monkeypatch, name):
    before = put(name).read_bytes()
    monkeypatch.setattr(converting, "_holds", lambda *_: False)
    code, out, _ = cli("import", "--in-place", ".")
    assert code == 1
    assert "what was written does not hold what was read" in out
    assert [(path.name, path.read_bytes()) for path in Path().iterdir()] == [(name, before)]


def test_headers_of_ones_own_are_kept(cli):
    Path("pytest.ini").write_text("[pytest]\noao_keep_headers = X-Own other\n")
    put("test_it.yaml")
    cli("import", "--in-place", "test_it.yaml")
    (one,) = shelf.load(Path("test_it.yaml")).exchanges
    assert ("x-own", "kept") in one.outcome.head.headers


def test_in_place_is_no_other_folder_and_takes_nothing_but_cassettes(cli):
    code, _, err = cli("import", "--in-place", "-o", "there", ".")
    assert code == 2
    assert "not allowed with argument" in err
    Path("notes.txt").write_text("hello")
    code, out, _ = cli("import", "--in-place", "notes.txt")
    assert (code, out.splitlines()[0]) == (
        1,
        "refused   notes.txt: this is no cassette of vcrpy's. Import it without --in-place.",
    )


@pytest.mark.parametrize("options", [("--force",), ("--format", "vcrpy"), ("--beside", "b"), ("--map", "request=a")])
def test_an_option_that_says_nothing_here_is_refused(cli, options):
    before = put("test_it.yaml").read_bytes()
    code, out, err = cli("import", "--in-place", *options, "test_it.yaml")
    assert code == 2
    assert f"--in-place: {options[0]} says nothing of cassettes of vcrpy's that are converted in place" in out + err
    assert Path("test_it.yaml").read_bytes() == before
