"""What stands in the metadata of a run of LangChain's: a team's own names among those of LangChain and LangSmith."""

_THEIRS = ("ls_", "lc_", "langgraph_", "LANGSMITH_", "LANGCHAIN_")
"""How their names begin."""
_NOT_FACTS = frozenset({"thread_id", "session_id", "conversation_id", "usage_metadata", "revision_id"})


def is_fact(name: str) -> bool:
    """Whether a name is a team's own."""
    return not name.startswith(_THEIRS) and name not in _NOT_FACTS
