"""What the transport waits for, and what it asks again, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.api.helpers import PATH, Bench, asking
from tests.faults.server import (
    Answer,
    FaultServer,
    cut,
    error,
    json_answer,
    reset,
    text_answer,
    throttled,
)
from tui.errors import (
    ServiceProblem,
    Throttled,
    Unreachable,
)

Make = Callable[..., Bench]


@pytest.mark.parametrize(
    ("header", "message", "seconds"),
    [
        ("7", "slow down", 7),
        (None, "You can send requests again in 12 seconds, at 2026-11-24T12:00:12Z", 12),
        (None, "Quota reached. Try again after 2026-11-24T12:00:40Z", 40),
        (None, "Blocked until the next cycle: retry after 00:00:30", 30),
        (None, "API calls quota exceeded! maximum allowed 45 per 00:01:00", 5),
        ("soon", "slow down", 5),
        ("nan", "slow down", 5),
        ("-3", "slow down", 1),
        ("0", "slow down", 1),
        ("Tue, 24 Nov 2026 12:00:20 GMT", "slow down", 20),
    ],
)
async def test_a_429_waits_for_what_the_answer_says(
    server: FaultServer, bench: Make, header: str | None, message: str, seconds: float
) -> None:
    server.on("GET", PATH, throttled(header, message), json_answer({}))
    one = bench(wait_limit=90)
    await one.transport.json(asking(server))
    assert one.clock.slept == [seconds]
    assert [(wait.seconds, wait.reason) for wait in one.waits] == [
        (seconds, "throttled"),
        (0, "throttled"),
    ]


async def test_at_once_again_and_again_is_not_believed(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, *[throttled(0)] * 6, json_answer({}))
    one = bench(wait_limit=90)
    await one.transport.json(asking(server))
    assert one.clock.slept == [1, 1, 1, 5, 10, 20]


async def test_a_date_to_wait_for_counts_from_the_clock_of_the_service(
    server: FaultServer, bench: Make
) -> None:
    answer = error(
        429,
        "TooManyRequests",
        "later",
        retry_after="Tue, 24 Nov 2026 15:00:09 GMT",
        date="Tue, 24 Nov 2026 15:00:00 GMT",
    )
    server.on("GET", PATH, answer, json_answer({}))
    one = bench()
    await one.transport.json(asking(server))
    assert one.clock.slept == [9]


async def test_without_a_word_a_429_waits_5_then_10_then_20_seconds(
    server: FaultServer, bench: Make
) -> None:
    server.on("POST", PATH, *[throttled()] * 3, json_answer({}))
    one = bench(wait_limit=90)
    await one.transport.json(asking(server, "POST", body={}))
    assert one.clock.slept == [5, 10, 20]


async def test_waiting_ends_at_its_limit(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, throttled())
    one = bench(wait_limit=90)
    with pytest.raises(Throttled) as caught:
        await one.transport.json(asking(server))
    assert sum(one.clock.slept) <= 90
    assert caught.value.exit_code == 1


async def test_a_wait_beyond_the_limit_is_not_begun(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, throttled(900))
    one = bench(wait_limit=90)
    with pytest.raises(Throttled, match="15 min") as caught:
        await one.transport.json(asking(server))
    assert one.clock.slept == []
    assert caught.value.retry_after == 900


async def test_without_a_limit_a_long_wait_is_waited_for(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, throttled(900), json_answer({}))
    one = bench()
    await one.transport.json(asking(server))
    assert one.clock.slept == [900]


async def test_a_wait_can_be_cancelled(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, throttled(60))
    one = bench()
    begun = asyncio.Event()

    async def forever(seconds: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    one.clock.sleep = forever  # type: ignore[method-assign]
    task = asyncio.create_task(one.transport.json(asking(server)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert one.waits[-1].seconds == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_busy_service_is_asked_again_where_that_is_safe(
    server: FaultServer, bench: Make, status: int
) -> None:
    server.on("GET", PATH, text_answer("<html>down</html>", status), json_answer({"ok": 1}))
    one = bench()
    assert await one.transport.json(asking(server)) == {"ok": 1}
    assert len(one.clock.slept) == 1


async def test_a_busy_service_is_given_up_after_some_attempts(
    server: FaultServer, bench: Make
) -> None:
    page = "<html><title>Service down</title></html>"
    server.on("GET", PATH, text_answer(page, 503))
    with pytest.raises(ServiceProblem, match="Service down") as caught:
        await bench().transport.json(asking(server))
    assert caught.value.status == 503
    assert len(server.seen) == 4


@pytest.mark.parametrize("status", [500, 503])
async def test_a_post_is_not_sent_again_after_a_5xx(
    server: FaultServer, bench: Make, status: int
) -> None:
    server.on("POST", PATH, error(status, "InternalServerError", "x"))
    with pytest.raises(ServiceProblem):
        await bench().transport.json(asking(server, "POST", body={}))
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [reset(), cut({"value": ["a", "b", "c"]})])
async def test_a_lost_answer_is_asked_for_again_only_where_that_is_safe(
    server: FaultServer, bench: Make, fault: Answer
) -> None:
    server.on("GET", PATH, fault, json_answer({"ok": 1}))
    server.on("POST", PATH, fault, json_answer({"ok": 1}))
    one = bench()
    assert await one.transport.json(asking(server)) == {"ok": 1}
    with pytest.raises(Unreachable) as caught:
        await one.transport.json(asking(server, "POST", body={}))
    assert caught.value.exit_code == 5
    assert "127.0.0.1" in str(caught.value)
    assert len(server.seen) == 3


async def test_a_refused_connection_is_tried_again_even_for_a_post(
    server: FaultServer, bench: Make
) -> None:
    one = bench()
    await server.__aexit__()
    with pytest.raises(Unreachable) as caught:
        await one.transport.json(asking(server, "POST", body={}))
    assert caught.value.stage == "connect"
    assert len(one.clock.slept) == 2
