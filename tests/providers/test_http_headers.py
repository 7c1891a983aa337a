import pytest

from pytest_oao.model.outcomes import Head
from pytest_oao.providers.http_headers import header, media_type, unframed

HEADERS = (
    ("Content-Type", "text/event-stream"),
    ("X-A", "1"),
    ("x-a", "2"),
    ("Content-Encoding", "gzip"),
    ("Content-Length", "7"),
    ("Transfer-Encoding", "chunked"),
    ("Connection", "keep-alive"),
)


def test_a_header_is_found_whatever_its_case_and_its_values_are_joined():
    assert header(HEADERS, "x-a") == "1, 2"
    assert header(HEADERS, "x-b") == ""
    assert media_type(HEADERS) == "text/event-stream"
    assert media_type(HEADERS[1:]) == ""


def test_how_a_message_travelled_is_dropped_and_its_encoding_where_it_was_undone():
    assert unframed(HEADERS, decoded=False) == HEADERS[:4]
    assert unframed(HEADERS, decoded=True) == HEADERS[:3]


@pytest.mark.parametrize(("status", "failed"), [(200, False), (304, False), (399, False), (400, True), (503, True)])
def test_a_status_says_whether_the_request_failed(status, failed):
    assert Head(status).failed is failed
