"""The evaluation method made by people: a form, a file, words; what is open in it blocks publishing, with its place."""

import io
import json
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from protocol.evaluation_method import method_defects
from tests import builders_trading as build
from tests.protocol.evaluation import methods
from tests.web.test_trading_pages import LANGUAGES, at, clock, get, login, post  # noqa: F401 - fixtures
from trading.forms import MethodForm
from trading.models import Lot
from trading.rules.methods.templates import method_templates

pytestmark = pytest.mark.django_db


def read(client, path, language="zh-hans"):
    """The text of a page which is whole."""
    return get(client, path, language).text


def page_of(made, name="method"):
    return at(name, made.tender.pk, made.lot.pk)


def typed(html):
    """What a browser would send of the method's form as it stands."""
    form = html[html.index('id="form"') :]
    form = form[: form.index("</form>")]
    found = {}
    for field in re.finditer(
        r"<(input|select|textarea)([^>]*)>(.*?)(?=<(?:input|select|textarea|label|div)|$)", form, re.DOTALL
    ):
        kind, attributes, inner = field.groups()
        name = re.search(r'name="([^"]+)"', attributes)
        if not name or name[1] == "csrfmiddlewaretoken":
            continue
        if kind == "select":
            chosen = re.search(r'value="([^"]*)" selected', inner)
            found[name[1]] = chosen[1] if chosen else ""
        elif kind == "textarea":
            found[name[1]] = inner.partition("</textarea>")[0].lstrip("\n").replace("&#x27;", "'")
        elif 'type="checkbox"' not in attributes or " checked" in attributes:
            value = re.search(r'value="([^"]*)"', attributes)
            found[name[1]] = value[1] if value else ("on" if 'type="checkbox"' in attributes else "")
    return found


def scheme_of(made):
    return Lot.objects.get(pk=made.lot.pk).method["scheme"]


@pytest.fixture
def begun(login):  # noqa: F811
    """A draft whose method was begun from a template, and its owner's browser."""
    made = build.draft_tender(officers=0)
    client = login(made.owner)
    post(client, page_of(made, "method-begin"), {"template": "coefficient"})
    return made, client


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_words_and_as_data(language, login):  # noqa: F811
    made = build.draft_tender(officers=0)
    client = login(made.owner)
    get(client, page_of(made), language)

    for template in ("lowest", "mean", "coefficient", "full-marks"):
        post(client, page_of(made, "method-begin"), {"template": template})
        get(client, page_of(made), language)
        get(client, at("lot", made.tender.pk, made.lot.pk), language)
        get(client, at("check", made.tender.pk), language)


@pytest.mark.parametrize("template", [row.id for row in method_templates()])
def test_saving_the_form_as_it_stands_changes_nothing(template, login):  # noqa: F811
    """What the form cannot hold it would lose without a word."""
    made = build.draft_tender(officers=0)
    client = login(made.owner)
    post(client, page_of(made, "method-begin"), {"template": template})
    before = scheme_of(made)

    post(client, page_of(made), typed(read(client, page_of(made), "en")))

    assert scheme_of(made) == before
    assert not method_defects(before)


def test_kind_candidates_and_coefficient_stay_what_the_data_say(begun):
    made, client = begun
    sent = typed(read(client, page_of(made), "en"))
    post(client, page_of(made), sent | {"candidates": "2", "method_coefficients": "0.95 0.96"})

    method = Lot.objects.get(pk=made.lot.pk).method

    assert method["candidates"] == method["scheme"]["candidates"] == 2
    assert (
        method["coefficient"]
        == method["scheme"]["coefficient"]
        == {"values": ["0.95", "0.96"], "draw": "derived"}
    )
    assert set(method) == {"kind", "candidates", "coefficient", "scheme"}


def test_a_method_without_ties_rounding_or_candidates_is_blocked_by_name(begun):
    """Scenario 5: it is saved as a draft, the fields are named, and it cannot be handed over for publication."""
    made, client = begun
    sent = typed(read(client, page_of(made), "en"))
    ties = {name: "" for name in sent if re.fullmatch(r"t\d+_rule", name)}
    post(client, page_of(made), sent | ties | {"candidates": "", "rounding_score_places": ""})

    shown = read(client, page_of(made), "en")
    checked = read(client, at("check", made.tender.pk), "en")

    for anchor in ("id_t0_rule", "id_candidates", "id_rounding_score_places"):
        assert f'href="#{anchor}"' in shown
        assert f'id="{anchor}"' in shown
    for words in (
        "ties: 1 to 10 rows",
        "number of candidates: not a whole number",
        "rounding – points – decimal places: not a whole number from 0 to 6",
    ):
        assert words in checked or words in shown
    assert client.post(at("ready", made.tender.pk)).status_code == 422
    assert Lot.objects.get(pk=made.lot.pk).state == "draft"


def test_points_that_do_not_sum_are_shown_beside_the_group(begun):
    made, client = begun
    sent = typed(read(client, page_of(made), "en"))
    plan = next(name for name, value in sent.items() if value == "施工组织设计")
    post(client, page_of(made), sent | {plan.replace("_name", "_max"): "15"})

    shown = read(client, page_of(made), "en")

    assert "its points are not the sum of the criteria in it" in shown
    assert "not right" in shown


def test_rows_are_added_and_taken_out_without_a_script(begun):
    made, client = begun
    sent = typed(read(client, page_of(made), "en"))
    answer = client.post(page_of(made), sent | {"more": "1"})
    assert answer.status_code == 302
    wide = typed(client.get(answer.url.partition("#")[0]).content.decode())
    rows = [name for name in wide if re.fullmatch(r"c\d+_name", name)]
    assert len(rows) > len([name for name in sent if re.fullmatch(r"c\d+_name", name)])

    added = rows[-1].removesuffix("_name")
    gone = next(name for name, value in wide.items() if value == "类似工程业绩（项）")
    change = {gone: "", gone.replace("_name", "_max"): ""}
    change |= {
        f"{added}_name": "答辩",
        f"{added}_kind": "judged",
        f"{added}_max": "１０",
        f"{added}_step": "1",
    }
    post(client, page_of(made), wide | change)

    scheme = scheme_of(made)
    new = scheme["criteria"][-1]
    assert (new["name"], new["max"], new["kind"], new["formula"]) == ("答辩", "10", "judged", None)
    assert not any(row["name"] == "类似工程业绩（项）" for row in scheme["criteria"])
    assert not method_defects(scheme)


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_a_file_goes_out_and_comes_back_the_same(form, begun):
    made, client = begun
    before = scheme_of(made)
    data = b"".join(client.get(at("method-file", made.tender.pk, made.lot.pk, form)).streaming_content)
    post(client, page_of(made, "method-begin"), {"template": "lowest"})

    post(client, page_of(made, "method-upload"), {"file": SimpleUploadedFile(f"m.{form}", data)})

    assert scheme_of(made) == before


@pytest.mark.parametrize(
    ("language", "words"), [("en", "not written as it must be"), ("zh-hans", "写法不对")]
)
def test_a_workbook_with_defects_changes_nothing_and_names_every_cell(language, words, begun):
    made, client = begun
    before = scheme_of(made)
    data = b"".join(client.get(at("method-file", made.tender.pk, made.lot.pk, "xlsx")).streaming_content)
    book = load_workbook(io.BytesIO(data))
    book["criteria"]["D2"] = "sixty"
    book["method"]["B3"] = 0
    book["ties"].delete_rows(2, 5)
    out = io.BytesIO()
    book.save(out)

    path = LANGUAGES[language][0] + page_of(made, "method-upload")
    answer = client.post(path, {"file": SimpleUploadedFile("m.xlsx", out.getvalue())})
    shown = answer.content.decode()

    assert answer.status_code == 422
    assert words in shown
    for place in ("criteria!D2", "method!B3", "method.ties"):
        assert place in shown
    assert scheme_of(made) == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a method",
        b"[]",
        b'{"v": 1, "v": 2}',
        b'{"candidates": 1.5}',
        b"\xff\xfe",
        b"PK\x03\x04broken",
        b"[" * 5000,
    ],
)
def test_files_that_are_no_method_are_refused_in_words(data, begun):
    made, client = begun
    before = scheme_of(made)

    answer = client.post(page_of(made, "method-upload"), {"file": SimpleUploadedFile("m.json", data)})

    assert answer.status_code == 422
    assert "sl-errors" in answer.content.decode()
    assert scheme_of(made) == before


def test_a_published_method_is_read_by_everybody_and_changed_by_nobody(login, client):  # noqa: F811
    scheme = methods.scheme()
    method = {"kind": "comprehensive", "candidates": 3, "scheme": scheme}
    made = build.published_tender(lots=(build.lot_fields(method=method),))
    owner = login(made.owner)

    inside = read(owner, page_of(made), "en")
    assert "Save the draft" not in inside
    assert owner.post(page_of(made, "method-begin"), {"template": "mean"}).status_code == 409
    assert owner.post(page_of(made), {"kind": "comprehensive"}).status_code == 409
    data = SimpleUploadedFile("m.json", json.dumps(methods.lowest()).encode())
    assert owner.post(page_of(made, "method-upload"), {"file": data}).status_code == 409
    assert scheme_of(made) == scheme

    client.logout()
    for language in LANGUAGES:
        public = read(client, at_portal(made), language)
        assert "criterion plan" in public
        assert {"en": "A worked example", "zh-hans": "示例"}[language] in public


def at_portal(made):
    from django.urls import reverse
    from django.utils import translation

    with translation.override("zh-hans"):
        return reverse("portal:notice", args=[made.tender.number])


def test_nobody_else_sees_or_changes_the_method_of_a_draft(login, begun):  # noqa: F811
    made, _client = begun
    stranger = login(made.market.bodies[0].actor)

    assert stranger.get(page_of(made)).status_code in {403, 404}
    assert stranger.post(page_of(made, "method-begin"), {"template": "mean"}).status_code in {403, 404}
    assert stranger.get(at("method-file", made.tender.pk, made.lot.pk, "json")).status_code in {403, 404}


def test_the_lots_form_has_no_words_beside_the_data_and_keeps_them(begun):
    made, client = begun
    shown = read(client, at("lot", made.tender.pk, made.lot.pk), "en")
    assert 'name="method_criteria"' not in shown
    before = Lot.objects.get(pk=made.lot.pk).method

    post(
        client,
        at("lot", made.tender.pk, made.lot.pk),
        {"name": "First", "estimate": "5000000", "ceiling": "4800000"},
    )

    row = Lot.objects.get(pk=made.lot.pk)
    assert row.name == "First"
    assert row.method == before


def test_back_to_words_leaves_kind_and_number(begun):
    made, client = begun
    post(client, page_of(made, "method-begin"), {"template": ""})

    assert Lot.objects.get(pk=made.lot.pk).method.keys() == {"kind", "candidates", "coefficient"}


def test_a_method_too_long_for_a_form_is_changed_in_its_file(begun):
    made, client = begun
    scheme = scheme_of(made)
    many = [methods.node(f"n{n}", "0.5", "judged", step="0.5") for n in range(80)]
    many += [methods.node(f"m{n}", "0.2", "judged", step="0.1") for n in range(50)]
    price = methods.node("price", "50", "price", formula=methods.FULL_MARKS)
    long = scheme | {"criteria": [price, *many], "coefficient": None}
    assert not method_defects(long)
    data = SimpleUploadedFile("m.json", json.dumps(long).encode())
    post(client, page_of(made, "method-upload"), {"file": data})

    shown = read(client, page_of(made), "en")

    assert "more criteria than a form can show" in shown
    assert client.post(page_of(made), {"kind": "comprehensive"}).status_code == 200
    assert scheme_of(made) == long


def test_a_form_reads_whatever_it_kept():
    """A draft with gaps is shown with its gaps, never with an error."""
    kept = {
        "kind": "",
        "candidates": "x",
        "criteria": [{"id": "a", "name": "n", "max": "", "kind": "", "formula": None}],
    }
    form = MethodForm(kept=kept)

    assert form["candidates"].value() == "x"
    assert form.anchor("method.criteria[0].max") == "id_c0_max"
    assert Decimal(form.counts["criteria"]) == 3
