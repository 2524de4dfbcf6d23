"""JSON answers, encoded fast."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from starlette.responses import Response

_encode = msgspec.json.Encoder().encode


class JsonAnswer(Response):
    """A JSON body as the services send it."""

    media_type = "application/json; odata.metadata=minimal; charset=utf-8"

    def render(self, content: Any) -> bytes:
        """The encoded body."""
        try:
            return _encode(content)
        except UnicodeEncodeError:  # A lone surrogate that a caller wrote.
            return json.dumps(content).encode()
