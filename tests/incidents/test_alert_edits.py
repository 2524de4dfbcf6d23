"""An edit of an alert: what it does to its incident, how it is taken back, and conflicts."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from tests.incidents.fakes import NOW
from tui.api.records import Alert, Incident, IncidentChange
from tui.errors import UsageProblem
from tui.incidents.conflicts import done_already, theirs
from tui.incidents.edits import applied, check, completed, describe, former, parts

INCIDENT = Incident(
    "1",
    status="active",
    alerts=(
        Alert("a", status="new", classification="truePositive", determination="malware"),
        Alert("b", status="new"),
    ),
)


def test_it_changes_the_alert_alone_and_is_taken_back() -> None:
    change = IncidentChange(status="resolved", assigned_to="me", alert="a")
    after = applied(INCIDENT, [(change, NOW)])
    assert [alert.status for alert in after.alerts] == ["resolved", "new"]
    assert (after.status, after.assigned_to) == ("active", None)
    back = former(INCIDENT, change)
    assert back is not None
    assert applied(after, [(back, NOW)]) == INCIDENT
    assert describe(change) == "alert a: status closed, assigned to me"


def test_what_it_implies_is_the_alerts_own() -> None:
    change = completed(IncidentChange(classification="falsePositive", alert="a"), INCIDENT)
    assert change.determination == "unknown"
    gone = IncidentChange(status="resolved", alert="nobody")
    assert applied(INCIDENT, [(gone, NOW)]) == INCIDENT
    assert former(INCIDENT, gone) is None


def test_a_comment_is_the_alerts_own_and_a_request_of_its_own() -> None:
    change = IncidentChange(status="resolved", comment="seen", alert="a")
    check(change, frozenset({"alert", "comment"}))
    fields, comment = parts(change)
    assert (fields.comment, comment) == (UNSET, IncidentChange(comment="seen", alert="a"))
    after = applied(INCIDENT, [(comment, NOW)], "kim")
    assert [(one.text, one.author) for one in after.alerts[0].comments] == [("seen", "kim")]
    assert (after.comments, after.alerts[1].comments) == ((), ())


@pytest.mark.parametrize(
    ("change", "supports"),
    [
        (IncidentChange(tags=("x",), alert="a"), None),
        (IncidentChange(comment=" ", alert="a"), None),
        (IncidentChange(alert="a"), None),
        (IncidentChange(status="resolved", alert="a"), frozenset({"status"})),
    ],
)
def test_what_cannot_be_asked_of_an_alert_is_said(change, supports) -> None:
    with pytest.raises(UsageProblem):
        check(change, supports)


def test_somebody_elses_change_of_the_alert_is_a_conflict() -> None:
    change = IncidentChange(status="resolved", alert="a")
    base = former(INCIDENT, change)
    assert base is not None
    assert theirs(change, [base], INCIDENT) is None
    assert not done_already(change, INCIDENT)
    elsewhere = applied(INCIDENT, [(IncidentChange(status="inProgress", alert="a"), NOW)])
    assert theirs(change, [base], elsewhere) == IncidentChange(status="inProgress", alert="a")
    other = applied(INCIDENT, [(IncidentChange(status="inProgress", alert="b"), NOW)])
    assert theirs(change, [base], other) is None
    assert done_already(change, applied(INCIDENT, [(change, NOW)]))
