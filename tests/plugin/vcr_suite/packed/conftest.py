"""As langchain-tests has it: gzip, lists of requests and of responses, a persister of its own, everything hidden."""

import gzip
from pathlib import Path

import pytest
import yaml
from vcr import VCR
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.request import Request


class Packed:
    @staticmethod
    def serialize(cassette):
        requests = [
            {
                "method": one.method,
                "uri": one.uri,
                "body": one.body,
                "headers": {k: [v] for k, v in one.headers.items()},
            }
            for one in cassette["requests"]
        ]
        return gzip.compress(yaml.safe_dump({**cassette, "requests": requests}).encode(), mtime=0)

    @staticmethod
    def deserialize(data):
        cassette = yaml.safe_load(gzip.decompress(data))
        cassette["requests"] = [Request(**one) for one in cassette["requests"]]
        return cassette


class InBytes:
    @classmethod
    def load_cassette(cls, cassette_path, serializer):
        if not Path(cassette_path).is_file():
            raise CassetteNotFoundError(cassette_path)
        cassette = serializer.deserialize(Path(cassette_path).read_bytes())
        return cassette["requests"], cassette["responses"]

    @staticmethod
    def save_cassette(cassette_path, cassette_dict, serializer):
        Path(cassette_path).parent.mkdir(parents=True, exist_ok=True)
        Path(cassette_path).write_bytes(serializer.serialize(cassette_dict))


def hide_all(request):
    for name in request.headers:
        request.headers[name] = "**REDACTED**"
    request.uri = "**REDACTED**"
    return request


def hide_headers(response):
    for name in response["headers"]:
        response["headers"][name] = "**REDACTED**"
    return response


@pytest.fixture(scope="session")
def vcr_config():
    return {
        "record_mode": "once",
        "match_on": ["method", "body"],
        "before_record_request": hide_all,
        "before_record_response": hide_headers,
        "decode_compressed_response": True,
        "allow_playback_repeats": True,
        "serializer": "yaml.gz",
        "path_transformer": VCR.ensure_suffix(".yaml.gz"),
    }


def pytest_recording_configure(config, vcr):
    vcr.register_persister(InBytes())
    vcr.register_serializer("yaml.gz", Packed())
