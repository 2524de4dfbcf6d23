"""Signing in with a certificate: a signed statement instead of a secret.

Source: Microsoft's page certificate-credentials. `x5t#S256` and PS256 are the form it asks
for; `x5t` and RS256 the one that older authorities take.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tui.auth.credentials import AssertionProof, Context, Credential, TokenAnswer
from tui.auth.files import read_secret_file
from tui.auth.passphrase import PassPhrase, find_pass_phrase, from_environment
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import SignInProblem
from tui.text import visible

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

Form = Literal["PS256", "RS256"]

_LIFE = timedelta(minutes=10)
_WARN_DAYS = 30
_NOT_THIS_FORM = frozenset(
    {"AADSTS700027", "AADSTS50027", "AADSTS50012", "AADSTS5002727", "invalid_client"}
)
"""Refusals that the older form of the assertion may escape."""


class WrongPassPhrase(Exception):
    """The key is encrypted, and the pass phrase (or that there is none) is wrong."""


class BadCertificate(Exception):
    """The file does not hold what is needed; the argument says what is amiss."""


@dataclass(frozen=True)
class KeyPair:
    """A certificate with its private key."""

    key: RSAPrivateKey
    sha256: bytes
    """Thumbprints of the DER form."""
    sha1: bytes
    not_before: datetime
    not_after: datetime

    def __repr__(self) -> str:
        return f"KeyPair(until {self.not_after:%Y-%m-%d})"

    def assertion(self, client_id: str, audience: str, now: datetime, form: Form) -> str:
        """A statement that proves the application to one token endpoint for ten minutes."""
        import jwt

        print_of = {"PS256": ("x5t#S256", self.sha256), "RS256": ("x5t", self.sha1)}
        name, thumbprint = print_of[form]
        began = int(now.timestamp())
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "iat": began,
            "nbf": began,
            "exp": began + int(_LIFE.total_seconds()),
        }
        return jwt.encode(
            claims, self.key, algorithm=form, headers={"typ": "JWT", name: _base64url(thumbprint)}
        )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def load_key_pair(data: bytes, pass_phrase: bytes | None) -> KeyPair:
    """Certificate and RSA key of a PEM or PFX file.

    Raises:
        WrongPassPhrase: The key is encrypted and this does not open it.
        BadCertificate: Something else is amiss.
    """
    import jwt  # noqa: F401  for `assertion`: this runs in a thread, that does not
    from cryptography.hazmat.primitives.asymmetric import rsa

    if b"-----BEGIN" in data:
        key, certificates = _from_pem(data, pass_phrase)
    else:
        key, certificates = _from_pfx(data, pass_phrase)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadCertificate("holds a key that is not RSA, which the authority does not take")
    own = key.public_key().public_numbers()
    for one in certificates:
        public = one.public_key()
        if isinstance(public, rsa.RSAPublicKey) and public.public_numbers() == own:
            return _pair(key, one)
    raise BadCertificate(
        "holds a key and a certificate that do not belong together"
        if certificates
        else "holds a key and no certificate"
    )


def _pair(key: RSAPrivateKey, certificate: Certificate) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import Encoding

    der = certificate.public_bytes(Encoding.DER)
    return KeyPair(
        key,
        hashlib.sha256(der).digest(),
        hashlib.sha1(der, usedforsecurity=False).digest(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def _certificates(data: bytes) -> list[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        return []


def _from_pem(data: bytes, pass_phrase: bytes | None) -> tuple[object, list[Certificate]]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PRIVATE KEY-----" not in data:
        raise BadCertificate("holds no private key")
    encrypted = b"ENCRYPTED" in data
    begin = data.index(b"-----BEGIN", max(0, data.index(b"PRIVATE KEY-----") - 40))
    try:
        key = load_pem_private_key(data[begin:], pass_phrase if encrypted else None)
    except TypeError:
        raise WrongPassPhrase from None
    except (ValueError, UnsupportedAlgorithm):
        if encrypted:
            raise WrongPassPhrase from None
        raise BadCertificate("holds a private key that cannot be read") from None
    return key, _certificates(data)


def _from_pfx(data: bytes, pass_phrase: bytes | None) -> tuple[object, list[Certificate]]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    if data[:1] != b"0":
        raise BadCertificate("is neither PEM nor PFX")
    try:
        key, certificate, others = load_key_and_certificates(data, pass_phrase)
    except (ValueError, TypeError):
        raise WrongPassPhrase from None
    except UnsupportedAlgorithm:
        raise BadCertificate("is protected in a way that cannot be read here") from None
    if key is None:
        raise BadCertificate("holds no private key")
    return key, ([certificate] if certificate else []) + list(others)


def days_left(profile: Profile, now: datetime | None = None) -> int | None:
    """Whole days until a profile's certificate ends, negative once it has; blocks on files.

    None where the file cannot tell: it is missing, or its pass phrase is not in the environment.
    """
    if profile.certificate_path is None:
        return None
    try:
        data = read_secret_file(profile.certificate_path, "", "", private=False)
        phrase = from_environment(profile)
        ends = _ends(data, phrase.secret.reveal().encode() if phrase else None)
    except (SignInProblem, WrongPassPhrase, BadCertificate):
        return None
    return None if ends is None else (ends - (now or datetime.now(UTC))) // timedelta(days=1)


def _ends(data: bytes, pass_phrase: bytes | None) -> datetime | None:
    if b"-----BEGIN" in data:
        # The leaf ends first in any sensible chain, and no key has to be opened to see it.
        return min((one.not_valid_after_utc for one in _certificates(data)), default=None)
    return load_key_pair(data, pass_phrase).not_after


class CertificateCredential(Credential):
    """A certificate file, its key opened with a pass phrase where it has one."""

    kind = "a certificate"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._pair: KeyPair | None = None
        self._form: Form = "PS256"
        self._phrase: PassPhrase | None = None

    @property
    def preparing(self) -> str:
        return "certificate"

    @property
    def prepared(self) -> str:
        return f"certificate from {self.source}"

    async def prepare(self) -> None:
        path = self.profile.certificate_path
        if path is None:
            raise self.context.problem(
                "it names no certificate", f"Add certificate_path to profile {self.profile.name}."
            )
        what = f"Signing in to {self.profile.name} failed"
        data = await asyncio.to_thread(read_secret_file, path, what, "the certificate")
        self._pair = await self._open(data)
        self.source = visible(path.name)
        if self._phrase:
            self.source += f", pass phrase from {self._phrase.source}"
        days = (self._pair.not_after - self.context.now()) // timedelta(days=1)
        if 0 <= days <= _WARN_DAYS:
            self.notices = [
                f"The certificate of {self.profile.name} ends on {self._pair.not_after:%Y-%m-%d}"
                f"{f', in {days} days' if days > 1 else ''}: make a new one and upload it to "
                "App registrations › Certificates & secrets."
            ]

    async def _open(self, data: bytes) -> KeyPair:
        try:
            return await self._load(data, None)
        except WrongPassPhrase:
            pass
        self._phrase = phrase = await find_pass_phrase(self.context)
        try:
            return await self._load(data, phrase.secret.reveal().encode())
        except WrongPassPhrase:
            raise self.context.problem(
                f"the pass phrase from {phrase.source} does not open the certificate's key",
                f"Store the right one with `m365d-tui login --profile {self.profile.argument}`, or "
                "set M365D_CERTIFICATE_PASSWORD.",
            ) from None

    async def _load(self, data: bytes, pass_phrase: bytes | None) -> KeyPair:
        try:
            return await asyncio.to_thread(load_key_pair, data, pass_phrase)
        except BadCertificate as fault:
            raise self.context.problem(
                f"the certificate {visible(str(self.profile.certificate_path))} {fault}",
                "certificate_path must name a PEM or PFX file with certificate and RSA key.",
            ) from None

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        del resource
        known = self.context.skew()
        try:
            try:
                return await self._ask(uri, self._form)
            except SignInProblem as problem:
                if problem.code != "AADSTS700024" or self.context.skew() == known:
                    raise
                # The refusal has told the true time: a proof of that moment will do.
                return await self._ask(uri, self._form)
        except SignInProblem as problem:
            if self._form == "RS256" or problem.code not in _NOT_THIS_FORM:
                raise self._explained(problem) from None
            first = problem
        try:
            answer = await self._ask(uri, "RS256")
        except SignInProblem:
            raise self._explained(first) from None
        self._form = "RS256"
        return answer

    async def _ask(self, uri: str, form: Form) -> TokenAnswer:
        from tui.auth.token_endpoint import ask_endpoint

        pair, client_id = self._pair, self.profile.client_id
        assert pair is not None

        def make(audience: str) -> Secret:
            return Secret(pair.assertion(client_id, audience, self.context.now(), form))

        return await ask_endpoint(self.context, uri, AssertionProof(make))

    def _explained(self, problem: SignInProblem) -> SignInProblem:
        """The refusal, with the certificate's own time where that is what is wrong."""
        pair = self._pair
        if pair is None or problem.code != "AADSTS700027":
            return problem
        now = self.context.now()
        if pair.not_before <= now <= pair.not_after:
            thumbprint = pair.sha1.hex().upper()
            problem.remedy = f"{problem.remedy.rstrip('.')}. Its thumbprint is {thumbprint}."
            return problem
        word = "ended" if now > pair.not_after else "begins"
        moment = pair.not_after if now > pair.not_after else pair.not_before
        return self.context.problem(
            f"the certificate {word} on {moment:%Y-%m-%d %H:%M} UTC",
            "Make a new one, and upload it to App registrations › Certificates & secrets.",
            code=problem.code,
        )

    def refused(self, problem: SignInProblem) -> bool:
        # The file may be replaced meanwhile: read it again.
        return problem.code == "AADSTS700027"
