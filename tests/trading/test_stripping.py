"""Scenario 8: an attachment that is opened tells nothing of its maker; what cannot be cleaned is refused with a remedy."""

import io

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from pypdf import PdfReader

from kernel.errors import RuleBroken
from tests import builders_files as files
from tests.builders_files import AUTHOR, DEVICE, told
from trading.rules.stripping import MAX_ATTACHMENT, attachment_name, stripped

FILES = {"a.pdf": files.pdf, "a.docx": files.document, "a.jpg": files.jpeg, "a.png": files.png}


def traces(data):
    found = told(data)
    variants = [
        AUTHOR.encode(),
        AUTHOR.encode("utf-16-be"),
        DEVICE.encode(),
        repr(AUTHOR.encode("utf-16-be"))[2:-1].encode(),
    ]
    return [trace for trace in variants if trace in found]


@pytest.mark.parametrize("name", FILES)
def test_nothing_of_the_maker_is_left(name):
    data = FILES[name]()
    assert traces(data)

    assert not traces(stripped(name, data))


def test_the_picture_itself_is_untouched():
    assert stripped("a.jpg", files.jpeg()) == files.jpeg(exif=False)
    assert stripped("a.png", files.png()) == files.png(told=False)


def test_the_text_of_a_document_stays():
    clean = stripped("a.docx", files.document())

    text = told(clean)
    assert "能否".encode() in text
    assert "此处".encode() in text
    assert b'w:percent="90"' in text
    assert b"docProps" not in text
    assert b"1980-01-01T00:00:00Z" in text
    assert b"2026-05-04" not in text


def test_a_workbook_with_comments_and_properties_still_opens():
    book = Workbook()
    book.properties.creator = AUTHOR
    book.properties.company = AUTHOR
    book.active["A1"] = "数量"
    book.active["A1"].comment = Comment("请核对", AUTHOR)
    data = files.saved(book)
    assert traces(data)

    clean = stripped("a.xlsx", data)

    assert not traces(clean)
    opened = load_workbook(io.BytesIO(clean))
    assert opened.active["A1"].value == "数量"
    assert opened.active["A1"].comment.text == "请核对"


def test_a_pdf_still_opens_with_its_page_and_note():
    reader = PdfReader(io.BytesIO(stripped("a.pdf", files.pdf())))

    assert len(reader.pages) == 1
    assert reader.pages[0]["/Annots"][0]["/Contents"] == "能否"
    assert reader.metadata is None
    assert reader.xmp_metadata is None


def attached(writer):
    writer.add_attachment("secret.txt", AUTHOR.encode())


def scripted(writer):
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    program = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert(1)"),
    }
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(program))


def signed(writer):
    from pypdf.generic import DictionaryObject, NameObject

    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig")})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Sig1"): writer._add_object(field)}
    )


W = '<w:d xmlns:w="w">{}</w:d>'


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "attachment_type"),
        ("a.xlsm", b"PK", "attachment_type"),
        ("a.pdf", b"", "attachment_empty"),
        ("a.pdf", b"x" * (MAX_ATTACHMENT + 1), "attachment_too_large"),
        ("a.pdf", b"PK\x03\x04", "attachment_pdf"),
        ("a.pdf", b"%PDF-1.7 nothing", "attachment_pdf"),
        ("a.pdf", files.pdf(encrypt=True), "attachment_encrypted"),
        ("a.pdf", files.pdf(attached), "attachment_files"),
        ("a.pdf", files.pdf(scripted), "attachment_program"),
        ("a.pdf", files.pdf(signed), "attachment_signed"),
        ("a.jpg", files.png(), "attachment_picture"),
        ("a.jpg", files.jpeg()[:90], "attachment_picture"),
        ("a.png", files.png()[:-5], "attachment_picture"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office_protected"),
        ("a.docx", files.document(word__vbaProject_bin=b"x"), "office_macro"),
        ("a.docx", files.document(word__embeddings__a_xlsx=b"x"), "attachment_object"),
        ("a.docx", files.document(word__media__a_emf=b"x"), "attachment_picture_kind"),
        (
            "a.docx",
            files.document(word__f_xml=W.format("<w:instrText> AUTHOR </w:instrText>").encode()),
            "attachment_field",
        ),
        (
            "a.docx",
            files.document(
                word___rels__document_xml_rels=b'<R><Relationship Target="file:///C:/x.xlsx" TargetMode="External"/></R>'
            ),
            "attachment_link",
        ),
    ],
)
def test_what_cannot_be_cleaned_is_refused(name, data, code):
    with pytest.raises(RuleBroken) as caught:
        stripped(name, data)

    assert caught.value.code == code


def test_the_name_of_the_sender_is_not_kept():
    assert attachment_name(1, "王投标人的问题.PDF") == "attachment-1.pdf"
