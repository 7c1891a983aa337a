import socket

import pytest

from pytest_oao.errors import BadOption
from pytest_oao.runtime.hosts import host_of, passes, require_hosts, require_names


@pytest.mark.parametrize(
    ("address", "host"), [("a.b:80", "a.b"), ("127.0.0.1:9", "127.0.0.1"), ("::1:9", "::1"), ("[::1]:9", "::1")]
)
def test_host_of(address, host):
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("10.0.0.7", ["10.0.0.7:80", "10.0.0.7:", "::ffff:10.0.0.7:80"], ["10.0.0.8:80", "elsewhere:80"]),
        ("10.0.0.0/8", ["10.255.0.1:1"], ["11.0.0.1:1"]),
        ("10.1.2.3/8", ["10.255.0.1:1"], ["11.0.0.1:1"]),
        ("127.0.0.1:5432", ["127.0.0.1:5432", "127.0.0.1:None"], ["127.0.0.1:80", "127.0.0.2:5432"]),
        ("10.0.0.0/8:5432", ["10.0.0.1:5432"], ["10.0.0.1:80"]),
        ("::1", ["::1:80"], ["::2:80", "127.0.0.1:80"]),
        ("[::1]:6379", ["::1:6379"], ["::1:80"]),
        ("[::1]", ["::1:6379"], ["::2:6379"]),
        ("fe80::/10", ["fe80::1%eth0:80"], ["::1:80"]),
        ("localhost", ["localhost:80", "LOCALHOST:80", "127.0.0.1:80"], ["10.0.0.8:80"]),
        ("localhost:80", ["localhost:80", "127.0.0.1:80", "localhost:http"], ["localhost:81"]),
        ("nowhere.invalid", ["nowhere.invalid:80", "Nowhere.invalid:"], ["10.0.0.8:80"]),
    ],
)
def test_what_an_entry_lets_through(entry, inside, outside):
    hosts = require_hosts([entry], "oao_allow_hosts")
    assert [address for address in [*inside, *outside] if passes(address, hosts)] == inside
    assert not any(passes(address, frozenset()) for address in inside)


def test_a_name_is_looked_up_anew_for_each_connection(monkeypatch):
    addresses = ["10.0.0.1", "10.0.0.2"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(2, 1, 6, "", (addresses[0], 0))])
    assert passes("10.0.0.1:80", ["db.test"])
    del addresses[0]
    assert not passes("10.0.0.1:80", ["db.test"])


@pytest.mark.parametrize(
    "entry", ["", "http://db", "db:port", "db:0", "db:65536", "10.0.0.0/99", "*.test", "[::1]:x", "a b"]
)
def test_what_is_no_host_is_refused_by_name(entry):
    with pytest.raises(BadOption, match="is no host") as caught:
        require_hosts(["db", entry], "oao_allow_hosts")
    assert repr(entry) in caught.value.what
    assert caught.value.where == "oao_allow_hosts"


@pytest.mark.parametrize("entry", ["db:80", "10.0.0.0/8"])
def test_what_urls_are_compared_with_has_no_ports_and_no_networks(entry):
    assert require_names(["db", "10.0.0.7", "::1"], "oao_passthrough_hosts") == {"db", "10.0.0.7", "::1"}
    with pytest.raises(BadOption, match="more, or less, than a host"):
        require_names([entry], "oao_passthrough_hosts")
