"""The station's own certificate authority: for stations whose machine has no name that the world knows.

It may only speak for the names and addresses it was made for and for private networks (name constraints), so that a
phone that trusts it trusts it for nothing else. The certificates of doors live 397 days and are renewed by themselves.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.platform.engines.secrets import keep
from unjai.platform.tls import authority_file, own_pair

_AUTHORITY_AGE = timedelta(days=3650)
_DOOR_AGE = timedelta(days=397)
"""Phones take no certificate of a door that lives longer than 398 days (825 from an authority of one's own)."""
RENEW_BEFORE = timedelta(days=30)
_SKEW = timedelta(hours=1)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1/128", "fc00::/7")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A certificate as people are told of it: `fingerprint` is SHA-256, in pairs."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    fingerprint: str


def init(data: Path, clock: Clock, *, names: Sequence[str] = (), ips: Sequence[str] = (), station: str = "") -> Shown:
    """Make the authority and the first certificate of the doors; return the authority's.

    Raises `authority_exists` if there is one (phones that trust it would be shut out), `address_unreadable`.
    """
    if authority_file(data).exists():
        raise UnjaiError("authority_exists", 409, folder=str(data / "tls"))
    try:
        addresses = {ipaddress.ip_address(one) for one in ips} | _own_addresses()
    except ValueError as error:
        raise UnjaiError("address_unreadable", 422, address=" ".join(ips)) from error
    host = socket.gethostname().lower()
    wanted = [*dict.fromkeys([*(one.lower().rstrip(".") for one in names), host, f"{host}.local", "localhost"])]
    key = ec.generate_private_key(ec.SECP256R1())
    mark = hashlib.sha256(_public(key)).hexdigest()[:8]
    title = f"Unjai {station} {mark}".replace("  ", " ")[:64]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    now = clock.now()
    authority = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _AUTHORITY_AGE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(_permitted(wanted, addresses), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    keep(data / "secrets" / "tls-ca.key", _pem_of(key))
    keep(data / "secrets" / "tls-server.key", _pem_of(ec.generate_private_key(ec.SECP256R1())))
    (data / "tls").mkdir(mode=0o755, exist_ok=True)
    _write(
        data / "tls" / "names.json",
        json.dumps({"names": wanted, "ips": [str(one) for one in sorted(addresses, key=str)]}),
    )
    issue(data, clock, authority)
    _write(authority_file(data), authority.public_bytes(serialization.Encoding.PEM).decode())
    return shown(authority)


def issue(data: Path, clock: Clock, authority: x509.Certificate | None = None) -> None:
    """Sign the doors' key anew: the key stays, so that certificate and key fit at every moment."""
    signer = authority or _load(authority_file(data))
    ca_key = _key(data / "secrets" / "tls-ca.key")
    door_key = _key(own_pair(data).key)
    said = json.loads((data / "tls" / "names.json").read_text("utf-8"))
    now = clock.now()
    alternatives: list[x509.GeneralName] = [x509.DNSName(one) for one in said["names"]]
    alternatives += [x509.IPAddress(ipaddress.ip_address(one)) for one in said["ips"]]
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(said["names"][0])[:64])]))
        .issuer_name(signer.subject)
        .public_key(door_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(min(now + _DOOR_AGE, signer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(door_key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    chain = made.public_bytes(serialization.Encoding.PEM) + signer.public_bytes(serialization.Encoding.PEM)
    _write(own_pair(data).cert, chain.decode())


def renew(data: Path, clock: Clock, *, force: bool = False) -> bool:
    """Issue a new certificate if the old one ends within 30 days; say whether it did. Without an authority: False."""
    if not authority_file(data).exists():
        return False
    if not force and _load(own_pair(data).cert).not_valid_after_utc - clock.now() > RENEW_BEFORE:
        return False
    issue(data, clock)
    return True


def read(file: Path) -> Shown:
    """Return what stands in a certificate file (its first certificate); raises `tls_unreadable`."""
    return shown(_load(file))


def shown(certificate: x509.Certificate) -> Shown:
    """Return a certificate as people are told of it."""
    names: tuple[str, ...] = ()
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = (*said.get_values_for_type(x509.DNSName), *map(str, said.get_values_for_type(x509.IPAddress)))
    except x509.ExtensionNotFound:
        pass
    raw = certificate.fingerprint(hashes.SHA256()).hex().upper()
    return Shown(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=names,
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        fingerprint=":".join(raw[at : at + 2] for at in range(0, len(raw), 2)),
    )


def der(file: Path) -> bytes:
    """Return a certificate as phones install it."""
    return _load(file).public_bytes(serialization.Encoding.DER)


def _load(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnjaiError("tls_unreadable", 500, file=str(file)) from error


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        found = serialization.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise UnjaiError("secrets_unreadable", 500, file=str(file))
    return found


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(file)


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none).decode()


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(names: Sequence[str], addresses: set[_Address]) -> list[x509.GeneralName]:
    networks = [ipaddress.ip_network(one) for one in _PRIVATE]
    outside = [one for one in addresses if not any(one in network for network in networks)]
    found: list[x509.GeneralName] = [x509.DNSName(one) for one in dict.fromkeys([*names, "local", "localhost"])]
    found += [x509.IPAddress(network) for network in networks]
    return found + [x509.IPAddress(ipaddress.ip_network(one)) for one in outside]


def _own_addresses() -> set[_Address]:
    """Return loopback and the address by which this machine goes out; no packet is sent to learn it."""
    found: set[_Address] = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        try:
            door.connect(("192.0.2.1", 9))
            found.add(ipaddress.ip_address(door.getsockname()[0]))
        except OSError:
            pass
    return found
