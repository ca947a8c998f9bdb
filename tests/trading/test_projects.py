"""项目登记 and intake: one full defect list, flags, funds, supervisor (journeys 2.1 O1, scenario 1)."""

from decimal import Decimal

import pytest

from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_trading as build
from tests.builders_trading import START
from trading import services
from trading.models import Project
from trading.services import Defect

pytestmark = pytest.mark.django_db
FIVE = [
    Defect(name, "missing", f"{name} is missing") for name in ("code", "site", "scale", "sector", "name_en")
]


@pytest.fixture
def market():
    return build.market()


def register(market, **changes):
    return services.project_register(
        owner_id=market.owner.organisation.pk,
        fields=build.project_fields(market, **changes),
        actor=market.owner.actor,
        at=START,
    )


def test_project_return_lists_all_defects_and_marks_what_the_first_list_missed(market):
    """Scenario 1: five defects in one list; a sixth that was there all along is flagged as missed later."""
    project = register(market)
    services.project_return(project_id=project.pk, defects=FIVE, actor=market.intake, at=START)
    services.project_resubmit(
        project_id=project.pk,
        fields=build.project_fields(market, code="2026-350100", public_owner=True),
        actor=market.owner.actor,
        at=START,
    )

    late = [Defect("approvals", "expired", "too old"), Defect("public_owner", "wrong", "not one"), FIVE[1]]
    services.project_return(project_id=project.pk, defects=late, actor=market.intake, at=START)

    first, second = project.returns.order_by("no")
    assert [row["missed"] for row in first.defects] == [False] * 5
    assert {row["field"]: row["missed"] for row in second.defects} == {
        "approvals": True,  # read the same at the first look
        "public_owner": False,  # came with the correction
        "site": False,  # was on the first list
    }


def test_project_return_without_a_defect_is_refused(market):
    project = register(market)

    with pytest.raises(RuleBroken, match="at least one defect"):
        services.project_return(project_id=project.pk, defects=[], actor=market.intake, at=START)


def test_project_register_refuses_what_contradicts_itself_all_at_once(market):
    """法9: the funds are proven; the shares add up."""
    with pytest.raises(RuleBroken) as refused:
        register(
            market,
            funds=({"source": "a", "share": "60"}, {"source": "b", "share": "39.99"}),
            region="35",
            estimate=Decimal(0),
        )

    assert {item.code for item in refused.value.findings} == {"funds_share", "region", "estimate"}
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "missing", [{"mandatory": None}, {"state_funded": None}, {"supervisor": None}, {"funds": ()}]
)
def test_project_accept_needs_both_flags_supervisor_and_funds(market, missing):
    """Half the rules hang on the two flags; a project without them cannot go on."""
    project = register(market, **missing)

    with pytest.raises(RuleBroken):
        services.project_accept(project_id=project.pk, actor=market.intake, at=START)


def test_project_accept_refuses_an_owner_that_supervises_itself(market):
    project = register(market, supervisor=market.owner.organisation.pk)

    with pytest.raises(RuleBroken):
        services.project_accept(project_id=project.pk, actor=market.intake, at=START)


def test_project_accept_stamps_and_records(market):
    project = build.accepted_project(market)

    assert (project.state, project.accepted_at) == ("accepted", START)
    assert Entry.objects.filter(kind="record").count() >= 2
    with pytest.raises(StateConflict):
        services.project_accept(project_id=project.pk, actor=market.intake, at=START)


def test_projects_are_registered_by_their_owner_and_reviewed_by_the_desk(market):
    project = register(market)
    with pytest.raises(NotPermitted):
        services.project_accept(project_id=project.pk, actor=market.owner.actor, at=START)
    with pytest.raises(NotPermitted):
        services.project_register(
            owner_id=market.owner.organisation.pk,
            fields=build.project_fields(market),
            actor=market.supervisor.actor,
            at=START,
        )
    with pytest.raises(NotFound):
        services.project_accept(project_id=market.owner.organisation.pk, actor=market.intake, at=START)
