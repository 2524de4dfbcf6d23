"""What every room's tests may use."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tui.demo.options import Options
from tui.demo.server import DemoTenant

# A busy machine is no fault of the program.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("any machine")

# What a shell starts in the background ignores Ctrl+C, and what that starts does too: programs
# that tests stop by it would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
