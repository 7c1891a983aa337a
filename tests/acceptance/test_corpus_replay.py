"""Real recordings of other tools, imported, and asked for through the providers' own SDKs with nothing behind them."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned

httpx2 = pytest.importorskip("httpx2")
openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

from anthropic.types import Message, RawMessageStreamEvent  # noqa: E402 - only where the SDKs are
from openai.types import Completion, CreateEmbeddingResponse  # noqa: E402
from openai.types.chat import ChatCompletion, ChatCompletionChunk  # noqa: E402
from openai.types.responses import Response, ResponseStreamEvent  # noqa: E402

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
if not SHARED.is_dir():
    pytest.skip("the recorded traffic is not here", allow_module_level=True)

FOLDERS = ("vcr-yaml", "vcr-yaml-gz", "har", "go-vcr", "dd-test-agent-json")
FILES = [path for folder in FOLDERS for path in sorted((SHARED / "corpus" / folder).glob("*/*"))]
FILES += [SHARED / "samples" / name for name in ("vcr.yaml", "vcr.json")]
TYPES = {
    "/messages": (Message, RawMessageStreamEvent),
    "/chat/completions": (ChatCompletion, ChatCompletionChunk),
    "/responses": (Response, ResponseStreamEvent),
    "/embeddings": (CreateEmbeddingResponse, None),
    "/completions": (Completion, Completion),
}
SECRETIVE = {
    "calls-tool-and-resumes-with-results.har",
    "streams-tool-calls-and-resumes-with-results.har",
    "anthropic__streams-tool-calls-and-resumes-with-results.har",
    "handles-tool-execution-errors-and-retries.har",
    "openai_completions__handles-tool-execution-errors-and-retries.har",
}
"""Recordings of tools with an argument `password` or `passphrase`, which the redactor takes out of their answers."""
FRAMING = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


@dataclass
class Tally:
    """What came of one file."""

    refused: str = ""
    exchanges: int = 0
    model_exchanges: int = 0
    equal: int = 0
    unequal: list[str] = field(default_factory=list)
    redacted: bool = False


class Served:
    """Answers each request with the bytes set beforehand: what the SDKs make of a recording without our help."""

    def __init__(self):
        self.outcome = None
        client = httpx2.Client(transport=httpx2.MockTransport(self.answer))
        self.sdks = sdks(client)

    def answer(self, request):
        body = self.outcome.body.data
        return httpx2.Response(self.outcome.head.status, headers=list(self.outcome.head.headers), content=body)


def sdks(client=None):
    return {
        "openai": openai.OpenAI(api_key="none", max_retries=0, http_client=client),
        "anthropic": anthropic.Anthropic(api_key="none", max_retries=0, http_client=client),
    }


@pytest.fixture(scope="module")
def served():
    return Served()


@pytest.fixture(scope="module")
def live():
    return sdks(httpx2.Client())


def asked(clients, exchange: Exchange):
    """Make a recorded model call by its SDK; all that the SDK tells of the answer, as plain data."""
    call = exchange.call
    endpoint, (whole, event) = next((tail, types) for tail, types in TYPES.items() if tail in call.target)
    library = anthropic if endpoint == "/messages" else openai
    client = clients[library.__name__]
    streams = {} if isinstance(exchange.outcome, Returned) else {"stream": True, "stream_cls": library.Stream[event]}
    try:
        answer = client.post(call.url, body=call.body.json(), cast_to=whole, **streams)
        return [part.model_dump(warnings=False) for part in answer] if streams else answer.model_dump(warnings=False)
    except library.APIStatusError as error:
        return error.status_code, error.body, str(error)


def fetched(exchange: Exchange, client):
    call = exchange.call
    headers = [(name, value) for name, value in call.headers if name.lower() not in FRAMING]
    return client.request(call.target.partition(" ")[0], call.url, headers=headers, content=call.body.data)


def replayed(path: Path, cassette: Path, live, served) -> Tally:
    """Import a file, replay it, and compare each answer with what the SDK makes of the bytes kept."""
    tally = Tally()
    try:
        dump = FileDump(path.name, path)
        (session,) = detect(dump, IMPORTERS).read(dump)
    except OaoError as error:
        return Tally(refused=error.what)
    clean = redacted_session(session, Redactor.of(environment={}))
    shelf.save(clean, cassette)
    with pytest_oao.replay(cassette) as running, httpx2.Client() as plain:
        for exchange, kept in zip(session.exchanges, clean.exchanges, strict=True):
            tally.exchanges += 1
            if not any(tail in exchange.call.target for tail in TYPES):  # no model's, or of one with another SDK
                assert fetched(exchange, plain).status_code == exchange.outcome.head.status
                continue
            tally.model_exchanges += 1
            got = asked(live, exchange)
            tally.redacted |= kept.outcome.body != exchange.outcome.body
            served.outcome = kept.outcome
            with outside(running):
                expected = asked(served.sdks, exchange)
            if got == expected:
                tally.equal += 1
            else:
                tally.unequal.append(exchange.call.target)
    return tally


@contextlib.contextmanager
def outside(running):
    """Let the comparison's own requests, which no transport carries out of the process, pass the session by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pytest_oao.adapters.httpx_transport.current", lambda: None)
        yield


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_imported_recording_answers_the_sdks_as_the_provider_did(path, tmp_path, live, served):
    tally = replayed(path, tmp_path / "it.yaml", live, served)
    if tally.refused:
        pytest.skip(f"refused: {tally.refused}")
    assert not tally.unequal
    assert tally.redacted == (path.name in SECRETIVE)
    assert tally.equal == tally.model_exchanges
    assert tally.exchanges
