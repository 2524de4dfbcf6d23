"""What every room's tests may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tui.demo.options import Options
from tui.demo.server import DemoTenant

# A busy machine is no fault of the program.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def demo_tenant() -> Iterator[DemoTenant]:
    """A running demo tenant without quotas, shared by the whole session.

    `demo_tenant.base_url` is the origin of authority, classic API and Graph alike. Tests that
    change incidents, or count on quotas, start one of their own.
    """
    tenant = DemoTenant(Options(unlimited=True))
    tenant.start()
    yield tenant
    tenant.stop()
