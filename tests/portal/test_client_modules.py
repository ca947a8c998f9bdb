"""Decision 6: the SHA-256 of each served module is in the ledger."""

import pytest
from django.core.management import call_command

from portal.services import client_modules_record, module_digests
from protocol.hashing import sha256
from tests.builders_bidding import START

pytestmark = pytest.mark.django_db


def test_every_served_module_is_recorded_with_its_digest(settings):
    entry = client_modules_record(at=START)

    assert entry is not None
    digests = module_digests()
    path = settings.BASE_DIR / "static" / "js" / "verify" / "verify.js"
    assert digests["verify/verify.js"] == sha256(path.read_bytes()).hex()


def test_the_same_modules_are_recorded_once(capsys):
    client_modules_record(at=START)

    assert client_modules_record(at=START) is None
    call_command("record_modules")
    assert "unchanged" in capsys.readouterr().out
