"""Create the app: the registration in Microsoft Entra as a checklist, commands, a manifest."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import VerticalScroll
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option
from textual_enhanced.commands import Command

from tui.ui import app_recipe
from tui.ui.commands import common
from tui.ui.commands import create_app as commands
from tui.ui.page import Block, Span, gap, line, styled, text
from tui.ui.permissions import WISHES
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

_FORMS = ("steps", "az", "manifest")
_FORM_NAMES = {"steps": "steps", "az": "az commands", "manifest": "manifest"}


class CreateAppScreen(FramedScreen):
    """What to do in Microsoft Entra, for what the app shall be able to do."""

    HELP = """
    Choose what the app shall be able to do: the steps, the commands and the manifest follow.
    Enter or space checks a step off, y copies what it needs, Y the whole form. What is checked
    stays checked while the program runs.
    """
    COMMAND_MESSAGES = (
        commands.CheckStep,
        commands.NextForm,
        commands.ToggleRead,
        commands.ToggleWrite,
        commands.ToggleHunt,
        commands.ToggleAct,
        commands.OtherApi,
        commands.ForPartners,
        commands.CopyStep,
        commands.CopyForm,
        commands.MakeProfile,
    )
    FOOTER = (
        commands.CheckStep,
        commands.NextForm,
        commands.CopyStep,
        commands.CopyForm,
        commands.OtherApi,
        commands.ForPartners,
        commands.MakeProfile,
        common.Back,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    CreateAppScreen {
        #top { margin: 1 3 0 3; }
        #steps { height: 1fr; margin: 1 1 0 1; text-wrap: wrap; }
        #text { height: 1fr; margin: 1 3 0 3; display: none; }
        &.-text #steps { display: none; }
        &.-text #text { display: block; }
        &.-low #top { margin: 0 3; }
        &.-low #steps { margin: 0 1; }
        &.-low #text { margin: 0 3; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._wishes = ["read", "write", "hunt"]
        self._api = "graph"
        self._partner = False
        self._form = "steps"

    def compose_body(self) -> Iterable[Widget]:
        """What it shall do, then how."""
        yield Sheet(id="top")
        yield PickList(id="steps")
        with VerticalScroll(id="text", can_focus=True):
            yield Sheet()

    def on_mount(self) -> None:
        """The checklist first."""
        self._show()
        self.query_one(PickList).focus()

    def on_resize(self) -> None:
        """Other widths wrap otherwise."""
        self.set_class(self.size.height < 30, "-low")
        self._show()

    @on(DescendantFocus)
    def _focused(self) -> None:
        self.refresh_bindings()

    @property
    def _done(self) -> set[str]:
        return self.m365d.steps_done

    def _steps(self) -> list[app_recipe.RecipeStep]:
        return app_recipe.steps(self._wishes, self._api, "m365d-tui", partner=self._partner)

    def _written(self) -> str:
        if self._form == "az":
            return app_recipe.az_commands(
                self._wishes, self._api, "m365d-tui", partner=self._partner
            )
        return app_recipe.manifest(self._wishes, self._api)

    def _show(self) -> None:
        top: list[Block] = [line(*self._wish_spans()), line(*self._form_spans())]
        self.query_one("#top", Sheet).show(top)
        self.set_class(self._form != "steps", "-text")
        if self._form == "steps":
            self._list()
            return
        blocks: list[Block] = []
        if self._form == "manifest":
            blocks += [
                text(
                    "The manifest takes the permissions' IDs where their names stand here in <>. "
                    "This lists them:",
                    "faint",
                ),
                *(
                    text(one, "accent")
                    for one in app_recipe.id_lookup(self._wishes, self._api).split("\n")
                ),
                gap(),
            ]
        blocks += [text(one) if one else gap() for one in _shown(self._written())]
        self.query_one("#text > Sheet", Sheet).show(blocks)

    def _wish_spans(self) -> list[Span]:
        spans: list[Span] = [("The app shall  ", "faint")]
        for wish in WISHES:
            mark, tone = ("✓", "good") if wish in self._wishes else ("·", "faint")
            spans += [(wish[0], "accent"), (f" {mark} ", tone),
                      (f"{wish}   ", "bold" if wish in self._wishes else "faint")]  # fmt: skip
        api = "Microsoft Graph" if self._api == "graph" else "classic API, ends 2027-02-01"
        spans += [("c", "accent"), (f" {api}", "faint" if self._api == "graph" else "warn")]
        spans += [
            ("   p", "accent"),
            (" for partners" if self._partner else " this tenant", "faint"),
        ]
        return spans

    def _form_spans(self) -> list[Span]:
        spans: list[Span] = [("as             ", "faint")]
        for form in _FORMS:
            spans.append((_FORM_NAMES[form], "bold" if form == self._form else "faint"))
            spans.append(("   ", ""))
        return [*spans, ("]", "accent"), (" changes it", "faint")]

    def _list(self) -> None:
        picks = self.query_one("#steps", PickList)
        here = picks.highlighted
        roomy = self.size.height >= 30
        options = []
        for at, step in enumerate(self._steps(), 1):
            done = step.title in self._done
            mark: Span = ("✓  ", "good") if done else (f"{at}  ", "accent")
            spans: list[Span] = [mark, (step.title, "faint" if done else "bold")]
            if step.detail and (roomy or step.values):
                spans.append((f"\n   {step.detail}", "faint"))
            if step.values and len(step.values) > 1:
                for value in step.values:
                    spans.append((f"\n   · {value}", "accent") if roomy else ("", ""))
            options.append(Option(styled([*spans, ("\n" if roomy else "", "")]), id=str(at)))
        picks.clear_options()
        picks.add_options(options)
        picks.highlighted = here if here is not None and here < len(options) else 0

    def _step(self) -> app_recipe.RecipeStep | None:
        at = self.query_one("#steps", PickList).highlighted
        return self._steps()[at] if at is not None else None

    # Commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Single steps are where steps are; the other forms are one text each."""
        if action in ("check_step_command", "copy_form_command"):
            return self._form == "steps"
        return super().check_action(action, parameters)

    @on(OptionList.OptionSelected)
    def action_check_step_command(self) -> None:
        """Check the step off, or on again, and go to the next."""
        step = self._step()
        if step is None or self._form != "steps":
            return
        self._done.symmetric_difference_update({step.title})
        picks = self.query_one("#steps", PickList)
        if step.title in self._done:
            picks.action_cursor_down()
        self._list()

    def action_next_form_command(self) -> None:
        """Steps, commands, manifest."""
        self._form = _FORMS[(_FORMS.index(self._form) + 1) % len(_FORMS)]
        self._show()
        self.query_one("#steps" if self._form == "steps" else "#text").focus()
        self.refresh_bindings()

    def _toggle(self, wish: str) -> None:
        if wish in self._wishes:
            self._wishes.remove(wish)
        else:
            self._wishes.append(wish)
        self._show()

    def action_toggle_read_command(self) -> None:
        """Read incidents and alerts."""
        self._toggle("read")

    def action_toggle_write_command(self) -> None:
        """Change incidents and alerts."""
        self._toggle("write")

    def action_toggle_hunt_command(self) -> None:
        """Run queries."""
        self._toggle("hunt")

    def action_toggle_act_command(self) -> None:
        """Act on devices."""
        self._toggle("act")

    def action_other_api_command(self) -> None:
        """Graph, or the classic API."""
        self._api = "classic" if self._api == "graph" else "graph"
        self._show()

    def action_for_partners_command(self) -> None:
        """For this tenant only, or for customers' tenants too."""
        self._partner = not self._partner
        self._show()

    def action_copy_step_command(self) -> None:
        """Copy what the step needs; the whole text of the other forms."""
        step = self._step()
        if self._form != "steps":
            self.action_copy_form_command()
        elif step is not None:
            self._copy("\n".join(step.values) or step.title)

    def action_copy_form_command(self) -> None:
        """Copy the whole form."""
        if self._form != "steps":
            self._copy(self._written())
            return
        lines = []
        for at, step in enumerate(self._steps(), 1):
            lines.append(f"{at}. {step.title}")
            lines += [f"   {step.detail}"] if step.detail else []
        self._copy("\n".join(lines) + "\n")

    def _copy(self, words: str) -> None:
        self.app.copy_to_clipboard(words)
        first = words.strip().split("\n", 1)[0]
        self.notify(f"Copied: {first[:60]}", timeout=2, markup=False)

    def action_make_profile_command(self) -> None:
        """Back, and fill in the profile's form."""
        from tui.ui.screens.profile_actions import ProfileActions

        self.app.pop_screen()
        if isinstance(self.app.screen, ProfileActions):
            self.app.screen.action_new_profile_command()


def _shown(words: str) -> list[str]:
    """Lines with their indentation kept, which wrapping would eat."""
    return [one.replace("  ", "\u00a0\u00a0") for one in words.rstrip().split("\n")]
