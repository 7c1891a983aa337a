"""Names of the model APIs whose bodies are known by their shape, as OpenTelemetry's exporters have them."""

CHAT = "openai.chat"
RESPONSES = "openai.responses"
MESSAGES = "anthropic.messages"
GEMINI = "gemini.generate_content"
EMBEDDINGS = "openai.embeddings"
COMPLETIONS = "openai.completions"
"""OpenAI's first API: a prompt, and a text that goes on from it."""

TRANSLATED = frozenset({CHAT, RESPONSES, MESSAGES, GEMINI})
"""Those with a codec; under these keys of parts and of tools it keeps what only its own API says."""
