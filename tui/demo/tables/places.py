"""Where the addresses of Contoso's month are: what `geo_info_from_ip_address` knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.demo.story.evidence import place
from tui.demo.tables.context import kind_of

if TYPE_CHECKING:
    from tui.demo.story.queue import Queue

_SERVICES = {
    "US": """13.107.21.239 13.107.42.14 13.107.136.10 20.190.159.2 20.190.160.22 52.113.194.132
    93.184.221.240 140.82.121.4 142.250.74.36 142.250.185.99 151.101.1.229 162.125.66.19
    170.114.52.2 185.199.108.133 204.79.197.200 209.216.230.207""",
    "NL": "52.97.201.34 52.18.200.1 185.15.59.224",
    "GB": "51.104.136.2 203.0.113.24",
}
"""Contoso's own way out, and the services that everybody's browser calls."""


def places(queue: Queue) -> Iterator[tuple[str, dict[str, object]]]:
    """Each address once, with what the function answers of it: country, state, city, where."""
    countries = {
        address: country for country, some in _SERVICES.items() for address in some.split()
    }
    for record in queue:
        for told in queue.told(record):
            for one in told["evidence"]:
                if kind_of(one) == "ip" and one["countryLetterCode"]:
                    countries.setdefault(one["ipAddress"], one["countryLetterCode"])
    for address, country in countries.items():
        found = place(country)
        if found is not None and ":" not in address:
            yield (
                address,
                {
                    "country": found["countryName"],
                    "state": "",
                    "city": found["city"],
                    "latitude": found["latitude"],
                    "longitude": found["longitude"],
                },
            )
