"""Where requests of model APIs go: what a log tells of the address, else the usual one of the API."""

from urllib.parse import quote, urlsplit

from pytest_oao.importers.apis_by_shape import api_of_answer, api_of_event, api_of_request
from pytest_oao.model.apis import CHAT, COMPLETIONS, EMBEDDINGS, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.recognition import recognise

PATHS = {
    CHAT: "/chat/completions",
    COMPLETIONS: "/completions",
    RESPONSES: "/responses",
    EMBEDDINGS: "/embeddings",
    MESSAGES: "/messages",
}
"""Of the APIs whose paths do not name the model: the path after that of the server, which ends in `/v1`."""
OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1"
URLS = {api: (ANTHROPIC if api == MESSAGES else OPENAI) + path for api, path in PATHS.items()}
"""Where such a request usually goes."""
_GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/"


def address(request: JSONObject, answer: JSON, told: str = "", model: str = "") -> str:
    """Return the URL of a request: what the log tells, or the usual one of its API; empty where it is of none.

    `answer` is an answer's JSON, or the first event of a stream.
    """
    known = _told(told)
    if known:
        return known
    came = record(answer)
    asked = {"model": model, **request} if model else request
    api = api_of_answer(came) or api_of_event(came) or api_of_request(asked)
    return _of_gemini(asked, came) if api == GEMINI else URLS.get(api, "")


def _told(told: str) -> str:
    """Return the address that a log tells, whole; empty where it is of no model API."""
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    found = (
        recognise("POST", parts.path) if parts.path.startswith("/") and not parts.scheme.startswith("gen-ai") else None
    )
    if found is None:
        return ""
    if parts.netloc:
        return told
    usual = next((URLS[api] for api, path in PATHS.items() if path == found.endpoint), "")
    return usual or f"https://{found.provider.name}.invalid{told}"


def _of_gemini(request: JSONObject, answer: JSONObject) -> str:
    name = text(request.get("model")) or text(answer.get("modelVersion")) or "unknown"
    verb = "streamGenerateContent?alt=sse" if request.get("stream") else "generateContent"
    return f"{_GEMINI}{quote(name.removeprefix('models/'), safe='', errors='replace')}:{verb}"
