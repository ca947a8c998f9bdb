"""Pages of owner, agency, intake desk, officers and supervisor: whole in both languages, and for nobody else."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from accounts.states import Role
from tests import builders_accounts as people
from tests import builders_trading as build
from tests.builders_accounts import START
from tests.web.test_pages import LANGUAGES, whole
from trading import services
from trading.models import Lot, OfficerSeat, PostponementProposal, Project, Tender

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=2)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Two hours after the market was made, in Chinese until a page says otherwise."""
    monkeypatch.setattr("kernel.clock.now", lambda: NOW)
    translation.activate("zh-hans")


@pytest.fixture
def login(client):
    """Log an actor in, freshly enough for binding acts."""

    def enter(actor):
        client.logout()
        client.force_login(Person.objects.get(pk=actor.person))
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
        session["organisation"] = str(actor.organisation)
        session.save()
        return client

    return enter


def get(client, path, language="zh-hans", status=200):
    response = client.get(LANGUAGES[language][0] + path)
    assert response.status_code == status, response.content.decode()[:2000]
    return whole(response, language)


def post(client, path, data, status=302):
    response = client.post(path, data)
    assert response.status_code == status, response.content.decode()[:4000]
    return response


def at(name, *args):
    with translation.override("zh-hans"):
        return reverse(f"trading:{name}", args=args)


def draft_paths(made):
    tender, lot = made.tender.pk, made.lot.pk
    return [
        at("desk"),
        at("project-new"),
        at("project", made.tender.project_id),
        at("tender-new", made.tender.project_id),
        at("tender", tender),
        at("sheet", tender),
        at("mandate", tender),
        at("lot-new", tender),
        at("lot", tender, lot),
        at("documents", tender),
        at("opening", tender, lot),
        at("seat-offer", tender, lot, 6),
        at("check", tender),
    ]


def open_paths(made):
    tender, lot = made.tender.pk, made.lot.pk
    return [
        at("tender", tender),
        at("documents", tender),
        at("opening", tender, lot),
        at("clarifications", tender),
        at("addenda", tender),
        at("addendum-new", tender),
        at("postpone", tender, lot),
        at("suspend", tender),
        at("resume", tender),
        at("cancel", tender),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_draft_is_whole(language, login, kept):
    made = kept(build.draft_tender)
    client = login(made.owner)

    for path in draft_paths(made):
        get(client, path, language)
    services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=START)
    get(client, at("publish", made.tender.pk), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_published_tender_is_whole(language, login, kept):
    made = kept(build.published_tender)
    client = login(made.owner)

    for path in open_paths(made):
        get(client, path, language)


def test_nobody_else_sees_a_draft_or_a_tender_from_the_inside(login, client, kept):
    made = kept(build.published_tender)
    draft = build.draft_tender(of=made.market, project=Project.objects.get(), officers=0)
    strangers = [
        people.owner(971).actor,
        people.agency(972).actor,
        people.supervisor(973).actor,
        build.bidder(1),
        made.officers[made.lot.pk][0].actor,
    ]
    for who in strangers:
        inside = login(who)
        for path in (at("tender", draft.tender.pk), *open_paths(made)):
            assert inside.get(path).status_code in {403, 404}, (who, path)
    client.logout()
    for path in (*draft_paths(draft), *open_paths(made), at("supervised"), at("seats"), at("intake")):
        assert client.get(path).status_code == 302


def test_the_supervisor_reads_and_the_intake_desk_reviews(login, kept):
    made = kept(build.published_tender)
    supervisor = login(made.market.supervisor.actor)
    for name in ("supervised",):
        assert made.tender.number in get(supervisor, at(name)).text
    get(supervisor, at("tender", made.tender.pk))
    get(supervisor, at("order", made.tender.pk))

    desk = login(made.market.intake)
    get(desk, at("intake"))
    assert login(build.bidder(2)).get(at("intake")).status_code == 403


FORM = {
    "name": "北街工程",
    "region": "350100",
    "estimate": "5,000,000.00",
    "mandatory": "yes",
    "state_funded": "",
    "open_tendering": "on",
    "approval_1_no": "A-7",
    "approval_1_body": "发改委",
    "approval_1_date": "2026-05-04",
    "funds_1_source": "市财政",
    "funds_1_share": "100",
}


def test_intake_returns_one_list_and_flags_what_it_missed(login):
    """Scenario 1: five defects in one list; a sixth later is flagged as missed."""
    market = build.market()
    client = login(market.owner.actor)
    post(client, at("project-new"), FORM | {"supervisor": str(market.supervisor.organisation.pk)})
    project = Project.objects.get()
    desk = login(market.intake)
    assert "北街工程" in get(desk, at("intake")).text
    assert "国有资金" in get(desk, at("intake-review", project.pk)).text

    listed = {f"kind_{name}": "missing" for name in ("state_funded", "scale", "site", "code", "sector")}
    listed |= {f"text_{name}": f"补充 {name}" for name in ("state_funded", "scale", "site", "code", "sector")}
    post(desk, at("intake-review", project.pk), listed | {"decision": "return"})
    project.refresh_from_db()
    assert project.state == "returned"
    assert len(project.returns.get().defects) == 5

    client = login(market.owner.actor)
    page = get(client, at("project", project.pk)).text
    assert page.count("补充 ") == 5
    again = FORM | {"state_funded": "yes", "supervisor": str(market.supervisor.organisation.pk)}
    get(client, at("project-correct", project.pk))
    post(client, at("project-correct", project.pk), again)

    desk = login(market.intake)
    late = {"kind_approvals": "wrong", "text_approvals": "批文号不符", "decision": "return"}
    post(desk, at("intake-review", project.pk), late)
    assert [row["missed"] for row in project.returns.order_by("no").last().defects] == [True]


def test_intake_refuses_a_return_without_a_defect(login):
    market = build.market()
    project = services.project_register(
        owner_id=market.owner.organisation.pk,
        fields=build.project_fields(market),
        actor=market.owner.actor,
        at=START,
    )
    desk = login(market.intake)
    post(desk, at("intake-review", project.pk), {"decision": "return"}, status=422)
    post(desk, at("intake-review", project.pk), {"decision": "accept"})
    project.refresh_from_db()
    assert project.state == "accepted"


def moment(value):
    return value.astimezone(build.CHINA).strftime("%Y-%m-%dT%H:%M")


def test_from_data_sheet_to_publication(login):
    """O2-O7 by the forms: sheet, lot, documents, opening, seats, check, the owner's signature."""
    market = build.market()
    project = build.accepted_project(market)
    client = login(market.owner.actor)
    sheet = {
        "title": "主街道路工程",
        "title_en": "Main street road works",
        "owner_address": "1",
        "place": "2",
        "obtain_documents": "本平台",
        "consortium_allowed": "no",
        "documents_from": moment(NOW),
        "documents_until": moment(build.day(NOW, 8, 17)),
    }
    post(client, at("tender-new", project.pk), sheet)
    tender = Tender.objects.get()
    lot = {
        "name": "第一标段",
        "scope": "路面",
        "estimate": "5000000",
        "ceiling": "4800000",
        "duration_days": "120",
        "quality": "合格",
        "validity_days": "90",
        "deposit_amount": "100000",
        "deposit_forms": ["transfer", "e_guarantee"],
        "bond_percent": "10",
        "method_kind": "comprehensive",
        "method_criteria": "报价; 60\n技术；40",
        "method_places": "2",
        "method_mode": "half_up",
        "method_tie": "报价低者优先\n公开抽签",
        "method_candidates": "3",
    }
    post(client, at("lot-new", tender.pk), lot)
    made = Lot.objects.get()
    assert made.method["criteria"] == [{"name": "报价", "points": 60}, {"name": "技术", "points": 40}]
    get(client, at("lot", tender.pk, made.pk))
    from django.core.files.uploadedfile import SimpleUploadedFile

    for kind, name, content in build.DOCUMENTS:
        post(client, at("documents", tender.pk), {"kind": kind, "file": SimpleUploadedFile(name, content)})
    opening = {
        "close_at": moment(build.day(NOW, 25)),
        "envelopes": "two",
        "hall": "一号厅",
        "t": "3",
        "factor": "none",
        "factor_minutes": "30",
        "check_minutes": "10",
        "release_hours": "4",
        "objection_minutes": "10",
        "confirm_minutes": "10",
        "chair": str(market.owner.organisation.pk),
    }
    post(client, at("opening", tender.pk, made.pk), opening)
    seats = build.refreshed(build.Made(market, tender, (made,)))
    for i in range(1, 6):
        build.seat_officer(market, seats.lot, i, at=NOW)
    checked = get(client, at("check", tender.pk)).text
    assert "sl-words" in checked
    post(client, at("ready", tender.pk), {})
    made.refresh_from_db()
    tender.refresh_from_db()
    assert tender.state == "ready"

    body = services.lot_policy_body(Lot.objects.get(), at=NOW)
    signed = {str(made.pk): [market.owner.signer.sign("policy", body)]}
    post(client, at("publish", tender.pk), {"signed": json.dumps(signed)})
    tender.refresh_from_db()
    assert tender.number == "350100-GC-2026-00001"


def test_the_check_page_names_every_article_and_passes_a_warning_with_a_reason(login, kept):
    made = kept(build.draft_tender, close_at=build.day(START, 12), officers=1)
    client = login(made.owner)

    text = get(client, at("check", made.tender.pk)).text
    assert "《招标投标法》第二十四条" in text
    post(client, at("ready", made.tender.pk), {}, status=422)

    post(client, at("check", made.tender.pk), {"rule": "rest_day", "lot": "", "reason": "已协商"})
    assert made.tender.overrides.get().reason == "已协商"


def test_questions_and_objections_hide_the_asker(login, kept):
    made = kept(build.published_tender)
    asker = build.bidder(1)
    question = services.question_ask(tender_id=made.tender.pk, text="范围？", actor=asker, at=NOW)
    client = login(made.owner)
    name = people.Organisation.objects.get(pk=asker.organisation).name
    paths = [at("clarifications", made.tender.pk), at("question", made.tender.pk, question.pk)]
    for path in paths:
        text = get(client, path).text
        assert name not in text
        assert question.code not in text

    words = {"text": "范围是什么？", "answer": "见图纸。"}
    seen = client.post(at("question", made.tender.pk, question.pk), words)
    assert seen.status_code == 200
    question.refresh_from_db()
    assert question.state == "received"
    post(client, at("question", made.tender.pk, question.pk), words | {"publish": "yes"})
    question.refresh_from_db()
    assert question.state == "answered"

    objection = services.objection_raise(
        tender_id=made.tender.pk, request="条款排斥", facts="第三条", actor=asker, at=NOW
    )
    page = get(client, at("objection", made.tender.pk, objection.pk)).text
    assert name not in page
    post(client, at("objection", made.tender.pk, objection.pk), {"answer": "予以修改。"})
    assert build.refreshed(made).tender.state == "open"


def test_an_addendum_from_draft_to_publication(login, kept):
    made = kept(build.published_tender)
    client = login(made.owner)
    later = build.day(START, 40)
    given = {
        "where_1": "须知 3.2",
        "before_1": "120 日",
        "after_1": "150 日",
        "affects": "yes",
        "reason": "工程量增加",
        "close_at_01": moment(later),
        "duration_01": "150",
    }
    post(client, at("addendum-new", made.tender.pk), given)
    addendum = made.tender.addenda.get()
    text = get(client, at("addendum", made.tender.pk, addendum.pk)).text
    assert "<del>120 日</del>" in text
    assert "<ins>150 日</ins>" in text
    post(client, at("addendum-hand", made.tender.pk, addendum.pk), {})
    get(client, at("addendum-sign", made.tender.pk, addendum.pk))
    addendum.refresh_from_db()
    signed = {
        str(pk): [made.market.owner.signer.sign(kind, body)]
        for pk, (kind, body) in services.addendum_bodies(addendum).items()
    }
    post(client, at("addendum-sign", made.tender.pk, addendum.pk), {"signed": json.dumps(signed)})
    assert build.refreshed(made).lot.close_at == later
    get(client, at("addendum", made.tender.pk, addendum.pk))


def test_a_postponement_by_both_pages(login, kept):
    made = kept(build.published_tender)
    client = login(made.owner)
    later = made.lot.close_at + timedelta(days=7)
    fields = {"close_at": moment(later), "reason": "场地受损"}
    panel = client.post(at("postpone", made.tender.pk, made.lot.pk), fields)
    assert panel.status_code == 200
    from trading.rules import shifted
    from trading.selectors import times_in_force

    body = services.postpone_body(made.lot, shifted(times_in_force(made.lot), later), "场地受损")
    signature = made.market.owner.signer.sign("postpone", body)
    signed = {"signed": json.dumps({"postpone": [signature]})}
    post(client, at("postpone", made.tender.pk, made.lot.pk), fields | signed)
    get(client, at("tender", made.tender.pk))

    proposal = PostponementProposal.objects.get()
    supervisor = login(made.market.supervisor.actor)
    assert "场地受损" in get(supervisor, at("supervised")).text
    get(supervisor, at("proposal", proposal.pk))
    signature = made.market.supervisor.signer.sign("postpone", proposal.body)
    post(supervisor, at("proposal", proposal.pk), {"signed": json.dumps({"postpone": [signature]})})
    assert build.refreshed(made).lot.close_at == later


def test_suspension_by_order_is_lifted_by_the_supervisor_alone(login, kept):
    made = kept(build.published_tender)
    supervisor = login(made.market.supervisor.actor)
    post(supervisor, at("order", made.tender.pk), {"text": "核查", "article": "条62"})
    assert build.refreshed(made).tender.state == "suspended"

    owner = login(made.owner)
    get(owner, at("resume", made.tender.pk))
    post(owner, at("resume", made.tender.pk), {"resume": "yes"}, status=403)
    supervisor = login(made.market.supervisor.actor)
    post(supervisor, at("resume", made.tender.pk), {"resume": "yes"})
    assert build.refreshed(made).tender.state == "open"


def test_termination_is_signed_for_every_lot(login, kept):
    made = kept(build.published_tender)
    client = login(made.owner)
    fields = {"reason": "资金不到位", "article": "招标投标法实施条例第三十一条"}
    assert client.post(at("cancel", made.tender.pk), fields).status_code == 200
    body = services.cancelled_body(made.lot, "资金不到位")
    signed = {str(made.lot.pk): [made.market.owner.signer.sign("cancelled", body)]}
    post(client, at("cancel", made.tender.pk), fields | {"signed": json.dumps(signed)})
    assert build.refreshed(made).tender.state == "cancelled"
    supervisor = login(made.market.supervisor.actor)
    assert made.tender.number in get(supervisor, at("supervised")).text


def test_the_pages_of_an_officer(login, kept):
    made = kept(build.draft_tender, officers=2)
    held = made.officers[made.lot.pk][0]
    with_role = people.staff(made.market.bodies[0], Role.OFFICER, 88)
    seat = services.officer_seat_invite(
        lot_id=made.lot.pk,
        i=3,
        organisation_id=made.market.bodies[0].organisation.pk,
        person_id=with_role.person,
        role="notary",
        actor=made.owner,
        at=START,
    )
    client = login(with_role)
    assert str(seat.pk) in get(client, at("seats")).text
    get(client, at("seat", seat.pk))
    post(client, at("seat-accept", seat.pk), {})
    get(client, at("seat-key", seat.pk), "en")
    assert OfficerSeat.objects.get(pk=seat.pk).state == "accepted"
    assert client.get(at("seat", held.seat.pk)).status_code == 404
    assert login(made.owner).get(at("seat", seat.pk)).status_code == 404


def test_the_agency_registers_for_the_owner_and_drafts_but_never_publishes(login):
    """O2: the agency does the typing under its mandate; the owner confirms."""
    market, agency = build.market(), people.agency()
    client = login(agency.actor)
    given = FORM | {"owner_code": market.owner.organisation.code, "state_funded": "yes"}
    post(client, at("project-new"), given | {"supervisor": str(market.supervisor.organisation.pk)})
    project = Project.objects.get()
    assert (project.owner, project.agency) == (market.owner.organisation, agency.organisation)
    services.project_accept(project_id=project.pk, actor=market.intake, at=NOW)
    post(client, at("tender-new", project.pk), {"title": "北街工程"})
    tender = Tender.objects.get()
    post(client, at("sheet", tender.pk), {"title": "北街工程二"}, status=403)

    people.mandate(market.owner, agency, tender.reference, at=START, until=NOW + timedelta(days=90))
    post(client, at("sheet", tender.pk), {"title": "北街工程二"})
    tender.refresh_from_db()
    assert tender.title == "北街工程二"
    assert "北街工程二" in get(client, at("desk")).text
    assert "sign-form" not in get(client, at("publish", tender.pk)).text


@pytest.mark.parametrize("asked", [0, 1, 7])
def test_no_page_tells_how_many_took_the_documents(asked, login, kept):
    """法22: with 0, 1 or 7 takers the owner's and the supervisor's pages are the same, byte for byte but tokens."""
    made = kept(build.published_tender)

    def seen():
        owner, supervisor = made.owner, made.market.supervisor.actor
        pages = {path: stripped(login(owner).get(path)) for path in open_paths(made)}
        for path in (at("supervised"), at("tender", made.tender.pk), at("clarifications", made.tender.pk)):
            pages[f"supervisor {path}"] = stripped(login(supervisor).get(path))
        return pages

    plain = seen()
    for n in range(1, asked + 1):
        services.documents_take(tender_id=made.tender.pk, actor=build.bidder(n), at=NOW)

    assert seen() == plain


def stripped(response):
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
