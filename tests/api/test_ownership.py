"""Who answers for what: what the graph must let a user see in the facts of the reform."""

from __future__ import annotations

from typing import Any

import pytest

from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph

SCHEMA = build_schema()
QUERY = """
query Who($day: Date!, $known: DateTime, $subject: ID!, $role: Role!, $place: ID, $channel: ID) {
  at(asOf: $day, knownAt: $known) {
    ownership(subject: $subject, role: $role, place: $place, channel: $channel) {
      status rule inferred
      owners { unit { id } channel { id } path { type } }
      path { type evidence { confidence } }
      losers { unit { id } reason }
    }
  }
}
"""
AFTER = "2025-06-01"
BEFORE = "2025-03-31"


async def who(graph: Graph, subject: str, day: str = AFTER, **more: Any) -> dict[str, Any] | None:
    variables = {"day": day, "subject": subject, "role": "ACCOUNTABLE", **more}
    answer = await SCHEMA.execute(QUERY, variables, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    found: dict[str, Any] | None = answer.data["at"]["ownership"]
    return found


def short(answer: dict[str, Any] | None) -> tuple[str, str | None, list[tuple[str, str | None]]]:
    """Status, rule, and owners with their channels."""
    assert answer is not None
    owners = [(o["unit"]["id"], o["channel"] and o["channel"]["id"]) for o in answer["owners"]]
    return answer["status"], answer["rule"], owners


async def test_two_departments_share_seeding_so_marketing_answers_by_inference(graph: Graph) -> None:
    """M3: nobody is said to be accountable; the common parent is the answer, and says that it is inferred."""
    answer = await who(graph, "stage:seeding")
    assert short(answer) == ("OWNED", "COMMON_PARENT", [("dept:marketing", None)])
    assert answer is not None
    assert answer["inferred"]
    assert sorted(f["type"] for f in answer["path"]) == ["PART_OF", "PART_OF", "RESPONSIBLE_FOR", "RESPONSIBLE_FOR"]


async def test_two_departments_share_acquisition_by_channel(graph: Graph) -> None:
    """M4: without a channel both answer, each for its own, and that is no conflict; with one, one of them."""
    both = [("dept:terminal-marketing", "channel:offline"), ("dept:new-media-marketing", "channel:online")]
    assert short(await who(graph, "stage:acquisition")) == ("SHARED_BY_CHANNEL", "DIRECT", both)
    wecom = await who(graph, "stage:acquisition", channel="channel:wecom")
    assert short(wecom) == ("OWNED", "DIRECT", [("dept:new-media-marketing", "channel:online")])
    assert wecom is not None
    assert wecom["losers"] == [{"unit": {"id": "dept:terminal-marketing"}, "reason": "OTHER_CHANNEL"}]


async def test_customer_experience_gets_one_owner(graph: Graph) -> None:
    """B3 and C1: before the reform no unit is accountable; after it, customer operations is."""
    before = await who(graph, "capability:customer-experience", BEFORE)
    assert short(before) == ("OWNED", "COMMON_PARENT", [("centre:back-office", None)])
    assert before is not None
    assert before["inferred"]
    after = await who(graph, "capability:customer-experience")
    assert short(after) == ("OWNED", "DIRECT", [("dept:customer-operations", None)])


@pytest.mark.parametrize("subject", ["touchpoint:connected-car", "touchpoint:cultural-products"])
async def test_the_ecosystem_is_owned_through_its_category(graph: Graph, subject: str) -> None:
    """C4: connected car and cultural products are owned through customer ecosystem."""
    answer = await who(graph, subject)
    assert short(answer) == ("OWNED", "INHERITED", [("dept:customer-operations", None)])
    assert answer is not None
    assert [f["type"] for f in answer["owners"][0]["path"]] == ["KIND_OF", "RESPONSIBLE_FOR"]


async def test_a_recall_is_owned_through_aftercare_and_the_evidence_says_inferred(graph: Graph) -> None:
    """After-sales owns aftercare by inference only, and with it a recall, anywhere."""
    answer = await who(graph, "touchpoint:recall", place="dealer:d0001")
    assert short(answer) == ("OWNED", "INHERITED", [("dept:after-sales", None)])
    assert answer is not None
    assert "INFERRED" in {f["evidence"]["confidence"] for f in answer["path"]}


async def test_nobody_answers_for_repurchase(graph: Graph) -> None:
    """The repurchase stage is a gap."""
    assert short(await who(graph, "stage:repurchase")) == ("GAP", None, [])


async def test_a_touchpoint_without_owner_falls_to_its_stage(graph: Graph) -> None:
    """What has no owner of its own or of its category is answered for by the owner of the stage that it serves."""
    pool = await who(graph, "pool:potential-customer")
    assert short(pool) == ("OWNED", "INHERITED", [("dept:sales", None)])
    assert pool is not None
    assert {"unit": {"id": "dept:terminal-marketing"}, "reason": "LOWER_RANK"} in pool["losers"]


async def test_a_touchpoint_that_falls_to_its_stage_says_so(graph: Graph) -> None:
    """Nobody is named for a contract, and it has no category: sales answers, by the deal that the contract serves."""
    answer = await who(graph, "touchpoint:contract", place="dealer:d0001")
    assert short(answer) == ("OWNED", "INHERITED", [("dept:sales", None)])
    assert answer is not None
    assert [f["type"] for f in answer["path"]] == ["SERVES", "RESPONSIBLE_FOR"]


async def test_two_at_one_rank_for_one_channel_are_a_conflict(graph: Graph) -> None:
    """Asked who is responsible for seeding, both departments are told, as parties to a conflict."""
    both = [("dept:product-communication", None), ("dept:public-relations", None)]
    assert short(await who(graph, "stage:seeding", role="RESPONSIBLE")) == ("CONFLICT", "DIRECT", both)


async def test_before_it_was_known_nobody_answers(graph: Graph) -> None:
    """As known the day before the reform was recorded, customer operations does not answer yet."""
    answer = await who(graph, "capability:customer-experience", known="2025-06-01T18:00:00Z")
    assert short(answer)[2] != [("dept:customer-operations", None)]


@pytest.mark.parametrize(
    ("subject", "english", "chinese"),
    [
        (
            "touchpoint:recall",
            "Recall comes under Aftercare, which is answered for by After-Sales Service Department.",
            "召回归属于售后触点，由售后服务部负责。",
        ),
        (
            "stage:acquisition",
            "Acquisition is answered for by Terminal Marketing Department (Offline) "
            "and New-Media Marketing Department (Online).",
            "获客由终端营销部（线下）、新媒体营销部（线上）负责。",
        ),
        (
            "touchpoint:contract",
            "Contract comes under Deal, which is answered for by Sales Department.",
            "签约归属于成交，由销售部负责。",
        ),
        ("stage:repurchase", "Repurchase is answered for by nobody.", "复购无人负责。"),
    ],
)
async def test_the_answer_is_told_in_a_sentence(graph: Graph, subject: str, english: str, chinese: str) -> None:
    """The explanation says who, how, and through what, in the language asked for."""
    query = """query Why($id: ID!) { at(asOf: "2025-06-01") { ownership(subject: $id) {
        en: explanation(lang: EN) zh: explanation(lang: ZH) } } }"""
    answer = await SCHEMA.execute(query, {"id": subject}, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    assert answer.data["at"]["ownership"] == {"en": english, "zh": chinese}
