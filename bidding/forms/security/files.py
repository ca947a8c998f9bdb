"""Files of bid security as forms take them: kept to the byte, never shown."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.forms.base import PaperField


class SecurityFileField(PaperField):
    """A guarantee, a decision or a proof; what it may be, ``bidding.security_files`` decides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.help_text = gettext_lazy(
            "PDF, OFD, PNG or JPEG, at most 10 MB. It is kept as it is, never changed."
        )


def file_given(data: dict[str, Any]) -> dict[str, Any]:
    """The fields with the file as its name and its bytes, as the services take them."""
    upload = data.pop("file")
    return {**data, "file_name": upload.name, "content": upload.read()}
