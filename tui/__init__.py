"""m365d-tui: incidents and hunting of Microsoft Defender XDR, in a terminal."""

__version__ = "0.1.0"
