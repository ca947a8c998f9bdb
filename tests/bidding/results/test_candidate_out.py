"""条例 55: who falls out, on which ground, by whose signature; prepared first, signed as it was read, kept for good."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.models import Outbox
from bidding.forms.result import OUT
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import awarding
from tests import builders_bidding as build
from tests.bidding.results import world as worlds
from tests.bidding.results.world import PAPER
from trading.models import CandidateOut, OutDraft
from trading.rules.result_notices import OUT_WORDS
from trading.selectors.awarding import out_draft
from trading.services import candidate_out
from trading.services.candidate_out import REASON
from trading.services.publicity import content_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.opened)


def test_the_grounds_are_the_protocols_everywhere(world):
    """One list (条例 55): form, papers in both languages, and what the database takes."""
    grounds = awarding.OUT_GROUNDS
    assert tuple(code for code, _word in OUT) == grounds
    assert tuple(OUT_WORDS) == grounds
    with translation.override("en"):
        assert [str(word) for _code, word in OUT] == [english for _zh, english in OUT_WORDS.values()]
    world.ended()
    for rank, ground in enumerate(grounds[2:], start=1):
        assert world.fall(rank, ground=ground).ground == ground
    for model in (OutDraft, CandidateOut):
        row = model.objects.first()
        row.pk, row.candidate, row.ground = uuid4(), world.row(3), "too-dear"
        with pytest.raises(IntegrityError, match="_whole"), transaction.atomic():
            row.save(force_insert=True)


def test_the_fall_stands_in_the_log_with_the_owners_signature_and_its_paper(world):
    world.ended()
    made = world.fall(1, ground="unlawful", reason=" 被查实串通投标\n见处罚决定书 ")

    event = Entry.objects.get(pk=made.entry_id)
    assert (event.kind, event.chain) == ("candidate-out", world.lot.award_chain)
    assert event.body == {
        **{name: event.body[name] for name in ("v", "suite")},
        "policy": world.lot.policy,
        "report": world.report.report_ev,
        "bid": world.ev(1),
        "ground": "unlawful",
        "evidence": PAPER.sha256,
        "content": content_hash(made.content),
    }
    said = dict(made.content["zh"])
    assert said["不能中标的候选人"] == world.bidder(1).organisation.name
    assert said["原因"] == "被查实存在影响中标结果的违法行为"
    assert said["具体情况"] == "被查实串通投标\n见处罚决定书"
    assert said["证据（SHA-256）"] == PAPER.sha256
    assert {key for key, _value in made.content["en"]} >= {"Candidate that falls out", "Ground", "Facts"}


def test_nothing_has_happened_before_the_owner_signs(world):
    """The draft closes nothing: the first still wins, and the award in force stays."""
    world.ended()
    world.draft_out(1)
    award = world.award()

    assert world.lot.state == "awarded"
    assert out_draft(world.report).candidate == award.decision.candidate
    assert not CandidateOut.objects.exists()

    world.sign_out()
    assert world.lot.state == "awaiting_award"
    assert out_draft(world.report) is None
    with pytest.raises(StateConflict) as caught:
        world.sign_out()
    assert caught.value.code == "no_draft"


def test_a_draft_is_written_anew_or_taken_back(world):
    world.ended()
    world.draft_out(1)
    second = world.draft_out(2, ground="force-majeure", reason="厂房失火")
    assert out_draft(world.report) == second
    assert OutDraft.objects.filter(closed_at=world.now).count() == 1

    candidate_out.candidate_out_withdraw(lot_id=world.lot.pk, actor=world.owner, at=world.now)
    assert out_draft(world.report) is None
    with pytest.raises(StateConflict):
        candidate_out.candidate_out_withdraw(lot_id=world.lot.pk, actor=world.owner, at=world.now)
    names = [row.body.get("name") for row in Entry.objects.filter(kind="record").order_by("seq")][-3:]
    assert names == ["candidate-out-drafted", "candidate-out-drafted", "candidate-out-withdrawn"]


def test_signed_over_another_ground_than_was_prepared(world):
    """What the owner read is what counts; a draft changed in another window is not signed unread."""
    world.ended()
    read = candidate_out.out_body(world.draft_out(1))
    world.draft_out(1, ground="unlawful")

    with pytest.raises(RuleBroken) as caught:
        world.sign_out(signed=world.signed("candidate-out", read))
    assert caught.value.code == "signed_differs"
    assert caught.value.data["fields"] == "content, ground"
    assert out_draft(world.report).ground == "unlawful", "nothing is lost"


def test_by_nobody_but_the_owner_and_its_key(world):
    """法 45, 条例 55: neither a bidder who would move up, nor the platform's own signature."""
    world.ended()
    second = world.bidder(2)
    acts = (
        world.draft_out,
        lambda **who: candidate_out.candidate_out_withdraw(lot_id=world.lot.pk, at=world.now, **who),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act(actor=second.actor)
    body = candidate_out.out_body(world.draft_out(1))
    with pytest.raises(NotPermitted):
        world.sign_out(actor=second.actor)
    with pytest.raises(RuleBroken) as caught:
        world.sign_out(signed=build.signed(second, "candidate-out", body))
    assert caught.value.code == "signature_missing"
    assert not CandidateOut.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ground": "too-dear"}, "out_ground", "ground"),
        ({"reason": " \n"}, "empty", "reason"),
        ({"reason": "弃" * (REASON + 1)}, "long", "reason"),
    ],
)
def test_what_is_missing_is_named_at_its_field(world, changes, code, field):
    world.ended()
    with pytest.raises(RuleBroken) as caught:
        world.draft_out(1, **changes)
    assert [(one.code, one.field) for one in caught.value.findings] == [(code, field)]
    assert not OutDraft.objects.exists()


def test_no_fall_before_the_publicity_is_over_nor_of_nobody(world):
    world.shown()
    with pytest.raises(StateConflict) as early:
        world.draft_out(1)
    assert early.value.code == "not_awaiting"
    world.to(world.report.publicity.until_at)
    worlds.publicity.publicities_end(at=world.now)
    first = world.row(1).pk
    world.fall(1)
    with pytest.raises(NotFound):
        world.draft_out(candidate_id=first)


def test_prepared_before_the_award_to_another_is_not_signed_after_it(world):
    """While an award is in force its winner alone may fall: both verifiers refuse anything else."""
    world.ended()
    world.draft_out(2)
    world.award(1)
    with pytest.raises(RuleBroken) as caught:
        world.sign_out()
    assert caught.value.code == "other_winner"

    world.fall(1)
    assert world.lot.state == "awaiting_award"


def test_an_award_that_is_prepared_for_the_fallen_is_dropped(world):
    world.ended()
    world.draft(1)
    world.fall(1)
    with pytest.raises(StateConflict) as caught:
        world.sign_award()
    assert caught.value.code == "no_draft"


def test_neither_draft_nor_fall_changes_afterwards(world):
    """Triggers: an administrator of the database cannot touch up why somebody fell."""
    world.ended()
    world.fall(1)
    told = Outbox.objects.count()
    for table in ("trading_outdraft", "trading_candidateout"):
        for column in ("reason", "ground"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {column} = 'unlawful'")
    assert CandidateOut.objects.get().ground == "declined"
    assert Outbox.objects.count() == told
