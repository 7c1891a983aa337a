"""How Sphinx builds the docs; a warning is an error."""

from importlib.metadata import version as installed

project = "pytest-oao"
author = "The pytest-oao founders"
project_copyright = "2026, The pytest-oao founders"
release = version = installed("pytest-oao")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "changelog.d"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "pytest-oao"
