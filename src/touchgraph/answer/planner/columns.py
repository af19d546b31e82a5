"""The columns of a row, and how each response key of an object is made from them; rows below rows, too.

Columns are shared: response keys, or types, that need the same thing ask for one column.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter, itemgetter
from typing import Any

from touchgraph import model
from touchgraph.answer import values
from touchgraph.answer.plan import (
    Column,
    Count,
    Echo,
    Embedded,
    Literal,
    Mention,
    Order,
    Recalled,
    Row,
    Rows,
    Selected,
    SortKey,
    Value,
)
from touchgraph.answer.planner import arguments
from touchgraph.answer.shape import Output, Paged, Shape
from touchgraph.answer.sources import (
    Across,
    Computed,
    Direction,
    FactType,
    Hop,
    Local,
    Lookup,
    Member,
    Named,
    Of,
    Part,
    Property,
    Reference,
    Same,
    Scalar,
    Scan,
    Then,
    Unwind,
)
from touchgraph.errors import InputError

MAX_DEPTH = 20
MAX_SELECTED = 500
"""Bounds on one root field: each level, and each list or object, may cost a round trip to the database."""


TYPE_OF_FACT: Mapping[str, str] = {
    "HAS_STATE": "State",
    "RESPONSIBLE_FOR": "Responsibility",
    "SUPPORTS": "Support",
    "IN_UNIT": "PositionAssignment",
    "DELEGATES_TO": "Delegation",
    "UNOWNED": "Unowned",
}
"""The API's type for a fact's; the others are a `Relation`."""

_ID = Property("id", Of.NODE)


def leaf(one: Selected, pick: Callable[[Any], Any], convert: Callable[[Any], Any] | None = None) -> Output:
    """The output of a key whose value is a leaf."""
    return Output(one.key, one.name, one.origin, one.wrap, pick, convert)


def nested(one: Selected, pick: Callable[[Any], Any], shape: Shape) -> Output:
    """The output of a key whose value is an object, or a list of such."""
    return Output(one.key, one.name, one.origin, one.wrap, pick, shape=shape)


@dataclass
class OfRoot:
    """What a root field has selected so far: `left` lists and objects may follow; `mentions` by its arguments."""

    left: int = MAX_SELECTED
    mentions: list[Mention] = field(default_factory=list)


@dataclass
class Columns:
    """The columns of one row, each once; `order` is that of its page, `depth` tells how far down it stands.

    `day` is the one asked for. `of_customers`: it is, or may be, one of customers or of what belongs to them.
    """

    day: Value
    order: Order = field(default_factory=Order)
    depth: int = 0
    of_root: OfRoot = field(default_factory=OfRoot)
    of_customers: bool = False
    columns: list[Column] = field(default_factory=list)
    places: dict[Hashable, int] = field(default_factory=dict)
    objects: dict[Hashable, tuple[Callable[[Any], Any], Shape]] = field(default_factory=dict)

    def row(self) -> Row:
        """The row that has them."""
        return Row(tuple(self.columns))

    def place(self, key: Hashable, column: Column) -> int:
        """Where the column stands; of columns with equal keys only the first is kept."""
        if key not in self.places:
            self.places[key] = len(self.columns)
            self.columns.append(column)
        return self.places[key]

    def scalar(self, column: Scalar | SortKey) -> int:
        """Where a scalar stands, which is a column by itself."""
        return self.place(column, column)

    # --- one response key --------------------------------------------------------------------------------------

    def output(self, one: Selected, type_name: str) -> Output:
        """The output for a key of an object of a type, and the columns that it needs."""
        match one.source:
            case None:
                return leaf(one, lambda _: type_name)
            case Literal(value):
                return leaf(one, lambda _: value)
            case Property() | FactType() | Local() as column:
                return leaf(one, itemgetter(self.scalar(column)), values.leaf(column))
            case Computed(function, needs, names):
                places = [self.scalar(need) for need in needs]
                given = [arguments.literal(one, name) for name in names]
                return leaf(one, lambda row: function(*[row[place] for place in places], *given))
            case Same() as part:
                return self._embedded(one, part)
            case Hop(paged=True) | Scan() as source:
                return self._connection(one, source)
            case Hop() | Reference() | Lookup() | Named() | Unwind() | Member() | Then() as source:
                return self._entities(one, source)
            case Part.NODE:
                return nested(one, values.same, self.shape(one))
            case Part.CURSOR:
                return leaf(one, self._cursor())
            case _:
                raise AssertionError(f"{one.name}: {one.source} has no place in a row")

    def shape(self, one: Selected, fact: bool = False) -> Shape:
        """The shape of an object that is made of this row, whatever types it may have."""
        selections = {name: below for name, below in one.selections.items() if _may_be(one, name)}
        outputs = {name: tuple(self.output(o, name) for o in below) for name, below in selections.items()}
        return Shape(self._type_of(one, fact), outputs)

    def _type_of(self, one: Selected, fact: bool) -> Callable[[Any], str]:
        if not one.abstract:
            (name,) = one.selections
            return lambda _: name
        place = self.scalar(FactType() if fact else _ID)
        tell = _type_of_fact if fact else _type_of_id
        return lambda row: tell(row[place])

    def _cursor(self) -> Callable[[Any], str]:
        place, order = self.scalar(SortKey(self.order)), self.order
        return lambda row: values.encode_cursor(row[place], order)

    # --- rows below --------------------------------------------------------------------------------------------

    def _object_of(self, one: Selected, make: Callable[[Hashable], tuple[Callable[[Any], Any], Shape]]) -> Output:
        """An output made of rows of its own; types that share a selection share what is made of it."""
        key = (one.source, one.identity)
        if key not in self.objects:
            self.objects[key] = make(key)
        return nested(one, *self.objects[key])

    def _below(self, one: Selected, source: object, order: Order | None = None) -> Columns:
        """The columns of rows one level further down. Raises InputError where that is too far, or too many."""
        self.of_root.left -= 1
        if self.depth == MAX_DEPTH:
            raise InputError(
                f"{one.name}: more than {MAX_DEPTH} levels below one another; ask on by id, in a further query"
            )
        if self.of_root.left < 0:
            raise InputError(
                f"{one.name}: more than {MAX_SELECTED} lists and objects in one field of the query; use several fields"
            )
        return Columns(self.day, order or Order(), self.depth + 1, self.of_root, _yields_customers(source))

    def _embedded(self, one: Selected, part: Same) -> Output:
        def make(key: Hashable) -> tuple[Callable[[Any], Any], Shape]:
            columns = Columns(self.day, depth=self.depth, of_root=self.of_root, of_customers=self.of_customers)
            shape = columns.shape(one, part in (Same.STATE, Same.FACT))
            return itemgetter(self.place(key, Embedded(part, columns.row()))), shape

        return self._object_of(one, make)

    def _entities(self, one: Selected, source: Hop | Reference | Lookup | Named | Unwind | Member | Then) -> Output:
        def make(key: Hashable) -> tuple[Callable[[Any], Any], Shape]:
            columns = self._below(one, source)
            self.of_root.mentions += arguments.mentions(one)
            shape = columns.shape(one, isinstance(source, Hop | Unwind | Member) and source.yields_fact)
            filters = arguments.filters(one) if isinstance(source, Hop | Unwind) else ()
            single = one.wrap.items is None
            rows = Rows(source, columns.row(), single, filters, arguments=arguments.parameters(one, source, self.day))
            return itemgetter(self.place(key, _recalled(rows, self.of_customers))), shape

        return self._object_of(one, make)

    def _connection(self, one: Selected, source: Hop | Scan) -> Output:
        def make(key: Hashable) -> tuple[Callable[[Any], Any], Shape]:
            order = arguments.order(one, source)
            (name,) = one.selections
            parts = one.selections[name]
            asked = {info.source for part in parts if part.source is Part.PAGE_INFO for info in _parts(part)}
            beyond = {True: Part.HAS_NEXT_PAGE, False: Part.HAS_PREVIOUS_PAGE}
            page = arguments.page(one, order, lambda backward: beyond[backward] in asked)
            columns = self._below(one, source, order)
            self.of_root.mentions += arguments.mentions(one)
            outputs = tuple(_part(columns, part, name) for part in parts)
            key_of = columns.scalar(SortKey(order)) if page.around else None
            rows = Rows(source, columns.row(), False, arguments.filters(one), order, page)
            pick = self._paged(key, rows, any(part.source is Part.TOTAL_COUNT for part in parts), key_of)
            return pick, Shape(lambda _: name, {name: outputs})

        return self._object_of(one, make)

    def _paged(self, key: Hashable, rows: Rows, counted: bool, key_of: int | None) -> Callable[[Any], Paged]:
        """What takes a page from the row; `key_of`: where its rows have the place that cursors hold, if looked for."""
        page, order = rows.page, rows.order
        assert page is not None
        assert order is not None
        place, limit = self.place(key, rows), self.place((key, "limit"), Echo(page.limit))
        total = self.place((key, "total"), Count(rows)) if counted else None
        start = self.place((key, "start"), Echo(page.start)) if page.around and page.start else None
        lies_before = values.lies_before(order, page.backward)

        def pick(row: Any) -> Paged:
            found = row[place]
            outside = start is not None and bool(found) and lies_before(found[0][key_of], row[start])
            return Paged(found, row[limit], None if total is None else row[total], page.backward, outside)

        return pick


def _recalled(rows: Rows, of_customers: bool) -> Rows | Recalled:
    """What a row of customers leads to outside of them is recalled by keys; other rows are as they were."""
    match rows.source:
        case Hop(facts=(type_,), direction=Direction.OUT, yields_fact=False, ever=False) as hop if rows.single and (
            label := model.led_to(type_)
        ):
            return Recalled((hop,), replace(rows, source=Lookup(label)))
        case Then():
            return Recalled(_THEN, rows)
        case Reference(key, label) if of_customers:
            return Recalled((key,), replace(rows, source=Lookup(label)))
        case Named(given=given) as named if of_customers and given:
            asked = replace(named, given=tuple((name, Local(name)) for name, _ in given))
            keys = tuple(Hop((key.fact,)) if isinstance(key, Across) else key for _, key in given)
            return Recalled(keys, replace(rows, source=asked))
        case _:
            return rows


_THEN = (Property("id", Of.END), Property("validFrom", Of.FACT, "date"), Property("validTo", Of.FACT, "date"))


def _yields_customers(source: object) -> bool:
    """Whether rows of a source are of customers, or may be."""
    match source:
        case Lookup(label) | Scan(label):
            return any(kind.base is None for kind in model.kinds_with(label))
        case Hop(facts=(type_, *_)):
            return type_ not in model.FACT_BY_TYPE
        case _:
            return False


def _parts(one: Selected) -> tuple[Selected, ...]:
    """What is selected of an object that can be of one type only."""
    (selected,) = one.selections.values()
    return selected


def _part(columns: Columns, one: Selected, parent: str) -> Output:
    """The output for a part of a connection, over its Paged; `columns` are those of the connection's rows."""
    match one.source:
        case None:
            return leaf(one, lambda _: parent)
        case Part.EDGES | Part.NODES:
            return nested(one, attrgetter("shown"), columns.shape(one))
        case Part.TOTAL_COUNT:
            return leaf(one, attrgetter("total"))
        case Part.PAGE_INFO:
            (name,) = one.selections
            outputs = tuple(_part(columns, part, name) for part in _parts(one))
            return nested(one, values.same, Shape(lambda _: name, {name: outputs}))
        case Part.HAS_NEXT_PAGE:
            return leaf(one, attrgetter("has_next"))
        case Part.HAS_PREVIOUS_PAGE:
            return leaf(one, attrgetter("has_previous"))
        case Part.START_CURSOR | Part.END_CURSOR:
            cursor, index = columns._cursor(), 0 if one.source is Part.START_CURSOR else -1
            return leaf(one, lambda paged: cursor(paged.shown[index]) if paged.shown else None)
        case _:
            raise AssertionError(f"{one.name}: {one.source} is no part of a connection")


def _may_be(one: Selected, name: str) -> bool:
    """Whether an object can be of a type: only a lookup finds customers where they are not told of by name."""
    kind = model.BY_LABEL.get(name)
    return kind is None or kind.base is not None or not one.abstract or isinstance(one.source, Lookup)


def _type_of_fact(fact: str) -> str:
    return TYPE_OF_FACT.get(fact, "Relation")


def _type_of_id(entity_id: str) -> str:
    kind = model.kind_of(entity_id)
    assert kind is not None, "the graph holds no ids of unknown kind"
    return kind.label
