"""The method as data in words, files and examples: nothing said that it does not hold, nothing lost on the way."""

import ast
import inspect
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from kernel.errors import RuleBroken
from protocol import bodies, evaluation_method
from protocol.evaluation import recompute
from protocol.evaluation_method import Method, read_method
from tests import builders_trading as build
from tests.builders_accounts import START
from tests.protocol.evaluation import methods
from tests.trading.test_schemes import PROCUREMENT
from trading import selectors, services
from trading.models import Tender
from trading.rules import choose, load_packs
from trading.rules.methods.defects import OTHER, WHAT, defects
from trading.rules.methods.example import BIDS, worked_example
from trading.rules.methods.sums import method_sums
from trading.rules.methods.templates import method_templates, templates_for
from trading.rules.methods.words import method_text, method_words
from trading.rules.methods.workbook import read_workbook, split_rows, write_workbook
from trading.rules.schemes import deduction_findings, formula_findings

TEMPLATES = {row.id: row for row in method_templates()}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_a_method_the_law_of_its_trade_lets_pass(template):
    rules = {
        "CG": PROCUREMENT,
        "GC": choose(load_packs(), trade="GC", region="350100", on=date(2026, 11, 2), holds="methods"),
    }[template.trade]
    method = read_method(template.scheme)
    flags = template.flags | ({"works"} if template.trade == "GC" else set())

    assert not list(formula_findings(method, flags, rules, field="m"))
    assert not list(deduction_findings(method, flags, rules, field="m"))
    assert worked_example(method, Decimal(4_800_000)).result.status == "ranked"


def test_templates_are_offered_by_trade_and_subject():
    assert {row.id for row in templates_for("CG", frozenset({"goods"}))} == {"procurement-goods"}
    assert {row.id for row in templates_for("GC", frozenset({"works"}))} == {
        "lowest",
        "mean",
        "coefficient",
        "full-marks",
    }


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_workbook_holds_the_whole_method(template):
    assert read_workbook(write_workbook(template.scheme)).scheme == template.scheme


def test_the_workbook_holds_every_form_there_is():
    rows = [
        methods.node("price", "40", "price", formula={"how": "interpolation", "least": "10"}),
        methods.node("a", "20", "group"),
        methods.node("b", "20", "judged", parent="a", step="0.25"),
        methods.node("c", "30", "objective", formula={"how": "choice", "rows": [["no", "0"], ["yes", "30"]]}),
        methods.node("d", "10", "objective", formula={"how": "linear", "rows": [["0.5", "0"], ["12", "10"]]}),
    ]
    priced = [{"id": "late", "name": "a week", "how": "unit", "sign": "add", "value": "1000.5"}]
    scheme = methods.scheme(
        criteria=rows,
        adjustments=priced,
        aggregate={"over": "total", "trim_from": 5, "members_least": 5},
        ties=[{"rule": "score-higher", "of": "d"}, {"rule": "panel-vote", "of": None}],
        warnings={"deviation": None, "reasons": True},
        flags={"below_mean": "12.5", "below_ceiling": "20"},
    )
    read_method(scheme)

    assert read_workbook(write_workbook(scheme)).scheme == scheme


def test_a_line_with_wide_signs_is_read_as_it_was_meant():
    assert split_rows("3；10\n\n yes: 5 ", 2) == [["3", "10"], ["yes", "5"]]


FORMS = (bodies.text, bodies.number, bodies.one_of, bodies.rows, bodies.pair, bodies.record)
"""What the form of a method is made of."""


def told():
    """Every sentence by which the protocol refuses a method."""
    for source in (evaluation_method, *FORMS):
        for node in ast.walk(ast.parse(inspect.getsource(source))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in {"ProtocolError", "NotCanonical", "_fail"}:
                said = node.args[1] if name == "_fail" else node.args[0]
                parts = getattr(said, "values", [said])
                yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)


def test_every_refusal_of_the_protocol_has_its_words():
    """A sentence added there without one here would be shown to officials as "not in order"."""
    of_the_bundle = {
        "the method bound by T is not given as data: nothing can be recomputed",
        "method and scheme say different things",
    }
    plain = {text.removeprefix("method: ") for text in told()}
    unsaid = {text for text in plain if not any(pattern.fullmatch(text) for pattern, _message in WHAT)}

    assert len(plain) > len(WHAT) - 3
    assert unsaid == of_the_bundle


def test_a_defect_says_where_it_stands_in_both_languages():
    broken = methods.scheme(candidates=0)
    broken["criteria"][2]["step"] = "0.7"

    with translation.override("en"):
        assert [str(one) for one in defects(broken)] == [
            "number of candidates: not a whole number from 1 to 100. Write one."
        ]
        found = defects(broken | {"candidates": 3})
        assert str(found[0]).startswith("Criterion, row 3: the most points must be above zero")
    with translation.override("zh-hans"):
        assert str(found[0]).startswith("评审因素第 3 行") or "满分须大于零" in str(found[0])
    assert found[0].path == "method.criteria[2]"


@pytest.mark.parametrize("value", [None, [], 7, "x", {}, {"criteria": 1}, {"ties": "x", "criteria": [None]}])
def test_whatever_is_no_method_has_defects_and_breaks_nothing(value):
    found = defects(value)

    assert found
    assert all(str(one) and one.message != OTHER for one in found)


def test_words_say_each_number_of_the_method_once():
    method = read_method(TEMPLATES["coefficient"].scheme)
    chinese, english = method_text(method)

    for text in (chinese, english):
        for number in ("60", "20", "10", "0.5", "0.95", "0.99", "30", "15"):
            assert number in text
    assert "From 5 bids on, the 1 highest and the 1 lowest are left out" in english
    assert "满 5 家时，平均前去掉 1 个最高价和 1 个最低价" in chinese
    assert english.index("1. the lower evaluated price") < english.index("2. the higher sum")


def test_groups_as_deep_as_rows_break_nothing():
    """A thousand rows may be one in the other; a page that falls over would hide the method from everybody."""
    deep = [methods.node("g0", "40", "group")]
    deep += [methods.node(f"g{n}", "40", "group", parent=f"g{n - 1}") for n in range(1, 990)]
    deep.append(methods.node("last", "40", "judged", parent="g989", step="1"))
    price = methods.node("price", "60", "price", formula=methods.FULL_MARKS)
    scheme = methods.scheme(criteria=[price, *deep], ties=[{"rule": "score-higher", "of": "g0"}])

    assert defects(scheme) == ()
    words = method_words(Method(scheme))
    assert [row.depth for row in words.criteria[-2:]] == [989, 990]
    assert worked_example(Method(scheme), None).result.status == "ranked"


def test_words_of_the_lowest_price_speak_of_no_points():
    with translation.override("en"):
        words = method_words(read_method(TEMPLATES["lowest"].scheme))

    assert words.criteria == ()
    assert not any("points" in line.lower() for part in words.parts for line in part.lines)
    assert words.declare == ()


def test_the_example_is_what_the_protocol_computes():
    """By hand: prices 94, 90, 97 % of 1,000,000; the lowest takes 60, the others 90/94 and 90/97 of it."""
    method = read_method(methods.scheme())
    example = worked_example(method, Decimal(1_000_000))
    points = {row["bid"]: dict(row["criteria"])["price"] for row in example.result.rows}

    assert example.prices == {"A": "940000.00", "B": "900000.00", "C": "970000.00"}
    assert points == {"A": "57.45", "B": "60.00", "C": "55.67"}
    assert {row["bid"]: row["judged"] for row in example.result.rows} == {
        "A": "24.00",
        "B": "21.00",
        "C": "27.00",
    }
    assert set(BIDS) == {bid for bid, _rank, _value in example.result.ranking}


def test_an_example_takes_a_ceiling_where_the_base_needs_one():
    method = read_method(methods.only_price(methods.BENCHMARK | {"of": "ceiling"}))

    assert worked_example(method, None).ceiling == "10000000.00"
    assert worked_example(read_method(methods.scheme()), None).ceiling is None


def test_a_method_that_drops_every_price_of_three_has_no_example():
    trim = [{"from": 1, "high": 2, "low": 1}]
    lot = {"scheme": methods.only_price(methods.BENCHMARK | {"trim": trim})}
    shown = selectors.methods.method_shown(lot, None)

    assert shown is not None
    assert shown.example is None


def test_sums_are_shown_group_by_group():
    scheme = methods.scheme()
    scheme["criteria"][2]["max"] = "12.5"
    found = {row.name: (row.wanted, row.found, row.fits) for row in method_sums(scheme)}

    assert found == {"": ("100", "100", True), "criterion tech": ("30", "22.5", False)}
    assert method_sums({"criteria": [{"max": "x", "parent": None}]})[0].found == "0"


def deducted(code, value, flag, **row):
    adjustment = {"id": code, "name": "小微企业", "how": "percent", "sign": "deduct", "value": value} | row
    method = Method(methods.scheme(adjustments=[adjustment]))
    return [item.code for item in deduction_findings(method, frozenset({flag}), PROCUREMENT, field="m")]


@pytest.mark.parametrize(
    ("code", "flag", "value", "fits"),
    [
        ("sme-small", "goods", "10", True),
        ("sme-small", "goods", "20", True),
        ("sme-small", "goods", "9.99", False),
        ("sme-small", "services", "20.01", False),
        ("sme-small", "works", "3", True),
        ("sme-small", "works", "6", False),
        ("sme-joint", "goods", "4", True),
        ("sme-joint", "goods", "7", False),
        ("sme-joint", "works", "2", True),
    ],
)
def test_deductions_for_small_firms_lie_within_the_limits(code, flag, value, fits):
    """财库〔2020〕46号 9 with 财库〔2022〕19号: goods and services 10 to 20 (joint 4 to 6), works 3 to 5 (joint 1 to 2)."""
    assert ("sme_deduction" in deducted(code, value, flag)) is not fits


def test_before_the_notice_of_2022_the_limits_were_lower():
    before = choose(load_packs(), trade="CG", region="350100", on=date(2022, 6, 30), holds="methods")

    assert before["sme_deduction_goods_min"].number == 6
    assert PROCUREMENT["sme_deduction_goods_min"].number == 10


def test_a_deduction_is_a_deduction_and_its_absence_is_a_warning():
    assert "sme_deduction_kind" in deducted("sme-small", "10", "goods", sign="add")
    none = list(deduction_findings(Method(methods.scheme()), frozenset({"goods"}), PROCUREMENT, field="m"))
    assert [(item.code, item.blocks) for item in none] == [("sme_deduction_missing", False)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trade", "subject", "codes"),
    [
        ("CG", "goods", {"price_weight", "price_lowest_full_marks", "sme_deduction_missing"}),
        ("CG", "services", {"price_lowest_full_marks", "sme_deduction_missing"}),
        ("CG", "works", {"price_lowest_full_marks", "sme_deduction_missing"}),
        ("GC", "goods", set()),
        ("GC", "works", set()),
    ],
)
def test_the_law_of_the_tenders_trade_and_subject_is_asked(trade, subject, codes, kept):
    """财政部令第87号 55: goods need 30 points, services 10; works by 招标投标法 know no such number."""
    made = kept(build.draft_tender, officers=0, fields=build.tender_fields(subject=subject))
    made.tender.project.trade = trade
    made.tender.project.save()
    scheme = methods.scheme(criteria=methods.criteria(price=methods.BENCHMARK, most="20"))
    lot = services.method_set(lot_id=made.lot.pk, scheme=scheme, actor=made.owner, at=START)

    assert {item.code for item in selectors.method_findings(lot, START)} == codes


@pytest.mark.django_db
def test_what_is_bought_is_one_of_three():
    from django.db import IntegrityError

    made = build.draft_tender(officers=0)
    with pytest.raises(IntegrityError):
        Tender.objects.filter(pk=made.tender.pk).update(subject="land")


@pytest.mark.django_db
def test_a_method_with_defects_is_kept_but_neither_handed_over_nor_published(kept):
    """Scenario 5: without tie rule, rounding or candidate number, each field is named."""
    made = kept(build.draft_tender)
    scheme = methods.scheme(ties=[], candidates=0, rounding={})
    services.method_set(lot_id=made.lot.pk, scheme=scheme, actor=made.owner, at=START)

    with pytest.raises(RuleBroken) as refused:
        services.tender_ready(tender_id=made.tender.pk, actor=made.owner, at=START)

    fields = {item.field for item in refused.value.findings}
    assert {f"lots[01].method.scheme.{name}" for name in ("ties", "candidates", "rounding")} <= fields
    assert "lots[01].method.candidates" in fields


@pytest.mark.django_db
def test_an_addendum_cannot_bring_a_method_with_defects():
    good = methods.scheme()
    lot = build.lot_fields(method={"kind": "comprehensive", "candidates": 3, "scheme": good})
    made = build.published_tender(lots=(lot,))
    broken = {"kind": "comprehensive", "candidates": 3, "scheme": good | {"ties": []}}

    found = selectors.method_findings(made.lot, START, broken)

    assert [item.field for item in found if item.blocks] == ["method.scheme.ties"]


@pytest.mark.django_db
def test_the_notice_prints_the_method_in_both_languages():
    lot = build.lot_fields(method={"kind": "comprehensive", "candidates": 3, "scheme": methods.scheme()})
    made = build.published_tender(lots=(lot,))
    content = made.tender.notices.order_by("at").first().content

    english = dict(map(tuple, content["en"]))["Lot 01, the method in full"]
    chinese = dict(map(tuple, content["zh"]))["标段 01 评标办法全文"]
    assert "The lowest evaluated price gets all 60 points" in english
    assert "最低评标价得满分 60 分" in chinese


@pytest.mark.django_db
def test_the_ledger_holds_the_hash_of_each_method_set():
    from ledger.models import Entry
    from protocol import canonical, hashing

    made = build.draft_tender(officers=0)
    scheme = methods.scheme()
    services.method_set(lot_id=made.lot.pk, scheme=scheme, actor=made.owner, at=START)
    services.method_drop(lot_id=made.lot.pk, actor=made.owner, at=START)

    text = "".join(str(row) for row in Entry.objects.order_by("pk").values())
    assert hashing.sha256(canonical.encode(scheme)).hex() in text


def test_recompute_is_the_one_arithmetic():
    """The example calls it, and nothing here computes beside it."""
    source = inspect.getsource(inspect.getmodule(worked_example))

    assert recompute.__name__ in source
    assert "price_scores" not in source
