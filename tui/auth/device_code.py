"""Signing in as a user, in a browser on any machine.

Source: Microsoft's page v2-oauth2-device-code.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from math import isfinite
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from tui.auth.credentials import Context, Credential, DeviceCode, TokenAnswer
from tui.auth.secret import Secret
from tui.errors import SignInProblem, Unreachable
from tui.text import visible

ENTRY = "user"
"""Which of a profile's keyring entries holds the refresh token."""

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SHORTEST, _LONGEST = 1.0, 60.0
"""Seconds between two polls, whatever the authority says."""
_LONGEST_CODE = 1800.0
_LONGEST_TYPED = 40
"""Characters of a code that a person is to type; the authority's have nine."""
_ENDED = frozenset(
    {
        *("AADSTS70008", "AADSTS700082", "AADSTS700084", "AADSTS70043", "AADSTS50173"),
        *("AADSTS50076", "AADSTS50079", "AADSTS50078", "AADSTS50133", "AADSTS70000"),
        *("AADSTS700003", "AADSTS50089", "AADSTS9002313", "invalid_grant", "interaction_required"),
    }
)
"""Refusals of a refresh token after which the user has to sign in again."""

_log = logging.getLogger("tui.auth")


class DeviceCodeCredential(Credential):
    """A user, by device code the first time and by refresh token from then on."""

    kind = "a device code"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._refresh: Secret | None = None
        self._lock = asyncio.Lock()
        base = f"{context.profile.cloud.authority}/{quote(context.profile.tenant_id, safe='')}"
        self._token_url = f"{base}/oauth2/v2.0/token"
        self._code_url = f"{base}/oauth2/v2.0/devicecode"

    @property
    def preparing(self) -> str:
        return "sign-in from the keyring"

    @property
    def prepared(self) -> str:
        return f"sign-in from {self.source}" if self._refresh else "no sign-in is kept yet"

    @property
    def way(self) -> str:
        return "v2 endpoint"

    async def prepare(self) -> None:
        from tui.auth.keychain import read
        from tui.auth.vault import in_daemon_thread

        try:
            value, backend = await in_daemon_thread(lambda: read(self.profile, ENTRY))
        except SignInProblem as problem:
            self.notices = [
                f"The sign-in of {self.profile.name} is not kept: {problem.why}. "
                "Each start asks for a device code."
            ]
            self.source = "a device code"
            return
        self._refresh = Secret(value) if value else None
        self.source = backend if value else "a device code"

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        del resource
        # One at a time: a refresh token may be replaced each time it is used, and nobody
        # wants to type two codes.
        async with self._lock:
            if self._refresh is not None:
                try:
                    return await self._renewed_or_newer(uri)
                except SignInProblem as problem:
                    if problem.code not in _ENDED:
                        raise
                    self._refresh = None
                    if self.context.show_code is None:
                        raise self._nobody(problem) from None
            answer = await self._by_code(uri)
            self.source = "a device code"
            return answer

    def _nobody(self, problem: SignInProblem | None = None) -> SignInProblem:
        login = f"Sign in with `m365d-tui login --profile {self.profile.name}`."
        if problem is None:
            return self.context.problem("no user is signed in, and there is no terminal", login)
        problem.remedy = login
        return problem

    def _scope(self, uri: str) -> str:
        return f"{uri}/.default offline_access openid profile"

    async def _ask(self, uri: str, more: dict[str, str]) -> TokenAnswer:
        from tui.auth.token_endpoint import request_grant

        form = {"client_id": self.profile.client_id, "scope": self._scope(uri), **more}
        return await request_grant(
            self.context.client(),
            self.profile,
            uri,
            self._token_url,
            lambda: dict(form),
            on_date=self.context.on_date,
            sleep=self.context.sleep,
        )

    async def _renewed_or_newer(self, uri: str) -> TokenAnswer:
        """Renew; where that has ended, with what another process has kept meanwhile."""
        from tui.auth.keychain import read
        from tui.auth.vault import in_daemon_thread

        tried = self._refresh
        try:
            return await self._renewed(uri)
        except SignInProblem as problem:
            if problem.code not in _ENDED:
                raise
            try:
                value, _ = await in_daemon_thread(lambda: read(self.profile, ENTRY))
            except SignInProblem:
                raise problem from None
            if not value or Secret(value) == tried:
                raise
            self._refresh = Secret(value)
        return await self._renewed(uri)

    async def _renewed(self, uri: str) -> TokenAnswer:
        assert self._refresh is not None
        answer = await self._ask(
            uri, {"grant_type": "refresh_token", "refresh_token": self._refresh.reveal()}
        )
        await self._keep(answer)
        return answer

    async def _keep(self, answer: TokenAnswer) -> None:
        if answer.refresh is None or answer.refresh == self._refresh:
            return
        from tui.auth.keychain import write
        from tui.auth.vault import in_daemon_thread

        self._refresh = answer.refresh
        value = answer.refresh.reveal()
        try:
            await in_daemon_thread(lambda: write(self.profile, value, ENTRY))
        except SignInProblem as problem:
            _log.warning("the refresh token was not kept: %s", problem.why)

    async def _by_code(self, uri: str) -> TokenAnswer:
        show = self.context.show_code
        if show is None:
            raise self._nobody()
        shown, device_code, interval = await self._new_code(uri)
        show(shown)
        state = "failed"
        try:
            answer = await self._poll(uri, shown, device_code, interval)
            state = "done"
        except asyncio.CancelledError:
            state = "cancelled"
            raise
        except _Over as over:
            state = over.state
            raise self.context.problem(over.why, over.remedy) from None
        finally:
            show(replace(shown, state=state))
        await self._keep(answer)
        return answer

    async def _new_code(self, uri: str) -> tuple[DeviceCode, Secret, float]:
        from tui.auth.token_endpoint import request_json

        answer = await request_json(
            self.context.client(),
            self.profile,
            uri,
            self._code_url,
            {"client_id": self.profile.client_id, "scope": self._scope(uri)},
            on_date=self.context.on_date,
            sleep=self.context.sleep,
        )
        typed, code = answer.get("user_code"), answer.get("device_code")
        address = answer.get("verification_uri") or answer.get("verification_url")
        if not all(isinstance(one, str) and one for one in (typed, code, address)):
            raise self.context.problem(
                f"the answer of {self.profile.cloud.authority_host} is no device code",
                "A proxy, a captive network or a wrong authority answers like this.",
            )
        if len(str(typed)) > _LONGEST_TYPED:
            raise self.context.problem(
                f"{visible(str(typed))[:40]}… is no code that a person could type",
                "Check the authority of the profile's cloud.",
            )
        if not _is_web(str(address)):
            raise self.context.problem(
                f"{visible(str(address))[:100]} is no address to sign in at",
                "Check the authority of the profile's cloud.",
            )
        life = _seconds(answer.get("expires_in"), 900.0, 10.0, _LONGEST_CODE)
        ends = self.context.now() + timedelta(seconds=life)
        interval = _seconds(answer.get("interval"), 5.0, _SHORTEST, _LONGEST)
        return DeviceCode(str(typed), str(address), ends), Secret(str(code)), interval

    async def _poll(
        self, uri: str, shown: DeviceCode, device_code: Secret, interval: float
    ) -> TokenAnswer:
        from tui.auth.token_endpoint import AuthorityRefusal

        again = "Try again, and type the code before it ends."
        waited, life = 0.0, (shown.expires - self.context.now()).total_seconds()
        while True:
            await self.context.sleep(interval)
            # Both: clocks are corrected meanwhile, and machines sleep.
            waited += interval
            if waited >= life or self.context.now() >= shown.expires:
                raise _Over("expired", "the code was not typed before it ended", again)
            try:
                return await self._ask(
                    uri, {"grant_type": _GRANT, "device_code": device_code.reveal()}
                )
            except AuthorityRefusal as problem:
                if problem.word == "authorization_pending":
                    continue
                if problem.word == "slow_down":
                    interval = min(interval + 5.0, _LONGEST)
                    continue
                if problem.word in ("authorization_declined", "access_denied"):
                    raise _Over("declined", "the sign-in was declined", "Try again.") from None
                if problem.word in ("expired_token", "code_expired"):
                    raise _Over("expired", "the code has ended", again) from None
                if problem.word == "bad_verification_code":
                    raise _Over("failed", "the authority does not know its code", again) from None
                raise
            except Unreachable as problem:
                # A poll that got no answer is no reason to make a person type again.
                if problem.stage in ("tls", "name"):
                    raise
                interval = min(interval * 2, _LONGEST)


class _Over(Exception):
    """The code has served without a sign-in."""

    def __init__(self, state: str, why: str, remedy: str) -> None:
        self.state = state
        self.why = why
        self.remedy = remedy
        super().__init__(state)


def _seconds(value: object, otherwise: float, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return otherwise
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return otherwise
    return min(max(seconds, least), most) if isfinite(seconds) else otherwise


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and len(address) <= 500
