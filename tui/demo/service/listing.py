"""What the lists of both dialects have in common: query options and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from tui.demo.service.faults import ServiceFault, bad_request
from tui.demo.service.odata import Field, ODataFault, parse_filter, parse_order

if TYPE_CHECKING:
    from starlette.requests import Request

T = TypeVar("T")

_KNOWN = frozenset({"$filter", "$top", "$skip", "$orderby", "$count", "$expand", "$select"})
_EXPANDED = re.compile(r"\s*(?P<name>alerts|\*)\s*(?:\((?P<options>[^()]*)\))?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Rules(Generic[T]):
    """What a list allows.

    Args:
        fields: The properties that `$filter` and `$orderby` may name.
        type_name: What the service calls the type, in refusals.
        largest: The most that `$top` may ask for.
        usual: The length of a page that `$top` does not speak of.
        options: The query options it knows.
        code: The word of the refusals.
    """

    fields: Mapping[str, Field[T]]
    type_name: str
    largest: int
    usual: int
    options: frozenset[str]
    code: str = "BadRequest"


@dataclass(frozen=True)
class Expansion:
    """The alerts that come with each incident."""

    select: frozenset[str]
    """Their properties; all where it is empty."""
    top: int | None
    """How many of them at most."""

    def of(self, alerts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The alerts as they were asked for.

        Raises:
            ServiceFault: 400 for a property that is not there.
        """
        kept = self.select | {"id"}
        for name in sorted(self.select - set(alerts[0])) if alerts else ():
            raise bad_request(
                f"Could not find a property named '{name[:80]}' on type "
                "'microsoft.graph.security.alert'."
            )
        return [
            {name: value for name, value in one.items() if not self.select or name in kept}
            for one in alerts[: self.top]
        ]


@dataclass(frozen=True)
class Asked(Generic[T]):
    """A list request, understood."""

    passes: Callable[[T], bool] | None
    sort: Callable[[Sequence[T]], list[T]] | None
    top: int
    skip: int
    count: bool
    expand: Expansion | None
    select: frozenset[str]


def _whole(name: str, text: str, code: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise bad_request(f"The value '{text}' of {name} is not a non-negative integer.", code=code)
    return int(text[:10])


def _options(request: Request, code: str = "BadRequest") -> dict[str, str]:
    """The query options by name; neither their case nor the `$` before them matters (OData 4.01).

    What is no option of OData is passed over; so is `$format`, for there is JSON only.

    Raises:
        ServiceFault: 400 for an option that is there twice.
    """
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        option = f"${name.removeprefix('$').lower()}"
        if option == "$format" or not (name.startswith("$") or option in _KNOWN):
            continue
        key = option if option in _KNOWN else name
        if key in found:
            raise bad_request(
                f"Query option '{key[:80]}' was specified more than once, but it must be "
                "specified at most once.",
                code=code,
            )
        found[key] = value
    return found


def understand(request: Request, rules: Rules[T]) -> Asked[T]:
    """The query options of a list request.

    Raises:
        ServiceFault: 400 for options that are unknown, malformed or too large.
    """
    given = _options(request, rules.code)
    for name in given:
        if name not in rules.options:
            raise bad_request(f"The query option '{name}' is not supported.", code=rules.code)
    try:
        text = given.get("$filter")
        passes = parse_filter(text, rules.fields, rules.type_name) if text is not None else None
    except ODataFault as why:
        raise bad_request(f"Invalid filter clause: {why}", code=rules.code) from None
    try:
        order = given.get("$orderby")
        sort = parse_order(order, rules.fields, rules.type_name) if order else None
    except ODataFault as why:
        raise bad_request(f"Invalid orderby clause: {why}", code=rules.code) from None
    top = _whole("$top", given["$top"], rules.code) if "$top" in given else None
    if top is not None and top > rules.largest:
        raise bad_request(
            f"The limit of '{rules.largest}' for Top query has been exceeded. "
            f"The value from the incoming request is '{top}'.",
            code=rules.code,
        )
    size = rules.usual if top is None else top
    count = given.get("$count", "false").lower()
    if count not in {"true", "false"}:
        raise bad_request(f"Invalid value '{count}' for $count.", code=rules.code)
    return Asked(
        passes=passes,
        sort=sort,
        top=size,
        skip=_whole("$skip", given.get("$skip", "0"), rules.code),
        count=count == "true",
        expand=_expansion(given.get("$expand", ""), rules),
        select=_names(given.get("$select", "")),
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _expansion(text: str, rules: Rules[Any]) -> Expansion | None:
    """What `$expand` asks for: alerts, with a `$select` and a `$top` of their own.

    Raises:
        ServiceFault: 400 for anything else.
    """
    if not text.strip():
        return None
    found = _EXPANDED.fullmatch(text)
    if found is None:
        name = text.partition("(")[0].strip()[:80]
        raise bad_request(
            f"Could not find a property named '{name}' on type '{rules.type_name}'.",
            code=rules.code,
        )
    select: frozenset[str] = frozenset()
    top = None
    for option in (found["options"] or "").split(";"):
        name, _, value = option.strip().partition("=")
        if name.lower() == "$select":
            select = _names(value)
        elif name.lower() == "$top":
            top = _whole("$top", value, rules.code)
        elif name:
            raise bad_request(
                f"The query option '{name[:80]}' is not supported within $expand.", code=rules.code
            )
    return Expansion(select, top)


def page(things: Sequence[T], asked: Asked[T]) -> tuple[list[T], int, bool]:
    """The page asked for, how many pass in all, and whether more follow."""
    kept = things if asked.passes is None else [one for one in things if asked.passes(one)]
    if asked.sort is not None:
        kept = asked.sort(kept)
    end = asked.skip + asked.top
    return list(kept[asked.skip : end]), len(kept), asked.skip < end < len(kept)


def next_link(request: Request, asked: Asked[Any]) -> str:
    """The address of the page after this one, at the origin that the caller used."""
    given = {**_options(request), "$skip": str(asked.skip + asked.top)}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())
    return f"{request.url.scheme}://{request.url.netloc}{request.url.path}?{query}"


def selected(thing: dict[str, Any], asked: Asked[Any], rules: Rules[Any]) -> dict[str, Any]:
    """The properties that `$select` names, and what was expanded; all where it names none.

    Raises:
        ServiceFault: 400 for a property that is not there.
    """
    if not asked.select or "*" in asked.select:
        return thing
    expandable = {"alerts"} if "$expand" in rules.options else set()
    for name in sorted(asked.select - set(thing) - expandable):
        raise bad_request(
            f"Could not find a property named '{name[:80]}' on type '{rules.type_name}'.",
            code=rules.code,
        )
    kept = asked.select | {"id"} | ({"alerts"} if asked.expand else set())
    return {name: value for name, value in thing.items() if name in kept or name.startswith("@")}


def json_only(request: Request) -> None:
    """Refuse a body that says of itself that it is no JSON; one that says nothing is looked at.

    Raises:
        ServiceFault: 415.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise ServiceFault(
            415,
            "UnsupportedMediaType",
            f"The content type '{kind[:80]}' is not supported; send application/json.",
        )


async def json_object(request: Request, code: str) -> dict[str, Any]:
    """The request's body as a JSON object.

    Raises:
        ServiceFault: 400 where it is none, 413 where it is too large, 415 where it says that
            it is something else.
    """
    import json

    json_only(request)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > 1024 * 1024:
            raise ServiceFault(413, "RequestEntityTooLarge", "The request body is too large.")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("Unable to read JSON request payload.", code=code) from None
    if not isinstance(content, dict):
        raise bad_request("The request body must be a JSON object.", code=code)
    return content
