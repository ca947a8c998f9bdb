"""Publishing: what the owner signs is what stands, or nothing is published."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from protocol import dsse
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_trading import START
from trading import selectors, services
from trading.models import Lot, Notice, Tender

pytestmark = pytest.mark.django_db


def publish(made, policies, *, actor=None, at=START):
    return services.tender_publish(
        tender_id=made.tender.pk, policies=policies, actor=actor or made.owner, at=at
    )


def test_tender_publish_numbers_logs_and_announces(kept):
    """法16: the notice; 条15: from now on documents and times stand."""
    made = kept(build.published_tender)

    assert made.tender.number == "350100-GC-2026-00001"
    assert (made.tender.state, made.lot.state) == ("open", "open")
    policy = made.lot.policies.get()
    assert policy.t == made.lot.policy == dsse.event_id("policy", policy.body).hex()
    entry = Entry.objects.get(kind="policy")
    assert (entry.chain, entry.ev) == (made.lot.chain, policy.t)
    notice = Notice.objects.get()
    assert notice.number == "350100-GC-2026-00001-N01"
    text = str(notice.content["zh"])
    assert made.lot.policy in text
    assert "国有资金占控股或者主导地位" in text
    assert set(notice.content) == {"zh", "en"}
    assert made.tender.rulepack.startswith("cn-works@2026.1#")


def test_two_lots_have_their_own_policies_and_officers(kept):
    made = kept(build.published_tender, lots=[build.lot_fields(), build.lot_fields(name="第二标段")])

    assert [lot.number for lot in made.lots] == [f"{made.tender.number}-01", f"{made.tender.number}-02"]
    assert len({lot.policy for lot in made.lots}) == 2
    assert {entry.chain for entry in Entry.objects.filter(kind="policy")} == {lot.chain for lot in made.lots}


def test_the_policy_binds_documents_and_method(kept):
    """Amendment A6: documents or criteria cannot change after a bid was sealed."""
    made = kept(build.published_tender)
    policy = selectors.policy_in_force(made.lot)

    assert policy.body["docs_root"] == selectors.docs_root(policy.files)
    assert [row["name"] for row in policy.files] == sorted(row["name"] for row in policy.files)
    assert policy.body["method"] == selectors.method_hash(policy.method)
    assert selectors.docs_json(policy).startswith(b'{"files":[{"name":')
    assert b'"candidates":3' in selectors.method_json(policy)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("t", 2),
        ("min_bids", 1),
        ("docs_root", "00" * 32),
        ("ceiling", "4800000.01"),
        ("close_at", 1_900_000_000),
    ],
)
def test_tender_publish_refuses_a_policy_that_is_not_the_rows(member, value, kept):
    """Attack: a page shows one deadline and signs another; what is signed must equal what is stored."""
    made = kept(build.ready_tender)
    body = services.lot_policy_body(made.lot, at=START) | {member: value}

    with pytest.raises(RuleBroken, match=member) as refused:
        publish(made, {made.lot.pk: build.signed(made, "policy", body)})

    assert refused.value.code == "signed_differs"
    assert not Entry.objects.filter(kind="policy").exists()
    assert Tender.objects.get(pk=made.tender.pk).number == ""


def test_tender_publish_refuses_a_signature_by_another_key(kept):
    """Attack: the platform signs in the owner's place; only a registered key of the owner counts."""
    made = kept(build.ready_tender)
    body = services.lot_policy_body(made.lot, at=START)
    platform = people.signer("platform")

    with pytest.raises(RuleBroken) as missing:
        publish(made, {made.lot.pk: {"body": body, "signatures": [platform.sign("policy", body)]}})
    both = [made.market.owner.signer.sign("policy", body), platform.sign("policy", body)]
    with pytest.raises(RuleBroken) as stranger:
        publish(made, {made.lot.pk: {"body": body, "signatures": both}})

    assert (missing.value.code, stranger.value.code) == ("signature_missing", "signature_of_stranger")


def test_tender_publish_refuses_a_forged_or_missing_signature(kept):
    made = kept(build.ready_tender)
    policies = build.signed_policies(made, at=START)
    forged = policies[made.lot.pk]["signatures"][0] | {"sig": "00" * 64}

    with pytest.raises(RuleBroken) as bad:
        publish(made, {made.lot.pk: {**policies[made.lot.pk], "signatures": [forged]}})
    with pytest.raises(RuleBroken) as none:
        publish(made, {made.lot.pk: {**policies[made.lot.pk], "signatures": []}})
    with pytest.raises(RuleBroken) as lacking:
        publish(made, {})

    assert (bad.value.code, none.value.code, lacking.value.code) == (
        "bad_signature",
        "bad_signature",
        "policies_incomplete",
    )


def test_tender_publish_blocks_a_mandatory_tender_too_early_and_lets_another_pass():
    """Scenarios 2 and 3. 法24: twenty days for mandatory tenders only."""
    early = build.day(START, 17)
    fields = build.tender_fields(START)
    made = build.draft_tender(close_at=early, fields=fields)
    with pytest.raises(RuleBroken) as refused:
        services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=START)
    found = next(item for item in refused.value.findings if item.code == "bid_preparation")
    assert found.data["earliest"] == "2026-11-23 09:30:00"

    project = build.accepted_project(made.market, mandatory=False)
    free = build.published_tender(of=made.market, project=project, close_at=early, fields=fields)
    assert free.tender.state == "open"


def test_tender_publish_checks_the_clock_again_when_the_owner_signs_late(kept):
    """法24: ready on Monday and signed a week later leaves too few days."""
    made = kept(build.ready_tender)

    with pytest.raises(RuleBroken) as refused:
        publish(made, build.signed_policies(made, at=START), at=START + timedelta(days=7))

    assert "bid_preparation" in {item.code for item in refused.value.findings}


def test_tender_ready_gives_all_blockers_at_once():
    """Scenarios 4 and 5: deposit, guarantee, method, each with its article, in one answer."""
    bad = build.lot_fields(
        deposit_amount=Decimal(105000), deposit_forms=("transfer",), method={"kind": "lowest_evaluated"}
    )
    made = build.draft_tender(lots=[bad], documents=build.DOCUMENTS[:2])

    with pytest.raises(RuleBroken) as refused:
        services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=START)

    assert {item.code for item in refused.value.findings} >= {
        *("deposit_cap", "guarantee_accepted", "method_tie_missing", "method_rounding_missing"),
        *("method_candidates_missing", "document_missing"),
    }


def test_only_the_owner_with_the_power_to_confirm_publishes(kept):
    """法12, 条13: the agency drafts, the owner confirms."""
    made = kept(build.ready_tender)
    policies = build.signed_policies(made, at=START)

    with pytest.raises(NotPermitted):
        publish(made, policies, actor=replace(made.owner, powers=frozenset()))
    with pytest.raises(NotPermitted):
        publish(made, policies, actor=made.market.supervisor.actor)


def test_the_agency_prepares_under_a_mandate_and_not_without():
    """条14: an agency acts under a written contract, within its term."""
    market = build.market()
    agency = people.agency(at=START)
    project = build.accepted_project(market, agency=agency.organisation.pk)
    tender = services.tender_create(
        project_id=project.pk, fields=build.tender_fields(START), actor=agency.actor, at=START
    )
    with pytest.raises(NotPermitted):
        services.lot_add(tender_id=tender.pk, fields=build.lot_fields(), actor=agency.actor, at=START)

    people.mandate(market.owner, agency, tender.reference, until=START + timedelta(days=90))

    lot = services.lot_add(tender_id=tender.pk, fields=build.lot_fields(), actor=agency.actor, at=START)
    assert lot.no == 1
    with pytest.raises(NotPermitted):
        services.lot_add(
            tender_id=tender.pk, fields=build.lot_fields(), actor=agency.actor, at=START + timedelta(days=91)
        )


def test_nothing_changes_between_ready_and_publication(kept):
    made = kept(build.ready_tender)
    first = {"lot_id": made.lot.pk, "actor": made.owner, "at": START}

    with pytest.raises(StateConflict):
        services.lot_amend(fields=build.lot_fields(), **first)
    with pytest.raises(StateConflict):
        services.opening_setup_set(fields=build.opening_fields(build.day(START, 30)), **first)
    with pytest.raises(StateConflict):
        services.document_add(
            tender_id=made.tender.pk, kind="other", name="x.pdf", content=b"%PDF-", actor=made.owner, at=START
        )
    with pytest.raises(StateConflict):
        services.tender_amend(
            tender_id=made.tender.pk, fields=build.tender_fields(START), actor=made.owner, at=START
        )

    services.tender_revise(tender_id=made.tender.pk, actor=made.owner, at=START)
    services.lot_amend(fields=build.lot_fields(ceiling=Decimal(4700000)), **first)
    services.tender_amend(
        tender_id=made.tender.pk, fields=build.tender_fields(START, contact="2"), actor=made.owner, at=START
    )
    services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=START)
    assert build.publish(build.refreshed(made), at=START).lot.policies.get().body["ceiling"] == "4700000.00"


def test_a_published_tender_is_not_published_twice(kept):
    made = kept(build.published_tender)

    with pytest.raises(StateConflict):
        publish(made, build.signed_policies(made, at=START))


def test_override_lets_the_missing_remedy_pass_by_name_and_before_the_supervisor():
    """20号令31, amendment A13: a required factor without remedy is somebody's decision, in the open."""
    plan = build.times(build.day(START, build.DAYS), factor=True)
    opening = build.opening_fields(plan.close_at, times=plan, factor="required")
    made = build.draft_tender(opening=opening)
    ready = {"tender_id": made.tender.pk, "actor": made.owner, "at": START}
    with pytest.raises(RuleBroken):
        services.tender_ready(**ready)
    with pytest.raises(RuleBroken, match="reason"):
        services.override_record(rule="remedy_stated", reason=" ", **ready)
    with pytest.raises(RuleBroken, match="cannot be overridden"):
        services.override_record(rule="bid_preparation", reason="urgent", **ready)

    services.override_record(rule="remedy_stated", reason="two-stage method", lot_id=made.lot.pk, **ready)
    services.tender_ready(**ready)

    listed = selectors.supervisor_list(made.market.supervisor.organisation.pk)["overrides"]
    assert [(row.rule, row.reason) for row in listed] == [("remedy_stated", "two-stage method")]


def test_a_retender_keeps_the_first_number_and_links_it(kept):
    """Numbers: a re-tender is `-R2` of the first, and can only repeat what ended."""
    made = kept(build.published_tender)
    with pytest.raises(StateConflict):
        build.draft_tender(of=made.market, project=made.tender.project, retender_of=made.tender.pk)
    cancel(made)

    again = build.published_tender(of=made.market, project=made.tender.project, retender_of=made.tender.pk)
    cancel(again)
    third = build.published_tender(of=made.market, project=made.tender.project, retender_of=again.tender.pk)

    assert build.refreshed(made).lot.state == "retendered"
    assert again.tender.number == f"{made.tender.number}-R2"
    assert third.tender.number == f"{made.tender.number}-R3"


def cancel(made, at=START):
    lots = {
        lot.pk: build.signed(made, "cancelled", services.cancelled_body(lot, "No funds")) for lot in made.lots
    }
    return services.tender_cancel(
        tender_id=made.tender.pk,
        reason="No funds",
        article="招标投标法实施条例第三十一条",
        signed=lots,
        actor=made.owner,
        at=at,
    )


def test_tender_cancel_ends_every_chain_with_the_owners_signature(kept):
    """条31: notice, ground and article; the supervisor sees it; the notice stays for good."""
    made = kept(build.published_tender)

    with pytest.raises(RuleBroken):
        services.tender_cancel(
            tender_id=made.tender.pk, reason="x", article=" ", signed={}, actor=made.owner, at=START
        )
    with pytest.raises(RuleBroken):
        services.tender_cancel(
            tender_id=made.tender.pk, reason="x", article="条31", signed={}, actor=made.owner, at=START
        )
    cancel(made)

    made = build.refreshed(made)
    assert (made.tender.state, made.lot.state) == ("cancelled", "cancelled")
    assert Entry.objects.get(kind="cancelled").chain == made.lot.chain
    assert list(made.tender.notices.values_list("kind", flat=True)) == ["tender", "cancellation"]
    listed = selectors.supervisor_list(made.market.supervisor.organisation.pk)["cancelled"]
    assert listed == [made.tender]


def test_the_database_refuses_a_published_lot_without_policy(kept):
    made = kept(build.ready_tender)

    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.filter(pk=made.lot.pk).update(state="open", published_at=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=made.tender.pk).update(state="open", published_at=START)


@pytest.mark.parametrize(
    ("name", "kind", "content", "code"),
    [
        ("../../etc/passwd.pdf", "other", b"%PDF-", "document_name"),
        ("invoice\u202efdp.zip", "other", b"PK", "document_name"),
        ("page.html", "other", b"<script>", "document_type"),
        ("noending", "other", b"x", "document_type"),
        ("a.pdf", "secret", b"%PDF-", "document_kind"),
        ("a.pdf", "other", b"MZ\x90", "document_mismatch"),
        ("a.pdf", "other", b"", "document_empty"),
    ],
)
def test_document_add_refuses_tricks(name, kind, content, code, kept):
    """Attack: paths, reversed names, pages that run in a browser, programs called .pdf."""
    made = kept(build.draft_tender, officers=0)

    with pytest.raises(RuleBroken) as refused:
        services.document_add(
            tender_id=made.tender.pk, kind=kind, name=name, content=content, actor=made.owner, at=START
        )

    assert refused.value.code == code


def test_document_add_again_is_a_new_version_and_the_old_one_stays(kept):
    made = kept(build.draft_tender, officers=0)
    pieces = iter([b"%PDF-", b"1.7 ", b"new"])

    row = services.document_add(
        tender_id=made.tender.pk, kind="method", name="method.pdf", content=pieces, actor=made.owner, at=START
    )

    assert (row.version, row.size) == (2, 12)
    assert made.tender.documents.filter(name="method.pdf").count() == 2
    with pytest.raises(NotFound):
        selectors.document_published(row.pk)
    assert b"".join(selectors.document_pieces(row)) == b"%PDF-1.7 new"
    current = {item["name"]: item["sha256"] for item in selectors.files_listed(made.lot)}
    assert current["method.pdf"] == row.sha256


def test_a_tender_needs_an_accepted_project():
    market = build.market()
    project = services.project_register(
        owner_id=market.owner.organisation.pk,
        fields=build.project_fields(market),
        actor=market.owner.actor,
        at=START,
    )

    with pytest.raises(StateConflict):
        services.tender_create(
            project_id=project.pk, fields=build.tender_fields(START), actor=market.owner.actor, at=START
        )
    with pytest.raises(NotFound):
        services.tender_ready(tender_id=project.pk, actor=market.owner.actor, at=START)


def test_opening_setup_refuses_times_out_of_order(kept):
    made = kept(build.draft_tender, officers=0)
    close_at = build.day(START, 30)
    plan = build.times(close_at)

    for changes in (
        {"times": replace(plan, release_until=close_at)},
        {"envelopes": ("price", "technical")},
        {"factor": "required"},
    ):
        with pytest.raises(RuleBroken):
            services.opening_setup_set(
                lot_id=made.lot.pk,
                fields=build.opening_fields(close_at, **changes),
                actor=made.owner,
                at=START,
            )
