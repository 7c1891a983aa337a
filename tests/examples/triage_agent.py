"""Customer messages sorted by topic, all at once, and then a word to the manager on what came in."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from openai import AsyncOpenAI

MODEL = "smollm2-135m-instruct"
TOPICS = ("refund", "delivery", "praise")
SHAPE: Any = {
    "type": "json_object",
    "schema": {"type": "object", "properties": {"topic": {"enum": [*TOPICS]}}, "required": ["topic"]},
}


async def topic_of(client: AsyncOpenAI, message: str) -> str:
    """Return the topic of one message."""
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": f"Sort the customer's message. Topics: {', '.join(TOPICS)}."},
            {"role": "user", "content": message},
        ],
        response_format=SHAPE,
        temperature=0,
        max_tokens=30,
    )
    return str(json.loads(answer.choices[0].message.content or "{}")["topic"])


async def triage(messages: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return each message's topic, and a sentence about them all."""
    async with AsyncOpenAI() as client:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(topic_of(client, message)) for message in messages]
        topics = [task.result() for task in tasks]
        counts = ", ".join(f"{count} about {topic}" for topic, count in sorted(Counter(topics).items()))
        answer = await client.chat.completions.create(
            model=MODEL,
            messages=[
                {"role": "system", "content": "You are a polite assistant. Answer in one short sentence."},
                {"role": "user", "content": f"Tell my manager that today's messages were: {counts}."},
            ],
            temperature=0.2,
            max_tokens=50,
        )
    return dict(zip(messages, topics, strict=True)), answer.choices[0].message.content or ""
