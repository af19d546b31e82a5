"""The description of the format, docs/seed-files.md, says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from touchgraph.organisation.changes.items import keys
from touchgraph.organisation.changes.kinds import CHANGES, change_model, entity_model, fact_model
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.files.loading import default_paths
from touchgraph.organisation.files.planning import rehearse
from touchgraph.organisation.files.records import CHANGE_SET, SECTIONS, SOURCE, ClosedItem, read_file

DOCS = Path(__file__).parents[2] / "docs" / "seed-files.md"
FORMAT, CORRECT, CORRECTION = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)


def test_every_key_of_the_format_is_taken() -> None:
    """Each key in the overview is one that its model takes."""
    data = yaml.safe_load(FORMAT.replace("[…]", "…"))
    assert list(data) == ["changeSet", *SECTIONS]
    assert set(data["changeSet"]) <= {*keys(CHANGE_SET)}
    for model, items in (
        (SOURCE, data["sources"]),
        (None, data["entities"]),
        (None, data["states"]),
        (None, data["facts"]),
        (ClosedItem, data["closed"]),
    ):
        for item in items:
            chosen = model or (entity_model(item["id"]) if "id" in item else fact_model(item["type"]))
            assert set(item) <= {*keys(chosen)}


def test_the_overview_names_every_change_with_its_fields() -> None:
    """The list of changes is complete, and each of their fields is one that the change takes."""
    changes = [{k: v for k, v in item.items() if k != "evidence"} for item in yaml.safe_load(FORMAT)["changes"]]
    assert [name for change in changes for name in change] == list(CHANGES)
    for change in changes:
        ((name, fields),) = change.items()
        model = change_model(name, {**fields, "id": "dept:x"})
        assert set(fields) <= {*keys(model)}
        required = {info.alias or field for field, info in model.model_fields.items() if info.is_required()}
        assert required <= set(fields)


@pytest.mark.parametrize("text", [CORRECTION, re.sub(r"(?s)(?<=changes:\n).*", "", CORRECTION) + CORRECT])
def test_the_correction_fits_the_seed(tmp_path: Path, text: str) -> None:
    """The examples of corrections can be loaded after the files that come with the project."""
    path = tmp_path / "correction.yaml"
    path.write_text(text)
    files = [read_file(path) for path in (*default_paths(), path)]
    rehearse(files, Snapshot(), {})
    assert [str(fault) for file in files for fault in file.faults] == []
    assert len(files[-1].changes) == text.count("  - ") > 0
