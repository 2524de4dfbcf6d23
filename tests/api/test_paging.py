"""Lists followed to their end, whatever the service does on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.helpers import Bench
from tests.faults.server import Answer, FaultServer, Seen, json_answer, text_answer
from tui.api.classic import ClassicIncidents
from tui.api.graph import GraphIncidents
from tui.api.protocols import IncidentService
from tui.errors import BadAnswer

Make = Callable[..., Bench]
PATH = {"graph": "/v1.0/security/incidents", "classic": "/api/incidents"}
ID = {"graph": "id", "classic": "incidentId"}


def service(one: Bench, dialect: str) -> IncidentService:
    kind = GraphIncidents if dialect == "graph" else ClassicIncidents
    return kind(one.transport, one.server.url, one.session.now)


def page(dialect: str, *ids: object, link: str = "", **more: Any) -> Answer:
    items = [one if isinstance(one, dict | str | type(None)) else {ID[dialect]: one} for one in ids]
    return json_answer({"value": items, **({"@odata.nextLink": link} if link else {}), **more})


async def ids_of(pages: Any) -> list[str]:
    return [incident.id async for one in pages for incident in one.incidents]


@pytest.mark.parametrize("dialect", ["graph", "classic"])
async def test_next_links_are_followed_over_empty_and_short_pages(
    server: FaultServer, bench: Make, dialect: str
) -> None:
    path = PATH[dialect]
    server.on(
        "GET",
        path,
        page(dialect, 5, 4, link=f"{server.url}{path}?p=2", **{"@odata.count": 99}),
        page(dialect, link=f"{server.url}{path}?p=3"),
        page(dialect, 3, link=f"{path}?p=4"),
        page(dialect, 2, 1),
    )
    assert await ids_of(service(bench(), dialect).pages()) == ["5", "4", "3", "2", "1"]
    assert [seen.query for seen in server.seen[1:]] == ["p=2", "p=3", "p=4"]


async def test_without_links_the_classic_list_is_skipped_through(
    server: FaultServer, bench: Make
) -> None:
    def answer(seen: Seen) -> Answer:
        skip = int(dict(p.split("=") for p in seen.query.split("&")).get("$skip", 0))
        return page("classic", *range(250, 0, -1)[skip : skip + 60])  # shorter than $top

    server.on("GET", "/api/incidents", answer)
    found = await ids_of(service(bench(), "classic").pages())
    assert found == [str(number) for number in range(250, 0, -1)]
    assert server.seen[0].query == "$top=100"


async def test_a_service_that_does_not_heed_skip_is_asked_no_third_time(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH["classic"], page("classic", 3, 2, 1))
    assert await ids_of(service(bench(), "classic").pages()) == ["3", "2", "1"]
    assert len(server.seen) == 2
    # A full page, again and again: there may be more that cannot be had.
    server.on("GET", PATH["classic"], page("classic", *range(100)))
    pages = service(bench(), "classic").pages()
    assert len((await anext(pages)).incidents) == 100
    with pytest.raises(BadAnswer, match="the same 100 incidents"):
        await anext(pages)


@pytest.mark.parametrize(
    "link", ["/api/incidents?x=\x01", "/api/incidents?x=\r\nHost: a", "/api?x=" + "a" * 70_000]
)
async def test_a_next_page_that_is_no_address_is_named(
    server: FaultServer, bench: Make, link: str
) -> None:
    server.on("GET", PATH["graph"], page("graph", 1, link=server.url + link))
    with pytest.raises(BadAnswer, match="no address"):
        await ids_of(service(bench(), "graph").pages())


@pytest.mark.parametrize("bulk", [False, True])
async def test_a_next_page_that_is_no_text_is_named(
    server: FaultServer, bench: Make, bulk: bool
) -> None:
    server.on("GET", PATH["graph"], page("graph", 1, **{"@odata.nextLink": 5}))
    with pytest.raises(BadAnswer, match="no address"):
        await ids_of(service(bench(), "graph").pages(bulk=bulk))


async def test_graph_is_asked_for_alerts_newest_first_and_new_members(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH["graph"], page("graph"))
    since = datetime(2026, 11, 1, 8, 30, 15, 999, tzinfo=UTC)
    await ids_of(
        service(bench(), "graph").pages(updated_since=since, odata="severity eq 'high'", top=7)
    )
    assert server.seen[0].query.split("&") == [
        "$top=7",
        "$filter=(severity eq 'high') and lastUpdateDateTime ge 2026-11-01T08:30:15Z",
        "$orderby=createdDateTime desc",
        "$expand=alerts",
    ]
    assert server.seen[0].headers["prefer"] == "include-unknown-enum-members"


async def test_top_ends_the_list_within_a_page(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH["classic"], page("classic", 3, 2, 1))
    assert await ids_of(service(bench(), "classic").pages(top=2)) == ["3", "2"]
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/x", "//evil.example/x", "https:evil", "http://[", "javascript:1"],
)
async def test_a_next_page_elsewhere_is_refused_and_named(
    server: FaultServer, bench: Make, link: str
) -> None:
    server.on("GET", PATH["graph"], page("graph", 1, link=link))
    pages = service(bench(), "graph").pages()
    assert [incident.id for incident in (await anext(pages)).incidents] == ["1"]
    with pytest.raises(BadAnswer, match="next page at") as caught:
        await anext(pages)
    if "evil.example" in link:
        assert "evil.example" in str(caught.value)


async def test_a_link_to_a_page_that_came_is_a_circle(server: FaultServer, bench: Make) -> None:
    link = f"{server.url}{PATH['graph']}?p=2"
    server.on("GET", PATH["graph"], page("graph", 1, link=link), page("graph", 2, link=link))
    with pytest.raises(BadAnswer, match="repeat"):
        await ids_of(service(bench(), "graph").pages())
    assert len(server.seen) == 2


async def test_pages_that_bring_nothing_new_end_some_time(server: FaultServer, bench: Make) -> None:
    path = PATH["graph"]

    def answer(_: Seen) -> Answer:
        return page("graph", 2, 1, link=f"{server.url}{path}?p={len(server.seen)}")

    server.on("GET", path, answer)
    with pytest.raises(BadAnswer, match="repeat"):
        await ids_of(service(bench(spaced=False), "graph").pages())
    assert len(server.seen) < 100


@pytest.mark.parametrize("dialect", ["graph", "classic"])
async def test_empty_pages_are_followed_as_long_as_the_service_names_another(
    server: FaultServer, bench: Make, dialect: str
) -> None:
    path = PATH[dialect]

    def answer(_: Seen) -> Answer:
        number = len(server.seen)
        if number > 120:
            return page(dialect, 7)
        return page(dialect, link=f"{server.url}{path}?p={number}")

    server.on("GET", path, answer)
    assert await ids_of(service(bench(spaced=False), dialect).pages()) == ["7"]


async def test_empty_pages_without_end_are_named(server: FaultServer, bench: Make) -> None:
    path = PATH["graph"]
    server.on("GET", path, lambda _: page("graph", link=f"{server.url}{path}?p={len(server.seen)}"))
    with pytest.raises(BadAnswer, match="does not end: after 0 incidents 1,000 pages"):
        await ids_of(service(bench(spaced=False), "graph").pages())


async def test_what_is_no_incident_is_named_and_the_others_kept(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH["graph"], page("graph", 3, None, "text", {"displayName": "Nameless"}, 2))
    pages = [one async for one in service(bench(), "graph").pages()]
    assert [incident.id for incident in pages[0].incidents] == ["3", "2"]
    assert any("Nameless" in fault for fault in pages[0].faults)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"values": []}), "no list of incidents"),
        (json_answer("text"), "no list of incidents"),
        (json_answer({"error": {"message": "hidden failure"}}), "hidden failure"),
        (text_answer("<html><title>Proxy</title>"), "Proxy"),
    ],
)
async def test_what_is_no_list_is_named(
    server: FaultServer, bench: Make, answer: Answer, words: str
) -> None:
    server.on("GET", PATH["graph"], answer)
    with pytest.raises(BadAnswer, match=words):
        await ids_of(service(bench(), "graph").pages())


@pytest.mark.parametrize("value", [None, [], {"id": "1"}])
async def test_a_list_of_another_shape_is_tolerated(
    server: FaultServer, bench: Make, value: object
) -> None:
    server.on("GET", PATH["graph"], json_answer({"value": value}))
    found = await ids_of(service(bench(), "graph").pages())
    assert found == (["1"] if value else [])


async def test_an_incident_on_two_pages_comes_once_with_all_its_alerts(
    server: FaultServer, bench: Make
) -> None:
    def incident(*alerts: str) -> dict[str, Any]:
        return {"id": "1", "alerts": [{"id": alert} for alert in alerts]}

    link = f"{server.url}{PATH['graph']}?p=2"
    server.on(
        "GET",
        PATH["graph"],
        page("graph", incident("a", "b"), 9, link=link),
        page("graph", incident("b", "c"), 9, 8),
    )
    pages = [one async for one in service(bench(), "graph").pages()]
    assert [[one.id for one in found.incidents] for found in pages] == [["1", "9"], ["1", "8"]]
    assert [alert.id for alert in pages[1].incidents[0].alerts] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "rest",
    ['{"id": "1", "displayName": "cu', '{"id": "1" "x"}]}', "[" * 100_000, ""],
)
async def test_of_a_broken_page_the_whole_incidents_are_kept(
    server: FaultServer, bench: Make, rest: str
) -> None:
    server.on("GET", PATH["graph"], text_answer('{"value": [{"id": "3"}, {"id": "2"}, ' + rest))
    pages = service(bench(), "graph").pages()
    assert [incident.id for incident in (await anext(pages)).incidents] == ["3", "2"]
    with pytest.raises(BadAnswer, match="cut or malformed"):
        await anext(pages)
