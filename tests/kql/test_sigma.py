"""Sigma rules as queries: what is meant is asked for, and what cannot be is said."""

from __future__ import annotations

import pytest

from tui.kql.diagnostics import diagnose
from tui.kql.sigma import query_of, rules_in

RULE = r"""title: Loader
id: 3b6ab547-8ec2-4991-b9d2-2b06702a48d7
description: |
    Something: with colons

    and a blank line
tags:
    - attack.t1059.001
logsource:
    category: process_creation
    product: windows
detection:
    selection_img:
        - Image|endswith:
              - '\powershell.exe'
              - '\pwsh.exe'
        - OriginalFileName: ['PowerShell.EXE', "pwsh.dll"]
    selection_cli:
        CommandLine|contains|all:
            - 'IEX'
            - 'http'
    filter_main:
        ParentImage|startswith: 'C:\Program Files\'
    condition: all of selection_* and not 1 of filter_*
falsepositives:
    - Admin scripts
level: high
"""


def rule(detection: str, log: str = "category: process_creation") -> str:
    return f"title: T\nlogsource:\n    {log}\ndetection:\n{detection}"


def where(item: str, log: str = "category: process_creation") -> str:
    """The condition of one search."""
    query = query_of(rule(f"    s:\n        {item}\n    condition: s\n", log))
    assert query is not None
    assert [one.message for one in diagnose(query, seconds=5) if one.level == "error"] == []
    return query.partition("ago(7d)\n")[2].removeprefix("| where ")


def test_a_whole_rule() -> None:
    assert query_of(RULE) == (
        "// Sigma: Loader, high, 3b6ab547-8ec2-4991-b9d2-2b06702a48d7\n"
        "// ATT&CK T1059.001\n"
        "// Known false positives: Admin scripts\n"
        "DeviceProcessEvents\n"
        "| where Timestamp > ago(7d)\n"
        '| where FolderPath endswith @"\\powershell.exe"\n'
        '    or FolderPath endswith @"\\pwsh.exe"\n'
        '    or ProcessVersionInfoOriginalFileName in~ ("PowerShell.EXE", "pwsh.dll")\n'
        '| where ProcessCommandLine contains "IEX"\n'
        '| where ProcessCommandLine contains "http"\n'
        '| where not(InitiatingProcessFolderPath startswith @"C:\\Program Files\\")'
    )


def test_it_is_found_among_queries() -> None:
    text = f"DeviceEvents\n| take 1\n\n{RULE}\nDeviceInfo | take 2\n"
    [(start, end)] = rules_in(text)
    assert text[start:end] == RULE.rstrip("\n")
    assert rules_in("DeviceEvents | where detection == 'condition:'") == []


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ("CommandLine: x", 'ProcessCommandLine =~ "x"'),
        ("CommandLine|cased: x", 'ProcessCommandLine == "x"'),
        ("CommandLine: [a, b]", 'ProcessCommandLine in~ ("a", "b")'),
        ("CommandLine: 'a*'", 'ProcessCommandLine startswith "a"'),
        ("CommandLine: '*a*'", 'ProcessCommandLine contains "a"'),
        (r"CommandLine: 'a\*'", 'ProcessCommandLine =~ "a*"'),
        ("CommandLine: 'a*b?'", 'ProcessCommandLine matches regex "(?is)^a.*b.$"'),
        (r"Image: '*\a.b*c'", r'FolderPath matches regex @"(?is)\\a\.b.*c$"'),
        ("CommandLine: '*'", "isnotempty(ProcessCommandLine)"),
        ("CommandLine: null", "isempty(ProcessCommandLine)"),
        ("CommandLine|exists: false", "isempty(ProcessCommandLine)"),
        ("CommandLine|re: 'a.+b'", 'ProcessCommandLine matches regex "a.+b"'),
        ("CommandLine|re|i: 'a'", 'ProcessCommandLine matches regex "(?i)a"'),
        ("CommandLine|contains|cased: 'a'", 'ProcessCommandLine contains_cs "a"'),
        ("CommandLine|base64|contains: 'foo'", 'ProcessCommandLine contains "Zm9v"'),
        ("CommandLine|fieldref: ParentCommandLine",
         "ProcessCommandLine == InitiatingProcessCommandLine"),
        ("ProcessId: 4", "ProcessId == 4"),
        ("ProcessId|gte: 4", "ProcessId >= 4"),
        ("Hashes|contains: 'SHA1=aa11'", 'SHA1 =~ "aa11"'),
    ],
)  # fmt: skip
def test_modifiers_and_values(item: str, wanted: str) -> None:
    assert where(item) == wanted


@pytest.mark.parametrize(
    ("item", "log", "wanted"),
    [
        ("DestinationIp|cidr: '10.0.0.0/8'", "category: network_connection",
         'ipv4_is_in_range(RemoteIP, "10.0.0.0/8")'),
        ("DestinationPort: [80, 443]", "category: network_connection", "RemotePort in (80, 443)"),
        (r"TargetObject|startswith: 'HKLM\Software\'", "category: registry_event",
         r'strcat(RegistryKey, @"\", RegistryValueName) startswith '
         r'@"HKEY_LOCAL_MACHINE\Software\"'),
        ("EventID: 4625", "service: security", 'ActionType =~ "LogonFailed"'),
    ],
)  # fmt: skip
def test_tables_and_their_columns(item: str, log: str, wanted: str) -> None:
    assert where(item, log) == wanted


def test_base64_wherever_it_begins() -> None:
    assert where("CommandLine|base64offset|contains: '/bin/bash'") == (
        'ProcessCommandLine contains "L2Jpbi9iYXNo"\n'
        '    or ProcessCommandLine contains "9iaW4vYmFza"\n'
        '    or ProcessCommandLine contains "vYmluL2Jhc2"'
    )


def test_what_has_no_equal_is_left_out_and_said() -> None:
    query = query_of(
        rule("    s:\n        CurrentDirectory: x\n        Image: y\n    condition: s\n")
    )
    assert query is not None
    assert "// Not as in the rule: CurrentDirectory is left out" in query
    assert query.endswith('| where FolderPath =~ "y"')


def test_more_is_never_excluded_than_the_rule_excludes() -> None:
    detection = (
        "    s:\n        Image: y\n    f:\n        - CurrentDirectory: x\n          User: z\n"
        "        - User: w\n    condition: s and not f\n"
    )
    query = query_of(rule(detection))
    assert query is not None
    assert "is not excluded here" in query
    assert query.endswith('| where not(AccountName =~ "w")')


def test_words_anywhere_counts_and_unknown_logs() -> None:
    query = query_of(
        rule("    k:\n        - evil\n        - worse\n    timeframe: 5m\n"
             "    condition: k | count() by User > 10\n", "product: linux")
    )  # fmt: skip
    assert query is not None
    assert "// Not as in the rule: No table holds logs of product linux" in query
    assert '| where * contains "evil" or * contains "worse"' in query
    assert query.endswith(
        "| summarize Hits = count() by InitiatingProcessAccountName, bin(Timestamp, 5m)\n"
        "| where Hits > 10"
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "detection:", "detection:\n  condition: ((((", "detection: [\n condition:", "- - - -",
        "detection:\n  a:\n    - {x: [y, {z: 1}]}\n  condition: a or",
        "a: " + "[" * 5000, "detection:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 400)),
        "detection:\n  s: x\n  condition: " + "(" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_rule_is_no_query_and_no_crash(text: str) -> None:
    found = query_of(text)
    assert found is None or found.startswith("//")


def test_rules_made_to_be_slow_are_given_up() -> None:
    head = "detection:\n  s:\n    A: "
    tail = "\n  condition: s\n"
    bracket = head + "[\n" + "      'a value of a list',\n" * 4900 + tail
    quoted = head + '"x\n' + "      a line of a text\n" * 4900 + tail
    blanks = head + "b\n    C" + " " * 200_000 + "d" + tail
    for rule in (bracket, quoted, blanks):
        assert query_of(rule) is None
    assert rules_in("condition:\n" + "detection:\n" * 20_000) == []


def test_a_list_in_brackets_goes_on_over_lines() -> None:
    query = query_of(
        "logsource:\n  category: process_creation\n"
        "detection:\n  s:\n    CommandLine: [x,\n      'y]',\n      z]\n  condition: s\n"
    )
    assert query is not None
    assert all(word in query for word in ('"x"', '"y]"', '"z"'))
