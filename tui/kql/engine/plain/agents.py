"""User agents: browser, operating system and device, as far as their text tells plainly."""

from __future__ import annotations

import re
from typing import Any

from tui.kql.engine.plain.registry import function

_VERSION = r"(\d+)(?:\.(\d+))?(?:\.(\d+))?"
_BROWSERS = [
    (re.compile(pattern.replace("V", _VERSION)), family)
    for pattern, family in (
        (r"EdgA/V", "Edge Mobile"),
        (r"EdgiOS/V", "Edge Mobile"),
        (r"Edge?/V", "Edge"),
        (r"OPR/V", "Opera"),
        (r"Vivaldi/V", "Vivaldi"),
        (r"YaBrowser/V", "Yandex Browser"),
        (r"SamsungBrowser/V", "Samsung Internet"),
        (r"Teams/V", "Teams"),
        (r"Electron/V", "Electron"),
        (r"Microsoft Outlook V", "Outlook"),
        (r"Outlook-iOS-Android/V", "Outlook"),
        (r"AdobeAIR/V", "AdobeAIR"),
        (r"HeadlessChrome/V", "HeadlessChrome"),
        (r"CriOS/V", "Chrome Mobile iOS"),
        (r"FxiOS/V", "Firefox iOS"),
        (r"Chrome/V.* Mobile", "Chrome Mobile"),
        (r"Chrome/V", "Chrome"),
        (r"Chromium/V", "Chromium"),
        (r"Firefox/V.*", "Firefox"),
        (r"MSIE V", "IE"),
        (r"Trident/.*rv:V", "IE"),
        (r"Version/V.* Mobile.*Safari/", "Mobile Safari"),
        (r"Version/V.* Safari/", "Safari"),
        (r"python-requests/V", "Python Requests"),
        (r"python-httpx/V", "Python httpx"),
        (r"aiohttp/V", "aiohttp"),
        (r"Go-http-client/V", "Go-http-client"),
        (r"curl/V", "curl"),
        (r"[Ww]get/V", "Wget"),
        (r"PowerShell/V", "PowerShell"),
        (r"axios/V", "axios"),
        (r"okhttp/V", "okhttp"),
        (r"Java/V", "Java"),
    )
]
_WINDOWS = {"10.0": "10", "6.3": "8.1", "6.2": "8", "6.1": "7", "6.0": "Vista", "5.1": "XP"}
_DEVICES = (
    (re.compile(r"iPhone"), "iPhone", "Apple", "iPhone"),
    (re.compile(r"iPad"), "iPad", "Apple", "iPad"),
    (re.compile(r"Macintosh"), "Mac", "Apple", "Mac"),
    (re.compile(r"bot|spider|crawl", re.IGNORECASE), "Spider", "Spider", "Desktop"),
)


def _browser(text: str) -> dict[str, str]:
    for pattern, family in _BROWSERS:
        match = pattern.search(text)
        if match:
            major, minor, patch = (part or "" for part in match.groups())
            return _named(family, MajorVersion=major, MinorVersion=minor, Patch=patch)
    return _named("Other", MajorVersion="", MinorVersion="", Patch="")


def _named(family: str, **more: str) -> dict[str, str]:
    return {"Family": family, **more}


def _system(text: str) -> dict[str, str]:
    family, major, minor, patch = "Other", "", "", ""
    match = re.search(r"Windows NT (\d+\.\d+)", text)
    if match:
        family, major = "Windows", _WINDOWS.get(match.group(1), match.group(1))
    elif match := re.search(r"(?:iPhone|iPad|CPU) OS (\d+)_(\d+)(?:_(\d+))?", text):
        family, (major, minor, patch) = "iOS", (part or "" for part in match.groups())
    elif match := re.search(r"Android (\d+)(?:\.(\d+))?(?:\.(\d+))?", text):
        family, (major, minor, patch) = "Android", (part or "" for part in match.groups())
    elif match := re.search(r"Mac OS X (\d+)[._](\d+)(?:[._](\d+))?", text):
        family, (major, minor, patch) = "Mac OS X", (part or "" for part in match.groups())
    else:
        for word, name in (
            ("CrOS", "Chrome OS"),
            ("Ubuntu", "Ubuntu"),
            ("Linux", "Linux"),
            ("Windows", "Windows"),
        ):
            if word in text:
                family = name
                break
    return _named(family, MajorVersion=major, MinorVersion=minor, Patch=patch, PatchMinor="")


def _device(text: str) -> dict[str, str]:
    for pattern, family, brand, model in _DEVICES:
        if pattern.search(text):
            return {"Family": family, "Brand": brand, "Model": model}
    match = re.search(r"Android [\d.]+; ([^;)]+?)(?: Build|[;)])", text)
    if match:
        return {"Family": match.group(1), "Brand": "Generic_Android", "Model": match.group(1)}
    return {"Family": "Other", "Brand": "", "Model": ""}


_PARTS = {
    "browser": ("Browser", _browser),
    "os": ("OperatingSystem", _system),
    "device": ("Device", _device),
}


@function("parse_user_agent", 2, 2, "dynamic")
def _parse(text: str, wanted: Any) -> dict[str, Any]:
    parts = [wanted] if isinstance(wanted, str) else list(wanted)
    return {name: read(text) for part in parts for name, read in [_PARTS[str(part).lower()]]}
