"""Pages of the expert pool in both languages, whole for whom they are, closed for everybody else; no name leaks."""

import json
import logging
from datetime import timedelta
from functools import reduce

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.identity_keys import identity_key
from accounts.models import Outbox, Person
from accounts.states import OrganisationKind, Role
from bidding.rehearsal import hosts
from bidding.rehearsal.parties import Registry
from experts.models import Expert
from experts.pool_keys import pool_key
from portal.demo import experts as demo
from protocol.draw import pool as committed
from tests.experts import worlds
from tests.web.test_leak_walk import addresses
from tests.web.test_pages import LANGUAGES, whole

pytestmark = pytest.mark.django_db
PAPER = SimpleUploadedFile


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


class Moment:
    """A clock as the demonstration has one, without the log's beats."""

    def __init__(self, now):
        self.now = now

    def after(self, *, seconds):
        """Go on."""
        self.now += timedelta(seconds=seconds)

    def cut(self):
        """The log is not asked."""


def peopled():
    """A pool as the demonstration builds it, with the people of a trading centre and of the market around it."""
    moment = Moment(worlds.START)
    registry = Registry()
    demo.build(registry, moment)
    moment.after(seconds=40 * 86_400)
    demo.go_on(registry, moment)
    centre = registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=worlds.START)
    for role in (Role.WITNESS, Role.INTAKE, Role.FINANCE, Role.SYSADMIN):
        registry.staff(centre, role, f"中心人员 {role.value}", at=worlds.START)
    for kind in ("OWNER", "AGENCY", "BIDDER", "SUPERVISOR", "AUDIT", "OFFICER_BODY"):
        registry.party(f"某{kind}", OrganisationKind[kind], at=worlds.START)
    return registry, moment


@pytest.fixture
def market(settings, monkeypatch, kept):
    settings.ALLOWED_HOSTS = ["*"]
    registry, moment = kept(peopled)
    monkeypatch.setattr("kernel.clock.now", lambda: moment.now)
    return registry, moment


def client_of(email):
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return client


def keeper(market, name=demo.KEEPER):
    return client_of(market[0].staff_member(name).email)


def strangers(market):
    """Everybody near the pool but its keepers and the expert."""
    registry = market[0]
    found = {"public": Client()}
    for party in registry.parties():
        found[party.organisation.name] = client_of(party.email)
    for role in (Role.WITNESS, Role.INTAKE, Role.FINANCE, Role.SYSADMIN):
        found[role.value] = client_of(registry.staff_member(f"中心人员 {role.value}").email)
    return found


def at(name, *args, language="zh-hans"):
    with translation.override(language):
        return reverse(f"experts:{name}", args=args)


def filled(route, values):
    """The route with these values in place of its arguments."""
    return reduce(lambda made, one: made.replace(*one), values.items(), route)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_keeper_is_whole(market, language):
    client = keeper(market)
    one = Expert.objects.get(name="专家001")
    applied = Expert.objects.get(name="专家061")
    pages = [at("pool", language=language), at("new", language=language), at("import", language=language)]
    pages += [at(name, one.pk, language=language) for name in ("record", "edit")]
    pages += [at("act", applied.pk, act, language=language) for act in ("examine", "remove", "certificate")]
    acts = ("rate", "suspend", "renew", "link", "admit", "resume")
    pages += [at("act", one.pk, act, language=language) for act in acts]
    pages += [
        at("pool", language=language) + query
        for query in ("?q=专家00", "?q=3502&state=in_pool", "?code=A03&page=2")
    ]
    for path in pages:
        whole(client.get(path), language)


def test_a_keeper_takes_in_a_workbook_and_reads_every_defect(market):
    client = keeper(market)
    bad = worlds.workbook(
        worlds.row(71, 姓名=""), worlds.row(72, 行政区划="1"), worlds.row(73, 专业="x", 聘期止="?")
    )
    answer = client.post(at("import"), {"file": PAPER("a.xlsx", bad)})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert all(f'scope="row">{row}</th>' in text for row in (2, 3, 4))
    for content, word in ((b"%PDF-1.7", 422), (worlds.workbook(worlds.row(71)), 200)):
        assert client.post(at("import"), {"file": PAPER("a.xlsx", content)}).status_code == word
    assert Expert.objects.filter(name="专家071", state="examined").exists()
    waiting = Expert.objects.get(name="专家071").source_id
    assert client.post(at("import-admit", waiting)).status_code == 403
    assert keeper(market, demo.SECOND).post(at("import-admit", waiting)).status_code == 302


def test_a_keeper_writes_examines_and_a_second_admits(market):
    client, moment = keeper(market), market[1]
    data = {
        "name": "专家081",
        "identity_number": demo.identity_number(81),
        "region": "350100",
        "employer": "示例设计院",
        "title": "高级工程师",
        "title_grade": "senior",
        "work_since": "2001",
        "specialties": ["A05"],
        "term_from": f"{moment.now:%Y-%m-%d}",
        "term_to": "2028-01-01",
    }
    refused = client.post(at("new"), {**data, "region": "35"})
    assert refused.status_code == 422
    assert client.post(at("new"), data).status_code == 302
    one = Expert.objects.get(name="专家081")
    assert client.post(at("act", one.pk, "examine"), {"reason": ""}).status_code == 302
    decision = {"decision": "admit", "reason": ""}
    assert client.post(at("act", one.pk, "admit"), decision).status_code == 403
    assert keeper(market, demo.SECOND).post(at("act", one.pk, "admit"), decision).status_code == 302
    edit = {**data, "employer": "另一示例设计院", "reason": "调动"}
    assert client.post(at("edit", one.pk), edit).status_code == 302
    paper = {"title": "职称证书", "file": PAPER("a.pdf", b"%PDF-1.7 a paper")}
    assert client.post(at("act", one.pk, "certificate"), paper).status_code == 302
    row = one.certificates.get()
    assert client.get(at("certificate-file", row.pk)).content == b"%PDF-1.7 a paper"
    for act, given in (
        ("rate", {"occasion": "x", "found": ["late"], "reason": "x"}),
        ("suspend", {"decision_no": "1", "reason": "x"}),
        ("resume", {"reason": "x"}),
        ("renew", {"term_to": "2028-06-01", "reason": "x"}),
        ("remove", {"ground": "request", "reason": "x"}),
    ):
        assert client.post(at("act", one.pk, act), given).status_code == 302, act
    assert client.get(at("act", one.pk, "nonsense")).status_code == 404
    one.refresh_from_db()
    assert (one.state, one.employer) == ("removed", "另一示例设计院")


def test_export_and_epoch_are_a_keepers_post(market):
    client = keeper(market)
    assert client.get(at("export")).status_code == 405
    taken = client.post(at("export"))
    assert "no-store" in taken["Cache-Control"]
    assert taken.content.startswith(b"PK")
    assert client.post(at("epoch-cut")).status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expert_reads_what_is_recorded_and_checks_it(market, language):
    client = client_of(demo.EMAIL)
    answer = client.get(at("own", language=language))
    whole(answer, language)
    text = answer.content.decode()
    assert "专家001" in text
    assert "0591-00000001" in text
    kept = json.loads(client.get(at("own-epoch", 2)).content)
    public = json.loads(Client().get("/pool/epochs/2.json").content)
    shown = committed.check_record(kept, bytes.fromhex(public["body"]["root"]), public["body"]["size"])
    assert shown["name"] == "专家001"
    assert (
        at("own", language=language) in client.get(reverse("accounts:home")).content.decode()
        or language == "en"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expert_reads_which_certificates_are_kept_of_him_and_nobody_elses(market, language):
    """个人信息保护法 45: what is held of somebody he may read; the keeper alone opens the file."""
    client, one = client_of(demo.EMAIL), Expert.objects.get(name="专家001")
    assert one.title in client.get(at("own", language=language)).content.decode()
    given = {"title": "注册土木工程师", "number": "AY-001", "valid_to": "2099-12-31"}
    for expert, file in ((one, "own.pdf"), (Expert.objects.get(name="专家002"), "another.pdf")):
        paper = {**given, "file": PAPER(file, b"%PDF-1.7 a paper")}
        assert keeper(market).post(at("act", expert.pk, "certificate"), paper).status_code == 302
    answer = client.get(at("own", language=language))
    whole(answer, language)
    text = answer.content.decode()
    section = text.split('id="papers"')[1].split("</section>")[0]
    assert [word for word in ("注册土木工程师", "AY-001", "2099", "own.pdf") if word not in section] == []
    assert "another.pdf" not in text
    assert client.get(at("certificate-file", one.certificates.get().pk)).status_code == 403


def test_an_expert_tells_days_away(market):
    client, moment = client_of(demo.EMAIL), market[1]
    day = f"{moment.now:%Y-%m-%d}"
    assert client.post(at("away"), {"first": "", "last": day}).status_code == 422
    assert client.post(at("away"), {"first": day, "last": "2020-01-01"}).status_code == 422
    assert client.post(at("away"), {"first": day, "last": day}).status_code == 302
    row = Expert.objects.get(name="专家001").away.get()
    assert keeper(market).post(at("away-back", row.pk)).status_code == 404
    assert client.post(at("away-back", row.pk)).status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_supervisor_and_auditor_read_numbers_and_no_name(market, language):
    for name in ("某SUPERVISOR", "某AUDIT"):
        client = client_of(market[0].party(name, OrganisationKind.BIDDER, at=worlds.START).email)
        answer = client.get(at("supervised", language=language))
        whole(answer, language)
        assert "专家0" not in answer.content.decode().replace("专家库", "")


@pytest.mark.walk
def test_nobody_else_reads_an_experts_name_anywhere(market, caplog):
    """法37: names are secret. Public, owner, agency, bidder, officer, supervisor, auditor, every post of the centre."""
    one = Expert.objects.get(name="专家001")
    secrets = {f"专家{n:03d}" for n in range(1, 63)} | {one.code, str(one.pk), one.employer}
    fill = {
        "<uuid:expert_id>": str(one.pk),
        "<uuid:import_id>": str(one.source_id),
        "<uuid:certificate_id>": str(one.pk),
        "<uuid:away_id>": str(one.pk),
        "<uuid:interest_id>": str(one.pk),
        "<uuid:rating_id>": str(one.pk),
        "<uuid:draw_id>": str(one.pk),
        "<uuid:origin_id>": str(one.pk),
        "<int:epoch>": "2",
        "<str:name>": "examine",
    }
    routes = [filled(route, fill) for route in addresses()]
    routes = [f"/{route}" for route in routes if not set("<^(") & set(route)]
    pool = [route for route in routes if route.startswith("/pool/")]
    assert len(pool) >= 14
    with caplog.at_level(logging.DEBUG):
        for who, client in strangers(market).items():
            for route in routes:
                for answer in [client.get(route)] + ([client.post(route)] if route in pool else []):
                    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                    text = body.decode("utf-8", "replace").replace(route, "")
                    leaked = [word for word in secrets if word in text]
                    assert not leaked, (who, route, leaked[:2])
                    names = route.startswith("/pool/") and not route.startswith(
                        ("/pool/epochs/", "/pool/numbers/", "/pool/leads/", "/pool/panels/")
                    )
                    assert not names or answer.status_code in {302, 403, 404, 405}, (
                        who,
                        route,
                        answer.status_code,
                    )
    said = caplog.text
    assert not [word for word in secrets if word in said and "/" + word not in said]


def test_messages_and_the_experts_own_page_name_nobody_else(market):
    others = {f"专家{n:03d}" for n in range(2, 63)}
    text = client_of(demo.EMAIL).get(at("own")).content.decode()
    assert not [name for name in others if name in text]
    assert not [row for row in Outbox.objects.all() if "专家0" in str(row.data)]


def test_pages_of_the_pool_are_never_kept_on_the_way(market):
    for client, path in ((keeper(market), at("pool")), (client_of(demo.EMAIL), at("own"))):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_the_keys_of_the_demonstration_are_those_of_the_installation(market):
    one = Expert.objects.get(name="专家001")
    assert pool_key().open_phone(one.phone_sealed) == "0591-00000001"
    assert len(identity_key()) == 32
