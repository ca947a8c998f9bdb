"""A small reader of HTML that refuses what browsers forgive: wrong nesting, double ids, nameless fields."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    {"img", "base", "input", "meta", "wbr", "hr", "track", "area", "br", "col", "source", "link", "embed"}
)
SVG_VOID = frozenset({"path", "circle", "rect"})
NAMED = frozenset({"input", "select", "textarea"})


@dataclass
class Page(HTMLParser):
    """What a page consists of, as far as the tests ask."""

    text: str
    problems: list[str] = field(default_factory=list)
    ids: Counter = field(default_factory=Counter)
    tags: Counter = field(default_factory=Counter)
    labels: set = field(default_factory=set)
    fields: list = field(default_factory=list)
    links: list = field(default_factory=list)
    html: dict = field(default_factory=dict)
    scripts: list = field(default_factory=list)
    title: str = ""

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.feed(self.text)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag in self.open]
        self.problems += [f"id {name} occurs {n} times" for name, n in self.ids.items() if n > 1]
        for name, described in self.fields:
            if not described and name not in self.labels:
                self.problems.append(f"field {name} has no label")
        self.problems += [f"#{link} leads nowhere" for link in self.links if link and link not in self.ids]

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags[tag] += 1
        self.problems += [
            f"{name} twice in <{tag}>" for name, n in Counter(a for a, _ in attrs).items() if n > 1
        ]
        self.problems += [
            f"inline {name} in <{tag}>" for name in attributes if name == "style" or name.startswith("on")
        ]
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        if tag == "html":
            self.html = attributes
        if tag == "label":
            self.labels.add(attributes.get("for"))
        if tag in NAMED and attributes.get("type") not in {"hidden", "submit"}:
            self.fields.append((attributes.get("id"), "aria-label" in attributes))
        if tag == "a" and attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])
        if tag == "script":
            self.scripts.append(attributes)
        if tag == "img" and "alt" not in attributes:
            self.problems.append("<img> without alt")
        if tag not in VOID and tag not in SVG_VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag and tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID or tag in SVG_VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data
