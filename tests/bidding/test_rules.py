"""The door, the codes, the opening line, the majority of shares: pure rules, no database."""

import secrets
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding import opening_line
from bidding.rules import codes, door, shares
from protocol import canonical, cobblestone, sealing
from protocol.line import NotAnOpeningLine, OpeningLine, read_line, written


def line(**changes):
    members = {
        "tenderer": "某建设有限公司",
        "org": "91350100M000100Y43",
        "price": Decimal("9180000.00"),
        "currency": "CNY",
        "validity_days": 90,
        "duration_days": 365,
        "quality": "合格",
        "manager": "一级建造师",
        **changes,
    }
    if "price_words" in members:
        return OpeningLine(**members)
    return written(**members)


class TestDoor:
    @pytest.mark.parametrize(
        "first", [b"%PDF-1.7", b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1", b'{"currency":"CNY"}']
    )
    @pytest.mark.parametrize("number", [0, 1])
    def test_unsealed_refuses_a_file_that_is_not_encrypted(self, first, number):
        """20号令26: an unencrypted bid must be refused, with a prompt."""
        finding = door.unsealed(number, first + bytes(50))

        assert finding is not None
        assert finding.blocks
        assert finding.source == "20号令26"

    def test_unsealed_lets_ciphertext_pass(self):
        assert door.unsealed(0, secrets.token_bytes(56)) is None
        assert door.unsealed(7, b"%PDF in the middle of ciphertext") is None

    def test_our_own_opening_line_would_be_refused_in_clear(self):
        assert door.unsealed(1, line().encoded()) is not None

    @given(st.integers(min_value=57, max_value=5 * door.PART))
    def test_parts_add_up_to_the_size(self, size):
        count = door.part_count(size)
        sizes = [door.part_size(number, size) for number in range(count)]

        assert sum(sizes) == size
        assert all(sizes)
        assert sizes[0] == door.HEADER
        assert door.part_size(count, size) == 0
        assert door.missing_parts([1], size) == tuple(n for n in range(count) if n != 1)

    def test_the_parts_are_those_of_the_protocol(self):
        assert (door.HEADER, door.PART) == (cobblestone.HEADER_SIZE, sealing.PART_SIZE)

    def test_size_findings_name_each_envelope_too_large(self):
        findings = door.size_findings({0: 10, 1: 30, 2: 31}, limit=29)

        assert [finding.field for finding in findings] == ["e1", "e2"]


class TestCodes:
    @given(st.binary(min_size=5, max_size=5))
    def test_a_code_reads_back_however_it_is_said(self, random):
        code = codes.code_from(random)

        assert codes.code_read(code) == code
        assert codes.code_read(code.lower().replace("-", " ")) == code
        assert codes.code_read(code.replace("0", "O").replace("1", "l")) == code

    @given(st.binary(min_size=5, max_size=5), st.integers(0, 8), st.sampled_from(codes.ALPHABET))
    def test_one_wrong_character_is_found(self, random, place, other):
        plain = codes.code_from(random).replace("-", "")
        wrong = plain[:place] + other + plain[place + 1 :]

        assert (codes.code_read(wrong) is None) == (wrong != plain)

    @given(st.binary(min_size=5, max_size=5), st.integers(0, 7))
    def test_two_swapped_neighbours_are_found(self, random, place):
        plain = codes.code_from(random).replace("-", "")
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]

        assert (codes.code_read(swapped) is None) == (swapped != plain)

    def test_neighbouring_codes_say_nothing_about_order(self):
        """Nothing issued before the opening carries a running number (A8)."""
        assert len({codes.code_from(secrets.token_bytes(5)) for _ in range(1000)}) == 1000


class TestShares:
    panel = shares.Panel(n=5, t=3)

    def test_t_commits_alone_do_not_release(self):
        """A11: with exactly t present, one officer could read the others and then stall."""
        assert not shares.may_reveal(self.panel, {1: [], 2: [], 3: []}, ["a", "b"])
        assert shares.may_reveal(self.panel, {1: [], 2: [], 3: [], 4: []}, ["a", "b"])

    def test_t_commits_release_once_the_window_is_over(self):
        assert shares.may_reveal(self.panel, {1: [], 2: [], 3: []}, ["a"], window_over=True)
        assert not shares.may_reveal(self.panel, {1: [], 2: []}, ["a"], window_over=True)

    def test_a_bid_whose_fate_is_open_holds_every_release_back(self):
        fails = {1: ["a"], 2: ["a"], 3: [], 4: []}

        assert shares.undecided(self.panel, fails, ["a", "b"], ()) == ("a",)
        assert not shares.may_reveal(self.panel, fails, ["a", "b"])
        assert shares.may_reveal(self.panel, fails, ["a", "b"], set_aside={"a"})

    def test_enough_failures_settle_a_bid_and_let_its_bidder_show_the_seed(self):
        fails = {1: ["a"], 2: ["a"], 3: ["a"], 4: []}

        assert shares.may_reveal(self.panel, fails, ["a", "b"])
        assert shares.seed_counts(self.panel, fails, "a")
        assert not shares.seed_counts(self.panel, fails, "b")

    def test_all_officers_are_enough_when_n_is_small(self):
        assert shares.Panel(n=3, t=2).enough == 3
        assert shares.Panel(n=1, t=1).enough == 1


class TestOpeningLine:
    def test_a_line_reads_back(self):
        assert read_line(line().encoded()) == line()
        assert read_line(line(duration_days=None).encoded()).duration_days is None

    def test_amounts_are_read_out_as_written_and_flagged(self):
        """12号令19: figures 9,180,000, capitals 九百八十一万: both as written, a flag for the panel."""
        odd = read_line(line(price_words="九百八十一万").encoded())
        flags = opening_line.flags(odd, org=odd.org, currency="CNY", ceiling=None)

        assert [flag.code for flag in flags] == ["words_differ"]
        assert not any(flag.blocks for flag in flags)
        assert odd.price_words == "九百八十一万"

    def test_over_the_ceiling_is_a_flag_and_never_a_rejection(self):
        """实施条例51(五): the panel rejects, the machine never does."""
        flags = opening_line.flags(line(), org="91350100M000100Y43", currency="CNY", ceiling=Decimal(9000000))

        assert [(flag.code, flag.blocks) for flag in flags] == [("over_ceiling", False)]

    def test_flags_name_another_organisation_and_currency(self):
        flags = opening_line.flags(line(currency="JPY"), org="x", currency="CNY", ceiling=Decimal(1))

        assert [flag.code for flag in flags] == ["other_organisation", "other_currency"]

    @pytest.mark.parametrize(
        "change",
        [
            {"price": "12"},
            {"price": "-1.00"},
            {"price": "1e5"},
            {"price": "NaN"},
            {"v": "sunlit/opening-line/2"},
            {"validity_days": None},
            {"validity_days": True},
            {"duration_days": "3"},
            {"tenderer": ""},
            {"notes": "x" * 2001},
            {"more": 1},
        ],
    )
    def test_read_refuses_what_is_no_line(self, change):
        members = {**canonical.decode(line().encoded()), **change}

        with pytest.raises(NotAnOpeningLine):
            read_line(canonical.encode(members))

    def test_read_refuses_other_bytes(self):
        with pytest.raises(NotAnOpeningLine):
            read_line(b"%PDF-1.7")
