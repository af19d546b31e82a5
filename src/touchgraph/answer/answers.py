"""From root fields and values to their rows: remembered, or found step by step, or by one statement that is planned."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from touchgraph.answer import vocabulary
from touchgraph.answer.compiler import Template, joined
from touchgraph.answer.finder import Finder, to_keep
from touchgraph.answer.finder.customers import given, words_of
from touchgraph.answer.finder.mentions import refusal
from touchgraph.answer.finder.origin import lasting
from touchgraph.answer.memory import Known, Memory, Reader, Run
from touchgraph.answer.plan import Binding, Root, Row, Rows
from touchgraph.answer.records import At
from touchgraph.answer.shape import Refused
from touchgraph.answer.sources import Named, Source
from touchgraph.answer.vocabulary import Word
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement


@dataclass(frozen=True)
class Question:
    """A root field, and the values that a request brings to it."""

    root: Root
    bound: Mapping[Binding, Any]

    @cached_property
    def at(self) -> At:
        """The moment for which it is asked."""
        moment = self.root.moment
        return At(self.bound[moment.as_of], self.bound[moment.known_at], moment.supposed)

    @cached_property
    def key(self) -> Hashable:
        """Its values, equal where they are the same."""
        values: Hashable = tuple(self.bound.values())
        try:
            hash(values)
        except TypeError:  # lists and objects have none
            return repr(values)
        return values


@dataclass
class Join:
    """A root field's one statement; it is used once the database has planned it, which it is for those asked again."""

    template: Template
    asked: int = 0
    planned: bool = False

    def of(self, question: Question) -> Statement:
        """The statement with the values of a question."""
        filled = {name: question.bound[binding] for name, binding in self.template.bindings.items()}
        return Statement(self.template.text, given(question.at) | filled)


@dataclass
class Vocabulary:
    """All that is said to the database of one schema: its words, and the statements that are to be planned next."""

    sources: tuple[Source, ...]
    texts: Mapping[str, str]
    wanted: deque[tuple[Join, Statement]] = field(default_factory=lambda: deque(maxlen=100))
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no request is being answered that needs the database."""
    _busy: int = 0
    at_once: bool = False
    """Whether a root field's one statement is used without waiting for its plan."""
    _joins: WeakKeyDictionary[Root, Join | None] = field(default_factory=WeakKeyDictionary)
    _lasting: WeakKeyDictionary[Row | Rows, bool] = field(default_factory=WeakKeyDictionary)

    def __post_init__(self) -> None:
        self.quiet.set()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Inside, a request is being answered."""
        self._busy += 1
        self.quiet.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self.quiet.set()

    @cached_property
    def words(self) -> Mapping[str, Word]:
        """The words of named statements."""
        return vocabulary.questions((s for s in self.sources if isinstance(s, Named)), self.texts)

    def statements(self) -> Iterable[Statement]:
        """Each word as a statement that asks for nothing: once run, it is planned. What is asked most comes first."""
        nothing = {"keys": [], "limit": 1}
        first, last = vocabulary.WORDS[: vocabulary.FIRST], vocabulary.WORDS[vocabulary.FIRST :]
        yield from (Statement(word.text, nothing) for word in first)
        yield from words_of(self.sources)
        yield from (Statement(word.text, nothing) for word in (*self.words.values(), *last))

    def forget_plans(self) -> None:
        """Takes no statement for planned any more: the database forgets plans when it is started."""
        self.wanted.clear()
        for join in filter(None, self._joins.values()):
            join.asked, join.planned = 0, False

    def lasts(self, of: Row | Rows) -> bool:
        """Whether rows are found in the organisation alone."""
        if of not in self._lasting:
            self._lasting[of] = lasting(of, self.words)
        return self._lasting[of]

    def join_of(self, root: Root) -> Join | None:
        """The one statement of a root field, if it is one of customers."""
        if root not in self._joins:
            template = joined(root)
            self._joins[root] = Join(template) if template else None
        return self._joins[root]

    def join(self, question: Question) -> Statement | None:
        """The one statement that answers a question, if it is planned; if it is worth it, it will be."""
        join = self.join_of(question.root)
        if join is None:
            return None
        statement = join.of(question)
        if join.planned or self.at_once:
            return statement
        join.asked += 1
        if join.asked == 2:
            self.wanted.append((join, statement))
        return None


async def answers(
    questions: Mapping[int, Question], words: Vocabulary, graph: Graph, memory: Memory
) -> dict[int, list[Any] | Refused]:
    """The row of each question, or why it has none, all of one state of the organisation. Raises GraphError."""
    known = await memory.known()
    found = {
        n: row for n, q in questions.items() if words.lasts(q.root.row) and (row := known.answered(q.root).get(q.key))
    }
    if len(found) == len(questions):
        return found
    with words.answering():
        reader = Reader(known, graph.read_one)
        unknown = {n: q for n, q in questions.items() if n not in found}
        found |= await _found(unknown, words, reader)
        if await memory.holds(known, reader.reads):
            return found
        return await graph.read(lambda tx: answers_within(questions, words, tx.run))


async def answers_within(
    questions: Mapping[int, Question], words: Vocabulary, run: Run
) -> dict[int, list[Any] | Refused]:
    """The same within a transaction, where nothing is remembered."""
    return await _found(questions, words, Reader(Known(), run))


async def _found(
    questions: Mapping[int, Question], words: Vocabulary, reader: Reader
) -> dict[int, list[Any] | Refused]:
    if len(questions) == 1:
        return {number: await _row(question, words, reader) for number, question in questions.items()}
    rows = await asyncio.gather(*(_row(question, words, reader) for question in questions.values()))
    return dict(zip(questions, rows, strict=True))


async def _row(question: Question, words: Vocabulary, reader: Reader) -> list[Any] | Refused:
    finder = Finder(reader, question.bound, words.words, words.lasts)
    root, at = question.root, question.at
    if root.mentions and (error := await refusal(reader, root.mentions, at, question.bound)):
        return Refused(error)
    if words.lasts(root.row):
        row = to_keep(root.row, await finder.root(root, at))
        reader.known.answer(root, {question.key: row})
        return row
    statement = words.join(question)
    if statement is None:
        return await finder.root(root, at)
    (row,) = await reader.run(statement)
    await finder.fill(root, at, row)
    return row


__all__ = ["Join", "Question", "Vocabulary", "answers", "answers_within"]
