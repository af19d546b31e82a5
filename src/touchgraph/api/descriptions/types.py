"""Descriptions of types that have none where they are declared."""

from __future__ import annotations

from collections.abc import Mapping

TYPES: Mapping[str, str] = {
    "OrderDirection": "In which direction rows are ordered.",
    "OrgUnitOrderField": "By what organisational units are ordered.",
    "SubjectOrderField": "By what subjects are ordered.",
    "CustomerOrderField": "By what customers are ordered.",
    "LeadOrderField": "By what leads are ordered.",
    "Language": "The language of a sentence.",
    "EvidenceInput": "Why something is believed.",
    "SourceInput": "A document that the graph does not have yet; once it is there, it does not change.",
    "RenameInput": "Another name, from a day on; of the two names, the one that is left out stays.",
    "ReportInput": "To which position a unit reports from a day on, in place of any other.",
    "CloseInput": "An entity ends on a day, with all its facts; what its successor takes over goes on.",
    "MandateInput": "What a unit is there for, from a day on; what is left out stays.",
    "RankInput": "A unit's level, from a day on.",
    "AssignInput": "A unit is responsible for a subject from a day on, beside others that are.",
    "DelegateInput": "A unit hands authority to another, or to a position, from a day on.",
}
