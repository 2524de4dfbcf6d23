"""Snapshots are kept as pictures that a browser opens."""

from pytest_textual_snapshot import SVGImageExtension

# The plugin names the ending as older versions of syrupy wanted it; newer ones read this.
SVGImageExtension.file_extension = "svg"
