"""评定分离, from report to award: under a local pack the owner chooses among the candidates, with the whole record."""

from itertools import product

import pytest

from accounts.models import Outbox
from kernel.errors import NotFound, RuleBroken
from ledger.models import Entry
from tests.bidding.results import world as worlds
from tests.bidding.results.world import PAPER
from trading.models import Award, AwardDecision, AwardDraft, Notice, ResultLetter
from trading.selectors import outcome_rules
from trading.services import award_decide

pytestmark = pytest.mark.django_db
RECORD = {"criteria": "定标办法：信用、履约、报价", "watched": "监督部门、纪检", "minutes": PAPER}
NOTHING = {"criteria": "", "watched": "", "minutes": None}


@pytest.fixture
def world(kept):
    """A lot of Puyang, whose local pack of 2021 lets the owner choose (article 17)."""
    return kept(worlds.opened, region="410900")


def test_the_owner_chooses_the_second_candidate_by_its_own_procedure(world):
    """濮阳市地方规则 17, 18: scores in the publicity, any candidate of the report, criteria, minutes and who watched."""
    assert outcome_rules(world.lot, world.now).rules["owner_chooses"].article.startswith("濮阳市地方规则")
    shown = world.ended()
    assert "第1名 评分：技术" in dict(Notice.objects.get(pk=shown.notice_id).content["zh"])
    Outbox.objects.all().delete()

    award = world.award(2, **RECORD)

    assert world.lot.state == "awarded"
    assert award.winner_id == world.bidder(2).organisation.pk
    decision = AwardDecision.objects.get(award=award)
    assert decision.ground == "choice"
    assert decision.draft.criteria == RECORD["criteria"]
    assert (decision.draft.watched, decision.draft.file_sha256) == (RECORD["watched"], PAPER.sha256)
    signed = Entry.objects.get(pk=decision.signed_id)
    assert (signed.kind, signed.chain) == ("award", world.lot.award_chain)
    assert (signed.body["ground"], signed.body["bid"]) == ("choice", world.ev(2))
    recorded = [
        row.data for row in Entry.objects.filter(kind="record") if row.body["name"] == "award-recorded"
    ]
    assert [row["minutes"] for row in recorded] == [PAPER.sha256]
    letters = {row.organisation_id: row.won for row in ResultLetter.objects.filter(award=award)}
    assert letters == {world.bidder(number).organisation.pk: number == 2 for number in range(1, 6)}
    assert set(Outbox.objects.filter(event="award_made").values_list("organisation", flat=True)) == {
        world.bidder(2).organisation.pk
    }


def test_no_candidate_is_chosen_with_a_part_of_the_record_missing(world):
    """Also not the first: under this pack every award is a choice, and each missing part is named with its article."""
    world.ended()
    for rank, lacking in product((1, 2, 3), NOTHING):
        with pytest.raises(RuleBroken) as caught:
            world.draft(rank, **{**RECORD, lacking: NOTHING[lacking]})
        [finding] = caught.value.findings
        assert (finding.code, finding.field) == ("award_record", lacking)
        assert "第十七条" in finding.source
    assert not AwardDraft.objects.exists()


def test_everything_missing_is_named_at_once_and_blank_words_do_not_count(world):
    world.ended()
    for record in (NOTHING, {**NOTHING, "criteria": " \n", "watched": "\t"}):
        with pytest.raises(RuleBroken) as caught:
            world.draft(3, **record)
        assert {finding.field for finding in caught.value.findings} == {"criteria", "minutes", "watched"}
    assert not Award.objects.exists()


def test_nobody_is_chosen_who_is_no_candidate_of_the_report(world):
    """The choice lies among the candidates of the report that stands; one of an earlier report is none."""
    world.ended()
    earlier = world.row(2).pk
    world.later(hours=1)
    world.receive(
        candidates=[world.candidate(number, rank) for rank, number in enumerate((3, 1, 4), start=1)],
        losers=[],
    )
    with pytest.raises(NotFound):
        award_decide.candidate_of(world.report, earlier)


def test_elsewhere_the_same_choice_is_refused_with_the_whole_record(kept):
    """条例 55: without the local rule the first candidate wins, whatever the owner has written down."""
    elsewhere = kept(worlds.opened)
    elsewhere.ended()

    with pytest.raises(RuleBroken) as caught:
        elsewhere.draft(2, **RECORD)

    assert [finding.code for finding in caught.value.findings] == ["award_order"]
