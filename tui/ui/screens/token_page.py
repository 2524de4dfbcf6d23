"""The page about a token that the panel and the decoding of others share."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.auth import claims as claims_of
from tui.errors import Problem
from tui.text import visible
from tui.ui.page import field, gap, styled, text
from tui.ui.permissions import needed_name
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.dialogs import Page
from tui.ui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from tui.auth.claims import Claims
    from tui.auth.profiles import Profile
    from tui.auth.signature import SignatureCheck
    from tui.ui.token_rows import TokenRows


class TokenPage(FramedScreen):
    """Rows with a cursor: what each means, copied by a key, verified on request."""

    BINDINGS = [
        Binding("g", "edge('first')", "first", show=False),
        Binding("G", "edge('last')", "last", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, str] = {}
        self._check: SignatureCheck | None = None
        self._checking = False

    @property
    @abstractmethod
    def claims(self) -> Claims | None:
        """What is shown; None where nothing can be read."""

    @property
    @abstractmethod
    def service(self) -> str:
        """`graph`, `classic` or `endpoint`; empty for another service."""

    @abstractmethod
    def list_facts(self) -> None:
        """Lay the page out anew."""

    @abstractmethod
    def verifiable(self) -> tuple[str, Profile] | None:
        """The token's text, and whose keys would verify it."""

    def show_rows(self, made: TokenRows, *, anew: bool = False) -> None:
        """Show these rows; the cursor stays on its row unless they are of another token."""
        self._values = made.values
        picks = self.query_one(PickList)
        former, top = None if anew else self.row_here(), picks.scroll_offset.y
        picks.clear_options()
        picks.add_options(
            Option(styled(spans or ((" ", ""),)), id=name or None, disabled=not name)
            for name, spans in made.rows
        )
        ids = [name for name, _ in made.rows]
        wanted = former if former in ids else next((name for name in ids if name), None)
        picks.highlighted = ids.index(wanted) if wanted is not None else None
        self.call_after_refresh(self._scroll, top if former in ids else 0)

    def _scroll(self, top: int) -> None:
        """Begin with this line, or where the cursor is seen: a key may have moved it meanwhile."""
        picks = self.query_one(PickList)
        picks.scroll_to(y=top, animate=False, immediate=True)
        picks.scroll_to_highlight()
        self._show_headings(picks)

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self, event: OptionList.OptionHighlighted) -> None:
        if isinstance(event.option_list, PickList):
            self._show_headings(event.option_list)

    def _show_headings(self, picks: PickList) -> None:
        """The headings above the first row take no cursor, and are to be seen with it too."""
        if picks.highlighted is not None and all(
            option.disabled for option in picks.options[: picks.highlighted]
        ):
            picks.scroll_to(y=0, animate=False, immediate=True)

    def action_edge(self, where: str) -> None:
        """To the first row, or the last."""
        picks = self.query_one(PickList)
        if where == "first":
            picks.action_first()
        else:
            picks.action_last()

    def row_here(self) -> str | None:
        """The id of the row under the cursor."""
        picks = self.query_one(PickList)
        if picks.highlighted is None:
            return None
        return picks.get_option_at_index(picks.highlighted).id

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_explain_this_command()

    def action_explain_this_command(self) -> None:
        """How to grant the permission here, or what the claim says."""
        row, claims = self.row_here(), self.claims
        if row is not None and row.startswith(("notice ", "event ")) and row in self._values:
            self.app.push_screen(Page([text(self._values[row])]))
        elif row is not None and claims is not None and row.startswith("feature "):
            self._explain_feature(claims, int(row.removeprefix("feature ")))
        elif row is not None and row.startswith("spare "):
            self.app.push_screen(
                Page(
                    [
                        text(self._values[row], "bold"),
                        gap(),
                        text(
                            "More than this program needs: whoever gets hold of the credential "
                            "gets this too. Remove it from the app's registration unless another "
                            "program signs in as the same app."
                        ),
                    ]
                )
            )
        elif row is not None and claims is not None and row in claims.raw:
            meaning = claims_of.claim_meaning(row, claims.raw[row]) or "Nobody documents it."
            self.app.push_screen(
                Page(
                    [
                        text(visible(row), "bold"),
                        gap(),
                        text(self._values.get(row, "")),
                        gap(),
                        text(visible(meaning), "faint"),
                    ]
                )
            )

    def _explain_feature(self, claims: Claims, at: int) -> None:
        feature = claims_of.features(self.service)[at]
        held = claims_of.granted_by(claims, feature)
        said = f"Granted by {held}." if held else claims_of.how_to_grant(feature, claims)
        names = ", ".join(feature.scopes if claims.is_user else feature.any_of)
        self.app.push_screen(
            Page(
                [
                    text(feature.name, "bold"),
                    gap(),
                    field("Needs one of", (names, "")),
                    field("Ask for", (needed_name(feature, claims), "accent")),
                    gap(),
                    text(visible(said)),
                ]
            )
        )

    def action_copy_claim_command(self) -> None:
        """Copy the value here."""
        value = self._values.get(self.row_here() or "")
        if value:
            self.app.copy_to_clipboard(value)
            self.notify("Copied.", timeout=2, markup=False)

    def action_copy_claims_command(self) -> None:
        """Copy the claims as JSON."""
        if self.claims is not None:
            self.app.copy_to_clipboard(json.dumps(dict(self.claims.raw), indent=2))
            self.notify("All claims copied as JSON; not the token.", timeout=3, markup=False)

    def action_verify_command(self) -> None:
        """Fetch the tenant's published keys and check the signature."""
        wanted = self.verifiable()
        if wanted is None:
            self.notify("There is no token, or no tenant whose keys to ask for.", markup=False)
        elif not self._checking:
            self.run_worker(self._verify(*wanted), group="verify", exclusive=True)

    async def _verify(self, token: str, profile: Profile) -> None:
        from tui.auth.signature import verify_signature

        self._checking = True
        self.list_facts()
        try:
            self._check = await verify_signature(token, profile)
        except Problem as problem:
            self.m365d.report(problem)
        finally:
            self._checking = False
        self.list_facts()
        if self._check is not None:
            self.query_one(PickList).highlighted = self.query_one(PickList).get_option_index(
                "signature"
            )
            self.notify(
                f"Signature: {self._check.verdict}. {visible(self._check.words)}", markup=False
            )
