"""The settings file and the program's places."""

from __future__ import annotations

from tui.config.check import Fault
from tui.config.load import load_settings, validate_settings, validate_text
from tui.config.lookups import Lookup
from tui.config.paths import (
    NAME,
    Paths,
    app_paths,
    at_home,
    config_path,
    locked,
    private_dir,
    private_file,
    write_private,
)
from tui.config.schema import settings_schema
from tui.config.settings import (
    EngineSettings,
    HostTable,
    Origin,
    ProfileSettings,
    Settings,
    UiSettings,
)
from tui.config.shift import SlaRule, Template, WatchSettings

__all__ = [
    "NAME",
    "EngineSettings",
    "Fault",
    "HostTable",
    "Lookup",
    "Origin",
    "Paths",
    "ProfileSettings",
    "Settings",
    "SlaRule",
    "Template",
    "UiSettings",
    "WatchSettings",
    "app_paths",
    "at_home",
    "config_path",
    "load_settings",
    "locked",
    "private_dir",
    "private_file",
    "settings_schema",
    "validate_settings",
    "validate_text",
    "write_private",
]
