"""Settings of the shift: rules of time, templates, watching."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tui.api.records import DETERMINATIONS, STATUSES
from tui.config import SlaRule, Template, load_settings, settings_schema, validate_text
from tui.config.shift import TEMPLATE, span_text
from tui.config.show import shown_values

WHOLE = """\
[[sla]]
filter = "sev:high"
respond = "1h"
resolve = "3d"

[[sla]]
filter = "sev:medium"
resolve = "1w"

[[templates]]
name = "False positive"
key = "f6"
status = "resolved"
classification = "falsePositive"
determination = "notMalicious"
comment = "Known tool."
tags_add = ["tuned"]

[watch]
every = "30m"
notify = "sev:high assigned:none"
bell = false
desktop = "osc9"
"""


def test_all_of_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(WHOLE)
    settings = load_settings(file)
    assert settings.sla == (
        SlaRule("sev:high", timedelta(hours=1), timedelta(days=3)),
        SlaRule("sev:medium", None, timedelta(weeks=1)),
    )
    assert settings.templates == (
        Template(
            "False positive",
            "f6",
            "resolved",
            classification="falsePositive",
            determination="notMalicious",
            comment="Known tool.",
            tags_add=("tuned",),
        ),
    )
    assert settings.watch.every == timedelta(minutes=30)
    assert (settings.watch.bell, settings.watch.desktop) == (False, "osc9")
    shown = {one.name: one for one in shown_values(settings)}
    assert shown["sla.1.resolve"].text == '"1w"'
    assert shown["sla.1.resolve"].origin.line == 8
    assert shown["watch.bell"].text == "false"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[sla]]\nfilter = "x"\nrespond = "soon"\n', 3, "no span of time"),
        ('[[sla]]\nfilter = "x"\n', 1, "needs respond or resolve"),
        ('[[sla]]\nfilter = "x"\nrespnd = "1h"\nresolve = "1h"\n', 3, "Did you mean respond?"),
        ('sla = "x"\n', 1, "list of tables"),
        ('[[templates]]\nname = "x"\n', 1, "must change something"),
        ('[[templates]]\nname = "x"\nstatus = "closed"\n', 3, "Allowed: active"),
        ('[[templates]]\nname = "x"\ndetermination = "other"\n', 3, "without its classification"),
        ('[[templates]]\nname = "x"\ntags_add = "vip"\n', 3, "list of texts"),
        ("[watch]\nbell = 1\n", 2, "true or false"),
        ('[watch]\ndesktop = "osc"\n', 2, "Allowed: off"),
        (
            '[[templates]]\nname = "a"\ncomment = "b"\n[[templates]]\nname = "c"\nstatsu = "d"\n',
            6,
            "Did you mean status?",
        ),
    ],
)
def test_faults_are_named_with_their_line(text: str, line: int, said: str) -> None:
    fault = validate_text(text, Path("config.toml"))[0]
    assert fault.line == line
    assert said in str(fault)


def test_values_of_templates_are_those_of_the_service() -> None:
    assert set(TEMPLATE["classification"].choices) == set(DETERMINATIONS)
    assert set(TEMPLATE["status"].choices) < set(STATUSES)


def test_the_schema_knows_the_tables() -> None:
    properties = settings_schema()["properties"]
    assert isinstance(properties, dict)
    assert {"sla", "templates", "watch"} < set(properties)


@pytest.mark.parametrize("text", ["30s", "90m", "1h", "36h", "3d", "1w"])
def test_spans_are_written_as_they_were_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[watch]\nevery = "{text}"\n')
    assert span_text(load_settings(file).watch.every) == text
