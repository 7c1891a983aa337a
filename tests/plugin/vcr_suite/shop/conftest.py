import json

import pytest

SEEN = []


def hide(request):
    SEEN.append(request.uri)
    request.headers.pop("user-agent", None)
    return request


def without_nonce(response):
    response["headers"].pop("Date", None)
    response["headers"].pop("Server", None)
    return response


@pytest.fixture(scope="module")
def vcr_config():
    return {
        "filter_headers": ["authorization"],
        "filter_query_parameters": ["key"],
        "filter_post_data_parameters": ["password"],
        "before_record_request": hide,
        "before_record_response": without_nonce,
        "ignore_hosts": ["elsewhere.test"],
    }


def pytest_recording_configure(config, vcr):
    def json_body(one, other):
        assert json.loads(one.body) == json.loads(other.body), "the JSON differs"

    vcr.register_matcher("json_body", json_body)
