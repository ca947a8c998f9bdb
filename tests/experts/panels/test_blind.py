"""暗标: documents under labels, cleaned, and not a page that joins label and bidder before the sheets are open."""

from dataclasses import replace

import pytest
from django.db import connection

from accounts.models import Outbox
from bidding.security_files import file_keep
from bidding.states import Edition
from experts.models import BlindSalt
from experts.rules.blind import Layout, blind_envelopes, layout_findings
from experts.selectors import bid_files, blind, panel_pages
from experts.selectors.evaluated import Evaluation
from experts.services.blind_ask import blind_ask
from kernel.errors import NotFound, RuleBroken
from ledger.models import Entry
from tests import builders_files as files
from tests.experts.draws.conftest import own_installation
from tests.experts.draws.test_draw_guards import refused
from tests.experts.panels import scored
from tests.experts.panels import world as panels

__all__ = ["own_installation"]

FONTS = frozenset({"宋体", "SimSun"})


def codes(pages, fonts=(), names=()):
    return [one.code for one in layout_findings(Layout(pages, frozenset(fonts)), FONTS, names)]


def test_a_layout_is_asked_about_and_rejects_nobody():
    assert codes(["施工方案", "进度计划"], ["/ABCDEF+SimSun", "宋体"]) == []
    assert codes(["方案"], ["/ABCDEF+Comic-Bold"]) == ["blind_font"]
    assert codes([f"某公司技术标\n正文 {n}\n第 {n} 页" for n in range(3)]) == ["blind_header"]
    assert codes(["由 示例 建设（集团）承担"], names=["示例建设(集团)"]) == ["blind_name"]
    assert codes(["正文"], names=["", "甲"]) == []  # one character alone names nobody


@pytest.mark.parametrize(("given", "found"), [([1], {1}), ([0, 2], {2}), ("1", set()), ([True], set())])
def test_only_envelopes_after_the_first_are_blind(given, found):
    assert blind_envelopes({"blind": given}) == found


@pytest.mark.django_db
def test_members_read_cleaned_files_by_label_and_not_whose_they_are(kept):
    world = kept(panels.reviewing, plan=replace(panels.PLAN, technical=files.pdf(), blind=[1]))
    panel, evaluation = world.panel, Evaluation(world.lot)

    found = blind.blind_files(panel, evaluation)

    assert [one.label for one in found] == ["A01", "A02", "A03"]
    for one in found:
        _ending, data = blind.blind_bytes(panel, evaluation, one.label, one.e, one.n)
        assert files.AUTHOR.encode() not in data
    for bid in world.bids:
        assert bid_files.files_of(evaluation, bid.ev) == []
        with pytest.raises(NotFound):
            bid_files.open_bytes(evaluation, bid.ev, 1, 0)
    with pytest.raises(NotFound):
        blind.blind_bytes(panel, evaluation, "A09", 1, 0)
    assert blind.whose(panel) == {}
    panel.state = "shown"
    assert sorted(blind.whose(panel).values()) == ["A01", "A02", "A03"]


class Blind:
    """A panel in its review with blind technical parts, and what a member signs about a label."""

    def __init__(self):
        self.world = panels.reviewing(plan=replace(panels.PLAN, technical=files.pdf(), blind=[1]))

    def row(self, label):
        return blind.labelled(self.world.panel, label)

    def ask(self, label="A02", member=1, text="塔吊布置在哪里？", **changes):
        one = self.world.members[member]
        until = int(self.world.at.timestamp()) + 60 * 180
        named = {"label": blind.commitment(self.row(label)), "e": 1, "text": text, "until": until} | changes
        signed = one.signed("blind-question", **named)
        return blind_ask(seat_id=one.id, label=label, actor=one.actor, at=self.world.at, **signed)

    def answered(self, question, text="在北侧。", name="answer.pdf", data=None):
        kept = file_keep(name, files.pdf() if data is None else data)
        return self.world.answer(question, text=text, files=[kept])


@pytest.mark.django_db
def test_a_question_names_the_label_alone_and_its_bidder_alone_is_told(kept):
    """The signed event, which the ledger keeps, holds a commitment: neither bid nor anything to guess it by."""
    made = kept(Blind)
    question = made.ask()
    bid = made.row("A02").bid

    assert question.bid_id == bid.pk
    assert set(question.entry.body) == {"v", "suite", "policy", "seat", "label", "e", "text", "until"}
    assert not any(one.ev in str(question.entry.body) for one in made.world.bids)
    told = Outbox.objects.filter(event="panel_question")
    assert {one.organisation_id for one in told} == {bid.organisation_id}
    assert not any("seat" in one.data or "A02" in str(one.data) for one in told)


@pytest.mark.django_db
def test_an_answer_is_read_cleaned_under_its_label_and_never_beside_its_bidder(kept):
    made = kept(Blind)
    question = made.ask()
    made.answered(question)
    panel, reader = made.world.panel, made.world.members[0].actor

    [found] = blind.blind_questions(panel)
    assert (found.label, found.answer, found.files) == ("A02", "在北侧。", [(0, "pdf")])
    ending, data = blind.blind_answer_bytes(panel, "A02", question.pk, 0)
    assert ending == "pdf"
    assert files.AUTHOR.encode() not in data
    for label in ("A01", "A03"):
        with pytest.raises(NotFound):
            blind.blind_answer_bytes(panel, label, question.pk, 0)
    for bid in made.world.bids:
        assert panel_pages.bid_page(panel.pk, bid.ev, reader).questions == []
        with pytest.raises(NotFound):
            panel_pages.answer_file(panel.pk, bid.ev, question.pk, 0, reader)
    assert {row.questions for row in panel_pages.panel_page(panel.pk, reader).bids} == {0}


@pytest.mark.django_db
def test_an_answer_that_names_a_bidder_or_cannot_be_cleaned_is_refused(kept):
    made = kept(Blind)
    question = made.ask()
    own, other = made.row("A02").bid.organisation.name, made.row("A01").bid.organisation.name
    for name in (own, other):
        with pytest.raises(RuleBroken) as told:
            made.answered(question, text=f"由{name}承担。")
        assert [one.field for one in told.value.findings] == ["text"]
    with pytest.raises(RuleBroken) as told:
        made.answered(question, name="answer.pdf", data=b"%PDF-1.7 broken")
    assert [one.field for one in told.value.findings] == ["file"]


@pytest.mark.django_db
def test_a_blind_part_is_asked_about_under_its_label_only(kept):
    made = kept(Blind)
    with pytest.raises(RuleBroken):
        made.world.ask(made.world.members[1], made.world.bids[0], e=1)
    for wrong in ({"e": 2}, {"text": " "}, {"until": int(made.world.at.timestamp())}):
        with pytest.raises(RuleBroken):
            made.ask(**wrong)
    with pytest.raises(NotFound):
        blind_ask(
            seat_id=made.world.members[1].id,
            label="A09",
            body={},
            signatures=[],
            actor=made.world.members[1].actor,
            at=made.world.at,
        )


@pytest.mark.django_db
def test_a_label_is_joined_to_its_bid_when_every_sheet_is_locked(tmp_path, own_installation, kept):
    """Before, the ledger holds no opening of any label; afterwards both verifiers' bundle has one for each."""
    made = kept(Blind)
    world = made.world
    made.answered(made.ask())
    scored.facts(world)
    *most, last = scored.sitting(world)
    for member in most:
        scored.marked(world, member)
    assert not Entry.objects.filter(kind="blind-label").exists()

    scored.marked(world, last)
    world.hall.cut()

    opened = [one.body for one in Entry.objects.filter(kind="blind-label").order_by("seq")]
    assert [one["name"] for one in opened] == ["A01", "A02", "A03"]
    assert [one["label"] for one in opened] == [blind.commitment(made.row(one["name"])) for one in opened]
    bid = made.row("A02").bid
    [told] = panel_pages.bid_page(world.panel.pk, bid.ev, world.members[0].actor).questions
    assert told.answer.text == "在北侧。"
    scored.report(world)
    scored.handed(world)
    for edition in Edition:
        found, _path, _anchors = scored.judged(world, tmp_path, edition)
        assert found.ok, [row for row in found.checks if row.status == "failed"]


@pytest.mark.django_db
def test_the_nonce_of_a_label_is_written_once():
    """Who could change it could give a label to another bid."""
    Blind()
    assert BlindSalt.objects.count() == 3

    refused("UPDATE experts_blindsalt SET nonce = nonce")
    refused("DELETE FROM experts_blindsalt")
    if connection.vendor == "sqlite":
        refused("INSERT OR REPLACE INTO experts_blindsalt SELECT * FROM experts_blindsalt")
