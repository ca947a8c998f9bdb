"""Pages of scoring and report: each reader sees what is his at that moment, and the script's calls keep every rule."""

import io
import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Person
from accounts.rules.notices import BEIJING
from experts.models import Sheet
from tests.experts.panels import scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(kept, monkeypatch):
    made = kept(scored.scoring)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    return made


def as_person(person, organisation=None):
    client = Client()
    client.force_login(Person.objects.get(pk=person))
    return client


def as_member(member):
    return as_person(member.seat.person_id)


def address(made, name, *args):
    return reverse(f"experts:{name}", args=[made.panel.pk, *args])


def words(answer):
    return " ".join(answer.content.decode().split())


def sent(client, url, value):
    return client.post(
        url, json.dumps(value), content_type="application/json", headers={"accept": "application/json"}
    )


def cells(made, mark="8"):
    return [
        {"bid": bid.ev, "criterion": name, "mark": mark, "note": ""}
        for bid in made.bids
        for name in ("plan", "team")
    ]


def test_a_member_saves_locks_and_waits(made):
    member = made.members[0]
    client = as_member(member)
    opened = client.get(address(made, "sheet"))
    assert opened.status_code == HTTPStatus.OK
    data = json.loads(
        words(opened).split('id="sheet-data" type="application/json">')[1].split("</script>")[0]
    )
    assert [row["id"] for row in data["criteria"]] == ["plan", "team"]
    assert data["key"] == member.signer.spki.hex()

    saved = sent(client, address(made, "sheet-save"), {"changes": cells(made), "reason": ""})
    assert saved.status_code == HTTPStatus.OK
    assert set(saved.json()["totals"].values()) == {"16"}
    given = scored.locked(made, member)
    locked = sent(client, address(made, "sheet-lock"), given)
    assert locked.json() == {"next": address(made, "sheet")}

    after = words(client.get(address(made, "sheet")))
    assert "sheet-data" not in after
    assert client.get(address(made, "looks")).status_code == HTTPStatus.FORBIDDEN
    assert (
        sent(client, address(made, "sheet-save"), {"changes": cells(made)}).status_code == HTTPStatus.CONFLICT
    )


@pytest.mark.parametrize(
    "value",
    [[], {"changes": 3}, {"changes": [3]}, {"changes": [{"bid": 1}]}, {"changes": [], "reason": 5}, {}],
)
def test_what_cannot_be_read_is_refused_in_words(made, value):
    answer = sent(as_member(made.members[0]), address(made, "sheet-save"), value)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["code"] == "malformed"
    assert (
        sent(as_member(made.members[0]), address(made, "sheet-lock"), value).status_code
        == HTTPStatus.UNPROCESSABLE_ENTITY
    )


def test_scenario_32_nobody_sees_a_mark_of_another_before_all_have_locked(made):
    """Members, chair, owner, supervisor, desk: no page of theirs holds one of the marks, nor a total."""
    for member in made.members[:-1]:
        row = {bid.ev: {"plan": "13.5", "team": "7"} for bid in made.bids}
        scored.marked(made, member, row)
    last = as_member(made.members[-1])
    readers = [
        last,
        *map(as_person, (made.owner.actor.person, made.supervisor.actor.person, made.desk.person)),
    ]
    for name in ("sheet", "looks", "report", "closing", "time", "recall"):
        for client in readers:
            found = client.get(address(made, name))
            assert "13.5" not in found.content.decode()
            assert "20.5" not in found.content.decode()
    assert Sheet.objects.filter(state="locked").count() == len(made.members) - 1


def test_scenario_33_the_owner_sees_must_extend_and_no_name(made):
    owner = as_person(made.owner.actor.person)
    assert "sl-note is-stop" not in words(owner.get(address(made, "time")))
    for member in made.members[:2]:
        asked = as_member(member).post(address(made, "time-ask"))
        assert asked.status_code == HTTPStatus.FOUND
    found = words(owner.get(address(made, "time")))
    assert "sl-note is-stop" in found
    for member in made.members:
        assert member.seat.person.name not in found
    later = (made.panel.until + timedelta(hours=2)).astimezone(BEIJING)
    owner.post(address(made, "time"), {"until": f"{later:%Y-%m-%dT%H:%M}"})
    assert made.panel.until.astimezone(BEIJING).hour == later.hour


def test_from_the_open_sheets_to_the_report_in_the_owners_hands(made):
    far = {2: {made.bids[0].ev: {"plan": "0", "team": "0"}}}
    scored.shown(made, far)
    second = as_member(made.members[1])
    page = words(second.get(address(made, "looks")))
    assert "is-stop" in page
    second.post(address(made, "sheet-keep"), {"reason": ""})
    assert second.post(address(made, "sheet-keep"), {"reason": "缺少方案"}).status_code == HTTPStatus.FOUND

    chair = as_member(made.chair)
    draft = chair.get(address(made, "report"))
    assert draft.status_code == HTTPStatus.OK
    asked = chair.post(address(made, "report-make"), {"matters": "核对"})
    signing = asked.context["signing"]
    signature = made.chair.signer.sign(signing["kind"], signing["body"])
    given = {"matters": "核对", "signatures": json.dumps([signature])}
    assert chair.post(address(made, "report-make"), given).status_code == HTTPStatus.FOUND
    owner = as_person(made.owner.actor.person)
    assert owner.get(address(made, "report")).status_code == HTTPStatus.FORBIDDEN
    made.hall.cut()

    for number, member in enumerate(scored.sitting(made)):
        choice = {"stance": "dissent" if number == 0 else "agree", "note": "业绩不实" if number == 0 else ""}
        client = as_member(member)
        if number == 0:
            refused = client.post(address(made, "report-sign"), {**choice, "note": ""})
            assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        signing = client.post(address(made, "report-sign"), choice).context["signing"]
        signature = member.signer.sign(signing["kind"], signing["body"])
        done = client.post(address(made, "report-sign"), {**choice, "signatures": json.dumps([signature])})
        assert done.status_code == HTTPStatus.FOUND

    assert made.panel.state == "ended"
    assert address(made, "panel-recuse") not in words(second.get(address(made, "panel")))
    found = words(owner.get(address(made, "report")))
    assert "业绩不实" in found
    assert "核对" in found
    paper = owner.get(reverse("portal:report-file", args=[made.panel.pk, 1]))
    assert paper["Content-Type"] == "application/pdf"
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages)
    assert "业绩不实" in text
    assert "自证" not in found + text
    assert made.lot.number in text
    assert as_member(made.members[0]).get(address(made, "closing")).status_code == HTTPStatus.OK
    called = owner.post(address(made, "recall"), {"ground": "error", "reason": "数量有误", "evidence": ""})
    assert called.status_code == HTTPStatus.FOUND
    assert made.panel.state == "reviewing"
    assert owner.get(address(made, "report-number", 1)).status_code == HTTPStatus.OK


def test_who_has_no_seat_learns_of_no_panel(made):
    for person in (made.owner.actor.person, made.supervisor.actor.person, made.desk.person):
        for name in ("sheet", "looks", "closing"):
            assert as_person(person).get(address(made, name)).status_code == HTTPStatus.NOT_FOUND
    assert Client().get(address(made, "sheet")).status_code == HTTPStatus.FOUND
