"""Who answers, as values that are handed to the client's process."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.questions import Question
from touchgraph.graph.driver import Address

FRESH = "FRESH"
"""In a body, stands for what no other body has in its place."""


@dataclass(frozen=True)
class Contestant:
    """Answers one question: over HTTP at `url`, or in the client's own process from the database at `bolt`.

    Those with the same `question` have to give the same answers: the contents to which `pick` leads.
    """

    name: str
    question: str
    bodies: list[str]
    pick: list[str]
    url: str = ""
    bolt: Address | None = None


def graphql(name: str, url: str, question: Question) -> Contestant:
    """A GraphQL server: touchgraph, or a peer with the same schema."""
    bodies = [json.dumps({"query": question.document, "variables": each}) for each in question.variables]
    return Contestant(name, question.name, bodies, question.pick, url)


def plain(name: str, question: Question, url: str = "", bolt: Address | None = None) -> Contestant:
    """The question's own Cypher through the driver (`bench.plain`), over HTTP or not."""
    bodies = [json.dumps({"question": question.name, **each}) for each in question.variables]
    return Contestant(name, question.name, bodies, [], url, bolt)
