"""What the lists of both dialects have in common: query options and pages."""

from __future__ import annotations

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
class Asked(Generic[T]):
    """A list request, understood."""

    passes: Callable[[T], bool] | None
    sort: Callable[[Sequence[T]], list[T]] | None
    top: int
    skip: int
    count: bool
    expand: frozenset[str]
    select: frozenset[str]


def _whole(name: str, text: str, code: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise bad_request(f"The value '{text}' of {name} is not a non-negative integer.", code=code)
    return int(text[:10])


def _options(request: Request) -> dict[str, str]:
    """The query options by name; neither their case nor the `$` before them matters (OData 4.01).

    What is no option of OData is passed over.
    """
    found = {}
    for name, value in request.query_params.items():
        option = f"${name.removeprefix('$').lower()}"
        if name.startswith("$") or option in _KNOWN:
            found[option if option in _KNOWN else name] = value
    return found


def understand(request: Request, rules: Rules[T]) -> Asked[T]:
    """The query options of a list request.

    Raises:
        ServiceFault: 400 for options that are unknown, malformed or too large.
    """
    given = _options(request)
    for name in given:
        if name not in rules.options:
            raise bad_request(f"The query option '{name}' is not supported.", code=rules.code)
    try:
        text = given.get("$filter")
        passes = parse_filter(text, rules.fields, rules.type_name) if text is not None else None
        order = given.get("$orderby")
        sort = parse_order(order, rules.fields, rules.type_name) if order else None
    except ODataFault as why:
        raise bad_request(f"Invalid filter clause: {why}", code=rules.code) from None
    top = _whole("$top", given["$top"], rules.code) if "$top" in given else None
    if top is not None and not 1 <= top <= rules.largest:
        raise bad_request(
            f"The limit of '{rules.largest}' for Top query has been exceeded. "
            f"The value from the incoming request is '{top}'.",
            code=rules.code,
        )
    size = rules.usual if top is None else top
    expand = frozenset(part.strip() for part in given.get("$expand", "").split(",") if part.strip())
    if expand - {"alerts"}:
        unknown = ", ".join(sorted(expand - {"alerts"}))
        raise bad_request(
            f"Could not find a property named '{unknown}' on type '{rules.type_name}'.",
            code=rules.code,
        )
    count = given.get("$count", "false").lower()
    if count not in {"true", "false"}:
        raise bad_request(f"Invalid value '{count}' for $count.", code=rules.code)
    return Asked(
        passes=passes,
        sort=sort,
        top=size,
        skip=_whole("$skip", given.get("$skip", "0"), rules.code),
        count=count == "true",
        expand=expand,
        select=frozenset(
            part.strip() for part in given.get("$select", "").split(",") if part.strip()
        ),
    )


def page(things: Sequence[T], asked: Asked[T]) -> tuple[list[T], int, bool]:
    """The page asked for, how many pass in all, and whether more follow."""
    kept = things if asked.passes is None else [one for one in things if asked.passes(one)]
    if asked.sort is not None:
        kept = asked.sort(kept)
    end = asked.skip + asked.top
    return list(kept[asked.skip : end]), len(kept), end < len(kept)


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
    for name in sorted(asked.select - set(thing)):
        raise bad_request(
            f"Could not find a property named '{name[:80]}' on type '{rules.type_name}'.",
            code=rules.code,
        )
    kept = asked.select | asked.expand | {"id"}
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
