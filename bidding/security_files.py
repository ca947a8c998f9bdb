"""Files of bid security: guarantees, decisions, proofs. Kept to the byte, never rendered, never guessed at.

Unlike what comes with a question they are not cleaned: an issuer's signature and the digest that an issuer answers
for hold over the bytes as they came, and whoever may read such a file knows whose it is.
"""

from dataclasses import dataclass
from pathlib import Path, PurePath

from django.conf import settings
from django.utils.translation import gettext_noop as _

from accounts.files import ContentStore
from kernel.errors import RuleBroken

LIMIT = 10 << 20
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".ofd": (b"PK\x03\x04",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}


@dataclass(frozen=True)
class KeptFile:
    """A file in the store: ``sha256`` over the bytes as they came, ``key`` its place."""

    sha256: str
    name: str
    size: int
    key: str

    def fields(self) -> dict[str, object]:
        """The columns of the rows that keep a file."""
        return {
            "file_sha256": self.sha256,
            "file_name": self.name,
            "file_size": self.size,
            "file_key": self.key,
        }


def store() -> ContentStore:
    """Where files of bid security lie."""
    return ContentStore(Path(settings.STORE_DIR) / "security")


def file_keep(name: str, content: bytes) -> KeptFile:
    """Store a file as it came; RuleBroken ``security_file`` unless it is the PDF, OFD, PNG or JPEG its name says.

    At most ``LIMIT`` bytes; a larger one is RuleBroken ``file_too_large`` and leaves nothing behind.
    """
    ending = PurePath(name).suffix.lower()
    if not content.startswith(BEGINNINGS.get(ending, ())) or ending not in BEGINNINGS:
        raise RuleBroken("security_file", _("The file is a PDF, OFD, PNG or JPEG. Choose it again."))
    kept = store().put(content, limit=LIMIT)
    return KeptFile(kept.sha256, PurePath(name).name[:200], kept.size, f"security/{kept.sha256}")
