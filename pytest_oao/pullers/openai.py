"""OpenAI: a stored answer with its input, and those before it in its chain; or a stored chat completion."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pytest_oao.errors import MissingFile
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.pullers.addresses import address_of
from pytest_oao.pullers.services import Service, required

_KEY, _HOST = "OPENAI_API_KEY", "OPENAI_BASE_URL"
_API = "https://api.openai.com/v1"
_BELONGS = {"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"}
_PAGE = 100
_COMPLETION = "chatcmpl"


class OpenAI:
    """`openai:RESPONSE_ID`, `openai:CHAT_COMPLETION_ID`."""

    scheme = "openai"
    forms: tuple[str, ...] = ("openai:ID",)
    kept = "a stored response or chat completion"
    variables: tuple[tuple[str, ...], ...] = ((_KEY,), (_HOST,), *((name,) for name in _BELONGS))

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the answers; raises BadOption, MissingFile, PullFailed."""
        headers = {"authorization": f"Bearer {required(environment, (_KEY,), 'OpenAI')}"}
        headers |= {header: environment[key] for key, header in _BELONGS.items() if environment.get(key)}
        service = Service("OpenAI", address_of(environment, (_HOST,), _API), headers, _KEY)
        found = list(_completion(service, name) if name.startswith(_COMPLETION) else _chain(service, name))
        if not found:
            remedy = "Answers are kept for 30 days, and only where the request said `store`."
            raise MissingFile("OpenAI has no such answer", where=f"openai:{name}", remedy=remedy)
        return json.dumps(found[::-1]).encode()


def _chain(service: Service, name: str) -> Iterator[JSON]:
    """Yield an answer and those before it, the last first."""
    passed: set[str] = set()
    while name and name not in passed:
        passed.add(name)
        answer = _told(service, f"/responses/{quote(name, safe='')}")
        if not answer:
            return
        yield {**answer, "input": [*_pages(service, f"/responses/{quote(name, safe='')}/input_items")]}
        name = text(answer.get("previous_response_id"))


def _completion(service: Service, name: str) -> Iterator[JSON]:
    path = f"/chat/completions/{quote(name, safe='')}"
    told = _told(service, path)
    if told:
        yield {**told, "messages": [*_pages(service, f"{path}/messages")]}


def _told(service: Service, path: str) -> JSONObject:
    """Return an answer, empty where there is none; raises PullFailed for what is no answer."""
    answer = service.get(path)
    if answer is not None and not text(record(answer).get("id")):
        raise service.stranger()
    return record(answer)


def _pages(service: Service, path: str) -> Iterator[JSONObject]:
    """Yield the items of a list, the oldest first."""
    query: dict[str, str | int] = {"order": "asc", "limit": _PAGE}
    while True:
        answer = service.get(path, query)
        yield from service.page(answer, "data")
        page = record(answer)
        last = text(page.get("last_id"))
        if page.get("has_more") is not True or not last or query.get("after") == last:
            return
        query["after"] = last
