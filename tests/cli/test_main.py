from pathlib import Path

import pytest


def test_help_names_every_command(cli):
    code, out, _ = cli("--help")
    assert code == 0
    assert all(command in out for command in ("show", "check", "diff", "seal", "import"))


def test_without_a_command_the_help_names_them_all(cli):
    shown = cli("--help")[1]
    assert cli() == (2, "", shown)


@pytest.mark.parametrize(
    "arguments", [(), ("dance",), ("show",), ("diff", "a"), ("import",), ("check", "--strange", "x")]
)
def test_a_wrong_use_is_2(cli, arguments):
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert "usage: oao" in err


@pytest.mark.parametrize(
    "arguments", [("show", "no"), ("check", "no"), ("diff", "no", "no"), ("seal", "no"), ("import", "no")]
)
def test_a_missing_file_is_one_clear_message(cli, arguments):
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("oao: no: ")
    assert "missing-file" in err
    assert "Traceback" not in err


def test_the_version_is_told(cli):
    code, out, _ = cli("--version")
    assert code == 0
    assert out.startswith("oao ")


def test_a_message_is_never_printed_raw(cli):
    _, _, err = cli("show", "\x1b[31mred")
    assert "\x1b" not in err


def test_a_reader_who_leaves_is_no_error(cassette, command):
    running = command("check", *[str(cassette())] * 3000)
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(timeout=60) == 1
    running.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "it.yaml"),
        ("show", "it.yaml"),
        ("diff", "it.yaml", "it.yaml"),
        ("seal", "it.yaml"),
        ("import", "log.jsonl", "-o", "out"),
        ("explain",),
        ("--version",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_cannot_be_printed_is_told(cassette, log_of, command, arguments, unbuffered):
    cassette()
    log_of(1)
    with Path("/dev/full").open("wb") as full:
        running = command(*arguments, stdout=full, PYTHONUNBUFFERED=unbuffered)
        _, err = running.communicate(timeout=60)
    said = b"oao: the output cannot be written: No space left on device\n  Make room, or send it elsewhere.\n"
    assert (running.returncode, err) == (2, said)


def test_a_terminal_without_the_characters_shows_escapes(cassette, command):
    running = command("check", str(cassette("gr\u00fc\u00df.yaml")), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, b"")
    assert b"gr\\xfc\\xdf.yaml" in out
