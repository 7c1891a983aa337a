"""Journals in a real Redis."""

import time

import pytest
from servers import RedisServer, redis_server  # noqa: F401 - a fixture

import pytest_oao
from pytest_oao.errors import BadOption, MissingFile, StoreFailed, UnreadableFile
from pytest_oao.stores.keeping import trim
from pytest_oao.stores.locating import located, store_of
from pytest_oao.stores.redis_streams import RedisStreams

SEAL = b'{"prev":"' + b"0" * 64 + b'","event":"ended","status":"passed"}\n'


@pytest.fixture
def url(redis_server):
    import redis

    redis.from_url(redis_server.url).flushall()
    return f"{redis_server.url}?prefix=team:"


def write(store, session, *parts):
    writer = store.begin(session)
    for part in parts:
        writer.append(part, durable=False)
    writer.close()


def sessions(store):
    return {one.session: one.size for one in store.stored()}


class TestRedis:
    def test_a_session_is_a_stream_under_the_prefix(self, url, redis_server):
        import redis

        store = store_of(url)
        assert isinstance(store, RedisStreams)
        write(store, "one", b"first\n", b"second\nthird\n")
        write(store, "two", b"other\n")
        assert store.read("one") == b"first\nsecond\nthird\n"
        assert sessions(store) == {"one": 19, "two": 6}
        assert sorted(redis.from_url(redis_server.url).keys()) == [
            b"team:session:one", b"team:session:two", b"team:sessions", b"team:sizes",
        ]  # fmt: skip
        again, session = located(store.address("one"))
        assert again.read(session) == store.read("one")
        assert sessions(RedisStreams(redis_server.url)) == {}
        with pytest.raises(MissingFile):
            store.read("three")

    def test_what_is_sent_twice_stands_there_once(self, url):
        store = RedisStreams(url)
        store.append("one", 1, b"first\n")
        store.append("one", 1, b"first\n")  # the client had no answer
        store.append("one", 2, b"second\n")
        assert store.read("one") == b"first\nsecond\n"

    def test_a_session_of_an_id_that_is_there_is_refused_and_the_first_one_stays(self, url):
        store = RedisStreams(url)
        write(store, "one", b"first\n")
        with pytest.raises(StoreFailed, match="a session of this id is there already"):
            write(RedisStreams(url), "one", b"another\n", b"more\n")
        assert store.read("one") == b"first\n"

    def test_the_oldest_that_are_sealed_go(self, url, monkeypatch):
        store = RedisStreams(url, keep_bytes=2 * len(SEAL))
        for name in ("a", "b", "c"):
            write(store, name, SEAL)
        write(store, "live", b"line\n")
        trim(store)
        assert set(sessions(store)) == {"c", "live"}
        monkeypatch.setattr("pytest_oao.stores.redis_streams.time", lambda: time.time() + 2 * 86_400)
        store = RedisStreams(url, keep_days=1)
        trim(store, now=time.time() + 2 * 86_400)
        assert sessions(store) == {}  # also one that was left behind long ago

    def test_one_that_is_full_is_one_clear_error(self, url, redis_server):
        import redis

        store = RedisStreams(url)
        client = redis.from_url(redis_server.url)
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(StoreFailed, match="memory") as caught:
                store.append("one", 1, b"line\n")
        finally:
            client.config_set("maxmemory", "0")
        assert caught.value.where.endswith("#one")

    def test_so_is_one_that_is_down(self):
        server = RedisServer()
        store = RedisStreams(server.url)
        write(store, "one", b"line\n")
        server.stop()
        with pytest.raises(StoreFailed, match="Redis failed"):
            store.append("one", 2, b"line\n")
        for ask in (lambda: store.read("one"), lambda: list(store.stored())):
            with pytest.raises(UnreadableFile, match="Redis failed"):
                ask()
        server.start()
        write(store, "two", b"line\n")
        assert sessions(store) == {"two": 5}
        server.stop()


def test_one_that_wants_a_password_says_to_put_it_back_into_an_address():
    server = RedisServer("--requirepass", "hunter2")
    url = server.url.replace("://", "://:hunter2@")
    store = RedisStreams(url)
    write(store, "one", b"line\n")
    again, session = located(store.address("one"))
    with pytest.raises(UnreadableFile) as caught:
        again.read(session)
    assert "password put back" in caught.value.remedy
    assert located(f"{url}#one")[0].read("one") == b"line\n"
    server.stop()


class TestURLs:
    def test_a_password_is_told_nobody(self):
        store = RedisStreams("redis://me:a-password@host:6380/2?prefix=p:&socket_timeout=3")
        for shown in (repr(store), store.address("one"), repr(vars(store))):
            assert "a-password" not in shown
        assert store.address("one") == "redis://host:6380/2?prefix=p:&socket_timeout=3#one"

    @pytest.mark.parametrize("session", ["", "#one"])
    def test_nor_by_who_reads_it(self, session):
        with pytest.raises((BadOption, UnreadableFile)) as caught:
            pytest_oao.load(f"redis://:hunter2@127.0.0.1:1/0{session}")
        assert "hunter2" not in f"{caught.value} {caught.value.where} {caught.value.remedy}"

    def test_nor_one_of_the_query(self):
        pool = RedisStreams("redis://host/0?prefix=p:&username=hunter2&password=hunter2&socket_timeout=3")
        assert pool.address("one") == "redis://host/0?prefix=p:&socket_timeout=3#one"
        assert "hunter2" not in repr(pool)

    @pytest.mark.parametrize("query", ["pass%77ord=hunter2&ssl_password=hunter2", "sig=hunter2&Key=hunter2"])
    def test_an_option_that_the_client_does_not_know_is_refused_without_what_it_says(self, query):
        with pytest.raises(BadOption, match="no URL of a Redis") as caught:
            RedisStreams(f"redis://host/0?prefix=p:&{query}&socket_timeout=3")
        assert caught.value.where == "redis://host/0?prefix=p:&socket_timeout=3"
        assert "hunter2" not in f"{caught.value} {caught.value.remedy}"

    @pytest.mark.parametrize("before", [":", ":1", "me:", "me:1", ":a", "me:a@b"])
    @pytest.mark.parametrize("sign", ["/", "#", "?", "["])
    def test_nor_one_that_is_taken_for_another_part(self, before, sign):
        url = f"redis://{before}{sign}hunter2@host:6380/0"
        with pytest.raises(BadOption, match="no URL of a Redis") as caught:
            RedisStreams(url)
        told = f"{caught.value} {caught.value.where} {caught.value.remedy}"
        assert "hunter2" not in told
        assert "%2F" in told
        assert "hunter2" not in repr(caught.value.__cause__)

    @pytest.mark.parametrize("user", ["me/too", "/me", "me/"])
    def test_nor_one_of_a_user_whose_name_has_a_slash(self, user):
        with pytest.raises(BadOption, match="no URL of a Redis") as caught:
            RedisStreams(f"redis://{user}:hunter2@host:6380/0")
        told = f"{caught.value} {caught.value.where} {caught.value.remedy}"
        assert "hunter2" not in told
        assert "%2F" in told
        assert RedisStreams("redis://me%2Ftoo:hunter%2F2@host:6380/0").address("a") == "redis://host:6380/0#a"

    @pytest.mark.parametrize("url", ["redis://host:port/0", "redis://host/0?socket_timeout=soon"])
    def test_what_is_none_is_refused(self, url):
        with pytest.raises(BadOption, match="no URL of a Redis"):
            store_of(url)

    def test_without_the_client_it_is_told_what_to_install(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "redis", None)
        with pytest.raises(BadOption, match="not installed") as caught:
            store_of("redis://host")
        assert "pytest-oao[redis]" in caught.value.remedy


pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def installed():
    pytest.importorskip("redis", reason="the client of Redis is not installed")
