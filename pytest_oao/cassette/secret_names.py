"""The names that secrets go by, as regexes over lower-cased data, and how a secret's value looks."""

import re

KEYS = (
    *("api", "app", "application", "secret", "access", "private", "signing", "encryption", "subscription", "account"),
    *("master", "admin", "service_role", "license", "deploy", "client", "webhook", "storage", "consumer", "openai"),
    *("anthropic", "groq", "gemini", "openrouter", "mistral", "cohere"),
)
"""What comes before `key`: there are also cache keys, primary keys and public keys."""

TOKENS = (
    *("api", "auth", "authentication", "access", "refresh", "session", "security", "bearer", "bot", "csrf", "xsrf"),
    *("secret", "service", "client", "webhook", "device", "reset", "verification", "invite", "registration", "login"),
    *("deploy", "admin", "github", "gitlab", "slack", "user", "(?<![a-z])id"),
)
"""What comes before `token`: there are also tokens that models count, and tokens of pages."""

PAGES = ("page", "next", "continuation", "pagination", "sync", "cursor", "resume")
"""A token behind one of these words says where a list goes on."""

HARMLESS = (
    r"(?:string|str|none|null|true|false|undefined|include|omit|same-origin|header|required|optional|bearer|basic|\*{3,}"
    r"|x{4,}|\.{3}|<[^\"'\\<>]{1,60}>|\$?\{[^\"'\\]{0,60}\}|your[-_ ][a-z_ -]{0,40})?"
)
"""Values that stand where a secret would: a type, a template, nothing at all."""

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_DOTTED = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")


def qualified(words: tuple[str, ...], noun: str) -> str:
    """Return lookbehinds for `noun` with one of the words before it, together or apart."""
    return "|".join(f"(?<={word}{gap}{noun})" for word in words for gap in ("[-_ ]", ""))


def has_letter_and_digit(value: bytes) -> bool:
    """Whether a value has both, as the least demanding of password rules asks."""
    return value.lower() != value.upper() and b"0" in value.translate(_DIGITS)


def is_opaque(value: bytes, least: int) -> bool:
    """Whether a value is as long as `least` and mixed as generated text is: some digits, or one among both cases."""
    if len(value) < least:
        return False
    digits = value.translate(_DIGITS).count(b"0")
    lower, upper = value != value.upper(), value != value.lower()
    return (digits > 1 and (lower or upper)) or (digits > 0 and lower and upper)


def is_attribute(value: bytes) -> bool:
    """Whether a value reads as code does: `settings.api_key_2`."""
    return _DOTTED.match(value) is not None
