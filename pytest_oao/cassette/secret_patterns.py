"""The table of well-known secrets: what each looks like, and the cheap test that comes before.

A *gate* is a search anchored on one rare character, which costs a microsecond in a clean body; the patterns of a
gate are tried only behind it. Each pattern starts with its literal prefix, which the regex engine finds fast, looks
back from there, and never scans the same bytes twice: all are linear.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from pytest_oao.cassette.spans import Span, placeholder


@cache
def compiled(source: bytes) -> re.Pattern[bytes]:
    """Compile a regex once, when it is first needed."""
    return re.compile(source)


def _always(_value: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """What one kind of secret looks like: its group `s`, or all of the match where there is no such group."""

    name: str
    source: bytes
    """The regex, compiled when a gate first lets something through: all together would take 15 ms."""
    accept: Callable[[bytes], bool] = _always
    """A last look at the value, for what no regex can tell."""

    def spans(self, data: bytes) -> Iterator[Span]:
        """Yield where the pattern is found."""
        pattern = compiled(self.source)
        group = pattern.groupindex.get("s", 0)
        mark = placeholder(self.name)
        for match in pattern.finditer(data):
            if self.accept(match[group]):
                yield (*match.span(group), mark)


def _after(prefix: str, word: str = "A-Za-z0-9_-") -> str:
    r"""Return a prefix that no word runs into: JSON (`\n`), URL (`%3D`) and ANSI (`[0m`) escapes are no words."""
    before = (r"\\[nrtbf]", r"%[0-9A-Fa-f]{2}", r"\\u[0-9A-Fa-f]{4}", r"\[[0-9]m", r"[0-9][0-9]m")
    escapes = "".join(f"|(?<={escape}{prefix})" for escape in before)
    return f"{prefix}(?:(?<![{word}]{prefix}){escapes})"


def _token(name: str, prefix: str, rest: str) -> SecretPattern:
    return SecretPattern(name, (_after(prefix) + rest).encode())


def _joined(name: str, prefix: str, rest: str) -> SecretPattern:
    """Return a token that a dash or `_` may join to a word before it: nothing else begins and goes on as it does."""
    return SecretPattern(name, (_after(prefix, "A-Za-z0-9") + rest).encode())


def _found(name: str, pattern: str, accept: Callable[[bytes], bool] = _always) -> SecretPattern:
    return SecretPattern(name, pattern.encode(), accept)


def _is_credentials(value: bytes) -> bool:
    try:
        return b":" in b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False


def _has_digit(value: bytes) -> bool:
    return any(48 <= byte < 58 for byte in value)  # noqa: PLR2004 - ASCII 0 to 9


_DASH = (
    _token("openai-key", "sk-", r"(?:proj|svcacct|admin|None|or-v1|or)-[A-Za-z0-9_-]{16,}+"),
    _token("anthropic-key", "sk-ant-", r"[A-Za-z0-9_-]{16,}+"),
    _token("openai-key", "sk-", r"(?:[a-z]{2,10}-)?(?=[A-Za-z]{0,48}[0-9])[A-Za-z0-9]{16,}+[A-Za-z0-9_-]*+"),
    _joined("openai-key", "sk-", r"(?:proj|svcacct|admin|or-v1)-(?=[A-Za-z_-]{0,48}[0-9])[A-Za-z0-9_-]{32,}+"),
    _joined("anthropic-key", "sk-ant-", r"[a-z]{3,5}[0-9]{2}-[A-Za-z0-9_-]{32,}+"),
    _joined("gitlab-token", "glpat-", r"[A-Za-z0-9_-]{20,}+"),
    _joined("slack-token", "xox[a-z]-", r"[0-9]{10,}+-[A-Za-z0-9-]{10,}+"),
    _token("langfuse-key", "[sp]k-lf-", r"[A-Za-z0-9-]{16,}+"),
    _token("gitlab-token", "gl(?:pat|ptt|cbt|imt)-", r"[A-Za-z0-9_-]{20,}+"),
    _token("slack-token", "xox[a-z]-", r"[A-Za-z0-9-]{10,}+"),
    _token("slack-token", "xapp-", r"[A-Za-z0-9-]{20,}+"),
    _token("google-oauth", "GOCSPX-", r"[A-Za-z0-9_-]{20,}+"),
    _token("xai-key", "xai-", r"[A-Za-z0-9]{32,}+"),
    _token("perplexity-key", "pplx-", r"[A-Za-z0-9]{32,}+"),
    _token("nvidia-key", "nvapi-", r"[A-Za-z0-9_-]{32,}+"),
    _token("tavily-key", "tvly-", r"(?:dev-|prod-)?[A-Za-z0-9]{20,}+"),
    _token("cerebras-key", "csk-", r"[a-z0-9]{32,}+"),
    _token("firecrawl-key", "fc-", r"[0-9a-f]{32}(?![0-9A-Za-z])"),
    _token("pypi-token", "pypi-", r"AgE[A-Za-z0-9_-]{40,}+"),
    _token("datadog-key", "ddapp-", r"[A-Za-z0-9]{30,}+"),
    _token("tailscale-key", "tskey-", r"[a-z]{3,10}-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}+"),
    _token("postman-key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    _token("newrelic-key", "NRAK-", r"[A-Z0-9]{27}"),
    _found(
        "private-key",
        r"-----BEGIN(?: |%20|\+)(?:[A-Z0-9]{1,12}(?: |%20|\+)){0,3}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----"
        r"(?:\s|\\+[nr]|%0[AaDd])++"
        r"(?:[A-Za-z-]{4,12}: |(?:[A-Za-z0-9+/=]|\\/|%2[BbFf]){16})"
        r"(?:[A-Za-z0-9+/=%\s:,.]++|\\++[nrt/]|-(?!----))*+(?:-----END[A-Z0-9 %+]{1,50}-----)?+",
    ),
)
_UNDERSCORE = (
    _token("github-token", "gh[pousr]_", r"[A-Za-z0-9]{20,}+"),
    _joined("github-token", "gh[pousr]_", r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _joined("github-token", "github_pat_", r"[A-Za-z0-9_]{22,}+"),
    _joined("stripe-key", "[sr]k_live_", r"[A-Za-z0-9]{24,}+"),
    _token("stripe-key", "[srp]k_live_", r"[A-Za-z0-9]{16,}+"),
    _token("stripe-key", "[sr]k_test_", r"[A-Za-z0-9]{16,}+"),
    _token("webhook-secret", "whsec_", r"[A-Za-z0-9+/=]{20,}+"),
    _token("huggingface-token", "hf_", r"[A-Za-z0-9]{30,}+"),
    _token("groq-key", "gsk_", r"[A-Za-z0-9]{20,}+"),
    _token("replicate-token", "r8_", r"[A-Za-z0-9]{30,}+"),
    _token("npm-token", "npm_", r"[A-Za-z0-9]{30,}+"),
    _token("langsmith-key", "lsv2_[a-z][a-z]_", r"[A-Za-z0-9_]{20,}+"),
    _token("pinecone-key", "pcsk_", r"[A-Za-z0-9_]{30,}+"),
    _token("jina-key", "jina_", r"[A-Za-z0-9_-]{40,}+"),
    _token("sandbox-key", r"e2b_", r"[0-9a-f]{32,}+"),
    _token("fireworks-key", "fw_", r"[A-Za-z0-9]{22,24}(?![A-Za-z0-9])"),
    _token("linear-key", "lin_api_", r"[A-Za-z0-9]{32,}+"),
    _token("notion-token", "ntn_", r"[A-Za-z0-9]{40,}+"),
    _token("notion-token", "secret_", r"[A-Za-z0-9]{43}(?![A-Za-z0-9])"),
    _token("supabase-key", "sbp_", r"[0-9a-f]{40}"),
    _token("supabase-key", "sb_secret_", r"[A-Za-z0-9_-]{20,}+"),
    _token("docker-token", "dckr_pat_", r"[A-Za-z0-9_-]{20,}+"),
    _token("digitalocean-token", "do[opr]_v1_", r"[0-9a-f]{60,}+"),
    _token("shopify-token", "shp[a-z][a-z]_", r"[0-9a-fA-F]{32}"),
    _token("grafana-token", "glsa_", r"[A-Za-z0-9_]{32,}+"),
    _token("sentry-token", "sntry[su]_", r"[A-Za-z0-9_+/=-]{40,}+"),
    _token("figma-token", "fig[du]_", r"[A-Za-z0-9_-]{36,}+"),
)
_DOT = (
    _token("jwt", "eyJ", r"[A-Za-z0-9_-]{8,}+\.eyJ[A-Za-z0-9_-]{6,}+(?:\.[A-Za-z0-9_-]*+)?+"),
    _token("sendgrid-key", r"SG\.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,}+"),
    _token("google-oauth", r"ya29\.", r"[A-Za-z0-9_-]{20,}+"),
    _token("vault-token", r"hv[sb]\.", r"[A-Za-z0-9_-]{20,}+"),
    _token("doppler-token", r"dp\.[a-z][a-z]\.", r"[A-Za-z0-9]{32,}+"),
    _found(
        "slack-webhook", r"slack\.com(?:/|%2[Ff])(?P<s>(?:services|workflows|triggers)(?:[A-Za-z0-9/_-]|%2[Ff]){16,}+)"
    ),
    _found(
        "discord-webhook",
        r"\.com(?:/|%2[Ff])api(?:/|%2[Ff])webhooks(?:/|%2[Ff])(?P<s>[0-9]{8,}+(?:/|%2[Ff])[A-Za-z0-9_-]{20,}+)",
    ),
    _found("teams-webhook", r"\.webhook\.office\.com/(?P<s>webhookb?2?/[A-Za-z0-9@/_-]{32,}+)"),
    _token("discord-token", "[MNO]", r"[A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_.-])"),
)
_CAPITAL_A = (
    _joined("aws-access-key", "A[KS]IA", r"[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _joined("google-api-key", "AIza", r"[A-Za-z0-9_-]{35}(?![A-Za-z0-9])"),
    _token("atlassian-token", "ATATT3", r"[A-Za-z0-9_=-]{40,}+"),
    _token("twilio-key", "AC", r"[0-9a-f]{32}(?::|%3[aA])(?P<s>[0-9a-f]{32})(?![0-9a-f])"),
    _token("age-key", "AGE-SECRET-KEY-", r"1[A-Z0-9]{40,}+"),
    _found(
        "telegram-token", r"(?::(?<=[0-9]{8}:)|%3[aA](?<=[0-9]{8}%3[aA]))(?P<s>AA[A-Za-z0-9_-]{32,34})(?![A-Za-z0-9_-])"
    ),
)
_CAPITAL_S = (_token("twilio-key", "SK", r"[0-9a-f]{32}(?![0-9A-Za-z])"),)
_SLASHES = (
    _token("google-oauth", "1//0", r"[A-Za-z0-9_-]{30,}+"),
    _token("google-oauth", "1%2F%2F0", r"[A-Za-z0-9_-]{30,}+"),
)
_BEARER = (_found("bearer", r"[Bb](?:earer|EARER)(?: |%20|\+)++(?P<s>[A-Za-z0-9._~+/-]{16,}+=*)", _has_digit),)
_BASIC = (_found("basic", r"[Bb](?:asic|ASIC)(?: |%20|\+)++(?P<s>[A-Za-z0-9+/_-]{8,}+={0,2})", _is_credentials),)

_GATES: tuple[tuple[bytes, bytes, tuple[SecretPattern, ...]], ...] = (
    (
        b"-",
        (
            rb"-(?:(?<=[A-Za-z]-)(?=[A-Za-z0-9_-]{10})(?:(?<=[sp]k-)|(?<=gl(?:pat|ptt|cbt|imt)-)|(?<=xox[a-z]-)|(?<=(?:pp|ai|lx|PX)-)"
            rb"|(?<=nvapi-)|(?<=tvly-)|(?<=fc-)|(?<=pypi-)|(?<=tskey-)|(?<=(?:MA|RA)K-))|BEGIN[ %+])"
        ),
        _DASH,
    ),
    (
        b"_",
        (
            rb"_(?<![a-z]ll_)(?<!olu_)(?<!msg_)(?<=[a-z0-9]_)(?=[A-Za-z0-9_+/=-]{16})(?:(?<=gh[pousr]_)|(?<=_pat_)"
            rb"|(?<=[srp]k_live_)|(?<=[sr]k_test_)|(?<=whsec_)|(?<=hf_)|(?<=sk_)|(?<=r8_)|(?<=npm_)|(?<=lsv2_[a-z][a-z]_)"
            rb"|(?<=jina_)|(?<=e2b_)|(?<=fw_)|(?<=lin_api_)|(?<=ntn_)|(?<=secret_)|(?<=sbp_)|(?<=_v1_)"
            rb"|(?<=shp[a-z]{2}_)|(?<=glsa_)|(?<=sntry[su]_)|(?<=fig[du]_))"
        ),
        _UNDERSCORE,
    ),
    (
        b".",
        (
            rb"\.(?:eyJ|com(?:/|%2[Ff])(?:api(?:/|%2[Ff])webhooks|services|workflows|triggers)|webhook\.office"
            rb"|[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}"
            rb"|(?=[A-Za-z0-9_-]{16})(?:(?<=SG\.)|(?<=ya29\.)|(?<=hv[sb]\.)|(?<=dp\.[a-z]{2}\.)))"
        ),
        _DOT,
    ),
    (
        b"A",
        rb"A(?:[KS]IA[A-Z2-7]{16}|Iza[A-Za-z0-9_-]{35}|TATT3|C[0-9a-f]{32}|GE-SECRET|(?<=[:aA]A)A[A-Za-z0-9_-]{32})",
        _CAPITAL_A,
    ),
    (b"S", rb"SK[0-9a-f]{32}", _CAPITAL_S),
    (b"/", rb"//0(?<=1//0)[A-Za-z0-9_-]{30}", _SLASHES),
    (b"%", rb"%2F0(?<=1%2F%2F0)[A-Za-z0-9_-]{30}", _SLASHES),
)
"""A byte, the search around it, and the patterns behind them."""

_SCHEME = rb"b(?:earer|asic)(?: |%20|\+)"
"""A search in lower-cased data: one costs half of two looks for the words."""
_SCHEMES = ((b"earer", _BEARER), (b"asic", _BASIC))
"""A word that must be there in lower case, and the patterns behind it."""


@cache
def _gates() -> tuple[tuple[bytes, re.Pattern[bytes], tuple[SecretPattern, ...]], ...]:
    """Compile the gates, when the first body is searched: a replay that matches byte for byte searches none."""
    return tuple((byte, re.compile(gate), patterns) for byte, gate, patterns in _GATES)


def pattern_spans(data: bytes, lower: bytes) -> list[Span]:
    """Return where well-known secrets stand; `lower` is `data.lower()`."""
    hits = [patterns for byte, gate, patterns in _gates() if byte in data and gate.search(data)]
    if compiled(_SCHEME).search(lower):
        hits += [patterns for word, patterns in _SCHEMES if word in lower]
    if not hits:
        return []
    return [span for patterns in hits for pattern in patterns for span in pattern.spans(data)]


_ALL = (*(patterns for _, _, patterns in _GATES), *(patterns for _, patterns in _SCHEMES))
PATTERN_NAMES = tuple(dict.fromkeys(pattern.name for patterns in _ALL for pattern in patterns))
"""The names of the rules, each once."""
