"""抽取系数 on the pages: declared in the lot's form before anybody bids, drawn at the recorder's table, refused in words.

The form is the law's lever: who may still choose way or values after the bids are in chooses the winner (ADR 31).
"""

import pytest
from django.utils import translation

from bidding.models import Figure
from tests import builders_trading as trade
from tests.bidding.test_coefficient import VALUES, hall_of
from tests.journeys import hall_world as world
from tests.web.test_trading_pages import at, clock, get, login  # noqa: F401 - fixtures
from trading.models import Lot

pytestmark = pytest.mark.django_db
BUTTON = {"zh-hans": "现在抽取系数", "en": "Draw the coefficient now"}
LANGUAGES = ("zh-hans", "en")
DRAWN = {"kind": "coefficient", "value": "0.97", "how": "五球抽一", "watched": "见证员", "recording": "LX-42"}


@pytest.fixture(params=LANGUAGES)
def language(request):
    """Each sentence is read in both languages."""
    return request.param


def at_the_reading(monkeypatch, settings, draw, until=2):
    """A hall whose documents declare this way of drawing, its first ``until`` envelopes open."""
    settings.RUSH_CHECKPOINT_SECONDS = 60
    hall = hall_of(draw)
    hall.close()
    hall.check()
    for e in range(until):
        hall.reveal(e)
    monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)
    return hall


def draw(hall, client, language="en"):
    """Press the button of the recorder's table."""
    return client.post(world.address(hall, "hall-draw", language=language))


def refused(answer, status, *words):
    """The answer refuses, and says why."""
    text = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    for one in words:
        assert one in text
    assert not Figure.objects.exists()


def test_the_recorder_presses_once_and_everybody_reads_value_and_proof(monkeypatch, settings, language):
    hall = at_the_reading(monkeypatch, settings, "derived")
    owner = world.client_of(hall.one.owner.email)
    roll = world.shown(hall, "hall-roll", owner, language=language)
    assert BUTTON[language] in roll
    assert {"en": ", ", "zh-hans": "、"}[language].join(VALUES) in roll

    first = draw(hall, owner, language)
    assert first["Location"] == world.address(hall, "hall-roll", language=language)
    figure = Figure.objects.get()
    again = draw(hall, owner, language)

    assert (first.status_code, again.status_code) == (302, 302)
    assert Figure.objects.get() == figure
    after = world.shown(hall, "hall-roll", owner, language=language)
    assert BUTTON[language] not in after
    assert f"{figure.value.normalize():f}" in after
    assert figure.proof["digest"][:4] in after
    public = world.shown(hall, "hall", language=language)
    said = {"zh-hans": "公布了一项数值", "en": "A figure was made public in the hall"}
    assert said[language] in public


def test_nothing_is_drawn_before_the_price_envelope_is_in_the_log(monkeypatch, settings, language):
    hall = at_the_reading(monkeypatch, settings, "derived", until=0)
    owner = world.client_of(hall.one.owner.email)
    assert BUTTON[language] not in world.shown(hall, "hall-roll", owner, language=language)
    words = {"zh-hans": "只能在开标进行中办理", "en": "This is done while the opening runs"}

    refused(draw(hall, owner, language), 409, words[language])


@pytest.mark.parametrize("way", ["physical", None])
def test_what_the_documents_did_not_declare_is_not_computed(monkeypatch, settings, language, way):
    hall = at_the_reading(monkeypatch, settings, way)
    owner = world.client_of(hall.one.owner.email)
    assert BUTTON[language] not in world.shown(hall, "hall-roll", owner, language=language)
    words = {"zh-hans": "没有载明由已开启投标计算的系数", "en": "declare no coefficient that is computed"}

    refused(draw(hall, owner, language), 422, words[language], "sl-errors")


@pytest.mark.parametrize(
    ("way", "changes", "zh", "en"),
    [
        (
            "physical",
            {"value": "0.5"},
            "招标文件载明的备选值为：0.95, 0.96",
            "The documents declare these values",
        ),
        ("physical", {"watched": ""}, "见证", "Watched by"),
        ("physical", {"recording": " "}, "录像", "Number of the recording"),
        ("derived", {}, "请使用相应按钮", "use the button for it"),
        (None, {}, "没有载明系数", "The tender documents declare no coefficient"),
    ],
)
def test_a_value_by_hand_is_one_the_documents_declared_with_witness_and_recording(
    monkeypatch, settings, language, way, changes, zh, en
):
    hall = at_the_reading(monkeypatch, settings, way)
    owner = world.client_of(hall.one.owner.email)
    path = world.address(hall, "hall-figure", language=language)

    refused(owner.post(path, DRAWN | changes), 422, zh if language == "zh-hans" else en)
    if way == "physical":
        assert owner.post(path, DRAWN).status_code == 302
        other = owner.post(path, DRAWN | {"value": "0.98"})
        assert other.status_code == 409
        known = {"zh-hans": "该数值已经公布", "en": "This figure is public already"}
        assert known[language] in other.content.decode()
        assert str(Figure.objects.get().value.normalize()) == "0.97"
        assert "LX-42" in world.shown(hall, "hall-roll", owner, language=language)


def test_only_who_holds_the_recorders_table_draws(monkeypatch, settings, language):
    hall = at_the_reading(monkeypatch, settings, "derived")
    for party in (hall.handed[0].party, hall.one.seats[0].party, hall.one.supervisor, hall.bidder(9)):
        answer = draw(hall, world.client_of(party.email), language)
        assert answer.status_code == 404, party.email
    from django.test import Client

    assert draw(hall, Client(), language).status_code == 302
    assert not Figure.objects.exists()
    assert draw(hall, world.client_of(world.witness(hall).email), language).status_code == 302
    assert Figure.objects.exists()


def form_of(lot, **changes):
    """The form of a lot as its page would send it back, with the method of the tests."""
    from trading.forms.draft import LotForm

    data = {name: value for name, value in LotForm.of(lot).items() if value is not None}
    return data | changes


@pytest.mark.parametrize("given", ["0.95", "0.95 0.95", "0.95 abc", "0 0.95", "-1 2", "NaN 1", "0.95 0.9500"])
def test_values_that_could_not_be_drawn_among_are_refused_at_their_field(login, language, given):  # noqa: F811
    made = trade.draft_tender(officers=0)
    client = login(made.owner)
    prefix = "" if language == "zh-hans" else "/en"
    before = Lot.objects.get().method
    words = {
        "zh-hans": "请填写 2 至 100 个互不相同的正数",
        "en": "Write 2 to 100 different numbers above zero",
    }

    answer = client.post(
        prefix + at("lot", made.tender.pk, made.lot.pk), form_of(made.lot, method_coefficients=given)
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert words[language] in text
    assert f'value="{given}"' in text
    assert 'href="#id_method_coefficients"' in text
    assert Lot.objects.get().method == before


@pytest.mark.parametrize(
    ("way", "given"), [("derived", "0.95，0.96, 0.97"), ("physical", " 0.97 0.95  0.960 ")]
)
def test_values_and_way_are_kept_in_their_order_and_shown_again(login, language, way, given):  # noqa: F811
    made = trade.draft_tender(officers=0)
    client = login(made.owner)
    path = at("lot", made.tender.pk, made.lot.pk)
    values = ["0.95", "0.96", "0.97"] if way == "derived" else ["0.97", "0.95", "0.96"]

    sent = client.post(path, form_of(made.lot, method_coefficients=given, method_draw=way))

    assert sent.status_code == 302, sent.content.decode()[:3000]
    assert Lot.objects.get().method["coefficient"] == {"values": values, "draw": way}
    page = get(client, path, language).text
    with translation.override(language):
        shown = client.get(("" if language == "zh-hans" else "/en") + path).content.decode()
    assert f'value="{" ".join(values)}"' in shown
    assert f'<option value="{way}" selected>' in shown
    label = {"zh-hans": "开标时抽取的系数", "en": "Values of a coefficient drawn at the opening"}
    assert label[language] in page
    client.post(path, form_of(Lot.objects.get(), method_coefficients=""))
    assert "coefficient" not in Lot.objects.get().method
