"""Pages of the drawing of a panel: whole in both languages, for whom they are and nobody else, and never with a name."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Membership, Person
from accounts.states import OrganisationKind, Role
from bidding.rehearsal.hosts import CENTRE
from experts.models import Draw, DrawExclusion, DrawRequest, Expert, OfficerExchange
from experts.selectors.draw_chances import chances
from experts.selectors.draw_stalled import stall_seen
from experts.services.draw_begin import draw_begin
from experts.services.header_sign import postpone_body
from experts.states import label
from experts.states.draw import DrawState, RequestState
from tests.experts import worlds
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.draws.test_refusals import records
from tests.web.test_offline_tool import offered, signed_by_tool
from tests.web.test_pages import LANGUAGES, whole
from trading.rules.counting import CHINA

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 evidence"


@pytest.fixture
def play(settings, monkeypatch, kept):
    settings.ALLOWED_HOSTS = ["*"]
    made = kept(world.play)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def at(name, *args, language="zh-hans"):
    with translation.override(language):
        return reverse(f"experts:{name}", args=args)


def client_of(actor):
    """Somebody who has just proved who they are, acting for the organisation of this actor."""
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session["organisation"] = str(actor.organisation)
    session.save()
    return client


def everybody(play):
    """A client of everybody near a draw, by what they are."""
    registry, now = play.hall.registry, play.now
    audit = registry.party("审计机关", OrganisationKind.AUDIT, at=now)
    other = registry.party("另一监督部门", OrganisationKind.SUPERVISOR, at=now)
    found = {
        "owner": play.owner.actor,
        "asker": play.asker(),
        "operator": play.operator,
        "desk": play.exclusions,
        "supervisor": play.supervisor.actor,
        "other supervisor": other.actor,
        "auditor": audit.actor,
        "bidder": play.hall.bidder(1).actor,
        "finance": play.staff(Role.FINANCE, "中心财务").actor,
        "administrator": play.staff(Role.SYSADMIN, "中心系统管理员").actor,
        "officer": play.hall.one.seats[0].party.actor,
    }
    return {"public": Client(), **{name: client_of(actor) for name, actor in found.items()}}


def typed(play, **changes):
    """The owner's form as it is filled in."""
    begins = (play.now + timedelta(days=1)).astimezone(CHINA)
    made = {
        "seat_1": "A0301",
        "count_1": "2",
        "seat_2": "A05",
        "count_2": "2",
        "own_members": "1",
        "employer_cap": "1",
        "category": "市政工程",
        "city": "福州",
        "fee": "800 元",
        "place": "评标室三",
        "begins_at": f"{begins:%Y-%m-%dT%H:%M}",
        "hours": "4",
        "when": "after-opening",
        "window_minutes": "10",
        "max_rounds": "2",
    }
    return {**made, **changes}


def moment(when):
    return f"{when.astimezone(CHINA):%Y-%m-%dT%H:%M}"


def ok(answer, language="zh-hans", status=200):
    assert answer.status_code == status, answer.content.decode()[:3000]
    return whole(answer, language)


def test_the_owner_reads_every_fault_at_once_and_a_second_person_confirms(play):
    asker, owner, lot = client_of(play.asker()), client_of(play.owner.actor), play.hall.lot
    path = at("draw-request", lot.pk)
    ok(asker.get(path))
    bad = typed(
        play, own_members="3", category=f"为{lot.tender.title}", count_2="", employer_cap="0", region_1="35"
    )
    text = ok(asker.post(path, bad), status=422).text
    for field in ("count_2", "region_1", "high_1", "employer_cap"):
        assert f'id="id_{field}_bad"' in text, field
    bad = typed(play, count_1="3", own_members="3", category=f"为{lot.tender.title}")
    text = ok(asker.post(path, bad), status=422).text
    for field in ("seat_1", "own_members", "category"):
        assert f'id="id_{field}_bad"' in text, field
    assert "招标投标法" in text or "法37" in text
    assert not DrawRequest.objects.exists()

    assert asker.post(path, typed(play)).status_code == 302
    asked = ok(asker.get(path)).text
    assert at("draw-confirm", lot.pk) not in asked
    key = play.owner.signer.spki.hex()
    assert asker.post(at("draw-confirm", lot.pk), {"owner_key": key}).status_code == 403
    ok(owner.post(at("draw-confirm", lot.pk), {"owner_key": "00"}), status=422)
    assert owner.post(at("draw-confirm", lot.pk), {"owner_key": key}).status_code == 302
    request = DrawRequest.objects.get()
    assert (RequestState(request.state), request.owner_key) == (RequestState.CONFIRMED, key)
    assert (request.seats, request.window_s, request.regions) == ({"A0301": 2, "A05": 2}, 600, {})
    assert owner.post(at("draw-withdraw", request.pk)).status_code == 302
    ok(owner.get(path))


def test_the_owner_is_led_to_the_request_from_the_list_the_tender_and_the_hall(play):
    """O11: after the opening the way to the panel stands where the owner works; an agency or bidder has none."""
    lot, owner = play.hall.lot, client_of(play.owner.actor)
    tender = reverse("trading:tender", args=[lot.tender_id])
    chair = reverse("bidding:hall-chair", args=[lot.tender.number, lot.no])
    way = at("draw-request", lot.pk)
    for path in (at("draws"), tender, chair):
        assert way in ok(owner.get(path)).text, path
    assert way not in client_of(play.supervisor.actor).get(tender).content.decode()
    play.asked()
    assert way not in owner.get(at("draws")).content.decode().split('id="rows"')[0]


def test_from_the_request_to_a_signed_header_by_the_pages_alone(play):
    asker, owner = client_of(play.asker()), client_of(play.owner.actor)
    operator, desk, supervisor = (
        client_of(one) for one in (play.operator, play.exclusions, play.supervisor.actor)
    )
    lot = play.hall.lot
    asker.post(at("draw-request", lot.pk), typed(play))
    owner.post(at("draw-confirm", lot.pk), {"owner_key": play.owner.signer.spki.hex()})
    request = play.request = DrawRequest.objects.get()
    unit = {"unit": worlds.employer(1)[0], "code": "", "reason": "related"}
    path = at("draw-exclusions", request.pk)
    ok(desk.post(path, unit), status=422)
    file = SimpleUploadedFile("证据.pdf", PAPER)
    assert desk.post(path, {**unit, "file": file}).status_code == 302
    row = DrawExclusion.objects.get()
    assert row.reason == "related"
    for client in (desk, supervisor):
        assert client.get(at("draw-evidence", request.pk, row.evidence)).content == PAPER
    assert operator.get(at("draw-evidence", request.pk, row.evidence)).status_code == 403
    assert desk.get(at("draw-evidence", request.pk, "ab" * 32)).status_code == 404

    ok(operator.get(at("draw-begin", request.pk)))
    assert operator.post(at("draw-begin", request.pk), {"t": "3"}).status_code == 302
    draw = Draw.objects.get()
    play.draw_id = draw.pk
    text = ok(operator.get(at("draw-officers", draw.pk))).text
    assert "id_candidate" in text
    play.devices = [play.officer(i) for i in range(1, 6)]
    play.hall.cut()
    close = (play.now + timedelta(minutes=30)).replace(second=0, microsecond=0)
    given = {
        "supervisor_key": play.supervisor.signer.spki.hex(),
        "close_at": moment(close),
        "reveal_at": moment(close + timedelta(days=2)),
        "release_hours": "1",
    }
    ok(operator.post(at("draw-prepare", draw.pk), {**given, "reveal_at": moment(play.now)}), status=422)
    assert operator.post(at("draw-prepare", draw.pk), given).status_code == 302
    text = ok(supervisor.get(at("draw-sign", draw.pk))).text
    assert row.unit in text
    signature = play.supervisor.signer.sign("draw-header", play.draw.header)
    foreign = play.owner.signer.sign("draw-header", play.draw.header)
    refused = supervisor.post(at("draw-sign", draw.pk), {"signed": json.dumps({"draw-header": [foreign]})})
    assert refused.status_code == 403
    signed = {"signed": json.dumps({"draw-header": [signature]})}
    assert supervisor.post(at("draw-sign", draw.pk), signed).status_code == 302
    assert DrawState(play.draw.state) is DrawState.OPEN
    assert supervisor.get(at("draw-sign", draw.pk)).status_code == 409


def test_the_supervisor_moves_the_close_of_contributions_by_signature(play):
    play.ready()
    supervisor, path = client_of(play.supervisor.actor), at("draw-postpone", play.draw_id)
    later = (play.draw.close_at + timedelta(minutes=30)).replace(second=0, microsecond=0)
    ok(supervisor.get(path))
    fields = {"close_at": moment(later), "reason": "一名贡献方停电"}
    ok(supervisor.post(path, {"close_at": moment(later), "reason": ""}), status=422)
    text = ok(supervisor.post(path, fields)).text
    assert "draw-postpone" in text
    body = postpone_body(play.draw, later, fields["reason"])
    signed = {"draw-postpone": [play.supervisor.signer.sign("draw-postpone", body)]}
    assert supervisor.post(path, {**fields, "signed": json.dumps(signed)}).status_code == 302
    play.hall.cut()
    assert play.draw.close_at == later
    assert "一名贡献方停电" in ok(supervisor.get(at("draw", play.draw_id))).text


def test_a_header_is_signed_by_the_offline_tool_with_the_file_of_the_page(play, tmp_path):
    play.asked()
    play.begun()
    play.prepared()
    supervisor = client_of(play.supervisor.actor)
    offered(ok(supervisor.get(at("draw-sign", play.draw_id))), tmp_path)
    signed = {"signed": signed_by_tool(tmp_path, play.supervisor.signer)}
    assert supervisor.post(at("draw-sign", play.draw_id), signed).status_code == 302
    assert DrawState(play.draw.state) is DrawState.OPEN


def test_why_no_panel_is_possible_stands_in_words_with_what_the_law_allows(play):
    play.asked(seats={"A0301": 14, "A05": 2}, own_members=1)
    play.begun()
    operator = client_of(play.operator)
    given = {
        "supervisor_key": play.supervisor.signer.spki.hex(),
        "close_at": moment(play.now + timedelta(hours=1)),
        "reveal_at": moment(play.now + timedelta(days=2)),
        "release_hours": "24",
    }
    for language, word in (("zh-hans", "单位"), ("en", "employer")):
        text = ok(
            operator.post(at("draw-prepare", play.draw_id, language=language), given), language, 422
        ).text
        assert 'id="why"' in text
        assert word in text[text.index('id="why"') :]


PAGES = {
    "draws": {"owner", "asker", "operator", "desk", "supervisor", "other supervisor", "auditor"},
    "draw-request": {"owner", "asker", "operator", "supervisor", "auditor"},
    "draw-exclusions": {"desk"},
    "draw-begin": {"operator"},
    "draw": {"owner", "asker", "operator", "supervisor", "auditor"},
    "draw-part": {"owner", "asker", "operator", "supervisor", "auditor"},
    "draw-officers": {"operator"},
    "draw-prepare": {"operator"},
    "draw-exchange": {"operator", "supervisor"},
    "draw-naming": {"owner", "asker", "supervisor"},
    "draw-sign": {"supervisor"},
    "draw-postpone": {"supervisor"},
    "draw-stalled": set(),
}
"""Who reads which page; everybody else is refused."""


def places(play):
    lot, request, draw = play.hall.lot.pk, play.request.pk, play.draw_id
    about = {"draws": (), "draw-request": (lot,), "draw-exclusions": (request,), "draw-begin": (request,)}
    return {name: about.get(name, (draw,)) for name in PAGES}


def test_each_page_is_for_whom_it_is_and_nobody_else(play):
    play.asked()
    play.begun()
    play.prepared()
    clients = everybody(play)
    for name, args in places(play).items():
        seen = {who for who, client in clients.items() if client.get(at(name, *args)).status_code == 200}
        assert seen == PAGES[name], name
    for name in ("draw-confirm", "draw-withdraw", "draw-evidence"):
        args = {"draw-confirm": (play.hall.lot.pk,), "draw-withdraw": (play.request.pk,)}
        path = at(name, *args.get(name, (play.request.pk, "ab" * 32)))
        for who, client in clients.items():
            assert client.get(path).status_code in {302, 403, 404, 405}, (name, who)
    assert (
        play.supervisor.organisation.name not in clients["other supervisor"].get(at("draws")).content.decode()
    )


@pytest.mark.walk
def test_no_page_of_a_draw_says_a_name_before_it_is_opened(play):
    """journeys 30: in no state, to no role, in no language."""
    clients, told = everybody(play), 0
    experts = list(Expert.objects.all())
    secret = {one.name for one in experts} | {one.code for one in experts} | {str(one.pk) for one in experts}

    def look():
        nonlocal told
        for name, args in places(play).items():
            for client in clients.values():
                for language in LANGUAGES:
                    text = client.get(at(name, *args, language=language)).content.decode()
                    assert not [one for one in secret if one in text], (name, language)
                    told += 1

    play.asked()
    play.begun()
    play.prepared()
    look()
    play.signed()
    play.contributed()
    play.decided()
    play.called()
    look()
    play.answered(declines=1)
    look()
    assert told > 300


def test_the_page_of_a_draw_follows_it_in_both_languages(play):
    clients = everybody(play)
    watcher, part = clients["auditor"], None

    def look(state):
        assert DrawState(play.draw.state) is state
        for language in LANGUAGES:
            page = ok(watcher.get(at("draw", play.draw_id, language=language)), language)
            with translation.override(language):
                assert page.title.startswith(gettext(label(state)))
        nonlocal part
        answer = watcher.get(at("draw-part", play.draw_id))
        assert answer["ETag"] != part
        part = answer["ETag"]
        assert watcher.get(at("draw-part", play.draw_id), headers={"if-none-match": part}).status_code == 304

    play.asked()
    play.begun()
    look(DrawState.BEGUN)
    play.prepared()
    look(DrawState.PREPARED)
    play.signed()
    look(DrawState.OPEN)
    play.contributed()
    look(DrawState.CLOSED)
    play.decided()
    look(DrawState.DRAWN)
    play.called()
    look(DrawState.CALLING)
    play.answered()
    look(DrawState.COMPLETE)
    play.revealed()
    look(DrawState.REVEALED)
    assert "data-over" in watcher.get(at("draw", play.draw_id)).content.decode()


def test_an_exclusion_that_makes_somebody_likely_is_shown_to_the_supervisor(play):
    """expert-draw §7, targeted exclusion: chances are recomputed without it, and a large effect is flagged."""
    play.asked(employer_cap=None)
    for number in range(1, 5):
        play.exclude(worlds.employer(number)[0])
    play.begun()
    play.prepared()
    found = chances(play.draw)
    assert (found.pool, found.eligible, found.thin) == (14, 6, True)
    assert (found.lowest, found.highest) == ("66.7", "66.7")
    by_unit = {one.unit: one for one in found.effects if one.unit}
    assert {(one.people, one.raised, one.flagged) for one in by_unit.values()} == {(2, 33, False)}
    play.exclude(worlds.employer(5)[0])
    play.prepared()
    found = chances(play.draw)
    assert (found.lowest, found.highest, found.flagged) == ("100.0", "100.0", 0)
    assert {one.raised for one in found.effects if one.unit} == {50}
    text = ok(client_of(play.supervisor.actor).get(at("draw-sign", play.draw_id))).text
    assert "100.0" in text


def test_a_further_serial_needs_a_cause_and_stands_among_the_exceptions(play):
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    play.answered(declines=2)
    assert DrawState(play.draw.state) is DrawState.SHORT
    operator, supervisor = client_of(play.operator), client_of(play.supervisor.actor)
    path = at("draw-begin", play.request.pk)
    for cause in ("", "officers"):
        ok(operator.post(path, {"t": "3", "cause": cause}), status=422)
    assert operator.post(path, {"t": "3", "cause": "short"}).status_code == 302
    second = Draw.objects.get(serial=2)
    text = ok(supervisor.get(at("draws"))).text
    assert 'id="draw-exceptions"' in text
    assert at("draw", second.pk) in text
    text = ok(supervisor.get(at("draw", second.pk, language="en")), "en").text
    assert "This is serial 2 of the lot: seats were left open when the rounds were used up." in text
    assert play.staff(Role.WITNESS, "抽取操作员").organisation.name == CENTRE


def test_what_the_law_says_of_a_panel_that_is_not_full_stands_on_its_pages(play):
    """A23, 法37, 条例46: after the last round readers find the rule, its article and the ways that are open."""
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    clients = everybody(play)
    path = at("draw", play.draw_id)
    assert 'id="draw-short"' not in ok(clients["operator"].get(path)).text
    play.answered(declines=2)
    assert DrawState(play.draw.state) is DrawState.SHORT
    said = {
        "zh-hans": (
            "未抽齐而结束：补抽轮次用完后仍有席位空缺。已接受",
            "由招标人依法确定其余专家",
            "《招标投标法实施条例》第四十六条",
            "再次抽取",
            "重新申请",
        ),
        "en": (
            "names the remaining experts",
            "Implementing Regulation, article 46",
            "another serial",
            "asks anew",
        ),
    }
    assert records("draw-short")[0]["fallback"] in said_by(clients["operator"], "draw", play.draw_id)
    for language, words in said.items():
        for who in ("operator", "supervisor", "owner", "auditor"):
            text = said_by(clients[who], "draw", play.draw_id, language=language)
            assert [word for word in words if word not in text] == []
    play.revealed()
    lot = play.hall.lot
    for language, words in said.items():
        with translation.override(language):
            public = ok(Client().get(reverse("portal:draw", args=[lot.tender.number, lot.no])), language).text
        assert [word for word in words if word not in section(public)] == []
    draw_begin(request_id=play.request.pk, t=3, cause="short", actor=play.operator, at=play.now)
    assert 'id="draw-short"' not in ok(clients["operator"].get(path)).text


def section(text):
    """The part of a page that tells how a draw which ended short goes on."""
    return text.split('id="draw-short"')[1].split("</section>")[0]


def said_by(client, name, *args, language="zh-hans"):
    return section(ok(client.get(at(name, *args, language=language)), language).text)


def test_a_draw_whose_officers_stay_away_is_ended_by_two_on_their_pages(play):
    """A25: proposed by the operator once the time is over, signed by the supervisor, never by one of them alone."""
    play.ready()
    play.contributed()
    operator, supervisor, owner = (
        client_of(one) for one in (play.operator, play.supervisor.actor, play.owner.actor)
    )
    path, name = at("draw-stalled", play.draw_id), play.devices[0].seat.organisation.name
    assert "停滞" not in ok(operator.get(at("draws"))).text
    assert owner.get(path).status_code == 403
    assert name in ok(operator.get(path)).text
    assert operator.post(path).status_code == 409
    play.past(stall_seen(play.draw_id, play.operator).due)
    assert path in ok(operator.get(at("draw", play.draw_id))).text
    for client in (operator, owner):
        assert "停滞" in ok(client.get(at("draws"))).text
    assert at("draw", play.draw_id) in ok(supervisor.get(at("draws"))).text.split('id="draw-exceptions"')[1]
    assert supervisor.post(path).status_code == 403
    assert operator.post(path).status_code == 302
    for language in LANGUAGES:
        ok(operator.get(at("draw-stalled", play.draw_id, language=language)), language)
        ok(supervisor.get(at("draw-stalled", play.draw_id, language=language)), language)
    signature = play.supervisor.signer.sign("draw-end", play.draw.stall)
    signed = {"signed": json.dumps({"draw-end": [signature]})}
    assert supervisor.post(path, signed).status_code == 302
    assert DrawState(play.draw.state) is DrawState.SHORT
    assert supervisor.get(path).status_code == 409
    assert (
        operator.post(at("draw-begin", play.request.pk), {"t": "3", "cause": "officers"}).status_code == 302
    )


def test_an_officer_is_changed_by_operator_and_supervisor_on_their_pages(play):
    """A9: proposed by one, agreed to by another, before the header; everybody who watches reads why."""
    play.asked()
    play.begun()
    play.prepared()
    operator, supervisor = client_of(play.operator), client_of(play.supervisor.actor)
    body = play.hall.registry.party("律师协会", OrganisationKind.OFFICER_BODY, at=play.now)
    new = play.hall.registry.staff(body, Role.OFFICER, "新持钥人", at=play.now)
    chosen = Membership.objects.get(organisation=body.organisation, person=new.actor.person)
    path = at("draw-exchange", play.draw_id)
    given = {"seat": "2", "cause": "prevented", "candidate": str(chosen.pk), "role": "notary"}
    assert path in ok(operator.get(at("draw", play.draw_id))).text
    assert path in ok(operator.get(at("draw-officers", play.draw_id))).text
    assert path not in ok(supervisor.get(at("draw", play.draw_id))).text
    assert 'name="proposal"' not in ok(supervisor.get(path)).text
    ok(operator.post(path, given), status=422)
    assert operator.post(path, {**given, "reason": "届时不能到场"}).status_code == 302
    for language in LANGUAGES:
        here = at("draw-exchange", play.draw_id, language=language)
        assert "届时不能到场" in ok(operator.get(here), language).text
        text = ok(supervisor.get(here), language).text
        assert "届时不能到场" in text
        assert 'name="proposal"' in text
    assert path in ok(supervisor.get(at("draw", play.draw_id))).text
    proposal = {"proposal": str(OfficerExchange.objects.get().pk)}
    assert operator.post(path, proposal).status_code == 422
    assert DrawState(play.draw.state) is DrawState.PREPARED
    assert supervisor.post(path, {**proposal, "refuse": "1"}).status_code == 422
    assert supervisor.post(path, {**proposal, "refuse": "1", "reason": "尚可到场"}).status_code == 302
    assert "尚可到场" in ok(operator.get(path)).text
    assert operator.post(path, {**given, "reason": "确实不能到场"}).status_code == 302
    proposal = {"proposal": str(OfficerExchange.objects.get(refused=None).pk)}
    assert supervisor.post(path, proposal).status_code == 302
    assert DrawState(play.draw.state) is DrawState.BEGUN
    for client in (operator, supervisor, client_of(play.owner.actor)):
        assert "确实不能到场" in ok(client.get(at("draw", play.draw_id))).text
