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
      status rule inferred confidence
      lines { channel { id } status units { id } }
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
    shared = await who(graph, "stage:acquisition")
    assert short(shared) == ("SHARED_BY_CHANNEL", "DIRECT", both)
    assert shared is not None
    assert [(line["channel"] and line["channel"]["id"], line["status"]) for line in shared["lines"]] == [
        (None, "GAP"),
        ("channel:offline", "OWNED"),
        ("channel:online", "OWNED"),
    ]
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
    assert (pool["inferred"], pool["confidence"]) == (False, "INFERRED")
    assert {"unit": {"id": "dept:terminal-marketing"}, "reason": "LOWER_RANK"} in pool["losers"]


async def test_a_touchpoint_that_falls_to_its_stage_says_so(graph: Graph) -> None:
    """Nobody is named for a contract, and it has no category: sales answers, by the deal that the contract serves."""
    answer = await who(graph, "touchpoint:contract", place="dealer:d0001")
    assert short(answer) == ("OWNED", "INHERITED", [("dept:sales", None)])
    assert answer is not None
    assert [f["type"] for f in answer["path"]] == ["SERVES", "RESPONSIBLE_FOR"]


async def test_a_unit_for_a_channel_takes_over_nothing_else(graph: Graph) -> None:
    """Sales and, online, marketing in one region: at a dealer there, both answer, sales for every other channel.

    Once sales is gone, that is a gap for every other channel.
    """
    repurchase = 'subject: "stage:repurchase", role: ACCOUNTABLE, scope: "region:r1"'
    both = f"""[{{assign: {{unit: "dept:sales", {repurchase}}}}}
        {{assign: {{unit: "dept:marketing", {repurchase}, channel: "channel:online"}}}}]"""
    here = 'subject: "stage:repurchase", place: "dealer:d0001"'
    query = f"""{{ at(asOf: "2025-06-01") {{ whatIf(changes: {both}) {{
        any: ownership({here}) {{ ...Who explanation }}
        offline: ownership({here}, channel: "channel:offline") {{ ...Who }}
        app: ownership({here}, channel: "channel:app") {{ ...Who }}
        coverage(place: "dealer:d0001") {{ cells {{ stage {{ id }} touchpoint {{ id }} status owners {{ ...By }} }} }}
        gaps(from: "2025-06-01", to: "2025-07-01", place: "dealer:d0001") {{ subject {{ id }} }}
        sales: portfolio(unit: "dept:sales") {{ ...Items }}
        impact(changes: [{{end: {{unit: "dept:sales", {repurchase}}}}}]) {{ newGaps {{ ...Gap place {{ id }} }} }}
        without: whatIf(changes: [{{end: {{unit: "dept:sales", {repurchase}}}}}]) {{
          ownership({here}) {{ ...Who explanation zh: explanation(lang: ZH) }}
          coverage(place: "dealer:d0001") {{ partlyOwned {{ stage {{ id }} status }} gaps {{ stage {{ id }} }} }}
          gaps(from: "2025-06-01", to: "2025-07-01", place: "dealer:d0001") {{ ...Time }} }} }} }} }}
      fragment Who on Ownership {{ status owners {{ unit {{ id }} channel {{ id }} }} }}
      fragment By on CoverageOwner {{ unit {{ id }} channel {{ id }} }}
      fragment Items on Portfolio {{ groups {{ items {{ subject {{ id }} }} }} }}
      fragment Gap on SubjectAtPlace {{ subject {{ id }} otherThan {{ id }} }}
      fragment Time on GapTime {{ subject {{ id }} otherThan {{ id }} }}"""
    answer = await SCHEMA.execute(query, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    found = answer.data["at"]["whatIf"]
    sales, marketing = {"unit": {"id": "dept:sales"}, "channel": None}, {"unit": {"id": "dept:marketing"}}
    online = {**marketing, "channel": {"id": "channel:online"}}
    explanation = found["any"].pop("explanation")
    assert "Marketing Department (Online) and Sales Department (every other channel)" in explanation
    assert found["any"] == {"status": "SHARED_BY_CHANNEL", "owners": [sales, online]}
    assert found["offline"] == {"status": "OWNED", "owners": [sales]}
    assert found["app"] == {"status": "OWNED", "owners": [online]}
    cells = [cell for cell in found["coverage"]["cells"] if cell["stage"] == {"id": "stage:repurchase"}]
    assert [(cell["status"], cell["owners"]) for cell in cells] == [("SHARED_BY_CHANNEL", [sales, online])] * 2
    subjects = {gap["subject"]["id"] for gap in found["gaps"]}
    assert not subjects & {"stage:repurchase", "touchpoint:trade-in-valuation"}
    held = [item["subject"]["id"] for group in found["sales"]["groups"] for item in group["items"]]
    assert {"stage:repurchase", "touchpoint:trade-in-valuation"} <= set(held)
    gaps = [
        {"subject": {"id": one}, "otherThan": [{"id": "channel:online"}]}
        for one in ("stage:repurchase", "touchpoint:trade-in-valuation")
    ]
    assert found["impact"]["newGaps"] == [{**gap, "place": {"id": "region:r1"}} for gap in gaps]
    left = found["without"]["ownership"]
    assert (left["status"], left["owners"]) == ("SHARED_BY_CHANNEL", [online])
    assert left["explanation"].endswith(
        "(Online). Through every other channel it is answered for by nobody. This rests on made-up or supposed facts."
    )
    assert left["zh"].endswith("（线上）负责。其他渠道无人负责。以上依据中有虚构或假设的事实。")
    partly = [
        cell["status"]
        for cell in found["without"]["coverage"]["partlyOwned"]
        if cell["stage"]["id"][6:] == "repurchase"
    ]
    assert partly == ["SHARED_BY_CHANNEL"] * 2
    assert found["without"]["coverage"]["gaps"] == []
    assert gaps[0] in found["without"]["gaps"]


async def test_two_at_one_rank_for_one_channel_are_a_conflict(graph: Graph) -> None:
    """Asked who is responsible for seeding, both departments are told, as parties to a conflict."""
    both = [("dept:product-communication", None), ("dept:public-relations", None)]
    assert short(await who(graph, "stage:seeding", role="RESPONSIBLE")) == ("CONFLICT", "DIRECT", both)


@pytest.mark.parametrize("subject", ["stage:nobody", "dept:sales", ""])
async def test_what_is_no_subject_has_no_ownership(graph: Graph, subject: str) -> None:
    """An unknown id, or one of something that cannot be owned, gives null."""
    assert await who(graph, subject) is None


async def test_before_it_was_known_nobody_answers(graph: Graph) -> None:
    """As known the day before the reform was recorded, customer operations does not answer yet."""
    answer = await who(graph, "capability:customer-experience", known="2025-06-01T18:00:00Z")
    assert short(answer)[2] != [("dept:customer-operations", None)]


@pytest.mark.parametrize(
    ("subject", "english", "chinese"),
    [
        (
            "touchpoint:recall",
            "Recall comes under Aftercare, which is answered for by After-Sales Service Department. "
            "This rests on inferred facts.",
            "召回归属于售后触点，由售后服务部负责。以上依据中有推断的事实。",
        ),
        (
            "stage:acquisition",
            "Acquisition is answered for by Point-of-Sale Marketing Department (Offline) "
            "and New-Media Marketing Department (Online). Through every other channel it is answered for by nobody.",
            "获客由终端营销部（线下）、新媒体营销部（线上）负责。其他渠道无人负责。",
        ),
        (
            "touchpoint:contract",
            "Contract comes under Deal, which is answered for by Sales Department. This rests on inferred facts.",
            "签约归属于成交，由销售部负责。以上依据中有推断的事实。",
        ),
        (
            "pool:potential-customer",
            "Potential-Customer Pool comes under Deal, which is answered for by Sales Department. This rests on "
            "inferred facts. Point-of-Sale Marketing Department is recorded as responsible for "
            "Potential-Customer Pool, by stated facts.",
            "潜客池归属于成交，由销售部负责。以上依据中有推断的事实。终端营销部被记录为潜客池的承担部门，依据有明文。",
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


@pytest.mark.parametrize(
    ("subject", "role", "english", "chinese"),
    [
        ("stage:deal", "RESPONSIBLE", "No unit is recorded as responsible for Deal.", "成交没有记录承担部门。"),
        ("stage:deal", "CONSULTED", "No unit is recorded as consulted on Deal.", "成交没有记录咨询部门。"),
        ("stage:deal", "INFORMED", "No unit is recorded as informed of Deal.", "成交没有记录知会部门。"),
        (
            "pool:potential-customer",
            "RESPONSIBLE",
            "Point-of-Sale Marketing Department is recorded as responsible for Potential-Customer Pool.",
            "潜客池的承担部门是终端营销部。",
        ),
        (
            "phase:facelift",
            "CONSULTED",
            "Product Operations Department is recorded as consulted on Facelift.",
            "改款的咨询部门是商品经营部。",
        ),
        (
            "stage:seeding",
            "RESPONSIBLE",
            "Seeding is in conflict: Product Communication Department and Public Relations Department are recorded as "
            "responsible for it.",
            "种草的承担部门同时是商品传播部、公关部，存在冲突。",
        ),
    ],
)
async def test_the_sentence_tells_of_the_role(
    graph: Graph, subject: str, role: str, english: str, chinese: str
) -> None:
    """Of other roles than that of being accountable, it says who is recorded in them: nobody is said to answer."""
    query = """query Why($id: ID!, $role: Role!) { at(asOf: "2025-06-01") { ownership(subject: $id, role: $role) {
        en: explanation(lang: EN) zh: explanation(lang: ZH) } } }"""
    answer = await SCHEMA.execute(query, {"id": subject, "role": role}, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    assert answer.data["at"]["ownership"] == {"en": english, "zh": chinese}
