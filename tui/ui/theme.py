"""The program's own look; every colour elsewhere is one of the theme's variables."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="m365d-dark",
    primary="#5c9dff",
    secondary="#b48cff",
    accent="#58b0ff",
    warning="#f0b429",
    error="#ff6b6b",
    success="#4cc38a",
    foreground="#e4e8ee",
    background="#0f1418",
    surface="#151b22",
    panel="#1d2733",
    dark=True,
    variables={
        "text-muted": "#8e98a5",
        "text-disabled": "#7d8794",
        "block-cursor-background": "#1f2d3d",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "border": "#2c3641",
        "input-cursor-background": "#58b0ff",
        "input-cursor-foreground": "#0f1418",
        "input-selection-background": "#58b0ff 30%",
        "scrollbar": "#2c3641",
        "scrollbar-hover": "#3a4653",
        "scrollbar-active": "#58b0ff",
        "scrollbar-background": "#0f1418",
        "scrollbar-background-hover": "#0f1418",
        "scrollbar-background-active": "#0f1418",
        "scrollbar-corner-color": "#0f1418",
    },
)
"""The dark theme of the screenshots: one accent, and colour only where it means something."""

LIGHT = Theme(
    name="m365d-light",
    primary="#1f5fd0",
    secondary="#7138c8",
    accent="#0a63c2",
    warning="#8a5a00",
    error="#b3261e",
    success="#176b3f",
    foreground="#1b2128",
    background="#fbfcfd",
    surface="#f1f4f7",
    panel="#e4e9ee",
    dark=False,
    variables={
        "text-muted": "#5a6572",
        "text-disabled": "#66717d",
        "block-cursor-background": "#d9e7f8",
        "block-cursor-foreground": "#10161c",
        "block-cursor-text-style": "bold",
        "border": "#c9d1d9",
    },
)
"""The same in light."""

THEMES = (DARK, LIGHT)
