"""A recorded answer in the words of whoever asks: as the API that is called would have given it, streamed or not."""

from functools import lru_cache

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.ports import Codec
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.failure_statuses import status_of
from pytest_oao.providers.payloads import loads, quick_loads
from pytest_oao.providers.stream_framings import Framing, framing_of

_JSON = "application/json"
_TIMEOUT = "timeout"


def request_of(call: Call) -> ModelRequest | None:
    """Return what a model call asks in neutral form; None for other calls, and for APIs that are not translated."""
    return _request_of(call.target, call.body, call.body.media_type)


@lru_cache(maxsize=8)
def _request_of(target: str, body: Body, media_type: str) -> ModelRequest | None:
    """Read a request; the last ones are kept, since a comparison, its report and the answer ask for them each."""
    if media_type == neutral.MEDIA_TYPE:
        return neutral.request_of(quick_loads(body.data))
    codec = codec_for(target)
    return codec.read_request(quick_loads(body.data), target.partition(" ")[2]) if codec else None


def rendered(exchange: Exchange, live: Call) -> Outcome | None:
    """Return a recorded answer as the live call's API would give it; None where that API is not translated."""
    outcome = exchange.outcome
    if isinstance(outcome, Raised):
        return outcome
    codec = codec_for(live.target)
    asked = request_of(live)
    if _fits(exchange, live, outcome, asked):
        return outcome
    if codec is None or asked is None:
        return None
    said = _said(exchange, outcome)
    if isinstance(said, ModelFailure):
        return _failure(said, codec)
    return _answer(said, asked, codec, framing_of(live.target)) if said is not None else None


def _fits(exchange: Exchange, live: Call, outcome: Returned | Streamed, asked: ModelRequest | None) -> bool:
    """Whether an answer can be given as it stands: in the same API's words, and as it is asked for."""
    if outcome.body.media_type == neutral.MEDIA_TYPE:
        return False
    if codec_for(exchange.call.target) is not codec_for(live.target):
        return False
    if asked is None or (outcome.head is not None and outcome.head.failed):
        return True
    streamed, framing = isinstance(outcome, Streamed), framing_of(live.target)
    return streamed == asked.stream and (not streamed or framing == framing_of(exchange.call.target))


def _said(exchange: Exchange, outcome: Returned | Streamed) -> ModelResponse | ModelFailure | None:
    """Return what an answer says in neutral form."""
    data, media_type = outcome.body.data, outcome.body.media_type
    if media_type == neutral.MEDIA_TYPE:
        return neutral.failure_of(loads(data)) or neutral.response_of(loads(data))
    codec = codec_for(exchange.call.target)
    if codec is None:
        return None
    if outcome.head is not None and outcome.head.failed:
        return codec.read_failure(data, outcome.head.status)
    return codec.read_response(data, media_type)


def _answer(said: ModelResponse, asked: ModelRequest, codec: Codec, framing: Framing) -> Outcome:
    if not asked.stream:
        return Returned(Body(compact(codec.write_response(said, asked)), _JSON), _head(200, _JSON))
    sent = list(framing.frame(codec.write_stream(said, asked)))
    head = _head(200, framing.media_type)
    return Streamed(Body(b"".join(sent), framing.media_type), head, tuple(map(len, sent)))


def _failure(failure: ModelFailure, codec: Codec) -> Outcome:
    """Return a failure as the provider would; the last one of what an SDK tried is not to be tried again."""
    status = status_of(failure)
    if not status:
        kind = "ReadTimeout" if _TIMEOUT in failure.type.lower() else "ConnectError"
        return Raised(kind, failure.message)
    head = _head(status, _JSON, ("x-should-retry", "true" if failure.retried else "false"))
    if failure.retry_after is not None:
        head = Head(head.status, (*head.headers, ("retry-after", f"{failure.retry_after:g}")))
    return Returned(Body(compact(codec.write_failure(failure)), _JSON), head)


def _head(status: int, media_type: str, *more: tuple[str, str]) -> Head:
    return Head(status, (("content-type", media_type), *more))
