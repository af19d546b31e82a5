"""What the counts of the API mean, written down a second time: slowly, over lists of facts, without any Cypher."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from tests.support.reference import native
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement

OPEN = date(9999, 12, 31)
Answer = dict[str, Any]


@dataclass(frozen=True)
class At:
    """A moment."""

    day: date
    known: datetime = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Fact:
    type: str
    start: str
    end: str
    props: Answer
    state: Answer

    def known(self, at: At) -> bool:
        return bool(self.props["recordedFrom"] <= at.known < self.props["recordedTo"])

    def holds(self, day: date) -> bool:
        return bool(self.props["validFrom"] <= day < self.props["validTo"])


@dataclass(eq=False)
class Counted:
    """All facts, events and customers of a graph."""

    facts: list[Fact]
    events: list[Answer]
    customers: list[Answer]

    @classmethod
    async def read(cls, graph: Graph) -> Counted:
        async def work(tx: Transaction) -> Counted:
            facts = await tx.run(
                Statement(
                    "MATCH (a)-[f]->(b) WHERE f.validFrom IS NOT NULL "
                    "RETURN type(f), a.id, coalesce(b.id, ''), properties(f), properties(b)"
                )
            )
            events = await tx.run(
                Statement(
                    "MATCH (i:Interaction|Feedback) RETURN properties(i), labels(i)[0], "
                    "COLLECT { MATCH (i)-[r]->(e) WHERE r.validFrom IS NULL RETURN [type(r), e.id] }"
                )
            )
            customers = await tx.run(Statement("MATCH (c:Customer) RETURN properties(c)"))
            return cls(
                [Fact(t, a, b, native(p), native(s)) for t, a, b, p, s in facts],
                [{**native(props), "label": label, **dict(links)} for props, label, links in events],
                [native(row[0]) for row in customers],
            )

        return await graph.read(work)

    # --- what holds ----------------------------------------------------------------------------------------------

    @cache  # noqa: B019
    def known(self, at: At, *types: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.type in types and fact.known(at)]

    def now(self, at: At, *types: str) -> list[Fact]:
        return [fact for fact in self.known(at, *types) if fact.holds(at.day)]

    @cache  # noqa: B019
    def above(self, at: At, unit: str) -> list[str]:
        parents = {fact.start: fact.end for fact in self.now(at, "PART_OF")}
        chain = [unit]
        while chain[-1] in parents:
            chain.append(parents[chain[-1]])
        return chain

    def within(self, at: At, place: str | None, dealer: str) -> bool:
        return place is None or (dealer != "" and place in self.above(at, dealer))

    @cache  # noqa: B019
    def dealer(self, at: At, customer: str, day: date) -> str:
        served = [f for f in self.known(at, "SERVED_BY") if f.start == customer and f.holds(day)]
        return served[0].end if served else ""

    @cache  # noqa: B019
    def ordinals(self, at: At) -> dict[str, int]:
        found = {f.start: f.state["ordinal"] for f in self.now(at, "HAS_STATE") if f.start.startswith("stage:")}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    # --- funnel --------------------------------------------------------------------------------------------------

    def funnel(self, at: At, place: str | None, first: date, last: date, by: str | None) -> Answer:
        last = min(last, at.day)
        stays = [fact for fact in self.known(at, "IN_STAGE") if fact.props["validFrom"] <= at.day]
        groups: dict[Any, list[tuple[str, Fact]]] = {}
        for stay in stays:
            for what, day in (("in", stay.props["validFrom"]), ("out", stay.props["validTo"])):
                dealer = self.dealer(at, stay.start, day)
                if first <= day <= last and self.within(at, place, dealer):
                    groups.setdefault(None, []).append((what, stay))
                    if by is not None:
                        groups.setdefault(self.group(at, by, stay, dealer, day), []).append((what, stay))

        def stages(events: list[tuple[str, Fact]]) -> list[Answer]:
            return [self.stage(at, stage, events, stays) for stage in self.ordinals(at)]

        whole = stages(groups.pop(None, []))
        parts = []
        for unit, month, channel, grade in sorted(groups, key=lambda key: [one or "" for one in key]):
            key = {
                "unit": unit and {"id": unit},
                "month": month,
                "channel": channel and {"id": channel},
                "grade": grade,
            }
            parts.append({**key, "stages": stages(groups[unit, month, channel, grade])})
        return {"stages": whole, "groups": parts}

    def group(self, at: At, by: str, stay: Fact, dealer: str, day: date) -> tuple[str | None, ...]:
        """Unit, month, channel and grade, of which `by` names one."""
        chain = self.above(at, dealer) if dealer else []
        found = {
            "MONTH": day.replace(day=1).isoformat(),
            "CHANNEL": stay.props.get("channel"),
            "GRADE": stay.props.get("grade"),
        }
        unit = next((one for one in chain if one.startswith(by.lower() + ":")), None)
        return (unit, *(found[name] if name == by else None for name in ("MONTH", "CHANNEL", "GRADE")))

    def stage(self, at: At, stage: str, found: list[tuple[str, Fact]], stays: list[Fact]) -> Answer:
        order = self.ordinals(at)
        entered = [fact for what, fact in found if what == "in" and fact.end == stage]
        left = [fact for what, fact in found if what == "out" and fact.end == stage]
        converted = [
            fact
            for fact in entered
            if fact.props["validTo"] <= at.day
            and any(
                next_.start == fact.start
                and next_.props["validFrom"] == fact.props["validTo"]
                and order[next_.end] > order[stage]
                for next_ in stays
            )
        ]
        days = [(fact.props["validTo"] - fact.props["validFrom"]).days for fact in left]
        return {
            "stage": {"id": stage},
            "entered": len(entered),
            "left": len(left),
            "converted": len(converted),
            "conversion": len(converted) / len(entered) if entered else None,
            "medianDays": float(median(days)) if days else None,
        }

    # --- dual link -----------------------------------------------------------------------------------------------

    def dual_link(self, at: At, place: str | None) -> Answer:
        order, counts, converted = self.ordinals(at), Counter[str](), Counter[str]()
        stages = {fact.start: fact.end for fact in self.now(at, "IN_STAGE")}
        dealers = {fact.start: fact.end for fact in self.now(at, "SERVED_BY")}
        consents = {(fact.start, fact.end) for fact in self.now(at, "CONSENTS_TO")}
        for customer in self.customers:
            name = customer["id"]
            there = customer["registeredOn"] <= at.day or name in stages or name in dealers
            if customer["recordedFrom"] <= at.known and there and self.within(at, place, dealers.get(name, "")):
                telephone, wecom = ((name, f"channel:{channel}") in consents for channel in ("telephone", "wecom"))
                link = "BOTH" if telephone and wecom else "TELEPHONE" if telephone else "WECOM" if wecom else "NONE"
                counts[link] += 1
                converted[link] += name in stages and order[stages[name]] >= order["stage:deal"]
        return {
            "total": counts.total(),
            "links": [
                {"link": link, "customers": counts[link], "converted": converted[link]}
                for link in ("TELEPHONE", "WECOM", "BOTH", "NONE")
            ],
        }

    # --- pools ---------------------------------------------------------------------------------------------------

    def pools(self, at: At, place: str | None, first: date | None, last: date | None) -> Answer:
        last = last or at.day
        first = first or last - timedelta(days=29)
        order = self.ordinals(at)
        serves: dict[str, set[str]] = {}
        for fact in (one for one in self.now(at, "SERVES") if one.start.startswith("pool:")):
            serves.setdefault(fact.start, set()).add(fact.end)
        pools = sorted(serves, key=lambda pool: (min(order[stage] for stage in serves[pool]), pool))
        found = [self.pool(at, place, first, min(last, at.day), pool, serves[pool]) for pool in pools]
        return {"from": first.isoformat(), "to": last.isoformat(), "pools": found}

    def pool(self, at: At, place: str | None, first: date, last: date, pool: str, stages: set[str]) -> Answer:
        owners = {fact.start: fact.end for fact in self.known(at, "OF")}

        def counts(customer: str, day: date) -> bool:
            return first <= day <= last and self.within(at, place, self.dealer(at, customer, day))

        stays, graded = self.known(at, "IN_STAGE"), self.known(at, "GRADED")
        own = [fact for fact in stays if fact.end in stages]
        leads = [fact for fact in graded if fact.end == pool]

        def beside(fact: Fact, mine: list[Fact], after: bool) -> bool:
            """Whether the same customer or lead was in the pool just before, or is just after."""
            a, b = ("validTo", "validFrom") if after else ("validFrom", "validTo")
            return any(other.start == fact.start and other.props[b] == fact.props[a] for other in mine)

        def flow(mine: list[Fact], after: bool) -> int:
            edge = "validTo" if after else "validFrom"
            return sum(
                counts(owners.get(fact.start, fact.start), fact.props[edge]) and not beside(fact, mine, after)
                for fact in mine
            )

        def size(mine: list[Fact]) -> int:
            held = [owners.get(fact.start, fact.start) for fact in mine if fact.holds(at.day)]
            return sum(self.within(at, place, self.dealer(at, customer, at.day)) for customer in held)

        return {
            "pool": {"id": pool},
            "customers": size(own),
            "inflow": flow(own, False),
            "outflow": flow(own, True),
            "leads": size(leads),
            "leadInflow": flow(leads, False),
            "leadOutflow": flow(leads, True),
        }

    # --- touchpoints ---------------------------------------------------------------------------------------------

    def usage(self, at: At, place: str | None, first: date, last: date) -> Answer:
        used = [
            event
            for event in self.events
            if event["label"] == "Interaction"
            and event["recordedFrom"] <= at.known
            and first <= event["at"].astimezone(UTC).date() <= min(last, at.day)
            and self.within(at, place, event.get("AT_DEALER", ""))
        ]
        counts = Counter(event["AT_TOUCHPOINT"] for event in used)
        channels = Counter((event["AT_TOUCHPOINT"], event.get("channel")) for event in used)
        kinds = Counter((event["AT_TOUCHPOINT"], event["kind"]) for event in used)
        return {
            "total": len(used),
            "touchpoints": [
                {
                    "id": one,
                    "touchpoint": {"id": one},
                    "count": count,
                    "channels": [
                        {"channel": {"id": name} if name else None, "count": n}
                        for (of, name), n in sorted(channels.items(), key=lambda i: (-i[1], i[0][1] or ""))
                        if of == one
                    ],
                    "kinds": [
                        {"kind": name, "count": n}
                        for (of, name), n in sorted(kinds.items(), key=lambda i: (-i[1], i[0][1]))
                        if of == one
                    ],
                }
                for one, count in sorted(counts.items(), key=lambda i: (-i[1], i[0]))
            ],
        }
