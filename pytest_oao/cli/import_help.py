"""What `oao import --help` says of services, beside its options."""

SERVICES_HELP = """\
services, and the environment variables that say where they are and who asks:
  langfuse:ID    a trace: LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, LANGFUSE_HOST
  langsmith:ID   a trace, or any run in it: LANGSMITH_API_KEY,
                 LANGSMITH_ENDPOINT, LANGSMITH_PROJECT
  phoenix:ID, phoenix:PROJECT/ID
                 a trace: PHOENIX_COLLECTOR_ENDPOINT, PHOENIX_API_KEY
  openai:ID      a stored response or chat completion: OPENAI_API_KEY,
                 OPENAI_BASE_URL
  redis://HOST:PORT/DB#KEY, rediss://...
                 the items of a list or a sorted set
"""
