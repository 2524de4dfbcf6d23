"""The tenant's keys: RSA to sign tokens with, and a certificate for https."""

from __future__ import annotations

import base64
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def base64url(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SigningKey:
    """An RSA key of this process, made in the background from the first moment on."""

    def __init__(self) -> None:
        self._made: RSAPrivateKey | None = None
        self._thread = threading.Thread(target=self._make, name="demo-signing-key", daemon=True)
        self._thread.start()

    def _make(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        self._made = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def private(self) -> RSAPrivateKey:
        """The key to sign with; waits until it is made."""
        self._thread.join()
        assert self._made is not None
        return self._made

    @cached_property
    def public(self) -> RSAPublicKey:
        """The key to verify with."""
        return self.private.public_key()

    @cached_property
    def key_id(self) -> str:
        """The name of the key in a token's header and in the published set (RFC 7638)."""
        import hashlib
        import json

        jwk = self._numbers()
        members = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":"))
        return base64url(hashlib.sha256(members.encode()).digest())[:27]

    def _numbers(self) -> dict[str, str]:
        numbers = self.public.public_numbers()
        return {
            "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
        }

    def published(self, issuer: str) -> dict[str, Any]:
        """The JSON web key set of the discovery endpoints."""
        key = {"kty": "RSA", "use": "sig", "kid": self.key_id, "x5t": self.key_id}
        return {"keys": [{**key, **self._numbers(), "issuer": issuer}]}


def self_signed(host: str) -> tuple[bytes, bytes]:
    """A certificate for `host` and its key, as PEM, good for a week."""
    import ipaddress
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    try:
        address = ipaddress.ip_address(host)
        if not address.is_unspecified and str(address) != "127.0.0.1":
            names.append(x509.IPAddress(address))
    except ValueError:
        if host != "localhost":
            names.append(x509.DNSName(host))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Contoso demo tenant")])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
