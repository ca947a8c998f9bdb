"""Owner and agency: from the project to the notice, every field by its label; then answers and an addendum."""

from datetime import timedelta

from tests.builders_trading import BILL
from tests.e2e.whole_world import tick
from trading.rules import CHINA

DAY = timedelta(days=1)
FRIDAY = 4
CHECKED = timedelta(minutes=40, seconds=5)
"""From T to the end of the seal check: half an hour for the factors, ten minutes for the seals."""
DOCUMENTS = {
    "Data sheet of the instructions to tenderers": ("data-sheet.pdf", b"%PDF-1.7 data sheet"),
    "Evaluation method and grounds of rejection": ("method.pdf", b"%PDF-1.7 method"),
    "Bill of quantities": ("bill-of-quantities.xml", BILL),
    "Drawings": ("drawings.pdf", b"%PDF-1.7 drawings"),
    "Contract conditions": ("contract.pdf", b"%PDF-1.7 contract"),
}


def moment(value):
    """As the picker writes it, in Beijing's time."""
    return value.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def working_day(at, days):
    """9:30 in China so many days on, or on the Monday after."""
    local = (at + days * DAY).astimezone(CHINA).replace(hour=9, minute=30, second=0, microsecond=0)
    return local + (7 - local.weekday()) * DAY if local.weekday() > FRIDAY else local


def project(world):
    """O1: the owner hands the project in, the intake desk accepts it."""
    owner = world.owner
    owner.open("trading:desk")
    owner.follow("Register a project")
    owner.form(
        {
            "Project name": "港口路道路工程",
            "Must this project be tendered by law?": "Yes",
            "Do state funds hold the controlling or leading share?": "Yes",
            "Scope, method and form of tendering have been approved": True,
            "Competent supervisor": "Construction Bureau",
            "Agency’s unified social credit code, if an agency is charged": world.agency.organisation.code,
            "Region code": "350100",
            "Place of the works": "Harbour road",
            "Estimate of the whole project": "5,000,000.00",
            "Approval 1: number": "A-1",
            "Approval 1: issued by": "Planning office",
            "Approval 1: date": "2026-05-04",
            "Source of funds 1": "市财政",
            "Source of funds 1: per cent": "100",
        }
    )
    owner.look("project form")
    owner.press("Hand in for intake", then="/projects/[0-9a-f-]{36}/$")
    desk = world.intake
    desk.open("trading:intake")
    desk.page.get_by_role("link", name="港口路道路工程").click()
    desk.page.wait_for_url("**/intake/*-*/")
    desk.look_twice("intake review")
    desk.press("Accept the project", then="/intake/$")


def mandate(world):
    """O2: the owner begins the tender and charges the agency; both sign."""
    owner, agency = world.owner, world.agency
    owner.open("trading:desk")
    owner.follow("港口路道路工程")
    owner.follow("Begin a tender")
    owner.write("Title", "港口路道路工程施工招标")
    owner.write("Title in English", "Harbour road works")
    owner.press("Save the draft", then="/tenders/[0-9a-f-]{36}/$")
    world.tender = owner.page.url.rstrip("/").rsplit("/", 1)[1]
    owner.open("trading:mandate", world.tender)
    owner.follow("Give a mandate for this tender")
    today = world.clock.now()
    owner.form(
        {
            "First day": today.astimezone(CHINA).strftime("%Y-%m-%d"),
            "Last day": (today + 120 * DAY).astimezone(CHINA).strftime("%Y-%m-%d"),
            "Basis of the fee": "Contract 7",
            "Who pays the agency": "the owner",
        }
    )
    for box in owner.page.locator("[name=powers]").all():
        box.check()
    owner.look("mandate form")
    owner.press("Go on to sign")
    owner.look("mandate to sign")
    owner.sign("Sign the mandate", then="/mandates/$")
    agency.open("accounts:mandates")
    agency.page.get_by_role("link", name="Read and sign").click()
    agency.prove()
    agency.sign("Sign the mandate", then="/mandates/$")
    assert agency.says("Signed by both: the mandate is in force.")


def draft(world):
    """O3-O5: the agency types the data sheet; then the lot, the documents and the opening."""
    agency, now = world.agency, world.clock.now()
    agency.open("trading:sheet", world.tender)
    agency.form(
        {
            "Scope and scale": "路面改造",
            "Owner’s address": "1 Harbour road",
            "Place of the works": "Harbour road",
            "Whom to call": "Ms. Desk, 0591-8700 0000",
            "May consortia bid?": "No",
            "Documents from": moment(now),
            "Documents until": moment(now + 9 * DAY),
            "Questions until": moment(now + 12 * DAY),
        }
    )
    agency.press("Save the draft", then=f"/tenders/{world.tender}/$")
    lot(world)
    documents(world)
    opening(world)


def lot(world):
    """O3: the lot with its ceiling and its method."""
    agency = world.agency
    agency.open("trading:lot-new", world.tender)
    agency.form(
        {
            "Name of the lot": "第一标段",
            "Scope": "路面",
            "Estimate": "5000000",
            "Ceiling price": "4800000",
            "Duration in calendar days": "120",
            "Quality standard": "合格",
            "Validity of bids in days": "90",
            "Evaluation method": "comprehensive evaluation",
            "Criteria": "price; 60\ntechnical; 40",
            "Scores are kept to": "two places",
            "What decides a tie": "lower price",
            "Candidates to be ranked": "3",
        }
    )
    agency.look("lot form")
    agency.press("Save the draft", then=f"/tenders/{world.tender}/$")
    agency.page.get_by_role("link", name="Opening and officers").first.click()
    agency.page.wait_for_url("**/opening/")
    world.lot = agency.page.url.rstrip("/").rsplit("/", 2)[1]


def documents(world):
    """O4: each document under its kind."""
    for kind, (name, content) in DOCUMENTS.items():
        world.agency.open("trading:documents", world.tender)
        world.agency.write("Kind", kind)
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        world.agency.page.get_by_label("File", exact=True).set_input_files(file)
        world.agency.press("Store the file")
        assert world.agency.says("Stored under its digest.")


def opening(world):
    """O5: T, two envelopes, 3 of 5 officers, each tenderer's own factor; five seats offered."""
    agency = world.agency
    world.close_at = working_day(world.clock.now(), 24)
    agency.open("trading:opening", world.tender, world.lot)
    agency.form(
        {
            "Deadline and opening (T)": moment(world.close_at),
            "Hall": "Hall 1",
            "Officers needed to open": "3",
            "Tenderer’s own factor": "Needed: each tenderer releases its own factor after the deadline",
            "Remedy when a factor is lost": "视为撤销",
            "Chair": "Bridge Consulting",
            "Reader": "Bridge Consulting",
            "Recorder": "Harbour Works Office",
        }
    )
    agency.look("opening form")
    agency.press("Save the draft")
    for i in range(1, 6):
        agency.open("trading:opening", world.tender, world.lot)
        agency.follow(f"Offer seat {i}")
        name = getattr(world, f"officer{i}")
        agency.write("Officer", f"{name.organisation.name} · {name.person.name}")
        agency.press("Offer the seat", then="/opening/$")


def publish(world):
    """O6, O7: the agency checks and hands over; the owner signs T; the notice is out."""
    agency, owner = world.agency, world.owner
    agency.open("trading:check", world.tender)
    agency.look("blockers")
    agency.press("Hand it to the owner for signature", then=f"/tenders/{world.tender}/$")
    owner.open("trading:publish", world.tender)
    owner.look("publish")
    owner.sign("Sign and publish", then=f"/tenders/{world.tender}/$")
    owner.follow("The notice as everybody sees it")
    world.number = owner.page.url.rsplit("/", 1)[1]
    world.place = f"{world.number}-01"
    tick()


def answer(world, question):
    """O8: the agency answers for everybody, and cannot tell who asked."""
    agency = world.agency
    agency.open("trading:clarifications", world.tender)
    agency.follow(question)
    agency.write("Answer", "以总平面图为准。")
    agency.press("See it as everybody will read it")
    agency.look("answer preview")
    agency.press("Publish the answer", then="/clarifications/$")


def addendum(world):
    """O9: an addendum which affects bids: the deadline moves, sealed bids must be sealed again."""
    agency, owner = world.agency, world.owner
    agency.open("trading:addendum-new", world.tender)
    world.close_at = working_day(world.close_at, 7)
    agency.form(
        {
            "Change 1: where": "工期",
            "Change 1: what stood": "120 日历天",
            "Change 1: what stands now": "150 日历天",
            "Does this affect the preparation of bids?": "Yes",
            "Reason": "设计单位更正",
            "Lot 01: new deadline, if it moves": moment(world.close_at),
            "Lot 01: new duration in days, if it changes": "150",
        }
    )
    agency.look("addendum form")
    agency.press("Save the draft", then="/addenda/[0-9a-f-]{36}/$")
    agency.press("Hand it to the owner for signature")
    owner.visit(agency.page.url)
    owner.follow("Sign and publish")
    owner.look("addendum to sign")
    owner.sign("Sign and publish", then="/addenda/[0-9a-f-]{36}/$")
    assert owner.says("Each taker was told, alone and in the same words.")
    tick()
