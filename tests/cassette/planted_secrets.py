"""Secrets of every kind, made anew in each run from a fixed seed, so that no file of ours holds one."""

from base64 import b64encode
from random import Random

_RANDOM = Random(20261121)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = _LETTERS + "0123456789"
_URL = _ALNUM + "-_"
_HEX = "0123456789abcdef"


def some(n, alphabet=_ALNUM):
    return (
        "".join(_RANDOM.choices(alphabet, k=n - 2)) + "7Q" if alphabet != _HEX else "".join(_RANDOM.choices(_HEX, k=n))
    )


def upper(n):
    return "".join(_RANDOM.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=n))


def encoded(text):
    return b64encode(text.encode()).decode().rstrip("=").replace("+", "-").replace("/", "_")


def pem(kind):
    lines = [some(64, _ALNUM + "+/") for _ in range(12)]
    return "\n".join(
        [f"-----BEGIN {kind}PRIVATE KEY-----", *lines, some(32) + "==", f"-----END {kind}PRIVATE KEY-----", ""]
    )


TOKENS = {
    "openai-key": [
        "sk-" + some(48),
        "sk-proj-" + some(48, _URL) + "T3BlbkFJ" + some(48, _URL),
        "sk-svcacct-" + some(60, _URL),
        "sk-admin-" + some(60, _URL),
        "sk-or-v1-" + some(64, _HEX),
        "sk-" + some(32, _HEX) + "0a",
    ],
    "anthropic-key": [
        "sk-ant-api03-" + some(93, _URL) + "AA",
        "sk-ant-oat01-" + some(90, _URL),
        "sk-ant-admin01-" + some(60),
    ],
    "langfuse-key": [
        f"{side}k-lf-0b1c{some(4, _HEX)}-{some(4, _HEX)}-{some(4, _HEX)}-{some(12, _HEX)}" for side in "ps"
    ],
    "aws-access-key": ["AKIA" + upper(16), "ASIA" + upper(16)],
    "github-token": ["gh" + kind + "_" + some(36) for kind in "pousr"] + ["github_pat_" + some(22) + "_" + some(59)],
    "gitlab-token": ["glpat-" + some(20, _URL)],
    "slack-token": [
        f"xoxb-{_RANDOM.randrange(10**11, 10**12)}-{_RANDOM.randrange(10**11, 10**12)}-{some(24)}",
        f"xoxp-{_RANDOM.randrange(10**11, 10**12)}-{some(32, _HEX)}",
        f"xapp-1-A0{upper(9)}-{_RANDOM.randrange(10**12, 10**13)}-{some(64, _HEX)}",
    ],
    "stripe-key": ["sk_live_" + some(24), "rk_live_" + some(24), "sk_test_" + some(24)],
    "webhook-secret": ["whsec_" + some(32)],
    "google-api-key": ["AIza" + some(35, _URL)],
    "google-oauth": ["ya29." + some(60, _URL), "GOCSPX-" + some(28, _URL), "1//0" + some(60, _URL)],
    "huggingface-token": ["hf_" + some(34)],
    "groq-key": ["gsk_" + some(52)],
    "xai-key": ["xai-" + some(80)],
    "perplexity-key": ["pplx-" + some(48)],
    "replicate-token": ["r8_" + some(37)],
    "npm-token": ["npm_" + some(36)],
    "pypi-token": ["pypi-AgEIcHlwaS5vcmc" + some(120, _URL)],
    "sendgrid-key": ["SG." + some(22, _URL) + "." + some(43, _URL)],
    "twilio-key": ["SK" + some(32, _HEX)],
    "telegram-token": [f"{_RANDOM.randrange(10**8, 10**9)}:AA" + some(33, _URL)],
    "discord-token": ["MT" + some(22) + "." + some(6) + "." + some(38)],
    "jwt": [
        encoded('{"alg":"HS256","typ":"JWT"}') + "." + encoded('{"sub":"12345","name":"x"}') + "." + some(43, _URL)
    ],
    "langsmith-key": [f"lsv2_pt_{some(32, _HEX)}_{some(10, _HEX)}", f"lsv2_sk_{some(32, _HEX)}_{some(10, _HEX)}"],
    "nvidia-key": ["nvapi-" + some(64, _URL)],
    "tavily-key": ["tvly-" + some(32), "tvly-dev-" + some(32)],
    "cerebras-key": ["csk-" + some(48, _HEX)],
    "firecrawl-key": ["fc-" + some(32, _HEX)],
    "tailscale-key": ["tskey-auth-" + some(11) + "-" + some(32)],
    "postman-key": ["PMAK-" + some(24, _HEX) + "-" + some(34, _HEX)],
    "newrelic-key": ["NRAK-" + upper(27)],
    "pinecone-key": ["pcsk_" + some(60)],
    "jina-key": ["jina_" + some(60)],
    "sandbox-key": ["e2b_" + some(40, _HEX)],
    "fireworks-key": ["fw_" + some(24)],
    "linear-key": ["lin_api_" + some(40)],
    "notion-token": ["ntn_" + some(46), "secret_" + some(43)],
    "supabase-key": ["sbp_" + some(40, _HEX), "sb_secret_" + some(32)],
    "docker-token": ["dckr_pat_" + some(27)],
    "digitalocean-token": ["dop_v1_" + some(64, _HEX)],
    "shopify-token": ["shpat_" + some(32, _HEX)],
    "grafana-token": ["glsa_" + some(32) + "_" + some(8, _HEX)],
    "sentry-token": ["sntrys_" + some(80)],
    "figma-token": ["figd_" + some(40, _URL)],
    "vault-token": ["hvs." + some(90, _URL)],
    "doppler-token": ["dp.st." + some(43)],
    "atlassian-token": ["ATATT3" + some(180, _URL)],
    "age-key": ["AGE-SECRET-KEY-1" + upper(58)],
    "slack-webhook": [f"https://hooks.slack.com/services/T{upper(8)}/B{upper(8)}/{some(24)}"],
    "discord-webhook": [f"https://discord.com/api/webhooks/{_RANDOM.randrange(10**17, 10**18)}/{some(68, _URL)}"],
}
"""Rule → tokens that it must find wherever they stand."""

PRIVATE_KEYS = [pem(""), pem("RSA "), pem("EC "), pem("OPENSSH "), pem("ENCRYPTED ")]

IN_TEXT = [
    ("https://a.test/x?h=Bearer%20{}", some(24)),
    ("Authorization%3A+Bearer+{}", some(24)),
    ("h=basic+{}", b64encode(f"admin:{some(14)}".encode()).decode().rstrip("=")),
    ("Authorization: Bearer {}", some(40)),
    ("curl -H 'Authorization: Bearer {}' https://api.test/v1", some(32, _HEX)),
    ("Authorization: Basic {}", b64encode(f"admin:{some(14)}".encode()).decode()),
    ("postgres://app:{}@db.internal:5432/app", some(12)),
    ("mysql+pymysql://root:{}@127.0.0.1/x?charset=utf8", "p%40ss" + some(6)),
    ("mongodb+srv://u:{}@cluster0.test/?retryWrites=true", some(16)),
    ("redis://:{}@cache:6379/0", some(20)),
    ("https://{}@o1.ingest.test/42", some(32, _HEX)),
    ("git clone https://oauth2:{}@git.test/x.git", some(20)),
    ("AccountName=acme;AccountKey={};EndpointSuffix=core.test", some(86, _ALNUM + "+/") + "=="),
    ("SharedAccessKey={}", some(43, _ALNUM + "+/") + "="),
    ("https://acme.blob.test/c/f.png?sv=2024-01-01&sp=r&sig={}", some(43, _ALNUM) + "%3D"),
    ("https://b.s3.test/f?X-Amz-Credential=x&X-Amz-Signature={}", some(64, _HEX)),
    ("https://b.s3.test/f?X-Amz-Security-Token={}&a=1", some(80, _ALNUM)),
    ("https://maps.test/v1?key={}", some(24)),
    ("https://a.test/cb?code={}&state=1", some(30)),
    ("https://a.test/v1?api_key={}", "short9"),
    ("https://a.test/#access_token={}&x=1", some(30)),
    ("https://a.test/v1?a=1&access_token={}", some(30)),
    ("AWS_SECRET_ACCESS_KEY={}", some(40, _ALNUM + "+/")),
    ("aws_secret_access_key = {}", some(40, _ALNUM + "+/")),
    ("export OPENAI_API_KEY={}", some(32)),
    ("DD-API-KEY: {}", some(32, _HEX)),
    ("DD_APP_KEY={}", some(40, _HEX)),
    ("x-api-key: {}", some(24)),
    ("password: {}", "hunter2x"),
    ("the password={} works", "hunter22"),
    ("PGPASSWORD={}", some(12)),
    ("client_secret='{}'", some(16)),
    ("<SecretAccessKey>{}</SecretAccessKey>", some(40)),
    ("<password>{}</password>", "let me-in".replace(" ", "")),
    ("TWILIO_AUTH_TOKEN={}", some(32, _HEX)),
    ("{{'api_key': '{}', 'x': 1}}", some(10)),
    ("{{'headers': {{'Authorization': '{}'}}}}", "Token " + some(10)),
]
"""A template of text, and the secret that stands in it."""

FIELDS = (
    *(
        "api_key",
        "apiKey",
        "x-api-key",
        "OPENAI_API_KEY",
        "api-key",
        "apikey",
        "client_secret",
        "clientSecret",
        "secret",
    ),
    *("password", "passwd", "user_password", "passphrase", "access_token", "accessToken", "refresh_token", "id_token"),
    *(
        "authorization",
        "Authorization",
        "cookie",
        "Set-Cookie",
        "private_key",
        "secretAccessKey",
        "aws_secret_access_key",
    ),
    *("SessionToken", "auth_token", "bot_token", "credentials", "account_key", "Ocp-Apim-Subscription-Key"),
)
"""Names whose value is a secret whatever it looks like."""
