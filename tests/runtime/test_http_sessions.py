from pytest_oao.model.sessions import Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.http_sessions import current_for_http, running_for_http, session_of_http
from pytest_oao.runtime.running import current, running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder


def gateway(name, scribe):
    return Gateway(Header(name), Recorder(), scribe)


def test_only_http_sees_it_and_a_whole_session_comes_first(tmp_path):
    from pytest_oao.cassette.redaction import Redactor
    from pytest_oao.runtime.sites import Project

    scribe = Scribe(Redactor(), Project(tmp_path, tmp_path))
    assert current_for_http() is session_of_http() is None
    with running_for_http(gateway("http", scribe)) as http:
        assert current() is None
        assert current_for_http() is session_of_http() is http
        with running_for_http(gateway("inner", scribe)) as inner:
            assert current_for_http() is inner
        with running(gateway("whole", scribe)) as whole:
            assert current_for_http() is whole
            assert session_of_http() is None
        assert current_for_http() is http
    assert current_for_http() is None
