"""What the API's fields about customers mean, written down a second time, as `tests/reference.py` does for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from touchgraph.api.types.words import in_chinese, in_english

if TYPE_CHECKING:
    from tests.support.reference import At, Entity, Fact, FactAt, World

Props = dict[str, Any]

PREFIXES = {
    "customer": "Customer",
    "vehicle": "Vehicle",
    "lead": "Lead",
    "interaction": "Interaction",
    "feedback": "Feedback",
}
TYPES = set(PREFIXES.values())
FACTS = {"SERVED_BY", "IN_STAGE", "CONSENTS_TO", "OWNS", "IS_MODEL", "OF", "GRADED", "ROUTED_TO"}
TO_ONE = {
    ("Customer", "dealer"): "SERVED_BY",
    ("Customer", "stage"): "IN_STAGE",
    ("Vehicle", "model"): "IS_MODEL",
    ("Lead", "customer"): "OF",
    ("Feedback", "phase"): "ROUTED_TO",
}
TO_MANY = {
    ("Customer", "vehicles"): ("OWNS", True),
    ("Customer", "leads"): ("OF", False),
    ("Vehicle", "owners"): ("OWNS", False),
}
HISTORIES = {
    ("Customer", "dealerHistory"): ("SERVED_BY", True),
    ("Customer", "stageHistory"): ("IN_STAGE", True),
    ("Customer", "ownerships"): ("OWNS", True),
    ("Customer", "consentHistory"): ("CONSENTS_TO", True),
    ("Vehicle", "ownerships"): ("OWNS", False),
    ("Lead", "gradeHistory"): ("GRADED", True),
    ("Feedback", "routes"): ("ROUTED_TO", True),
}
LINKS = {
    "customer": "WITH_CUSTOMER",
    "touchpoint": "AT_TOUCHPOINT",
    "dealer": "AT_DEALER",
    "product": "ON_PRODUCT",
}
RELATIONSHIPS = {*FACTS, *LINKS.values()}
STARTS = ("customer", "lead", "feedback")


@dataclass(frozen=True)
class Owner:
    customer: Entity


@dataclass(frozen=True)
class FieldLine:
    units: list[Entity]


@dataclass(frozen=True)
class Step:
    day: date
    at: datetime | None
    stage: str | None
    interaction: Entity | None
    channel: str | None
    customer: Entity
    then: At

    def key(self) -> Any:
        return (self.day, self.at is not None, self.at, self.interaction and self.interaction.id)


@dataclass(frozen=True)
class Next:
    touchpoint: Entity
    channels: list[Entity]


def ends(entity: Entity, out: bool) -> Any:
    return {"start": entity.id} if out else {"end": entity.id}


def by_time(fact: Fact) -> Any:
    return (fact.props["validFrom"], fact.props["recordedFrom"], fact.start, fact.end)


def on(at: At, day: date) -> At:
    return type(at)(day, at.known)


def linked(world: World, event: Entity, name: str) -> Entity | None:
    """Where an event's link leads, if it is there at the moment."""
    found = [f.end for f in world.find([LINKS[name]], event.at, start=event.id)]
    return world.get(found[0], event.at) if found else None


def events(world: World, customer: Entity, type_: str) -> list[Entity]:
    found = [
        world.get(f.start, customer.at, type_) for f in world.find(["WITH_CUSTOMER"], customer.at, end=customer.id)
    ]
    return [e for e in found if e]


def field(world: World, entity: Entity, name: str, args: Props, fact_at: type[FactAt]) -> Any:
    """A field of a customer, or of what belongs to it; its properties are those of the node."""
    props, key = world.entities[entity.id], (entity.type, name)
    if key in TO_ONE:
        return next(iter(world.across(entity, TO_ONE[key], out=True)), None)
    if key in TO_MANY:
        return world.across(entity, *TO_MANY[key])
    if key in HISTORIES:
        kind, out = HISTORIES[key]
        return [
            fact_at(f, entity.at)
            for f in sorted(world.find([kind], entity.at, ever=True, **ends(entity, out)), key=by_time)
        ]
    if key == ("Customer", "consents"):
        found = world.find(["CONSENTS_TO"], entity.at, start=entity.id)
        return [fact_at(f, entity.at) for f in sorted(found, key=lambda f: f.end)]
    if key == ("Lead", "grade"):
        return next((fact_at(f, entity.at) for f in world.find(["GRADED"], entity.at, start=entity.id)), None)
    if name == "link":
        channels = {f.end for f in world.find(["CONSENTS_TO"], entity.at, start=entity.id)}
        by = ("channel:telephone" in channels, "channel:wecom" in channels)
        return {(True, True): "BOTH", (True, False): "TELEPHONE", (False, True): "WECOM", (False, False): "NONE"}[by]
    if name == "interactions":
        return world.page([(e, 1) for e in events(world, entity, "Interaction")], args, "AT")
    if key == ("Customer", "feedback"):
        found_events = sorted(events(world, entity, "Feedback"), key=lambda e: e.id)
        return sorted(found_events, key=lambda e: world.entities[e.id]["at"], reverse=True)
    if name == "owner":
        customers = [entity] if entity.type == "Customer" else world.across(entity, "OF", out=True)
        return Owner(customers[0]) if customers else None
    if name == "journey":
        return journey(world, entity)
    if name == "nextTouchpoints":
        return next_touchpoints(world, entity)
    if name in LINKS and key not in TO_ONE:
        return linked(world, entity, name)
    if name == "source":
        return world.get(props["source"], entity.at, "Source")
    if name == "channel":
        return world.get(props.get("channel"), entity.at, "Channel")
    if name in ("nameZh", "nameEn") and entity.type != "Customer":
        what = props.get("kind") or props.get("theme") or entity.id
        told = in_chinese if name == "nameZh" else in_english
        return props.get("vin") or told(what, props["at"].isoformat() if "at" in props else None)
    return props.get({"interactionKind": "kind"}.get(name, name))


def fact_field(world: World, source: FactAt, name: str) -> Any:
    """A field of a fact about customers, dates and times as they are."""
    fact, at, entity = source.fact, source.at, type(world).entity
    if name in STARTS:
        return entity(fact.start, at)
    if name == "vehicle":
        return entity(fact.end, at)
    if name == "vin":
        return world.entities[fact.end]["vin"]
    if name == "source":
        return world.get(fact.props["source"], at, "Source")
    if name == "channel" and fact.type == "IN_STAGE":
        return world.get(fact.props.get("channel"), at, "Channel")
    if name in ("dealer", "stage", "channel", "pool", "phase"):
        return world.get(fact.end, at if fact.holds(at) else on(at, fact.props["validFrom"]))
    return fact.props.get(name)


def one_of(world: World, source: Any, name: str) -> Any:
    """A field of what is no entity and no fact."""
    match source:
        case Owner(customer):
            dealers = world.across(customer, "SERVED_BY", out=True)
            above = [e for e, _ in world.walk(dealers[0], "PART_OF", out=True)] if dealers else []
            return FieldLine([*dealers, *above]) if dealers else None
        case FieldLine(units):
            return next((unit for unit in units if unit.type.lower() == name), None)
        case Next(touchpoint, channels):
            return touchpoint if name == "touchpoint" else channels
        case Step():
            return step_field(world, source, name)
    raise AssertionError(source)


def step_field(world: World, step: Step, name: str) -> Any:
    event, then = step.interaction, step.then
    customer = type(world).entity(step.customer.id, then)
    if name == "kind":
        return "INTERACTION" if event else "STAGE"
    if name in ("day", "at", "interaction"):
        return getattr(step, name)
    if name == "touchpoint":
        return linked(world, type(world).entity(event.id, then), name) if event else None
    if name == "channel":
        return world.get(step.channel, then, "Channel")
    if name == "stage" and step.stage:
        return world.get(step.stage, then)
    there = name == "dealer" and event and [f.end for f in world.find(["AT_DEALER"], then, start=event.id)]
    if there:
        return world.get(there[0], then)
    return next(iter(world.across(customer, {"stage": "IN_STAGE", "dealer": "SERVED_BY"}[name], out=True)), None)


def journey(world: World, customer: Entity) -> list[Step]:
    at = customer.at
    steps = []
    for fact in world.find(["IN_STAGE"], at, start=customer.id, ever=True):
        day = fact.props["validFrom"]
        if day <= at.day:
            steps.append(Step(day, None, fact.end, None, fact.props.get("channel"), customer, on(at, day)))
    for event in events(world, customer, "Interaction"):
        props = world.entities[event.id]
        day = props["at"].astimezone(UTC).date()
        steps.append(Step(day, props["at"], None, event, props.get("channel"), customer, on(at, day)))
    return sorted(steps, key=Step.key)


def next_touchpoints(world: World, customer: Entity) -> list[Next]:
    at, entity = customer.at, type(world).entity
    used = {
        f.end for e in events(world, customer, "Interaction") for f in world.find(["AT_TOUCHPOINT"], at, start=e.id)
    }
    consented = world.across(customer, "CONSENTS_TO", out=True)
    open_ = {"channel:offline"} | {c.id for c in consented}
    for channel in [*consented, entity("channel:offline", at)]:
        open_ |= {e.id for e, _ in world.walk(channel, "KIND_OF", out=False)}
    for channel in consented:
        open_ |= {e.id for e, _ in world.walk(channel, "KIND_OF", out=True)}
    found = []
    for stage in world.across(customer, "IN_STAGE", out=True):
        for one in world.across(stage, "SERVES", out=False):
            channels = world.across(one, "USES", out=True)
            reaching = [c for c in channels if c.id in open_]
            category = world.find(["KIND_OF"], at, end=one.id)
            if one.type == "Touchpoint" and one.id not in used and not category and (reaching or not channels):
                found.append(Next(one, reaching))
    return sorted(found, key=lambda n: n.touchpoint.id)


def passes(world: World, entity: Entity, args: Props) -> bool:
    """Whether it fulfils all that the arguments ask."""
    props = world.entities[entity.id]
    customer = next(iter(world.across(entity, "OF", out=True)), None) if entity.type == "Lead" else entity
    for name in ("stage", "linkedBy", "place", "touchpoint", "model", "grade", "channel"):
        if args.get(name) is not None and not _fits(world, entity, customer, name, args[name]):
            return False
    if args.get("kind") is not None and props["kind"] != args["kind"]:
        return False
    year = props.get("birthYear")
    if args.get("bornFrom") is not None and not (year and year >= args["bornFrom"]):
        return False
    if args.get("bornTo") is not None and not (year and year <= args["bornTo"]):
        return False
    first, last = args.get("from"), args.get("to")
    return not (
        (first and props["at"].date() < date.fromisoformat(first))
        or (last and props["at"].date() > date.fromisoformat(last))
    )


def _fits(world: World, entity: Entity, customer: Entity | None, name: str, asked: str) -> bool:
    at = entity.at
    if name == "grade":
        leads = [entity] if entity.type == "Lead" else world.across(entity, "OF", out=False)
        return any(f.props["grade"] == asked for lead in leads for f in world.find(["GRADED"], at, start=lead.id))
    if name == "channel":
        found = [type(world).entity(c, at)] if (c := world.entities[entity.id].get("channel")) else []
    elif name in ("place", "touchpoint") and entity.type == "Interaction":
        kind = "AT_DEALER" if name == "place" else "AT_TOUCHPOINT"
        found = world.across(entity, kind, out=True)
    elif name == "model":
        found = [m for v in world.across(entity, "OWNS", out=True) for m in world.across(v, "IS_MODEL", out=True)]
    else:
        kind = {"stage": "IN_STAGE", "linkedBy": "CONSENTS_TO", "place": "SERVED_BY"}[name]
        found = world.across(customer, kind, out=True) if customer else []
    hierarchy = {"place": "PART_OF", "channel": "KIND_OF", "linkedBy": "KIND_OF", "touchpoint": "KIND_OF"}.get(name)
    above = [e for one in found for e, _ in world.walk(one, hierarchy, out=True)] if hierarchy else []
    return asked in {e.id for e in [*found, *above]}
