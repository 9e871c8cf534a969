"""Certificates of an authority that nobody has heard of, as a ministry's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """An authority that signs certificates of servers.

    Attributes:
        folder: Where its files lie.
        bundle: Its own certificate (PEM).
    """

    folder: Path
    bundle: Path
    _name: x509.Name
    _key: ec.EllipticCurvePrivateKey

    def certify(self, host: str = "127.0.0.1", days: int = 2) -> tuple[Path, Path]:
        """The files of a server's key and certificate, which is valid for so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_named(host), self._name, key, days)
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        return _written(self.folder, f"{host}-{days}", key, certificate)


def authority(folder: Path, name: str = "ministry") -> Authority:
    """An authority of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    key, named = ec.generate_private_key(ec.SECP256R1()), _named(name)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only", "digital_signature"), False,
    )  # fmt: skip
    certificate = (
        _builder(named, named, key, 30)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    _, bundle = _written(folder, name, key, certificate)
    return Authority(folder, bundle, named, key)


def server_settings(files: tuple[Path, Path]) -> dict[str, str]:
    """The settings with which uvicorn shows a certificate."""
    key, certificate = files
    return {"ssl_keyfile": str(key), "ssl_certfile": str(certificate)}


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 10 * _DAY)
        .not_valid_after(now + days * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _written(
    folder: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> tuple[Path, Path]:
    paths = folder / f"{name}.key", folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    paths[0].write_bytes(private)
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths
