"""The opening record signed with the offline tool: the digest that was read, by a key of that seat, and no older one."""

import html
import re

import pytest

from bidding.models import RecordSignature
from kernel import clock
from tests import builders_bidding as build
from tests.journeys import hall_world as world
from tests.protocol.test_cli import alone

pytestmark = pytest.mark.django_db


def test_the_record_is_signed_with_the_tool_as_it_was_read(monkeypatch, tmp_path, settings):
    settings.RUSH_CHECKPOINT_SECONDS = 60
    hall = build.hall()
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    hall.bids(3)
    hall.opened()
    owner = hall.one.owner
    client = world.client_of(owner.email)
    path = world.address(hall, "hall-record", "chair")

    def signed(signer, name):
        text = world.shown(hall, "hall-record", client, "chair")
        [file] = re.findall(r'id="sign-file"[^>]*>([^<]*)</pre>', text)
        (tmp_path / f"{name}.json").write_bytes(html.unescape(file).encode())
        (tmp_path / f"{name}.pem").write_bytes(signer.save())
        words = ["sign", tmp_path / f"{name}.json", "--key", tmp_path / f"{name}.pem"]
        done = alone(*words, "--out", tmp_path / f"{name}-signed.json", "--yes")
        assert done.returncode == 0, done.stderr
        assert f"opening record of lot {hall.lot.number}, signed as chair" in done.stdout
        return {
            "record": world.record_on(text),
            "signatures": (tmp_path / f"{name}-signed.json").read_text(),
        }

    def answer(given, status):
        found = client.post(path, given, headers={"Accept-Language": "en"})
        assert found.status_code == status, found.content.decode()[:3000]
        return html.unescape(found.content.decode())

    stranger = signed(hall.handed[0].party.signer, "stranger")
    old = signed(owner.signer, "old")
    assert re.search("may not sign here|无权在此签署", answer(stranger, 422))
    present = {"role": "tenderer", "name": "到场代表", "of": "投标单位 1"}
    assert client.post(world.address(hall, "hall-present"), present).status_code == 302
    answer(old, 409)
    newer = world.record_on(world.shown(hall, "hall-record", client, "chair"))
    assert re.search(r"\(record\)|（record）", answer(old | {"record": newer}, 422))
    assert not RecordSignature.objects.exists()

    answer(signed(owner.signer, "new"), 302)

    assert RecordSignature.objects.get().digest == newer
