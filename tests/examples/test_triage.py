import asyncio

import pytest
from triage_agent import TOPICS, triage

MESSAGES = (
    "I want my money back for the broken lamp.",
    "My parcel has not arrived yet. Where is it?",
    "Thank you, the new chair is wonderful!",
    "The courier left the box in the rain.",
)


@pytest.mark.oao
def test_messages_are_sorted_all_at_once(oao):
    topics, word = asyncio.run(triage(MESSAGES))

    assert list(topics) == list(MESSAGES)
    assert set(topics.values()) <= set(TOPICS)
    assert word
    assert len(oao.calls("chat")) == len(MESSAGES) + 1
