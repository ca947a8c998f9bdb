"""Officers: known from outside (A9), proven by a dry run that is no oracle (A10)."""

from dataclasses import replace

import pytest

from accounts.actors import Actor
from accounts.states import Role
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import bodies, dsse, hpke, officer
from protocol.errors import BadContent
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_trading import START
from trading import selectors, services
from trading.models import DryRun, OfficerSeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(kept):
    return kept(build.draft_tender, officers=0)


def invited(made, i=1, *, member=None, body=None):
    member = member or people.person(800_000 + i)
    body = body or made.market.bodies[0]
    seat = services.officer_seat_invite(
        lot_id=made.lot.pk,
        i=i,
        organisation_id=body.organisation.pk,
        person_id=member.pk,
        role="notary",
        actor=made.owner,
        at=START,
    )
    return seat, Actor(person=member.pk, organisation=body.organisation.pk, roles=frozenset({Role.OFFICER}))


def registration(made, seat, *, signer=None, body=None, **changes):
    signer = signer or people.signer("an officer")
    values = {
        "tender": made.tender.reference,
        "lot": made.lot.code,
        "i": seat.i,
        "pk": hpke.public_key(bytes(range(32))).hex(),
        "sig_key": signer.spki.hex(),
    } | changes
    key = bodies.body("officer-key", **values)
    by = body or made.market.bodies[0].signer
    return {
        "seat_id": seat.pk,
        "signed": {"body": key, "signatures": [signer.sign("officer-key", key)]},
        "certificate": by.sign("officer-cert", services.officer_cert_body(seat, signer.spki.hex())),
        "tool": "offline",
    }


def test_officer_key_register_and_dryrun_are_logged_events(made):
    held = build.seat_officer(made.market, made.lot, 1, at=START)

    assert held.seat.state == "proven"
    kinds = list(
        Entry.objects.filter(kind__in=["officer-key", "dryrun"])
        .order_by("seq")
        .values_list("kind", flat=True)
    )
    assert kinds == ["officer-key", "dryrun"]
    assert DryRun.objects.get().passed


def test_officer_key_register_refuses_a_certificate_of_another_unit_or_person(made):
    """Attack A9: five invented officers. Each must be certified by its own organisation's registered key."""
    seat, who = invited(made)
    services.officer_seat_accept(seat_id=seat.pk, actor=who, at=START)

    foreign = registration(made, seat, body=made.market.bodies[1].signer)
    with pytest.raises(RuleBroken) as stranger:
        services.officer_key_register(actor=who, at=START, **foreign)
    own = registration(made, seat)
    other_key = {**own, "certificate": registration(made, seat, signer=people.signer("x"))["certificate"]}
    with pytest.raises(RuleBroken) as mismatch:
        services.officer_key_register(actor=who, at=START, **other_key)
    with pytest.raises(RuleBroken):
        services.officer_key_register(actor=who, at=START, **{**own, "certificate": {}})

    assert (stranger.value.code, mismatch.value.code) == ("officer_cert_stranger", "officer_cert")


def test_officer_key_register_refuses_a_key_for_another_seat_or_signed_by_another(made):
    seat, who = invited(made)
    services.officer_seat_accept(seat_id=seat.pk, actor=who, at=START)

    with pytest.raises(RuleBroken) as other:
        services.officer_key_register(actor=who, at=START, **registration(made, seat, lot="02"))
    given = registration(made, seat)
    key = given["signed"]["body"]
    given["signed"]["signatures"] = [people.signer("else").sign("officer-key", key)]
    with pytest.raises(RuleBroken):
        services.officer_key_register(actor=who, at=START, **given)
    with pytest.raises(RuleBroken):
        services.officer_key_register(actor=who, at=START, **{**registration(made, seat), "tool": "paper"})

    assert other.value.code == "officer_key_mismatch"


def test_two_officers_cannot_share_a_key_and_one_person_cannot_hold_two_seats(made):
    first, who = invited(made, 1)
    services.officer_seat_accept(seat_id=first.pk, actor=who, at=START)
    services.officer_key_register(actor=who, at=START, **registration(made, first))
    with pytest.raises(RuleBroken) as twice:
        invited(made, 2, member=first.person)
    second, other = invited(made, 2, body=made.market.bodies[1])
    services.officer_seat_accept(seat_id=second.pk, actor=other, at=START)

    with pytest.raises(RuleBroken) as shared:
        services.officer_key_register(
            actor=other,
            at=START,
            **registration(made, second, signer=people.signer("b"), body=made.market.bodies[1].signer),
        )

    assert (twice.value.code, shared.value.code) == ("officer_twice", "officer_key_twice")


def test_the_supervisor_holds_no_key(made):
    """The supervising body would operate what it supervises."""
    with pytest.raises(RuleBroken) as refused:
        invited(made, body=made.market.supervisor)

    assert refused.value.code == "officer_of_supervisor"


def test_a_seat_is_its_holders_alone(made):
    seat, who = invited(made)

    with pytest.raises(NotPermitted):
        services.officer_seat_accept(seat_id=seat.pk, actor=made.owner, at=START)
    with pytest.raises(StateConflict):
        services.officer_key_register(actor=who, at=START, **registration(made, seat))


def test_a_wrong_dryrun_answer_turns_the_seat_red_and_a_right_one_green(made):
    held = build.seat_officer(made.market, made.lot, 1, at=START, prove=False)
    seat = held.seat
    with pytest.raises(StateConflict):
        answer(made, held, "00" * 32)
    services.officer_dryrun_challenge(seat_id=seat.pk, actor=held.actor, at=START)

    failed = answer(made, held, "00" * 32)

    assert failed.state == "failed"
    proven = build.dryrun(replace(held, seat=failed), at=START)
    assert proven.seat.state == "proven"
    assert list(DryRun.objects.order_by("at", "passed").values_list("passed", flat=True)) == [False, True]


def answer(made, held, value, **changes):
    body = bodies.body(
        "dryrun",
        **(
            {
                "tender": made.tender.reference,
                "lot": made.lot.code,
                "i": held.seat.i,
                "pk": held.seat.opening_key,
                "stage": "publish",
                "answer": value,
                "tool": "offline",
            }
            | changes
        ),
    )
    signed = {"body": body, "signatures": [held.signer.sign("dryrun", body)]}
    return services.officer_dryrun(seat_id=held.seat.pk, signed=signed, actor=held.actor, at=START)


def test_a_dryrun_answer_for_another_seat_is_refused(made):
    held = build.seat_officer(made.market, made.lot, 1, at=START, prove=False)
    services.officer_dryrun_challenge(seat_id=held.seat.pk, actor=held.actor, at=START)

    with pytest.raises(RuleBroken):
        answer(made, held, "00" * 32, i=2)


def test_a_challenge_opens_only_with_the_fixed_info_of_its_seat(made):
    """Attack A10: a sealed share sent as a challenge would be an oracle; the info makes it open for nobody."""
    held = build.seat_officer(made.market, made.lot, 1, at=START, prove=False)
    sealed = bytes.fromhex(
        services.officer_dryrun_challenge(seat_id=held.seat.pk, actor=held.actor, at=START)
    )

    with pytest.raises(BadContent):
        officer.dryrun_answer(held.secret, made.tender.reference, made.lot.code, 2, sealed)
    with pytest.raises(BadContent):
        officer.dryrun_answer(held.secret, made.tender.reference, "02", 1, sealed)


def test_keys_are_frozen_with_the_policy_and_the_eve_dry_run_still_works(kept):
    """A10: every officer answers again the day before; the key in T cannot be exchanged."""
    made = kept(build.published_tender)
    held = made.officers[made.lot.pk][0]

    with pytest.raises(StateConflict):
        services.officer_key_register(actor=held.actor, at=START, **registration(made, held.seat))
    build.dryrun(held, at=START, stage="eve")

    assert DryRun.objects.filter(stage="eve", passed=True).count() == 1
    body = made.lot.policies.get().body
    assert [row["pk"] for row in body["officers"]] == [
        seat.opening_key for seat in made.lot.seats.order_by("i")
    ]


def test_person_references_are_equal_for_equal_people_and_differ_between_tenders(made):
    """A policy is public: the reference proves distinct persons and can be matched with nothing else."""
    member = people.person(810_000)
    other = build.draft_tender(of=made.market, officers=0)

    here, _ = invited(made, 1, member=member)
    there = services.officer_seat_invite(
        lot_id=other.lot.pk,
        i=1,
        organisation_id=made.market.bodies[0].organisation.pk,
        person_id=member.pk,
        role="notary",
        actor=other.owner,
        at=START,
    )

    assert here.person_ref != there.person_ref
    invited(made, 1, member=member)
    assert OfficerSeat.objects.get(lot=made.lot, i=1).person_ref == here.person_ref


def test_the_notice_says_secret_from_administrators_only_with_enough_offline_keys(kept):
    """A10: at least n-t+1 officers use the offline tool, else the claim would be empty."""
    made = kept(build.draft_tender, officers=0)
    for i in range(1, 6):
        build.seat_officer(made.market, made.lot, i, at=START, tool="offline" if i <= 2 else "browser")
    assert not selectors.secret_from_administrators(made.lot)

    build.seat_officer(made.market, build.draft_tender(of=made.market, officers=0).lot, 1, at=START)
    made.lot.seats.filter(i=3).update(tool="offline")

    assert selectors.secret_from_administrators(build.refreshed(made).lot)
    shown = selectors.officers_public(made.lot)
    key = bytes.fromhex(made.lot.seats.get(i=1).sig_key)
    assert shown[0]["fingerprint"] == dsse.sha256(key).hex()
    assert all("email" not in row and "person_ref" not in row for row in shown)
