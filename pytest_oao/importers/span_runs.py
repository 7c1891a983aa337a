"""The spans of one trace → what they tell of an agent's run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_oao.errors import MissingContent
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.span_answers import with_answers
from pytest_oao.importers.span_attempts import with_attempts
from pytest_oao.importers.span_calls import Silent
from pytest_oao.importers.span_dialects import observed
from pytest_oao.importers.span_facts import metadata_of, own_of, tags_of
from pytest_oao.importers.span_ids import with_call_ids
from pytest_oao.importers.span_texts import with_texts
from pytest_oao.importers.spans import Span
from pytest_oao.importers.views import asks_a_model, response_of
from pytest_oao.model.provenance import PARENTS


def run_of_spans(spans: Sequence[Span]) -> list[Observation]:
    """Return the calls and the scopes of a trace; raises MissingContent where its calls do not tell what was said."""
    told = [observed(span) for span in spans]
    calls = [one for one in told if isinstance(one, ObservedCall)]
    _refuse_silence([one for one in told if isinstance(one, Silent)], calls)
    scopes = [one for one in told if isinstance(one, Scope)]
    mended = with_answers(with_texts(with_call_ids(calls), spans))
    found = _with_orphans(with_attempts(mended, spans), spans)
    return [*found, *scopes]


def _refuse_silence(silent: Iterable[Silent], calls: Sequence[ObservedCall]) -> None:
    """Raise MissingContent for a call that no other span tells more of."""
    models = [one for one in calls if asks_a_model(one)]
    for one in silent:
        if not any(_tells(other, one) for other in models):
            raise MissingContent(
                "the spans of model calls do not hold what was said",
                where=one.span.where,
                remedy=f"Turn on the capture of content where they were written: {one.setting}; then record again.",
            )


def _tells(call: ObservedCall, silent: Silent) -> bool:
    """Whether a call is the one of a span that is silent: by the answer's id, else by its time."""
    response = response_of(call)
    if response and response.id and silent.response_id:
        return response.id == silent.response_id
    span = silent.span
    return call.started_at <= span.ended_at and span.started_at <= call.ended_at


def _with_orphans(calls: Iterable[ObservedCall], spans: Iterable[Span]) -> Iterator[ObservedCall]:
    """Yield the calls, those that stand below a span that is not here with what is lacked."""
    known = {span.id for span in spans}
    parents = {span.id: span.parent for span in spans}
    for one in calls:
        missing = any(above not in known for above in _ancestors(one.parent, parents))
        yield replace(one, lacked=one.lacked | {PARENTS}) if missing else one


def _ancestors(parent: str, parents: Mapping[str, str]) -> Iterator[str]:
    passed = set[str]()
    while parent and parent not in passed:
        passed.add(parent)
        yield parent
        parent = parents.get(parent, "")


def with_facts(run: Sequence[Observation], spans: Iterable[Span]) -> list[Observation]:
    """Return a run, its outermost scope with what the run is known by, wherever in the trace that is told.

    A trace of calls alone gets a scope for it.
    """
    in_order = sorted(spans, key=lambda one: one.started_at)
    known = {span.id for span in in_order}
    metadata, own, tags = metadata_of(in_order), own_of(in_order), tags_of(in_order)
    roots = [one for one in run if isinstance(one, Scope) and one.parent not in known]
    if not (metadata or own or tags):
        return list(run)
    around = Scope(id=f"trace {in_order[0].trace}", where=in_order[0].where)
    root = min(roots, key=lambda one: one.started_at, default=around)
    told = replace(
        root,
        metadata={**metadata, **root.metadata},
        own={**own, **root.own},
        tags=(*dict.fromkeys((*root.tags, *tags)),),
    )
    return [told if one is root else one for one in (run if roots else (*run, root))]
