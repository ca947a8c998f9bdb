"""The owner's letter of authorisation for a member of its own, as a small PDF of one page that opens anywhere."""

from accounts.actors import Actor
from experts.rules.own_members import Delegate, Letter
from trading.models import Lot

FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def delegate(actor: Actor, lot: Lot) -> Delegate:
    """A person of the owner with the letter that sends him to the panel of this lot."""
    assert actor.person is not None
    lines = [
        "Letter of authorisation",
        f"Lot {lot.number}",
        f"The owner sends the holder of account {actor.person}",
        "to the evaluation panel as a member of its own.",
    ]
    return Delegate(actor.person, Letter("letter-of-authorisation.pdf", pdf(lines)))


def pdf(lines: list[str]) -> bytes:
    """A page of lines of Latin letters; the same lines give the same bytes."""
    shown = " ".join(f"({_escaped(one)}) Tj 0 -24 Td" for one in lines)
    stream = f"BT /F1 14 Tf 72 760 Td {shown} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        FONT,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj{one}endobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + (head + tail).encode("ascii")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
