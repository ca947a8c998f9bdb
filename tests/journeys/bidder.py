"""What the days and scenarios of bidders share: a hall's clock on every page, people at their screens."""

import re
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.test import Client

from accounts.models import Person, SigningKey
from accounts.services import signing_key_certificate_bind
from bidding import services
from kernel import clock
from tests.web.test_pages import whole

LANGUAGES = {"zh-hans": "", "en": "/en"}


def follow_clock(hall, monkeypatch):
    """Every page lives in the time of this hall."""
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    return hall


def screen(actor, client=None):
    """This person before the pages, having proved who they are."""
    client = client or Client()
    client.force_login(Person.objects.get(pk=actor.person))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session["organisation"] = str(actor.organisation)
    session.save()
    return client


def read(client, path, language="zh-hans", status=200):
    """The words of a page that is whole, without its marks."""
    answer = client.get(LANGUAGES[language] + path)
    assert answer.status_code == status, answer.status_code
    if status == 200:
        whole(answer, language)
    return plain(answer)


def plain(answer):
    """The words of an answer."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def says(client, path, zh, en):
    """The page says this sentence in both languages."""
    assert zh in read(client, path, "zh-hans")
    assert en in read(client, path, "en")


def receipts(hall):
    """The next beat, and the receipts it allows."""
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)


def certificate(party, *, ends, begins=None):
    """A certificate for this party's key, by a certification authority of the test, as PEM."""
    names = {
        role: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        for role, name in (("subject", party.organisation.name), ("issuer", "测试证书机构"))
    }
    made = (
        x509.CertificateBuilder()
        .subject_name(names["subject"])
        .issuer_name(names["issuer"])
        .public_key(party.signer.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(ed25519.Ed25519PrivateKey.generate(), None)
    )
    return made.public_bytes(Encoding.PEM).decode()


def bound(party, *, ends, at):
    """Bind a certificate which ends then to this party's key; the key."""
    pem = certificate(party, ends=ends)
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER).hex()
    key = SigningKey.objects.get(spki=party.signer.spki.hex())
    return signing_key_certificate_bind(key_id=key.pk, certificates=[der], actor=party.actor, at=at)
