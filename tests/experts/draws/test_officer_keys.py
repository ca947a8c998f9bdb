"""Before a header can be made: every officer's key is proven (A10), and at least one officer is a person (A25)."""

from secrets import token_bytes

import pytest

from accounts.actors import ANONYMOUS
from experts.models import DrawOfficer
from experts.selectors.draw_seats import dryrun_seen, seats_seen
from experts.services.draw_dryrun import dryrun_answer, dryrun_begin
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import canonical, cli, officer
from protocol.draw import objects
from protocol.errors import BadContent
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(kept):
    made = kept(world.play)
    made.asked()
    return made


def seat(play, i):
    return DrawOfficer.objects.get(draw=play.draw_id, i=i)


def recorded(name):
    return sum(entry.body["name"] == name for entry in Entry.objects.filter(kind="record"))


def asked(play, device):
    return bytes.fromhex(dryrun_begin(draw_id=play.draw_id, i=device.seat.i, actor=device.actor, at=play.now))


def answer(play, device, sealed, lot=None, signer=None):
    reference = play.draw.lot.tender.reference
    lot = lot or objects.lot_of(play.draw.lot.code, play.draw.serial)
    return officer.answer_object(
        reference, lot, device.seat.i, "publish", sealed, device.secret, signer or device.signer
    )


def test_a_key_is_proven_by_opening_what_was_sealed_to_it(play):
    play.begun()

    assert all(seat(play, i).proven_at for i in range(1, 6))
    lot = objects.lot_of(play.draw.lot.code, 1)
    assert sum(entry.body["lot"] == lot for entry in Entry.objects.filter(kind="dryrun")) == 5
    assert {one.proven_at is not None for one in seats_seen(play.draw_id, play.operator)} == {True}
    assert play.prepared().header["t"] == 3


def test_no_header_while_a_key_is_not_proven(play):
    play.begun()
    DrawOfficer.objects.filter(draw=play.draw_id, i=3).update(proven_at=None)

    with pytest.raises(RuleBroken) as refused:
        play.prepared()

    assert [(one.code, one.field) for one in refused.value.findings] == [
        ("officer_dryrun_missing", "officers[3]")
    ]


def test_a_wrong_answer_takes_the_proof_away_and_is_seen(play):
    play.begun()
    device = play.devices[0]
    given = answer(play, device, asked(play, device))
    body = given["body"] | {"answer": "00" * 32}
    play.dry_run_answered(device, {"body": body, "signatures": [device.signer.sign("dryrun", body)]})

    assert seat(play, 1).proven_at is None
    assert recorded("draw-dryrun-failed") == 1
    with pytest.raises(RuleBroken):
        play.prepared()
    play.dry_run(device)
    assert play.prepared().header["t"] == 3


def test_a_dry_run_opens_nothing_else_and_is_for_this_seat_alone(play):
    """A10: what is sealed for another place opens for nobody; another seat's answer counts for none."""
    play.begun()
    one, two = play.devices[:2]
    sealed = asked(play, one)
    body = answer(play, one, sealed)["body"]
    with pytest.raises(RuleBroken):
        play.dry_run_answered(one, {"body": body, "signatures": [two.signer.sign("dryrun", body)]})
    elsewhere = officer.dryrun_challenge(
        bytes.fromhex(seat(play, 1).kem_key),
        play.draw.lot.tender.reference,
        "02-D1",
        1,
        bytes(32),
        token_bytes,
    )
    with pytest.raises(BadContent):
        answer(play, one, elsewhere)
    with pytest.raises(RuleBroken):
        play.dry_run_answered(one, answer(play, one, elsewhere, lot="02-D1"))
    with pytest.raises(NotPermitted):
        dryrun_answer(
            draw_id=play.draw_id, i=1, signed=answer(play, one, sealed), actor=two.actor, at=play.now
        )
    with pytest.raises(NotPermitted):
        dryrun_begin(draw_id=play.draw_id, i=1, actor=ANONYMOUS, at=play.now)
    assert dryrun_seen(play.draw_id, 1, one.actor).sealed == sealed.hex()
    play.dry_run_answered(one, answer(play, one, sealed))
    with pytest.raises(StateConflict):
        play.dry_run_answered(one, answer(play, one, sealed))


def test_the_challenge_is_no_later_than_the_signature(play):
    play.begun()
    play.prepared()
    play.signed()

    with pytest.raises(StateConflict):
        asked(play, play.devices[0])


def test_at_least_one_officer_is_a_person(play):
    play.begun(automated=(1, 2, 3, 4, 5))
    assert [one.automated for one in seats_seen(play.draw_id, play.operator)] == [True] * 5

    with pytest.raises(RuleBroken) as refused:
        play.prepared()

    assert refused.value.code == "officers_automated"


def test_a_program_may_act_for_some_and_it_is_recorded(play):
    play.begun(automated=(1, 2))

    assert play.prepared().header["t"] == 3
    assert recorded("draw-officer-automated") == 2


def test_the_command_line_proves_a_key(play, tmp_path, capsys):
    """`python -m protocol dryrun`, as for bids: the draw's keys are declared under LOT-DSERIAL."""
    play.begun()
    device, out = play.devices[0], tmp_path / "answer.json"
    seen = dryrun_seen(play.draw_id, 1, device.actor)
    keys = tmp_path / "officer"
    keys.mkdir()
    (keys / "sign.pem").write_bytes(device.signer.save())
    (keys / "open.hex").write_text(device.secret.hex())
    DrawOfficer.objects.filter(draw=play.draw_id, i=1).update(proven_at=None)
    place = ["--tender", seen.tender, "--lot", seen.lot, "--seat", "1", "--keys", str(keys)]

    done = cli.main(
        ["dryrun", *place, "--stage", "publish", "--challenge", asked(play, device).hex(), "--out", str(out)]
    )

    assert done == 0
    assert f"lot {seen.lot}" in capsys.readouterr().out
    play.dry_run_answered(device, canonical.decode(out.read_bytes()))
    assert seat(play, 1).proven_at is not None
