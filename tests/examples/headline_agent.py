"""A headline for a piece of news, shown as it is written and cut at its first full stop."""

from collections.abc import Callable

from openai import OpenAI

MODEL = "smollm2-135m-instruct"


def headline(news: str, show: Callable[[str], object]) -> str:
    """Return a headline; `show` gets each piece as soon as it has come."""
    written = ""
    with OpenAI().chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "You write a short headline for the news you are given."},
            {"role": "user", "content": news},
        ],
        stream=True,
        temperature=0.2,
        max_tokens=40,
    ) as stream:
        for chunk in stream:
            piece = chunk.choices[0].delta.content or ""
            show(piece)
            written += piece
            if "." in piece:
                break
    return written.partition(".")[0].strip(' "\n')
