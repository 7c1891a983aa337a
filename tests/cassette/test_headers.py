import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette.kept_headers import kept_headers
from pytest_oao.cassette.redaction import Redactor

SECRET = [
    *(
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "Set-Cookie",
        "X-Api-Key",
        "Api-Key",
        "X-Goog-Api-Key",
        "X-Auth-Token",
    ),
    *("X-Amz-Security-Token", "OpenAI-Organization", "OpenAI-Project", "Anthropic-Organization-Id", "Mcp-Session-Id"),
    *(
        "Ocp-Apim-Subscription-Key",
        "X-Csrf-Token",
        "X-Forwarded-For",
        "X-Client-Ip",
        "Proxy-Authenticate",
        "DD-API-KEY",
    ),
    *("X-Stainles", "X-My-Own", "Private-Token", "", "Host", "Connection", "Content-Length"),
]
REPLAYED = [
    *(
        "Content-Type",
        "Retry-After",
        "Retry-After-Ms",
        "X-Should-Retry",
        "X-Request-Id",
        "Request-Id",
        "Date",
        "Location",
    ),
    *(
        "X-RateLimit-Remaining-Tokens",
        "x-ratelimit-reset-requests",
        "anthropic-ratelimit-tokens-reset",
        "OpenAI-Processing-Ms",
    ),
    *(
        "ETag",
        "Link",
        "Content-Range",
        "X-Amzn-RequestId",
        "RateLimit-Limit",
        "OpenAI-Version",
    ),
]
SENT = [
    "Accept",
    "Content-Type",
    "User-Agent",
    "Anthropic-Version",
    "anthropic-beta",
    "X-Stainless-Retry-Count",
    "Idempotency-Key",
    "Range",
]


@pytest.mark.parametrize("which", ["request", "response"])
@pytest.mark.parametrize("name", SECRET)
def test_what_is_not_listed_is_not_kept(name, which):
    assert kept_headers([(name, "v"), (name.lower(), "v"), (name.upper(), "v")], which) == ()


@pytest.mark.parametrize(("which", "names"), [("request", SENT), ("response", REPLAYED)])
def test_what_is_listed_is_kept_as_it_was_written(names, which):
    headers = tuple((name, f"value of {name}") for name in names)
    assert kept_headers(headers, which) == headers


def test_order_and_repetition_stay():
    headers = (("Link", "<a>"), ("X-No", "1"), ("date", "d"), ("Link", "<b>"))
    assert kept_headers(headers, "response") == (("Link", "<a>"), ("date", "d"), ("Link", "<b>"))


def test_more_can_be_kept():
    assert kept_headers([("X-Tenant", "t")], "request", frozenset({"x-tenant"})) == (("X-Tenant", "t"),)
    assert Redactor(headers=["X-Tenant"]).headers((("x-tenant", "t"), ("Cookie", "a=b")), "request") == (
        ("x-tenant", "t"),
    )


def test_values_are_redacted_too():
    redactor = Redactor()
    kept = redactor.headers(
        (("Location", "https://u:p@a.test/x?token=abcdefgh1234"), ("Server", "sk-ant-" + "a1" * 20), ("ETag", '"x"')),
        "response",
    )
    assert kept == (
        ("Location", "https://~redacted-url-password~@a.test/x?token=~redacted-field~"),
        ("Server", "~redacted-anthropic-key~"),
        ("ETag", '"x"'),
    )


def test_a_header_that_is_kept_on_request_keeps_no_secret():
    redactor = Redactor(headers=["Cookie", "set-cookie", "Authorization", "X-Api-Key", "X-Token", "X-Tenant"])
    request = [
        ("Cookie", "session=abc; theme=dark"),
        ("Authorization", "Bearer abc"),
        ("X-Api-Key", "abc"),
        ("X-Token", "a1b2c3d4e5f6a7b8c9d0e1"),
        ("X-Tenant", "acme"),
    ]
    clean = (
        ("Cookie", "session=~redacted-cookie~; theme=~redacted-cookie~"),
        ("Authorization", "~redacted-field~"),
        ("X-Api-Key", "~redacted-field~"),
        ("X-Token", "~redacted-field~"),
        ("X-Tenant", "acme"),
    )
    assert redactor.headers(tuple(request), "request") == clean
    assert redactor.headers(clean, "request") == clean
    answer = [("Set-Cookie", "sid=abc=; Path=/; HttpOnly"), ("set-cookie", "gone"), ("Set-Cookie", "a=b, c")]
    assert redactor.headers(tuple(answer), "response") == (
        ("Set-Cookie", "sid=~redacted-cookie~; Path=/; HttpOnly"),
        ("set-cookie", "gone"),
        ("Set-Cookie", "a=~redacted-cookie~"),
    )


@given(
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=6),
    st.sampled_from(["request", "response"]),
)
def test_kept_headers_are_some_of_those_given(headers, which):
    kept = kept_headers(headers, which)
    assert kept_headers(kept, which) == kept
    assert set(kept) <= set(headers)
