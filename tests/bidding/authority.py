"""A certification authority of the tests: root, issuing certificate, and leaves for organisations."""

from datetime import timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from protocol import dsse

USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
DAY = timedelta(days=1)


class Authority:
    """RSA at the root, P-256 below it, as authorities of today are."""

    def __init__(self, now, label="测试根证书"):
        self.now = now
        self.root_key = rsa.generate_private_key(65537, 2048)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root_name, self.name = self.named(label), self.named(f"{label} 签发")
        valid = (now - 400 * DAY, now + 4000 * DAY)
        self.root = self.issued(
            self.root_name, self.root_key, self.root_name, self.root_key, valid, "key_cert_sign"
        )
        self.issuer = self.issued(self.name, self.key, self.root_name, self.root_key, valid, "key_cert_sign")

    @staticmethod
    def named(common, org=None):
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
        parts += [x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, org)] if org else []
        return x509.Name(parts)

    @staticmethod
    def issued(subject, key, issuer, issuer_key, valid, use):
        begins, ends = (moment.replace(microsecond=0) for moment in valid)
        ca = use == "key_cert_sign"
        made = x509.CertificateBuilder(
            issuer, subject, key.public_key(), x509.random_serial_number(), begins, ends
        )
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        usage = x509.KeyUsage(**{name: name == use for name in USAGES})
        return made.add_extension(usage, critical=True).sign(issuer_key, hashes.SHA256())

    @cached_property
    def file(self):
        """What the settings name: the root alone."""
        return self.root.public_bytes(Encoding.PEM)

    def certify(self, key, org, *, begins=None, ends=None, use="digital_signature"):
        """The chain of a leaf for this key and organisation, leaf first, without the root: certificates."""
        valid = (begins or self.now - 300 * DAY, ends or self.now + 300 * DAY)
        subject = self.named("投标签章", org)
        return [self.issued(subject, key.key, self.name, self.key, valid, use), self.issuer]


def pem(chain):
    """Certificates as a file."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain)


def der(chain):
    """Certificates in DER."""
    return [one.public_bytes(Encoding.DER) for one in chain]


def key_of(alg):
    """A key as an authority certifies it."""
    return (
        dsse.Signer(rsa.generate_private_key(65537, 2048))
        if alg == dsse.RSA_PSS
        else dsse.Signer.generate(alg)
    )
