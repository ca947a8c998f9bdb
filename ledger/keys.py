"""The log's and the platform's signing keys, and the mark below which the log never signs again.

PEM files named by the settings, mode 0600. Outside production they are made on first use; in production
their keepers place them. Nothing here is ever logged.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable
from ledger.files import write_private, write_private_once
from protocol import canonical, notes
from protocol.dsse import Signer


def log_signer() -> Signer:
    """The Ed25519 key that signs checkpoints; ``Unavailable`` (``ledger_no_key``) when there is none."""
    return signer_in(Path(settings.LOG_KEY_FILE))


def platform_signer() -> Signer:
    """The key that signs receipts and the platform's own events; ``Unavailable`` when there is none."""
    return signer_in(Path(settings.PLATFORM_KEY_FILE))


def witness_signer() -> Signer:
    """The key of the trial witness, which belongs to this installation and so proves nothing."""
    return signer_in(trial_file("witness.pem"))


def trial_file(name: str) -> Path:
    """A file of the trial authorities, beside the log's key; none of them exists in production."""
    if settings.PRODUCTION:
        raise Unavailable("ledger_trial_only", _("Trial time sources do not exist in production."))
    return Path(settings.LOG_KEY_FILE).parent / "trial" / name


def signer_in(path: Path) -> Signer:
    """The key kept in ``path``."""
    if not path.exists():
        if settings.PRODUCTION:
            raise Unavailable("ledger_no_key", _("A signing key of this installation is missing."))
        write_private_once(path, Signer.generate().save())
    return Signer.load(path.read_bytes())


def mark_file() -> Path:
    """Where the largest tree a witness has signed is remembered, outside the database and its backups."""
    return Path(settings.LOG_KEY_FILE).with_suffix(".witnessed.json")


def mark() -> tuple[int, bytes | None]:
    """(size, root) of the largest tree known to a witness; root is None when only the size is known."""
    path = mark_file()
    if not path.exists():
        return 0, None
    value = canonical.decode(path.read_bytes())
    return int(value["size"]), bytes.fromhex(value["root"]) if value["root"] else None


def mark_raise(size: int, root: bytes | None) -> None:
    """Remember that a witness knows a tree of this size; never lowers the mark."""
    if size > mark()[0]:
        text = {"size": size, "root": root.hex() if root else None}
        write_private(mark_file(), canonical.encode(text))


def checkpoint_signed(*, size: int, root: bytes) -> str:
    """The signed note of a checkpoint (docs/protocol.md 5.2).

    ``Unavailable`` (``ledger_behind_witness``) for a tree smaller than one a witness has signed, or another
    tree of that size: what a restored backup would have us sign.
    """
    known, known_root = mark()
    if size < known or (size == known and known_root not in (None, root)):
        raise Unavailable(
            "ledger_behind_witness",
            _("A witness has signed a tree of %(known)s leaves; this one has %(size)s and is not signed."),
            known=known,
            size=size,
        )
    text = notes.Checkpoint(settings.LOG_ORIGIN, size, root).encode()
    return notes.sign_note(text, settings.LOG_ORIGIN, ed25519_of(log_signer()))


def log_vkey() -> str:
    """The verifier key of the log, as notices, policies and anchors print it."""
    return notes.VerifierKey.of(settings.LOG_ORIGIN, ed25519_of(log_signer()), notes.LOG).encode()


def ed25519_of(signer: Signer) -> Ed25519PrivateKey:
    """The private key for notes; ``Unavailable`` (``ledger_key_kind``) when it is of another kind."""
    if not isinstance(signer.key, Ed25519PrivateKey):
        raise Unavailable("ledger_key_kind", _("The log must be signed with an Ed25519 key."))
    return signer.key
