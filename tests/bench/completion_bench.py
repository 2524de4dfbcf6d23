"""The completion list after a key, against Microsoft's language service under node.

Run from the project's root: `NODE_PATH=…/node_modules python tests/bench/completion_bench.py`.
The same texts, `¦` being the cursor: seconds taken, and the columns that are offered.
"""

from __future__ import annotations

import statistics
import time

from tests.bench.kusto_judge import Judge, NotThere
from tui.kql.completion import look
from tui.kql.completion_names import candidates
from tui.kql.completion_place import place_at

PLACES = (
    "DeviceProcessEvents | where ¦",
    "DeviceProcessEvents | where FileName == 'a' and ¦",
    "DeviceProcessEvents | project Timestamp, Name = FileName, tolower(FolderPath) | where ¦",
    "DeviceProcessEvents | extend a = 1, b = strcat('a', FileName) | where ¦",
    "DeviceProcessEvents | summarize count(), make_set(FileName), dcount(DeviceId) by AccountName"
    ", bin(Timestamp, 1h) | where ¦",
    "DeviceProcessEvents | summarize arg_max(Timestamp, *) by DeviceId | where ¦",
    "DeviceProcessEvents | summarize arg_min(Timestamp, FileName) by DeviceId | where ¦",
    "DeviceProcessEvents | join kind=inner (DeviceNetworkEvents | project DeviceId, RemoteIP, "
    "Timestamp) on DeviceId | where ¦",
    "DeviceProcessEvents | join kind=leftanti (DeviceNetworkEvents) on DeviceId | where ¦",
    "DeviceProcessEvents | join kind=rightsemi (DeviceInfo) on DeviceId | where ¦",
    "AlertInfo | lookup kind=leftouter (AlertEvidence | project AlertId, EntityType) on AlertId"
    " | where ¦",
    "DeviceProcessEvents | union DeviceNetworkEvents | where ¦",
    "union AlertInfo, AlertEvidence | project AlertId, Title, EntityType | where ¦",
    "union withsource=From AlertInfo, AlertEvidence | where ¦",
    "DeviceProcessEvents | parse FileName with * '-enc ' Encoded:string ' ' Rest | where ¦",
    "DeviceProcessEvents | parse-kv ProcessCommandLine as (a: string, b: long) | where ¦",
    "CloudAppEvents | mv-expand Item = RawEventData.Items to typeof(string) | where ¦",
    "CloudAppEvents | mv-expand with_itemindex=i RawEventData | where ¦",
    "CloudAppEvents | mv-apply x = RawEventData.Items on (summarize N = make_list(x)) | where ¦",
    "DeviceProcessEvents | project-away Initiating*, Process* | where ¦",
    "DeviceProcessEvents | project-keep *Name, Timestamp | where ¦",
    "DeviceProcessEvents | project-rename Host = DeviceName | where ¦",
    "DeviceProcessEvents | project-reorder Timestamp, File* | where ¦",
    "DeviceProcessEvents | distinct FileName, Folder = FolderPath | where ¦",
    "DeviceProcessEvents | count | where ¦",
    "DeviceProcessEvents | getschema | where ¦",
    "DeviceProcessEvents | make-series Runs = count() default=0 on Timestamp step 1d by FileName"
    " | where ¦",
    "DeviceProcessEvents | top 5 by Timestamp | sort by FileName | take 5 | where ¦",
    "let T = DeviceProcessEvents | project A = FileName, B = 1; T | where ¦",
    "let f = (who: string) { DeviceInfo | where DeviceName == who | project DeviceId }; f('a')"
    " | where ¦",
    "datatable(a: string, b: long)['x', 1] | extend c = b + 1 | where ¦",
    "range n from 1 to 10 step 1 | extend m = n * 2 | where ¦",
    "print a = 1, b = 'x' | where ¦",
    "DeviceProcessEvents | where DeviceId in ((DeviceInfo | where ¦",
    "DeviceProcessEvents | join kind=inner (DeviceInfo | where OSPlatform == 'a' | extend z = 1"
    " | where ¦",
    "search in (AlertInfo) 'x' | where ¦",
)
TIMES = 20


def ours(query: str, at: int) -> list[str]:
    """The columns that we offer."""
    place = place_at(query, at, seconds=5)
    if place is None:
        return []
    return [one.label for _, one in candidates(place) if one.kind == "column"]


def main() -> None:
    """Compare, print a table."""
    mine: list[float] = []
    theirs: list[float] = []
    same = 0
    with Judge() as judge:
        for text in PLACES:
            at = text.index("¦")
            query = text.replace("¦", "")
            taken = []
            for _ in range(TIMES):
                started = time.perf_counter()
                look(query, at, asked=True)
                taken.append(time.perf_counter() - started)
            wanted, spent = judge.columns(query, at, TIMES)
            mine.append(statistics.median(taken))
            theirs.append(statistics.median(spent))
            offered = set(ours(query, at))
            if offered == set(wanted):
                same += 1
            else:
                print(f"- {text}")
                print(f"  only ours: {sorted(offered - set(wanted))[:12]}")
                print(f"  only theirs: {sorted(set(wanted) - offered)[:12]}")
    print(f"\nthe same columns at {same} of {len(PLACES)} places\n")
    print("| completion list | median | slowest |\n| --- | --- | --- |")
    for name, times in (("theirs", theirs), ("ours", mine)):
        print(f"| {name} | {statistics.median(times) * 1e3:.1f} ms | {max(times) * 1e3:.1f} ms |")
    print(f"| ratio | {statistics.median(mine) / statistics.median(theirs):.2f} | "
          f"{max(mine) / max(theirs):.2f} |")  # fmt: skip


if __name__ == "__main__":
    try:
        main()
    except NotThere as missing:
        print(f"Not measured: {missing}.")
