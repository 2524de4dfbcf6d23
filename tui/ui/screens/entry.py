"""One thing of an incident on a screen of its own: words at one side, a list at the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import OptionList, Rule

from tui.api.records import Incident
from tui.ui.page import Block, Choice
from tui.ui.screens.incident_actions import IncidentActions
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

_WIDE = 110


class EntryScreen(IncidentActions):
    """A thing that an incident tells of. Beside each other where there is room.

    Args:
        incident: The incident it belongs to, as it is known.
    """

    PLACE = "incidents"
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    EntryScreen {
        #title { margin: 1 1 0 1; height: auto; }
        #sides { width: 100%; height: 1fr; margin: 1 0 0 0; }
        #words { width: 100%; height: 1fr; padding-left: 1; & > Sheet { padding-right: 2; } }
        #beside { width: 100%; height: auto; max-height: 55%; }
        #beside #beside-title { margin: 0 1; height: auto; }
        #beside PickList { height: auto; max-height: 100%; }
        #sides Rule.-horizontal { color: $border; margin: 0 1; }
        &.short #title { margin: 0 1; }
        &.wide #sides {
            layout: horizontal;
            #words { width: 1fr; height: 1fr; }
            #beside { width: 46%; height: 1fr; max-height: 100%; padding: 0 0 0 2; }
            Rule { display: none; }
            PickList { height: 1fr; }
        }
    }
    """

    def __init__(self, incident: Incident) -> None:
        super().__init__()
        self.incident = incident
        self.incident_id = incident.id

    def compose_body(self) -> Iterable[Widget]:
        """Title, words, list."""
        yield Sheet(id="title")
        with Vertical(id="sides"):
            with VerticalScroll(id="words"):
                yield Sheet(id="text")
            yield Rule()
            with Vertical(id="beside"):
                yield Sheet(id="beside-title")
                yield PickList(id="list")

    def on_resize(self, event: Resize) -> None:
        """Side by side where it is wide."""
        self.set_class(event.size.width >= _WIDE, "wide")
        self.set_class(event.size.height < 30, "short")

    def show(
        self,
        title: Sequence[Block],
        text: Sequence[Block],
        beside: Sequence[Block],
        choices: Sequence[Choice],
    ) -> None:
        """Show all of it; the cursor stays where it is as long as it can."""
        if not self.query("#list"):  # news that come before it is composed, or while it ends
            return
        self.query_one("#title", Sheet).show(title)
        self.query_one("#text", Sheet).show(text)
        self.query_one("#beside-title", Sheet).show(beside)
        listed = self.query_one("#list", PickList)
        here = listed.highlighted
        listed.offer(choices)
        if here is not None and here < len(choices):
            listed.highlighted = here
        if self.focused is None:
            (listed if choices else self.query_one("#words")).focus()

    @property
    def place(self) -> int | None:
        """Which line of the list the cursor is on."""
        return self.query_one("#list", PickList).highlighted

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens what the cursor is on."""
        event.stop()
        self.open_here(event.option_index)

    def open_here(self, place: int) -> None:
        """Open a line of the list."""
        raise NotImplementedError

    async def targets(self) -> list[Incident]:
        """The incident, for the commands that are about it."""
        return [self.incident] if self.incident is not None else []
