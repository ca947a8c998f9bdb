"""The time sources this installation asks, as its settings name them.

``SUNLIT_TIME_SOURCES`` holds ``local`` (built-in trial authority), ``openssl`` (the same by ``openssl ts``) or
fields separated by semicolons: ``name=…;org=…;url=…;root=FILE.pem;accuracy_ms=…;policy_oids=… …``.
``SUNLIT_WITNESS_URLS`` holds ``local`` (trial witness) or ``vkey=…;org=…;url=…;accuracy_ms=…``.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ledger import keys
from ledger.timesources import HttpAuthority, OpensslAuthority, SimulatedAuthority, TimeSource, named
from ledger.witness import HttpWitness, TrialWitness, Witness
from protocol.notes import VerifierKey

LOCAL_TSA = "trial-tsa"
OPENSSL_TSA = "trial-tsa-openssl"
LOCAL_WITNESS = "trial-witness"


def log_org() -> str:
    """The organisation that runs the log, as anchors name it: the first part of the origin."""
    return str(settings.LOG_ORIGIN).split("/", 1)[0]


def configured_sources() -> tuple[TimeSource, ...]:
    """Every source the settings name, authorities before witnesses."""
    place = str(Path(settings.LOG_KEY_FILE).parent)
    return read_sources(tuple(settings.TIME_SOURCES), tuple(settings.WITNESS_URLS), place)


def configured_witnesses() -> tuple[Witness, ...]:
    """The witnesses among them, for policies and anchors."""
    return tuple(source for source in configured_sources() if isinstance(source, Witness))


@lru_cache(maxsize=8)
def read_sources(authorities: Sequence[str], witnesses: Sequence[str], place: str) -> tuple[TimeSource, ...]:
    """The sources these words mean; ``place`` is where the keys of the trial ones lie."""
    found: list[TimeSource] = [authority(word) for word in authorities]
    found += [witness(word) for word in witnesses]
    try:
        return tuple(named(found).values())
    except ValueError as error:
        raise ImproperlyConfigured(f"{error} (in {place})") from error


def authority(word: str) -> TimeSource:
    """One word of ``TIME_SOURCES``."""
    if word == "local":
        return local_authority()
    if word == "openssl":
        path = keys.trial_file("tsa.pem")
        return OpensslAuthority.kept_in(path, name=OPENSSL_TSA, org=log_org())
    given = fields(word, required={"name", "org", "url", "root", "policy_oids"}, allowed={"accuracy_ms"})
    root = x509.load_pem_x509_certificate(Path(given["root"]).read_bytes())
    return HttpAuthority(
        name=given["name"],
        org=given["org"],
        root_der=root.public_bytes(serialization.Encoding.DER),
        policy_oids=tuple(given["policy_oids"].split()),
        accuracy_ms=int(given.get("accuracy_ms", "1000")),
        url=given["url"],
    )


def witness(word: str) -> Witness:
    """One word of ``WITNESS_URLS``."""
    if word == "local":
        return local_witness()
    given = fields(word, required={"vkey", "org", "url"}, allowed={"accuracy_ms"})
    return HttpWitness(
        name=VerifierKey.parse(given["vkey"]).name,
        org=given["org"],
        vkey=given["vkey"],
        accuracy_ms=int(given.get("accuracy_ms", "1000")),
        url=given["url"],
    )


def local_authority(name: str = LOCAL_TSA) -> SimulatedAuthority:
    """The trial authority: its clock is the moment of the cut, real or simulated."""
    return SimulatedAuthority.kept_in(keys.trial_file("tsa.pem"), name=name, org=log_org())


def local_witness(name: str = LOCAL_WITNESS) -> TrialWitness:
    """The trial witness, which remembers in a file of its own what it signed."""
    return TrialWitness.kept_in(
        keys.trial_file(f"{name}.json"),
        name=name,
        org=log_org(),
        log_vkey=keys.log_vkey(),
        signer=keys.witness_signer(),
    )


def fields(word: str, *, required: set[str], allowed: set[str]) -> dict[str, str]:
    """``name=value`` pairs separated by semicolons; ``ImproperlyConfigured`` names what is wrong."""
    pairs = [part.partition("=") for part in word.split(";")]
    given = {name.strip(): value.strip() for name, _, value in pairs}
    if not required <= set(given) <= required | allowed:
        odd = sorted(set(given) ^ required - allowed)
        raise ImproperlyConfigured(f"A time source needs {sorted(required)}; look at {odd}.")
    return given
