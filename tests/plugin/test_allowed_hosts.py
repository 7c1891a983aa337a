"""`oao_allow_hosts`: what a test really needs is let through, and its HTTP is recorded all the same."""

import re

import pytest

DATABASE = """
import os, socket
from my_agent import answer

def ask_the_database():
    host, port = os.environ["DATABASE"].split(":")
    with socket.create_connection((host, int(port))) as one:
        one.sendall(b"GET /count HTTP/1.0\\r\\n\\r\\n")
        return one.recv(1000)
"""

TEST = """
import pytest
from my_database import answer, ask_the_database

@pytest.mark.oao
def test_refund():
    assert b"200" in ask_the_database()
    assert answer("hi")
    assert b"200" in ask_the_database()
"""


@pytest.fixture
def shop(light):
    light.write(my_database=DATABASE, test_agent=TEST)
    light.address = light.server.url.removeprefix("http://")
    light.monkeypatch.setenv("DATABASE", light.address)
    return light


def allow(shop, *hosts):
    shop.pytester.makeini(f"[pytest]\noao_allow_hosts = {' '.join(hosts)}\n")


@pytest.mark.parametrize("form", ["{address}", "127.0.0.1", "127.0.0.0/8", "localhost"])
def test_what_is_allowed_is_reached_in_both_modes_and_http_to_it_is_recorded(shop, form):
    allow(shop, form.format(address=shop.address))
    shop.record().assert_outcomes(passed=1)
    assert shop.cassette().read_text().count("\n- seq:") == 1
    live = shop.server_count()
    shop.replay().assert_outcomes(passed=1)
    assert shop.server_count() == live


def test_another_port_is_not_and_the_error_names_test_call_place_and_remedy(shop):
    allow(shop, shop.address)
    shop.record().assert_outcomes(passed=1)
    allow(shop, "127.0.0.1:1")
    for done in (shop.replay(), shop.record()):
        done.assert_outcomes(failed=1)
        text = done.stdout.str()
        assert re.search(
            rf"oao: test_agent.py::test_refund: a connection to {shop.address} .*socket.connect\) at "
            r"my_database.py:6 in ask_the_database",
            text,
        )
        assert "name it: oao_allow_hosts = 127.0.0.1" in text


def test_what_is_no_host_is_refused_before_a_test_runs(shop):
    for ini in ("oao_allow_hosts = http://db", "oao_passthrough_hosts = db:80"):
        shop.pytester.makeini(f"[pytest]\n{ini}\n")
        done = shop.replay()
        assert done.ret == 4
        done.stderr.fnmatch_lines(["ERROR: oao: oao_*_hosts: *host*"])
