"""Sphinx builds the pages of this folder: `make docs`, into build/docs. A link that leads nowhere ends the build."""

from uringreview import __version__

project = "uringreview"
author = "The uringreview maintainers"
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["examples"]
# "#heading" links within and between pages.
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "Review stable kernel patches with the evidence beside them", "page_width": "70em"}
