"""How a session begins and how it ends ⇄ the JSON objects that tell it, in journals and in cassettes."""

from pytest_oao.cassette.fields import Fields, present
from pytest_oao.errors import NewerFormat
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import FORMAT, Ending, Execution, Header, Origin


def header_record(header: Header) -> JSONObject:
    """Return the journal's first line."""
    record: JSONObject = {"event": "session", "format": header.format, "id": header.id}
    return record | present(
        origin=present(
            kind=header.origin.kind if header.origin != Origin() else "",
            format=header.origin.format,
            source=header.origin.source,
            lacked=list(header.origin.lacked),
        ),
        test=header.test,
        execution=present(
            task=header.execution.task,
            agent=header.execution.agent,
            policy=header.execution.policy,
            tools=header.execution.tools,
            modules=dict(header.execution.modules),
        ),
        runtime=dict(header.runtime),
        redaction=list(header.redaction),
        metadata=dict(header.metadata),
    )


def header_from(fields: Fields) -> Header:
    """Read the rest of the first line, its `event` being taken; raises NewerFormat and DamagedFile."""
    version = fields.whole("format")
    if version > FORMAT:
        raise NewerFormat(
            f"the file is of format {version}, this release reads up to {FORMAT}",
            where=fields.where,
            remedy="Update pytest-oao: pip install -U pytest-oao",
        )
    header = Header(
        id=fields.text("id"),
        format=version,
        origin=_origin_from(fields.below("origin")) if "origin" in fields else Origin(),
        test=fields.text("test", ""),
        execution=_execution_from(fields.below("execution")) if "execution" in fields else Execution(),
        runtime=fields.named("runtime"),
        redaction=fields.texts("redaction"),
        metadata=fields.mapping("metadata"),
    )
    fields.done()
    return header


def _origin_from(fields: Fields) -> Origin:
    kind = fields.text("kind")
    if kind not in {"recorded", "imported"}:
        fields.refuse("kind", kind, "recorded or imported")
    origin = Origin(
        kind="imported" if kind == "imported" else "recorded",
        format=fields.text("format", ""),
        source=fields.text("source", ""),
        lacked=fields.texts("lacked"),
    )
    fields.done()
    return origin


def _execution_from(fields: Fields) -> Execution:
    execution = Execution(
        task=fields.text("task", ""),
        agent=fields.text("agent", ""),
        policy=fields.text("policy", ""),
        tools=fields.text("tools", ""),
        modules=fields.named("modules"),
    )
    fields.done()
    return execution


def known_record(metadata: JSONObject) -> JSONObject:
    """Return the line of a journal that tells what became known of the run only after it had begun."""
    return {"event": "known", "metadata": metadata}


def ended_record(ending: Ending) -> JSONObject:
    """Return the journal's last line."""
    return {"event": "ended", "status": ending.status, "message": ending.message}


def ending_from(fields: Fields) -> Ending:
    """Read the rest of the last line, its `event` being taken."""
    status = fields.text("status")
    if status not in {"passed", "failed", "stopped", "unknown"}:
        fields.refuse("status", status, "passed, failed, stopped or unknown")
    ending = Ending(status, fields.text("message"))  # type: ignore[arg-type]  # checked just above
    fields.done()
    return ending
