"""Time-stamp authorities: tokens that openssl, rfc3161-client and our verifier accept, and refusals."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ImproperlyConfigured
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from ledger import der, keys, sources
from ledger.timesources import (
    Ask,
    HttpAuthority,
    OpensslAuthority,
    SimulatedAuthority,
    SourceRefused,
    SourceSilent,
)
from ledger.trial_tsa import POLICY, TrialAuthority
from protocol import hashing, timestamps
from tests.ledger.builders import milliseconds, moment
from tests.ledger.servers import serving, stalled, time_authority

TEXT = "sunlit.local/log\n8\nAAAA\n"
DIGEST = hashing.sha256(TEXT.encode())
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="LEFT OUT: openssl")


def ask(seconds=0.0):
    return Ask(f"{TEXT}\n", TEXT, 8, b"", moment(seconds))


@pytest.fixture
def authority(tmp_path):
    return TrialAuthority.kept_in(tmp_path / "tsa.pem")


def http(url, authority, **options):
    return HttpAuthority("tsa", "other", authority.root_der(), (POLICY,), url=url, **options)


@pytest.mark.parametrize(
    ("seconds", "accuracy", "time", "resolution"),
    [(0, None, 0, 1000), (0.12, None, 120, 10), (0.1234, 1250, 123, 1), (7, 250, 7000, 1000)],
)
def test_trial_token_says_what_it_was_told(authority, seconds, accuracy, time, resolution):
    token = authority.respond(DIGEST, at=moment(seconds), serial=200, accuracy_ms=accuracy)

    stamp = timestamps.verify(token, DIGEST, [authority.root_der()], (POLICY,))

    assert stamp.gen_time_ms == milliseconds() + time
    assert (stamp.resolution_ms, stamp.accuracy_ms, stamp.serial) == (resolution, accuracy, 200)


@needs_openssl
@pytest.mark.parametrize("seconds", [0, 0.5, 0.123456])
def test_trial_token_satisfies_openssl(authority, tmp_path, seconds):
    (tmp_path / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    (tmp_path / "data").write_text(TEXT)
    (tmp_path / "token").write_bytes(
        authority.respond(DIGEST, at=moment(seconds), serial=1, accuracy_ms=1500)
    )
    command = ["openssl", "ts", "-verify", "-in", "token", "-data", "data", "-CAfile", "root.pem"]
    command += ["-attime", str(int(moment().timestamp()))]

    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "Verification: OK" in result.stdout, result.stderr
    (tmp_path / "data").write_text("other")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode


def test_trial_token_satisfies_rfc3161_client(authority):
    token = decode_timestamp_response(authority.respond(DIGEST, at=moment(), serial=1))

    assert VerifierBuilder().add_root_certificate(authority.root).build().verify_message(token, TEXT.encode())


def test_trial_authority_is_made_once(tmp_path):
    first = TrialAuthority.kept_in(tmp_path / "tsa.pem")

    assert TrialAuthority.kept_in(tmp_path / "tsa.pem").root == first.root
    assert (tmp_path / "tsa.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (der.integer(0), "020100"),
        (der.integer(128), "02020080"),
        (der.oid("1.2.840.113549.1.7.2"), "06092a864886f70d010702"),
        (der.accuracy(1250), "30070201018002" + "00fa"),
        (der.accuracy(2000), "3003020102"),
        (der.octets(b"x" * 200), "0481c8" + "78" * 200),
        (der.tlv(0x30, b"x" * 300), "3082012c" + "78" * 300),
    ],
)
def test_der_is_as_x690_says(value, encoded):
    assert value.hex() == encoded


def test_simulated_authority_stamps_the_moment_it_is_given(tmp_path):
    source = SimulatedAuthority.kept_in(tmp_path / "tsa.pem", name="a", org="o", token_accuracy_ms=40)

    stamp = source.stamp(ask(3.25))

    assert (stamp.time_ms, stamp.resolution_ms, stamp.accuracy_ms) == (milliseconds(3.25), 10, 40)
    assert source.policy_source() == {"kind": "tsa", "name": "a", "org": "o", "accuracy_ms": 1000}
    assert source.anchor_source()["policy_oids"] == [POLICY]


@needs_openssl
def test_openssl_authority_gives_tokens_of_the_same_root(tmp_path):
    source = OpensslAuthority.kept_in(tmp_path / "tsa.pem", name="a", org="o")

    first, second = source.stamp(ask()), source.stamp(ask())

    assert first.resolution_ms == 1000
    assert first.accuracy_ms is None
    assert first.time_ms % 1000 == 0
    serials = [
        timestamps.verify(stamp.token, DIGEST, [source.root_der], (POLICY,)).serial
        for stamp in (first, second)
    ]
    assert serials[1] == serials[0] + 1


def test_openssl_authority_is_silent_without_openssl(tmp_path, monkeypatch):
    source = OpensslAuthority.kept_in(tmp_path / "tsa.pem", name="a", org="o")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceSilent):
        source.stamp(ask())


def test_http_authority_asks_and_checks(authority):
    with serving(time_authority(authority, 2.5)) as url:
        stamp = http(url, authority).stamp(ask())

    assert (stamp.time_ms, stamp.accuracy_ms) == (milliseconds(2.5), 200)


def test_http_authority_refuses_a_token_for_other_data(authority):
    other = authority.respond(b"\x00" * 32, at=moment(), serial=1)

    with serving(lambda _path, _body: (200, other)) as url, pytest.raises(SourceRefused, match="other data"):
        http(url, authority).stamp(ask())


def test_http_authority_refuses_a_token_under_another_root(authority, tmp_path):
    other = TrialAuthority.kept_in(tmp_path / "other.pem")

    with serving(time_authority(other)) as url, pytest.raises(SourceRefused, match="roots"):
        http(url, authority).stamp(ask())


def test_http_authority_refuses_a_policy_it_was_not_told_of(authority):
    with serving(time_authority(authority)) as url, pytest.raises(SourceRefused, match="policy"):
        replace(http(url, authority), policy_oids=("1.2.3",)).stamp(ask())


@pytest.mark.parametrize("answer", [(500, b""), (404, b"not here")])
def test_http_authority_is_silent_when_the_server_fails(authority, answer):
    with serving(lambda _path, _body: answer) as url, pytest.raises(SourceSilent):
        http(url, authority).stamp(ask())


def test_http_authority_is_silent_when_nobody_answers(authority):
    with stalled() as url, pytest.raises(SourceSilent):
        http(url, authority, timeout_s=0.1).stamp(ask())
    with pytest.raises(SourceSilent):
        http("http://127.0.0.1:1", authority, timeout_s=0.5).stamp(ask())


def test_http_authority_reads_no_endless_answer_and_no_file(authority):
    with (
        serving(lambda _path, _body: (200, b"0" * 70_000)) as url,
        pytest.raises(SourceRefused, match="long"),
    ):
        http(url, authority).stamp(ask())
    with pytest.raises(SourceRefused, match="http"):
        http("file:///etc/hostname", authority).stamp(ask())


def test_sources_are_read_from_the_settings(settings, tmp_path, authority):
    (tmp_path / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    vkey = sources.local_witness().vkey
    settings.TIME_SOURCES = [
        "local",
        "openssl",
        f"name=t1;org=甲;url=https://t1.example/;root={tmp_path}/root.pem;policy_oids=1.2.3 1.2.4;accuracy_ms=50",
    ]
    settings.WITNESS_URLS = [f"vkey={vkey};org=乙;url=https://w.example/log"]

    found = sources.configured_sources()

    assert [source.name for source in found] == ["trial-tsa", "trial-tsa-openssl", "t1", "trial-witness"]
    assert [source.remote for source in found] == [False, True, True, True]
    assert found[2].anchor_source()["policy_oids"] == ["1.2.3", "1.2.4"]
    assert found[3].anchor_source()["vkey"] == vkey
    assert [witness.org for witness in sources.configured_witnesses()] == ["乙"]
    assert found[0].root_der == found[1].root_der


@pytest.mark.parametrize(
    "word", ["name=x;url=y", "somewhere", "name=a;org=b;url=c;root=d;policy_oids=1.2;x=y"]
)
def test_sources_misspelt_stop_the_start(settings, word):
    settings.TIME_SOURCES = [word]

    with pytest.raises(ImproperlyConfigured):
        sources.configured_sources()


def test_two_sources_of_one_name_stop_the_start(settings):
    settings.TIME_SOURCES = ["local", "local"]

    with pytest.raises(ImproperlyConfigured, match="same name"):
        sources.configured_sources()


def test_trial_sources_do_not_exist_in_production(settings):
    keys.log_signer()
    settings.PRODUCTION = True
    settings.TIME_SOURCES = ["openssl"]

    with pytest.raises(Exception, match="production"):
        sources.configured_sources()
