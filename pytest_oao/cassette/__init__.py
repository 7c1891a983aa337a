"""How a session is kept: the journal while it runs, the sealed cassette, what is redacted, where it is stored."""
