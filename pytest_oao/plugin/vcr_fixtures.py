"""The fixtures of pytest-recording, by their names there: suites override them and ask for them."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from pytest_oao.plugin.options import is_vcr
from pytest_oao.plugin.vcr_places import folder_of, name_of

TESTS = "pytest_oao.plugin.vcr_tests"
NETWORK = "pytest_oao.plugin.vcr_network"


@pytest.fixture(scope="session")
def record_mode(request: pytest.FixtureRequest) -> str:
    """Return the mode that the command line asks for; nothing is recorded in any."""
    return request.config.getoption("--record-mode") or "none"


@pytest.fixture(scope="session")
def disable_recording(request: pytest.FixtureRequest) -> bool:
    """Return whether tests that are marked `vcr` are answered by nobody."""
    return bool(request.config.getoption("--disable-recording"))


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """Return what `VCR.use_cassette` is given; suites have one of their own."""
    return {}


@pytest.fixture
def vcr_markers(request: pytest.FixtureRequest) -> list[pytest.Mark]:
    """Return the marks `vcr` of a test, the closest first."""
    return list(request.node.iter_markers("vcr"))


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """Return the folder of a module's cassettes."""
    return folder_of(request.node.path)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """Return the name of a test's cassette, without its ending."""
    return name_of(request.node)


@pytest.fixture
def allowed_hosts(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - a list, or what a suite gives in its place
    """Return the regular expressions of hosts that may be connected to: of the mark, the command line, the config."""
    marker = request.node.get_closest_marker("block_network")
    hosts = (marker.kwargs if marker else {}).get("allowed_hosts") or request.config.getoption("--allowed-hosts")
    hosts = hosts or request.getfixturevalue("vcr_config").get("allowed_hosts")
    return hosts.split(",") if isinstance(hosts, str) else hosts


@pytest.fixture(autouse=True)
def block_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the test connect to no host, where it or the command line says so."""
    marker = request.node.get_closest_marker("block_network")
    if marker is None and not request.config.getoption("--block-network"):
        yield
        return
    network = import_module(NETWORK)
    if marker is not None:
        network.require_sound(marker, request.node.nodeid)
    with network.blocked(request.getfixturevalue("allowed_hosts")):
        yield


@pytest.fixture(autouse=True)
def vcr(
    request: pytest.FixtureRequest,
    vcr_markers: list[pytest.Mark],
    vcr_cassette_dir: str,
    disable_recording: bool,  # noqa: FBT001 - a fixture
) -> Iterator[Any]:
    """Answer the test from its cassette where it is marked `vcr`; gives vcrpy's own object, else None."""
    if disable_recording or not vcr_markers or not is_vcr(request.node):
        yield None
        return
    config, name = request.getfixturevalue("vcr_config"), request.getfixturevalue("default_cassette_name")
    mode, tests = request.getfixturevalue("record_mode"), import_module(TESTS)
    with tests.answered(request, tests.Marked(name, str(vcr_cassette_dir), config, vcr_markers, mode)) as cassette:
        yield cassette
