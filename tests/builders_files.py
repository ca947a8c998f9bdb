"""Files for tests: workbooks, archives and hostile variants of them, made in memory."""

import io
import zipfile

from openpyxl import Workbook

HEADINGS = ("序号", "项目编码", "项目名称", "项目特征描述", "计量单位", "工程量", "综合单价", "合价")
ITEMS = (
    (1, "040203007001", "水泥混凝土路面", "C30，厚 220 mm", "m2", 100, 150.5, 15050),
    (2, "040204002001", "人行道块料铺设", "透水砖 60 mm", "m2", 20.5, 80, 1640),
)


def workbook(*rows, headings=HEADINGS, items=ITEMS, hidden=False):
    """A bill as a costing program writes it: a title, headings, a section, items, then ``rows``."""
    book = Workbook()
    cover = book.active
    cover.title = "封面"
    cover.append(["招标工程量清单"])
    sheet = book.create_sheet("分部分项")
    for row in (["主街道路工程"], list(headings), [None, "0402", "路面工程"], *items, *rows):
        sheet.append(list(row))
    if hidden:
        book.create_sheet("组价").sheet_state = "hidden"
    return saved(book)


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(data, **members):
    """The archive with members added or replaced; the name's ``__`` is a slash, a single ``_`` a dot."""
    source = zipfile.ZipFile(io.BytesIO(data))
    given = {
        name.replace("___", "/_").replace("__", "/").replace("_", ".").replace("/.rels", "/_rels"): content
        for name, content in members.items()
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            if info.filename not in given:
                archive.writestr(info, source.read(info))
        for name, content in given.items():
            archive.writestr(name, content)
    return target.getvalue()


AUTHOR = "王投标人"
"""Who must not be found in a stripped file; ``DEVICE`` is the trace of a camera or computer."""

DEVICE = "BidderCam-42"


def jpeg(exif=True):
    """A grey pixel as JPEG, with EXIF, XMP and a comment in it and something behind it."""
    quantisation = b"\xff\xdb\x00\x43\x00" + bytes([1]) * 64
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    huffman = (
        b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00" + b"\xff\xc4\x00\x14\x10\x01" + bytes(15) + b"\x00"
    )
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f\xff\x00\x7f"
    told = b""
    for marker, text in (
        (0xE1, b"Exif\x00\x00" + DEVICE.encode()),
        (0xED, b"Photoshop" + DEVICE.encode()),
        (0xFE, AUTHOR.encode()),
    ):
        told += bytes([0xFF, marker]) + (len(text) + 2).to_bytes(2, "big") + text
    head = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    picture = quantisation + frame + huffman + scan
    return head + (told if exif else b"") + picture + b"\xff\xd9" + (DEVICE.encode() if exif else b"")


def png(told=True):
    """A white pixel as PNG, with its author as text and EXIF."""
    import zlib

    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = chunk(b"IHDR", b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00")
    text = chunk(b"tEXt", b"Author\x00" + AUTHOR.encode()) + chunk(b"eXIf", DEVICE.encode()) if told else b""
    return (
        b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", zlib.compress(b"\x00\xff")) + chunk(b"IEND", b"")
    )


def document(**members):
    """A DOCX with author, company, comments, tracked changes, a template path and a picture."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    r = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/docProps/core.xml" ContentType="x"/>'
        '<Override PartName="/word/document.xml" ContentType="y"/></Types>',
        "_rels/.rels": f'<Relationships {r}><Relationship Id="a" Type="t" Target="docProps/core.xml"/>'
        '<Relationship Id="b" Type="t" Target="word/document.xml"/></Relationships>',
        "docProps/core.xml": f"<c><creator>{AUTHOR}</creator></c>",
        "docProps/app.xml": f"<c><Company>{AUTHOR}</Company></c>",
        "docProps/thumbnail.jpeg": jpeg(),
        "customXml/item1.xml": f"<c>{AUTHOR}</c>",
        "word/document.xml": f'<w:document {w}><w:ins w:author="{AUTHOR}" w:date="2026-05-04T03:02:01Z"><w:t>能否</w:t></w:ins></w:document>',
        "word/comments.xml": f'<w:comments {w}><w:comment w:author="{AUTHOR}" w:initials="王"><w:t>此处</w:t></w:comment></w:comments>',
        "word/people.xml": f"<p xmlns:q='q'><q:person q:author='{AUTHOR}'><q:presenceInfo q:userId='{AUTHOR}'/></q:person></p>",
        "word/settings.xml": f'<w:settings {w} xmlns:r="r"><w:attachedTemplate r:id="t1"/><w:zoom w:percent="90"/></w:settings>',
        "word/_rels/settings.xml.rels": f'<Relationships {r}><Relationship Id="t1" Type="x/attachedTemplate" '
        f'Target="file:///C:/Users/{AUTHOR}/Normal.dotm" TargetMode="External"/></Relationships>',
        "word/media/image1.jpeg": jpeg(),
        "word/media/image2.png": png(),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = AUTHOR.encode()
    return changed(target.getvalue(), **members) if members else target.getvalue()


def pdf(prepare=None, *, encrypt=False):
    """A page of PDF with Info, XMP, private data, a note by its author and a photograph."""
    from pypdf import PdfWriter
    from pypdf.annotations import Text
    from pypdf.generic import (
        DecodedStreamObject,
        DictionaryObject,
        EncodedStreamObject,
        NameObject,
        TextStringObject,
    )

    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": AUTHOR, "/Producer": DEVICE, "/Title": AUTHOR})
    xmp = DecodedStreamObject()
    xmp.set_data(f"<x:xmpmeta><dc:creator>{AUTHOR}</dc:creator></x:xmpmeta>".encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Private"): TextStringObject(DEVICE)})
    note = Text(rect=(1, 1, 20, 20), text="能否")
    note[NameObject("/T")] = TextStringObject(AUTHOR)
    writer.add_annotation(0, note)
    picture = EncodedStreamObject()
    picture._data = jpeg()
    picture[NameObject("/Filter")] = NameObject("/DCTDecode")
    picture[NameObject("/Subtype")] = NameObject("/Image")
    objects = DictionaryObject({NameObject("/P"): writer._add_object(picture)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): objects})
    if prepare:
        prepare(writer)
    if encrypt:
        writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def told(data):
    """Everything a file says, unpacked: its own bytes, archive members, PDF objects and streams."""
    pieces = [data]
    if data.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        pieces += [
            archive.comment,
            *(info.filename.encode() + archive.read(info) for info in archive.infolist()),
        ]
    if data.startswith(b"%PDF"):
        from pypdf import PdfReader
        from pypdf.generic import StreamObject

        reader = PdfReader(io.BytesIO(data))
        for numbers in reader.xref.values():
            for number in numbers:
                item = reader.get_object(number)
                pieces.append(repr(item).encode())
                pieces += [item._data] if isinstance(item, StreamObject) else []
        pieces.append(repr(reader.metadata).encode())
    return b"\n".join(pieces)
