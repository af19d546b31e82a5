"""A few customers over the seeded organisation: one whose story is told by hand, and some that are drawn.

All facts keep the rules of the graph; some were corrected, or became known late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.names import with_terms
from touchgraph.graph.statements import Statement
from touchgraph.model import OF_CUSTOMER, OPEN_END, OPEN_RECORD, FeedbackTheme, Grade, InteractionKind, Outcome, quote

SOURCE = "source:article"
FIRST, SECOND, THIRD = (datetime(2025, 6, 2, hour, tzinfo=UTC) for hour in (0, 8, 16))
"""When things become known: after the reform, the last of which the organisation's own facts are."""
DEALERS = ("dealer:d0001", "dealer:d0002", "dealer:d0017", "dealer:d0048")
STAGES = tuple(f"stage:{name}" for name in ("seeding", "acquisition", "nurture", "deal", "retention", "repurchase"))
CHANNELS = ("channel:telephone", "channel:wecom", "channel:app", "channel:showroom", "channel:online")
TOUCHPOINTS = tuple(
    f"touchpoint:{name}"
    for name in ("short-video", "lead-form", "test-drive", "telephone-contact", "delivery", "maintenance", "dual-link")
)
PRODUCTS = ("product:fuel-vehicles", "product:electric-vehicles")
POOLS = {Grade.LOW: "pool:lead", Grade.MEDIUM: "pool:incubation", Grade.HIGH: "pool:potential-customer"}
PHASES = ("phase:definition", "phase:facelift")
BEGIN = date(2025, 6, 1)


@dataclass
class Sample:
    """Nodes by label, facts and links by type."""

    nodes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    links: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def node(self, label: str, entity: str, recorded: datetime = FIRST, **properties: Any) -> str:
        known = {"id": entity, "source": SOURCE, "recordedFrom": recorded}
        self.nodes.setdefault(label, []).append(with_terms(properties | known))
        return entity

    def fact(
        self,
        type_: str,
        start: str,
        end: str,
        since: date,
        until: date = OPEN_END,
        recorded: tuple[datetime, datetime] = (FIRST, OPEN_RECORD),
        **properties: Any,
    ) -> None:
        times = dict(
            zip(("validFrom", "validTo", "recordedFrom", "recordedTo"), (since, until, *recorded), strict=True)
        )
        row = {"start": start, "end": end, "properties": {**properties, **times, "source": SOURCE}}
        self.facts.setdefault(type_, []).append(row)

    def link(self, type_: str, start: str, end: str | None) -> None:
        if end is not None:
            self.links.setdefault(type_, []).append({"start": start, "end": end})

    def event(self, label: str, entity: str, at: datetime, to: Mapping[str, str | None], **properties: Any) -> str:
        if label in OF_CUSTOMER:
            properties[OF_CUSTOMER[label]] = to["WITH_CUSTOMER"]
        self.node(label, entity, at=at, **properties)
        for type_, end in to.items():
            self.link(type_, entity, end)
        return entity


async def load(graph: Graph, sample: Sample) -> None:
    """Puts a sample into a graph that has the organisation."""

    async def work(tx: Transaction) -> None:
        for label, rows in sample.nodes.items():
            text = f"UNWIND $rows AS row CREATE (n:{quote(label)}) SET n = row"
            await tx.run(Statement(text, {"rows": rows}))
        nodes = "Entity|Customer|Vehicle|Lead|Interaction|Feedback"
        for type_, rows in {**sample.facts, **sample.links}.items():
            text = f"""UNWIND $rows AS row MATCH (a:{nodes} {{id: row.start}}) MATCH (b:{nodes} {{id: row.end}})
                CREATE (a)-[f:{quote(type_)}]->(b) SET f = row.properties RETURN count(*)"""
            ((count,),) = await tx.run(Statement(text, {"rows": [{"properties": {}, **row} for row in rows]}))
            assert count == len(rows)

    await graph.write(work)


def sample(count: int = 9) -> Sample:
    """The customer whose story is told, and so many that are drawn."""
    drawn, random = Sample(), Random(5)  # noqa: S311
    _told(drawn)
    for number in range(2, count + 2):
        _customer(drawn, random, number)
    return drawn


def _told(s: Sample) -> None:
    """Li Na saw a video, left her number, drove, bought; she moved, and her stage was wrong for some hours."""
    customer = s.node(
        "Customer",
        "customer:sample-1",
        nameZh="李娜",
        nameEn="Li Na",
        birthYear=1990,
        province="吉林省",
        city="长春市",
        registeredOn=date(2025, 6, 3),
    )
    s.fact("SERVED_BY", customer, "dealer:d0001", date(2025, 6, 3), date(2025, 9, 1))
    s.fact("SERVED_BY", customer, "dealer:d0017", date(2025, 9, 1))
    days = [date(2025, 6, 3), date(2025, 6, 10), date(2025, 7, 1), date(2025, 8, 15), date(2025, 8, 20)]
    for stage, since, until in zip(STAGES, days[:4], days[1:4], strict=False):
        s.fact("IN_STAGE", customer, stage, since, until, channel="channel:online")
    s.fact("IN_STAGE", customer, "stage:deal", days[3], OPEN_END, (FIRST, SECOND))
    s.fact("IN_STAGE", customer, "stage:deal", days[3], days[4], (SECOND, OPEN_RECORD), grade=Grade.HIGH)
    s.fact("IN_STAGE", customer, "stage:retention", days[4], OPEN_END, (SECOND, OPEN_RECORD))
    s.fact("CONSENTS_TO", customer, "channel:wecom", date(2025, 6, 3))
    s.fact("CONSENTS_TO", customer, "channel:telephone", date(2025, 6, 10), date(2025, 12, 1))
    vehicle = s.node("Vehicle", "vehicle:sample-1", vin="LFV2A1BU0S3000001")
    s.fact("IS_MODEL", vehicle, "product:electric-vehicles", date(2025, 8, 15))
    s.fact("OWNS", customer, vehicle, date(2025, 8, 20))
    lead = s.node("Lead", "lead:sample-1", createdOn=date(2025, 6, 10), channel="channel:online")
    s.fact("OF", lead, customer, date(2025, 6, 10))
    s.fact("GRADED", lead, "pool:incubation", date(2025, 6, 10), date(2025, 7, 1), grade=Grade.MEDIUM, score=55)
    s.fact("GRADED", lead, "pool:potential-customer", date(2025, 7, 1), grade=Grade.HIGH, score=90)
    for number, (kind, at, touchpoint, channel, dealer) in enumerate(
        [
            ("VIEW", datetime(2025, 6, 3, 12, 30, tzinfo=UTC), "short-video", "new-media", None),
            ("ENQUIRY", datetime(2025, 6, 10, 9, tzinfo=UTC), "lead-form", "online", "d0001"),
            ("CALL", datetime(2025, 6, 11, 2, 15, tzinfo=UTC), "telephone-contact", "telephone", "d0001"),
            ("TEST_DRIVE", datetime(2025, 7, 5, 6, 0, 1, tzinfo=UTC), "test-drive", "showroom", "d0001"),
            ("DELIVERY", datetime(2025, 8, 20, 3, tzinfo=UTC), "delivery", "showroom", "d0001"),
            ("SERVICE", datetime(2025, 12, 24, 1, tzinfo=UTC), "maintenance", "offline", "d0017"),
        ],
        start=1,
    ):
        s.event(
            "Interaction",
            f"interaction:sample-1-{number}",
            at,
            {
                "WITH_CUSTOMER": customer,
                "AT_TOUCHPOINT": f"touchpoint:{touchpoint}",
                "AT_DEALER": dealer and f"dealer:{dealer}",
            },
            kind=kind,
            channel=f"channel:{channel}",
            outcome=Outcome.COMPLETED,
        )
    feedback = s.event(
        "Feedback",
        "feedback:sample-1",
        datetime(2025, 12, 24, 8, tzinfo=UTC),
        {"WITH_CUSTOMER": customer, "ON_PRODUCT": "product:electric-vehicles"},
        theme=FeedbackTheme.RANGE,
        text="冬天续航明显缩短",
    )
    s.fact("ROUTED_TO", feedback, "phase:definition", date(2025, 12, 27))


def _customer(s: Sample, random: Random, number: int) -> None:
    registered = BEGIN + timedelta(days=random.randrange(100))
    customer = s.node(
        "Customer",
        f"customer:sample-{number}",
        random.choice([FIRST, FIRST, SECOND]),
        nameZh="张" + "伟芳强"[number % 3],
        nameEn=f"Zhang {number}",
        birthYear=random.choice([None, 1970, 1985, 1990]),
        registeredOn=registered,
    )
    _periods(s, random, "SERVED_BY", customer, DEALERS, registered)
    _periods(s, random, "IN_STAGE", customer, STAGES, registered, channel=random.choice([None, "channel:app"]))
    for channel in random.sample(CHANNELS[:3], random.randrange(3)):
        _periods(s, random, "CONSENTS_TO", customer, (channel,), registered)
    if random.random() < 0.7:
        vehicle = s.node("Vehicle", f"vehicle:sample-{number}", vin=f"LFV2A1BU0S3{number:06}")
        s.fact("IS_MODEL", vehicle, random.choice(PRODUCTS), registered)
        _periods(s, random, "OWNS", customer, (vehicle,), registered)
    if random.random() < 0.7:
        through = random.choice([None, *CHANNELS])
        lead = s.node("Lead", f"lead:sample-{number}", SECOND, createdOn=registered, channel=through)
        s.fact("OF", lead, customer, registered, recorded=(SECOND, OPEN_RECORD))
        grade = random.choice(list(Grade))
        s.fact("GRADED", lead, POOLS[grade], registered, recorded=(SECOND, OPEN_RECORD), grade=grade, score=50)
    for n in range(random.randrange(5)):
        at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(300 * 86400))
        to = {
            "WITH_CUSTOMER": customer,
            "AT_TOUCHPOINT": random.choice(TOUCHPOINTS),
            "AT_DEALER": random.choice([None, *DEALERS]),
        }
        kind, through = random.choice(list(InteractionKind)), random.choice([None, *CHANNELS])
        entity = f"interaction:sample-{number}-{n}"
        s.event("Interaction", entity, at, to, kind=kind, channel=through, outcome=random.choice(list(Outcome)))
    if random.random() < 0.4:
        at = datetime(2025, 7, 1, number, tzinfo=UTC)
        ends = {"WITH_CUSTOMER": customer, "ON_PRODUCT": random.choice(PRODUCTS)}
        feedback = s.event("Feedback", f"feedback:sample-{number}", at, ends, theme=random.choice(list(FeedbackTheme)))
        s.fact("ROUTED_TO", feedback, random.choice(PHASES), date(2025, 7, 2), recorded=(THIRD, OPEN_RECORD))


def _periods(
    s: Sample, random: Random, type_: str, start: str, ends: tuple[str, ...], since: date, **properties: Any
) -> None:
    """One fact, or one after the other, or one that was corrected; known from when all ends are."""
    first, second = random.choice(ends), random.choice(ends)
    moved = since + timedelta(days=30)
    match random.randrange(4):
        case 0:
            s.fact(type_, start, first, since, recorded=(SECOND, OPEN_RECORD), **properties)
        case 1:
            s.fact(type_, start, first, since, moved, (SECOND, OPEN_RECORD), **properties)
            s.fact(type_, start, second, moved, OPEN_END, (SECOND, OPEN_RECORD), **properties)
        case 2:
            s.fact(type_, start, first, since, OPEN_END, (SECOND, THIRD), **properties)
            s.fact(type_, start, second, moved, OPEN_END, (THIRD, OPEN_RECORD), **properties)
        case 3:
            s.fact(type_, start, first, moved, OPEN_END, (SECOND, THIRD), **properties)
