"""Documents drawn at random from an official schema: what any bank may send, in any version."""

import re
import xml.etree.ElementTree as ET

X = "{http://www.w3.org/2001/XMLSchema}"
BY_BASE = {
    "date": "2026-11-27",
    "dateTime": "2026-11-27T10:00:00",
    "time": "10:00:00",
    "decimal": "1",
    "boolean": "false",
    "base64Binary": "AA==",
    "gYear": "2026",
}
DEEPEST = 11


class Samples:
    """Draws documents; ``chance`` is a seeded random, ``sparse`` the share of optional elements left out."""

    def __init__(self, path, chance, sparse):
        root = ET.parse(path).getroot()
        self.types = {one.get("name"): one for one in root if one.get("name") and one.tag != X + "element"}
        self.root = next(one for one in root if one.tag == X + "element")
        self.space = root.get("targetNamespace")
        self.chance = chance
        self.sparse = sparse

    def document(self):
        text = self.element("Document", self.root.get("type"), ())
        return text.replace("<Document>", f'<Document xmlns="{self.space}">', 1)

    def element(self, name, kind, above):
        found = self.types[kind]
        if found.tag == X + "simpleType":
            return f"<{name}>{self.value(kind)}</{name}>"
        if (simple := found.find(f"{X}simpleContent/{X}extension")) is not None:
            given = "".join(
                f' {one.get("name")}="{self.value(one.get("type"))}"' for one in simple.iter(X + "attribute")
            )
            return f"<{name}{given}>{self.value(simple.get('base'))}</{name}>"
        return f"<{name}>{''.join(self.children(found, (*above, kind)))}</{name}>"

    def children(self, group, above):
        for one in group:
            if one.tag == X + "sequence":
                yield from self.children(one, above)
            elif one.tag == X + "any":
                yield '<x xmlns="urn:x"/>'
            elif one.tag in {X + "choice", X + "element"}:
                few = one.get("minOccurs", "1") == "0"
                if few and (
                    len(above) > DEEPEST or one.get("type") in above or self.chance.random() < self.sparse
                ):
                    continue
                chosen = self.chance.choice(one.findall(X + "element")) if one.tag == X + "choice" else one
                many = one.get("maxOccurs", "1") != "1" and len(above) < 6 and self.chance.random() < 0.3
                for _ in range(2 if many else 1):
                    yield self.element(chosen.get("name"), chosen.get("type"), above)

    def value(self, kind):
        if kind == "ExternalEntryStatus1Code":
            return "BOOK"
        rule = self.types[kind].find(X + "restriction")
        base = rule.get("base").rpartition(":")[2]
        if words := [one.get("value") for one in rule.findall(X + "enumeration")]:
            return self.chance.choice(words)
        if (pattern := rule.find(X + "pattern")) is not None:
            return shortest(re._parser.parse(pattern.get("value")))
        return self.value(base) if base in self.types else BY_BASE.get(base, "x")


def shortest(parsed):
    """A short text that a pattern of these schemas allows."""
    text = ""
    for operation, given in parsed:
        match str(operation):
            case "LITERAL":
                text += chr(given)
            case "IN":
                kind, first = given[0]
                text += (
                    chr(first) if str(kind) == "LITERAL" else chr(first[0]) if str(kind) == "RANGE" else "1"
                )
            case "MAX_REPEAT":
                text += "".join(shortest(given[2]) for _ in range(given[0]))
            case "SUBPATTERN":
                text += shortest(given[3])
            case "BRANCH":
                text += shortest(given[1][0])
    return text
