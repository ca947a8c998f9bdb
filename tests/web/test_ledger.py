"""The ledger explorer: what anyone may see of the tree, and that an answer never tells a pad from an event (A8)."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from ledger import selectors as ledger
from ledger.services import batch_cut, record_append
from protocol.merkle import leaf_hash, verify_inclusion
from tests.builders_accounts import START
from tests.web.test_pages import whole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chinese():
    translation.activate("zh-hans")


@pytest.fixture
def log():
    """Three checkpoints with a few acts between them."""
    for number in range(3):
        at = START + timedelta(minutes=number)
        record_append(name="act", subject=str(number), data={"n": number}, actor="test", at=at)
        batch_cut(at=at + timedelta(seconds=1))
    return ledger.checkpoint_latest()


def look_up(client, leaf):
    return whole(client.get("/ledger", {"leaf": leaf}), "zh-hans").text


def test_latest_checkpoint_is_in_the_footer_and_its_note_on_the_page(client, log):
    page = whole(client.get("/ledger"), "zh-hans")

    assert log.note.splitlines()[2] in page.text
    assert f"{log.size:,}" in page.text.split("<footer", 1)[1]


def test_every_leaf_is_found_in_the_same_words_pad_or_event(client, log):
    leaves = ledger.leaves_between(0, log.size)
    events = {bytes(entry.leaf) for entry in ledger.Entry.objects.exclude(leaf=None)}
    shapes = set()
    for leaf in leaves:
        text = look_up(client, leaf.hex()).split('id="lookup"', 1)[1].split("<aside", 1)[0]
        shown = re.sub(r"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=|\d+", "·", text)
        shapes.add(re.sub(r"(·\n)+", "·", shown))  # the path is longer where the tree is deeper

    assert len(events) < len(leaves)
    assert len(shapes) == 1


def test_proof_on_the_page_leads_to_the_root(client, log):
    from base64 import b64decode

    leaf = ledger.leaves_between(5, 6)[0]

    lines = re.search(r"<code>(\d+\n.*?)</code>", look_up(client, leaf.hex()), re.DOTALL).group(1).split("\n")

    path = [b64decode(line.replace("&#x27;", "'")) for line in lines[2:]]
    verify_inclusion(leaf_hash(leaf), int(lines[0]), int(lines[1]), path, bytes(log.root))


def test_unknown_leaf_is_said_to_be_absent(client, log):
    assert "is-good" not in look_up(client, "0" * 64)


@pytest.mark.parametrize("leaf", ["abc", "x" * 64, "0" * 63])
def test_misspelt_leaf_is_explained_at_the_field(leaf, client, log):
    page = whole(client.get("/ledger", {"leaf": leaf}), "zh-hans")

    assert 'aria-invalid="true"' in page.text
    assert page.tags["pre"] == 1


def test_spaces_and_capitals_of_a_printed_leaf_do_not_matter(client, log):
    leaf = ledger.leaves_between(2, 3)[0].hex().upper()
    grouped = " ".join(leaf[i : i + 4] for i in range(0, 64, 4))

    assert "is-good" in look_up(client, grouped)


def test_list_of_checkpoints_shows_growth_and_turns_pages(client, log, monkeypatch):
    monkeypatch.setattr("portal.selectors.ledger.PER_PAGE", 2)

    first = whole(client.get("/ledger/checkpoints"), "zh-hans")
    second = whole(client.get("/ledger/checkpoints", {"page": "2"}), "zh-hans")

    assert first.text.count('scope="row"') == 2
    assert second.text.count('scope="row"') == 1
    assert "+8" in first.text


def test_ledger_page_asks_the_database_a_fixed_number_of_times(client, log, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get("/ledger")
    with django_assert_max_num_queries(12):
        client.get("/ledger/checkpoints")
