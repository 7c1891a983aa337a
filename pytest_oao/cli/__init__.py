"""The `oao` command."""
