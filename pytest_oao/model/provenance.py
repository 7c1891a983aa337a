"""Where an imported exchange comes from, and what its source could not tell."""

from dataclasses import dataclass

MODEL = "request model"
SYSTEM = "system prompt"
TOOLS = "tool definitions"
PARAMETERS = "parameters"
TOOL_CHOICE = "tool choice"
RESPONSE_FORMAT = "response format"
STREAM = "stream flag"
EARLIER = "earlier messages"
"""The messages before the last turn of the user: what they were can only be told from the transcript."""
MESSAGES = "request messages"
ANSWER = "answer"
REASONING = "reasoning"
FINISH_REASON = "finish reason"
RESPONSE_ID = "response id"
USAGE = "usage"
CALL_IDS = "tool call ids"
ARGUMENTS = "tool arguments"
ARGUMENT_NAMES = "argument names"
"""A tool's positional arguments stand without the names of its parameters."""
RESULT_TYPES = "result types"
"""A tool's result stands as the text that its caller made of it."""
ERROR_BODY = "error body"
STATUS = "status"
"""Of a failure, where it follows from the type of the error."""
TIMING = "timing"
CHUNKS = "chunks"
EXACT_BYTES = "exact bytes"
HTTP = "HTTP calls"
CHANCE = "clock and chance"
"""What a clock showed and what was drawn at random: an agent that goes by it may ask otherwise."""
MEDIA = "media"
"""Images, sound and files stand as references, or not at all."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the record of one exchange was made of."""

    source_id: str = ""
    """What the source calls its record: the id of a span, of a run, of a message; a line's number."""
    lacked: tuple[str, ...] = ()
    """What this record could not tell, in the words above: never compared, never guessed."""
    inferred: tuple[str, ...] = ()
    """What was not recorded and follows from other records: `tool result` from the next request, ids, …."""
    truncated: tuple[str, ...] = ()
    """What the source cut off, and where: such a part is marked, and not compared."""
