"""What the API's fields mean, written down a second time: slowly, over dictionaries, without any Cypher.

The graph is read as it lies in the database; from there on nothing is shared with the pipeline but the form of cursors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypedDict

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, GraphQLSchema, execute_sync, parse

from tests.support.customers import reference as customers
from touchgraph.answer.plan import Order
from touchgraph.answer.sources import Property
from touchgraph.answer.values import decode_cursor, encode_cursor
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement

Props = dict[str, Any]

PREFIXES = {
    "company": "Company",
    "centre": "Centre",
    "dept": "Department",
    "region": "Region",
    "area": "Area",
    "dealer": "Dealer",
    "committee": "Committee",
    "touchpoint": "Touchpoint",
    "stage": "LifecycleStage",
    "pool": "Pool",
    "channel": "Channel",
    "standard": "Standard",
    "capability": "Capability",
    "phase": "ProductPhase",
    "product": "Product",
    "position": "Position",
    "claim": "Claim",
    "source": "Source",
    "change": "ChangeSet",
    **customers.PREFIXES,
}
KINDS = {"LifecycleStage": "LIFECYCLE_STAGE", "ProductPhase": "PRODUCT_PHASE", "ChangeSet": "CHANGE_SET"}
UNITS = {"Company", "Centre", "Department", "Region", "Area", "Dealer", "Committee"}
SUBJECTS = {"Touchpoint", "LifecycleStage", "Pool", "Channel", "Standard", "Capability", "ProductPhase", "Product"}
GROUPS = {"OrgUnit": UNITS, "Subject": SUBJECTS, "Entity": set(PREFIXES.values())}
FACT_TYPES = {
    "HAS_STATE": "State",
    "RESPONSIBLE_FOR": "Responsibility",
    "SUPPORTS": "Support",
    "IN_UNIT": "PositionAssignment",
    "DELEGATES_TO": "Delegation",
    "UNOWNED": "Unowned",
}
ORDERS = {
    "NAME_ZH": ("nameZh", ""),
    "NAME_EN": ("nameEn", ""),
    "LEVEL": ("level", 2**31 - 1),
    "ORDINAL": ("ordinal", 2**31 - 1),
    "REGISTERED_ON": ("registeredOn", None),
    "CREATED_ON": ("createdOn", None),
    "AT": ("at", None),
}
NEWEST_FIRST = ("AT",)
EDGE_KEYS = ("role", "scope", "channel", "how")


@dataclass(frozen=True)
class At:
    day: date
    known: datetime


@dataclass(frozen=True, eq=False)
class Fact:
    type: str
    start: str
    end: str
    props: Props

    def holds(self, at: At, ever: bool = False) -> bool:
        p = self.props
        if not p:
            return True
        valid = ever or p["validFrom"] <= at.day < p["validTo"]
        return bool(valid and p["recordedFrom"] <= at.known < p["recordedTo"])

    def has(self, start: str | None, end: str | None) -> bool:
        return start in (None, self.start) and end in (None, self.end)


@dataclass(frozen=True)
class Entity:
    id: str
    at: At

    @property
    def type(self) -> str:
        return PREFIXES[self.id.partition(":")[0]]


@dataclass(frozen=True)
class FactAt:
    fact: Fact
    at: At


@dataclass(frozen=True)
class Evidence:
    props: Props
    at: At


@dataclass(frozen=True)
class Page:
    shown: list[tuple[Entity, int]]
    has_next: bool
    has_previous: bool
    key: Callable[[Entity], list[Any]]
    order: Order

    def cursor(self, entity: Entity) -> str:
        return encode_cursor([in_cursor(value) for value in self.key(entity)], self.order)


@dataclass
class World:
    """The whole graph, as dictionaries."""

    entity: ClassVar[type[Entity]] = Entity

    entities: dict[str, Props] = field(default_factory=dict)
    states: dict[str, Props] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    # --- reading the graph -------------------------------------------------------------------------------------

    @classmethod
    async def read(cls, graph: Graph) -> World:
        async def work(tx: Transaction) -> World:
            world = cls()
            for labels, key, props in await tx.run(
                Statement("MATCH (n) RETURN labels(n), elementId(n), properties(n)")
            ):
                if "State" in labels:
                    world.states[key] = native(props)
                elif "id" in props and set(labels) & GROUPS["Entity"]:
                    world.entities[props["id"]] = native(props)
            text = """MATCH (a WHERE a.id IS NOT NULL)-[r]->(b)
                RETURN type(r), a.id, CASE WHEN b:State THEN elementId(b) ELSE b.id END, properties(r)"""
            world.facts = [Fact(t, start, end, native(props)) for t, start, end, props in await tx.run(Statement(text))]
            return world

        return await graph.read(work)

    # --- what holds --------------------------------------------------------------------------------------------

    def find(
        self, types: Iterable[str], at: At, *, start: str | None = None, end: str | None = None, ever: bool = False
    ) -> list[Fact]:
        kinds = set(types)
        return [
            f for f in self.touching(start or end or "") if f.type in kinds and f.holds(at, ever) and f.has(start, end)
        ]

    def touching(self, entity_id: str) -> list[Fact]:
        if not self.by_end:
            for fact in self.facts:
                for one in {fact.start, fact.end}:
                    self.by_end.setdefault(one, []).append(fact)
        return self.by_end.get(entity_id, [])

    by_end: dict[str, list[Fact]] = field(default_factory=dict)

    def state(self, entity: Entity) -> Fact | None:
        return next(iter(self.find(["HAS_STATE"], entity.at, start=entity.id)), None)

    def exists(self, entity: Entity) -> bool:
        if entity.id not in self.entities:
            return False
        props = self.entities[entity.id]
        if "at" in props and props["at"].date() > entity.at.day:
            return False
        recorded = props.get("recordedFrom")
        return self.state(entity) is not None if recorded is None else recorded <= entity.at.known

    def get(self, entity_id: str | None, at: At, label: str = "Entity") -> Entity | None:
        entity = Entity(entity_id or "", at)
        if entity.id not in self.entities or entity.type not in GROUPS.get(label, {label}):
            return None
        return entity if self.exists(entity) else None

    def of(self, entity: Entity, name: str) -> Any:
        """A property of an entity at its moment."""
        state = self.state(entity)
        props = self.states[state.end] if state else self.entities[entity.id]
        return props.get(name)

    def across(self, entity: Entity, kind: str, out: bool) -> list[Entity]:
        found = self.find([kind], entity.at, **ends(entity, out))
        return [Entity(i, entity.at) for i in sorted({f.end if out else f.start for f in found})]

    def walk(self, entity: Entity, kind: str, out: bool) -> list[tuple[Entity, int]]:
        found, border, depth = [], [entity], 0
        while border:
            depth += 1
            border = [other for one in border for other in self.across(one, kind, out)]
            found += [(other, depth) for other in sorted(border, key=lambda e: e.id)]
        return found

    # --- lists and pages ---------------------------------------------------------------------------------------

    def page(self, rows: list[tuple[Entity, int]], args: Props, default: str = "ID") -> Page:
        order = args.get("orderBy") or {"field": default, "direction": "DESC" if default in NEWEST_FIRST else "ASC"}
        down = order["direction"] == "DESC"
        name, last = ORDERS.get(order["field"], (None, None))

        def key(entity: Entity) -> list[Any]:
            value = self.of(entity, name) if name else None
            return ([last if value is None else value] if name else []) + [entity.id]

        of = Order(Property(name, type="integer" if name in ("level", "ordinal") else "string") if name else None, down)

        def place(cursor: str | None) -> list[Any] | None:
            """The place that a cursor names."""
            found = decode_cursor(of)(cursor) if cursor else None
            if found and name in PARSED:
                found[0] = PARSED[name](found[0])
            return found

        def before(one: list[Any], other: list[Any]) -> bool:
            return one > other if down else one < other

        after, until = place(args.get("after")), place(args.get("before"))
        rows = [row for row in rows if self.passes(row, args)]
        total = sorted(rows, key=lambda row: key(row[0]), reverse=down)
        prior = [row for row in total if after and not before(after, key(row[0]))]
        following = [row for row in total if until and not before(key(row[0]), until)]
        edges = [row for row in total if row not in prior and row not in following]
        # Of customers, only what stands at a cursor is known of what lies beyond it.
        if any(row[0].type in customers.TYPES for row in total):
            prior = [row for row in prior if key(row[0]) == after and row not in following]
            following = [row for row in following if key(row[0]) == until and (not after or before(after, until or []))]
        if args.get("last") is None:
            size = 20 if args.get("first") is None else args["first"]
            page = Page(edges[:size], len(edges) > size, bool(prior), key, of)
        else:
            page = Page(edges[-args["last"] :], bool(following), len(edges) > args["last"], key, of)
        self.totals[id(page)] = len(rows)
        self.pages.append(page)
        return page

    totals: dict[int, int] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def passes(self, row: tuple[Entity, int], args: Props) -> bool:
        entity, depth = row
        if entity.type in customers.TYPES:
            return customers.passes(self, entity, args)
        state = self.state(entity)
        if args.get("kinds") is not None and kind_of(entity.type) not in args["kinds"]:
            return False
        if args.get("confidence") is not None and (
            state is None or state.props["confidence"] not in args["confidence"]
        ):
            return False
        if args.get("depth") is not None and depth > args["depth"]:
            return False
        hierarchy = "PART_OF" if entity.type in UNITS else "KIND_OF"
        return args.get("under") is None or args["under"] in {e.id for e, _ in self.walk(entity, hierarchy, out=True)}


class Ends(TypedDict, total=False):
    start: str
    end: str


def ends(entity: Entity, out: bool) -> Ends:
    """The end of its facts at which an entity stands."""
    return {"start": entity.id} if out else {"end": entity.id}


def native(props: Props) -> Props:
    """The driver's dates and times as Python's."""
    return {k: v.to_native() if hasattr(v, "to_native") else v for k, v in props.items()}


def in_cursor(value: Any) -> Any:
    """A value as it stands in a cursor."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


PARSED: dict[str, Callable[[str], Any]] = {
    "registeredOn": date.fromisoformat,
    "createdOn": date.fromisoformat,
    "at": datetime.fromisoformat,
}


def kind_of(type_name: str) -> str:
    return KINDS.get(type_name, type_name.upper())


def written(value: Any) -> Any:
    """A date or time as it stands in an answer; null where it is open."""
    if isinstance(value, datetime):
        return None if value.year == 9999 else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return None if value.year in (1, 9999) else value.isoformat()
    return value


def fact_key(fact: Fact) -> list[Any]:
    return [fact.type, fact.start, fact.end, *[fact.props.get(k) or "" for k in EDGE_KEYS]]


# --- fields ----------------------------------------------------------------------------------------------------------

LISTS = {
    # field: (fact, outwards); to another entity or to several
    "parent": ("PART_OF", True),
    "reportsTo": ("REPORTS_TO", True),
    "directReports": ("REPORTS_TO", False),
    "stages": ("SERVES", True),
    "channels": ("USES", True),
    "next": ("FOLLOWED_BY", True),
    "previous": ("FOLLOWED_BY", False),
    "claims": ("ABOUT", False),
    "about": ("ABOUT", True),
}
FACT_LISTS = {
    "positions": ("IN_UNIT", False),
    "supports": ("SUPPORTS", True),
    "supportedBy": ("SUPPORTS", False),
    "delegations": ("DELEGATES_TO", True),
    "delegatedBy": ("DELEGATES_TO", False),
}
ROOTS = {
    "orgUnit": "OrgUnit",
    "dealer": "Dealer",
    "position": "Position",
    "subject": "Subject",
    "touchpoint": "Touchpoint",
    "stage": "LifecycleStage",
    "pool": "Pool",
    "channel": "Channel",
    "standard": "Standard",
    "capability": "Capability",
    "phase": "ProductPhase",
    "product": "Product",
    "claim": "Claim",
    "source": "Source",
    "changeSet": "ChangeSet",
    **customers.PREFIXES,
}
PLURALS = {"capability": "capabilities"}
CONNECTIONS = {PLURALS.get(name, name + "s"): label for name, label in ROOTS.items() if name != "subject"}


def resolve(world: World, now: At) -> Callable[..., Any]:
    """The resolver of every field."""

    def field_of(source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        name = info.field_name
        match source:
            case None:
                return root(world, now, name, args)
            case At():
                return root(world, source, name, args)
            case Entity():
                return entity_field(world, source, name, args)
            case FactAt():
                return fact_field(world, source, name)
            case Evidence(props, at):
                return world.get(props.get("source"), at, "Source") if name == "source" else props.get(name)
            case customers.Owner() | customers.FieldLine() | customers.Next() | customers.Step():
                return written(customers.one_of(world, source, name))
            case Page():
                return page_field(world, source, name)
            case (Page() as page, Entity() as entity, depth):
                return {"cursor": page.cursor(entity), "node": entity, "depth": depth}[name]

    return field_of


def root(world: World, at: At, name: str, args: Props) -> Any:
    if name == "at":
        day = date.fromisoformat(args["asOf"]) if args.get("asOf") else at.day
        known = datetime.fromisoformat(args["knownAt"]) if args.get("knownAt") else at.known
        return At(day, known)
    if name == "node":
        return world.get(args["id"], at)
    if name == "nodes":
        return [world.get(one, at) for one in args["ids"]]
    if name in ROOTS:
        return world.get(args["id"], at, ROOTS[name])
    label = CONNECTIONS[name]
    refuse(world, at, label, args)
    found = [world.get(one, at, label) for one in world.entities]
    defaults = {"stages": "ORDINAL", "phases": "ORDINAL", "interactions": "AT"}
    return world.page([(e, 0) for e in found if e], args, defaults.get(name, "ID"))


MENTIONED = {
    "stage": "LifecycleStage",
    "place": "OrgUnit",
    "linkedBy": "Channel",
    "channel": "Channel",
    "model": "Product",
    "touchpoint": "Touchpoint",
}


def refuse(world: World, at: At, label: str, args: Props) -> None:
    """Raises for the first argument that names what is of another kind, or not there."""
    labels = MENTIONED | {"under": label if label in ("Touchpoint", "Channel") else "OrgUnit"}
    for name, value in args.items():
        if name not in labels or value is None:
            continue
        kind = PREFIXES.get(value.partition(":")[0])
        if kind and kind not in GROUPS.get(labels[name], {labels[name]}):
            raise GraphQLError(name, extensions={"code": "BAD_USER_INPUT"})
        if world.get(value, at, labels[name]) is None:
            raise GraphQLError(name, extensions={"code": "NOT_FOUND"})


def entity_field(world: World, entity: Entity, name: str, args: Props) -> Any:
    if entity.type in customers.TYPES and name not in ("id", "kind"):
        return written(customers.field(world, entity, name, args, FactAt))
    state = world.state(entity)
    category = "PART_OF" if entity.type in UNITS else "KIND_OF"
    if name == "id":
        return entity.id
    if name == "kind":
        return kind_of(entity.type)
    if name == "claimKind":
        return world.of(entity, "kind")
    if name == "state":
        return FactAt(state, entity.at) if state else None
    if name == "evidence":
        return Evidence(state.props if state else world.entities[entity.id], entity.at)
    if name == "states":
        found = world.find(["HAS_STATE"], entity.at, start=entity.id, ever=True)
        return [
            FactAt(f, entity.at) for f in sorted(found, key=lambda f: (f.props["validFrom"], f.props["recordedFrom"]))
        ]
    if name == "facts":
        types = args.get("types") or []
        every = {f.type for f in world.facts} - customers.RELATIONSHIPS
        wanted = every if args.get("types") is None else set(types)
        both = world.find(wanted - {"HAS_STATE"}, entity.at, start=entity.id)
        both += world.find(wanted - {"HAS_STATE"}, entity.at, end=entity.id)
        return [FactAt(f, entity.at) for f in sorted(both, key=fact_key)]
    if name in ("responsibilities", "responsibleUnits"):
        found = [
            f
            for f in world.find(["RESPONSIBLE_FOR"], entity.at, **ends(entity, entity.type in UNITS))
            if args.get("role") in (None, f.props.get("role"))
        ]
        if name == "responsibleUnits":
            return [Entity(i, entity.at) for i in sorted({f.start for f in found})]
        return [FactAt(f, entity.at) for f in sorted(found, key=fact_key)]
    if name in FACT_LISTS:
        kind, out = FACT_LISTS[name]
        return [FactAt(f, entity.at) for f in sorted(world.find([kind], entity.at, **ends(entity, out)), key=fact_key)]
    if name == "unowned":
        return next((FactAt(f, entity.at) for f in world.find(["UNOWNED"], entity.at, start=entity.id)), None)
    if name == "children":
        below = world.across(entity, category, out=False)
        return below if entity.type == "Channel" else world.page([(e, 1) for e in below], args)
    if name == "descendants":
        return world.page(world.walk(entity, "PART_OF", out=False), args)
    if name in ("ancestors", "categories"):
        return [e for e, _ in world.walk(entity, category, out=True)]
    if name == "units":
        return world.page([(e, 1) for e in world.across(entity, "IN_UNIT", out=True)], args)
    if name == "touchpoints":
        kind = "SERVES" if entity.type == "LifecycleStage" else "USES"
        return world.page([(e, 1) for e in world.across(entity, kind, out=False) if e.type == "Touchpoint"], args)
    if name == "pools":
        return [e for e in world.across(entity, "SERVES", out=False) if e.type == "Pool"]
    if name in ("parent", "reportsTo"):
        kind = category if name == "parent" else "REPORTS_TO"
        return next(iter(world.across(entity, kind, out=True)), None)
    if name in LISTS:
        kind, out = LISTS[name]
        found_entities = world.across(entity, kind, out)
        return sorted(found_entities, key=lambda e: world.of(e, "ordinal")) if name == "stages" else found_entities
    return written(world.of(entity, name))


def fact_field(world: World, source: FactAt, name: str) -> Any:
    fact, at = source.fact, source.at
    if fact.type in customers.FACTS:
        return written(customers.fact_field(world, source, name))
    if name == "type":
        return fact.type
    if name == "evidence":
        return Evidence(fact.props, at)
    if name == "changeSet":
        return world.get(fact.props["changeSet"], at, "ChangeSet")
    if name in ("scope", "channel"):
        return world.get(fact.props.get(name), at)
    if fact.type == "HAS_STATE" and name in (
        "nameZh",
        "nameEn",
        "level",
        "mandateZh",
        "mandateEn",
        "mandateStrength",
        "ordinal",
    ):
        return world.states[fact.end].get(name)
    start, end = Entity(fact.start, at), Entity(fact.end, at)
    if name == "unit":
        return end if fact.type == "IN_UNIT" else start
    if name == "subject":
        return start if fact.type == "UNOWNED" else end
    if name in ("from", "position"):
        return start
    if name in ("to", "supported"):
        return end
    return written(fact.props.get(name))


def page_field(world: World, page: Page, name: str) -> Any:
    match name:
        case "edges":
            return [(page, entity, depth) for entity, depth in page.shown]
        case "nodes":
            return [entity for entity, _ in page.shown]
        case "totalCount":
            return world.totals[id(page)]
        case "pageInfo":
            return page
        case "hasNextPage":
            return page.has_next
        case "hasPreviousPage":
            return page.has_previous
    shown = page.shown
    return page.cursor(shown[0 if name == "startCursor" else -1][0]) if shown else None


def execute(schema: GraphQLSchema, world: World, query: str, variables: Props | None = None) -> ExecutionResult:
    """The answer of plain graphql-core over the reference resolvers."""
    now = At(datetime.now(UTC).date(), datetime(9999, 12, 30, tzinfo=UTC))

    def type_of(value: Any, *_: Any) -> str:
        return value.type if isinstance(value, Entity) else FACT_TYPES.get(value.fact.type, "Relation")

    return execute_sync(
        schema, parse(query), variable_values=variables, field_resolver=resolve(world, now), type_resolver=type_of
    )
