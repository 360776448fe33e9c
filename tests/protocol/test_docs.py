"""``docs/protocol.md`` describes exactly the messages and documents that the server has.

The module is long because it reads every part of that page.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlp_live
from mlp_live.data.points import SET_NAMES
from mlp_live.protocol import limits, study_documents, study_limits
from mlp_live.protocol.commands import Command
from mlp_live.protocol.documents import encode_dataset, encode_frame
from mlp_live.protocol.messages import message_types
from mlp_live.protocol.reports import Report
from mlp_live.protocol.study_commands import StudyCommand
from mlp_live.protocol.study_documents import encode_points, encode_study_frame
from mlp_live.protocol.study_limits import PageStudy
from mlp_live.protocol.study_reports import StudyReport, StudyStarted
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.study.lockstep import LockstepRunner, StudyRecorder
from mlp_live.training import events
from mlp_live.training.config import RunConfig
from mlp_live.training.evaluation import Evaluation
from mlp_live.training.record import Record
from mlp_live.training.run import Run
from tests.ws_client import Document, parse

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
PACKAGE = Path(mlp_live.__file__).parent

MESSAGES = {
    "Live page: commands": Command,
    "Live page: reports": Report,
    "Study page: commands": StudyCommand,
    "Study page: reports": StudyReport,
}
OBJECTS = (Record, Evaluation, PageStudy, StudyStarted)  # with every model inside them
SMALL: dict[str, Any] = {"n_train": 24, "n_validation": 12, "n_test": 12, "batch_size": 8}


@cache
def sections() -> dict[str, dict[str, list[list[dict[str, str]]]]]:
    """The tables of the page by heading of the second level, then of the third (or "")."""
    found: dict[str, dict[str, list[list[dict[str, str]]]]] = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        first, *subsections = re.split(r"^### ", body, flags=re.M)
        found[title] = {"": tables(first)}
        for subsection in subsections:
            heading, _, content = subsection.partition("\n")
            found[title][heading] = tables(content)
    return found


def tables(text: str) -> list[list[dict[str, str]]]:
    """Each table as a list of rows, by the names of the columns; the first column without `."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text + "\n", flags=re.M):
        header, _, *rows = [
            [cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()
        ]
        found.append([dict(zip(header, row, strict=True)) for row in rows])
        for row in found[-1]:
            row[header[0]] = row[header[0]].strip("`")
    return found


def type_in_words(schema: dict[str, Any]) -> str:
    """A JSON schema as the page writes it."""
    match schema:
        case {"$ref": reference}:
            return str(reference).rsplit("/", 1)[-1]
        case {"anyOf": [inner, {"type": "null"}]}:
            words = type_in_words(inner)
            return f"{words}, or null" if " " in words else f"{words} or null"
        case {"enum": choices}:
            return "one of " + ", ".join(choices)
        case {"prefixItems": items}:
            return "[" + ", ".join(type_in_words(item) for item in items) + "]"
        case {"oneOf": choices}:
            return " or ".join(type_in_words(choice) for choice in choices)
        case {"type": "array", "items": items, **rest}:
            most = f", at most {rest['maxItems']:,}" if "maxItems" in rest else ""
            return f"array of {type_in_words(items)}{most}"
        case {"type": "string", "maxLength": most}:
            return f"string of at most {most} characters"
        case {"type": name}:
            bounds = (
                ("from", "minimum"),
                ("above", "exclusiveMinimum"),
                ("to", "maximum"),
                ("below", "exclusiveMaximum"),
            )
            limits = [f"{word} {schema[key]:,g}" for word, key in bounds if key in schema]
            return " ".join([name, *limits]).replace("1e+05", "100,000")
        case _:
            return "any"


def check_fields(schema: dict[str, Any], rows: list[dict[str, str]]) -> None:
    """The table has a row for every field of the model, with its type and its default."""
    properties = {n: p for n, p in schema.get("properties", {}).items() if n != "type"}
    assert [row["field"] for row in rows] == list(properties)
    for row in rows:
        name = row["field"]
        assert row["type"] == type_in_words(properties[name]), name
        if "default" in row:
            assert row["default"] == default_in_words(schema, name), name
        assert row["meaning"], name


def default_in_words(schema: dict[str, Any], name: str) -> str:
    """A default as JSON; “optional” if there is none or if it is long."""
    field = schema["properties"][name]
    if name in schema.get("required", []):
        return "required"
    default = json.dumps(field["default"]) if "default" in field else ""
    return default if 0 < len(default) < 20 else "optional"


@pytest.mark.parametrize("section", MESSAGES)
def test_every_message_is_described_with_its_fields(section):
    models = message_types(MESSAGES[section])
    described = {heading.strip("`"): found for heading, found in sections()[section].items()}
    assert [name for name in described if name] == list(models)
    for name, model in models.items():
        rows = next(iter(described[name]), [])
        check_fields(model.model_json_schema(), rows)


def test_every_object_in_a_message_is_described_with_its_fields():
    schemas: dict[str, dict[str, Any]] = {}
    for model in OBJECTS:
        schema = model.model_json_schema()
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    del schemas["RunConfig"], schemas["StudyStarted"]
    described = {
        heading.split("`")[1]: found for heading, found in sections()["Objects"].items() if heading
    }
    assert described.keys() == schemas.keys()
    for name, schema in schemas.items():
        check_fields(schema, described[name][0])


def test_every_object_that_a_field_has_is_one_of_those():
    named = {heading.split("`")[1] for heading in sections()["Objects"] if heading}
    for union in MESSAGES.values():
        for model in message_types(union).values():
            for name in model.model_json_schema().get("$defs", {}):
                assert name in {*named, "RunConfig"}


@pytest.mark.parametrize("page", ["live", "study"])
def test_how_every_command_is_answered_is_described(page):
    commands, reports = ({"live": (Command, Report), "study": (StudyCommand, StudyReport)})[page]
    rows = [row for row in sections()["Answers"][""][0] if row["page"] == page]
    assert [row["command"].strip("`") for row in rows] == list(message_types(commands))
    for row in rows:
        names = re.findall(r"`(\w+)`", row["answer"])
        assert set(names) <= message_types(reports).keys()
        assert names or row["none"] == "always" or row["none"].startswith("always:")


def test_every_error_code_is_described():
    described = [row["code"] for row in sections()["Live page: reports"]["`error`"][1]]
    used = set()
    for path in [*(PACKAGE / "live").glob("*.py"), *(PACKAGE / "protocol").glob("*.py")]:
        used |= set(re.findall(r'(?:code=|_send_error\()"(\w+)"', path.read_text()))
    used |= set(re.findall(r'reject\("(\w+)"', (PACKAGE / "web" / "socket.py").read_text()))
    assert sorted(described) == sorted(used)


def test_every_limit_is_described_with_its_value():
    described = {row["constant"]: row["value"] for row in sections()["Limits"][""][0]}
    modules = (limits, study_limits, study_documents, events)
    values = {name: value for module in modules for name, value in vars(module).items()}
    for name, value in described.items():
        assert value == f"{values[name]:,g}" or value == f"{values[name]:,}", name
    for module in (limits, study_limits):
        source = Path(str(module.__file__)).read_text()
        for line in re.findall(r"^(M(?:AX|IN)_.*?) = ", source, flags=re.M):
            assert set(line.split(", ")) <= described.keys()


def datasets_and_frames() -> Iterator[tuple[str, Document]]:
    """Documents of runs of every kind."""
    for config in (
        {"dataset": "circles"},
        {"dataset": "circles", "show_test": True, "hidden": ()},
        {"dataset": "blobs", "blobs": 4, "hidden": (12, 3)},
        {"dataset": "plane", "n_validation": 0},
    ):
        run = Run(RunConfig.model_validate({**SMALL, **config}))
        plane = PlaneView(run)
        yield "dataset", parse(encode_dataset(run, plane))
        run.advance(2)
        for epoch in (None, 0):
            frame = encode_frame(
                run, plane, 1, since_epoch=0, grid_size=10, epoch=epoch, with_batch=True
            )
            yield "frame", parse(frame)


def points_and_study_frames() -> Iterator[tuple[str, Document]]:
    configs = [RunConfig.model_validate({**SMALL, "epochs": 2, "seed": seed}) for seed in (1, 2)]
    recorder = StudyRecorder(len(configs), 2, 1)
    runner = LockstepRunner(configs, lambda digest: None, 10**9, recorder)
    for _ in range(3):
        assert runner.work(0, 1, float("inf"), 10**6)
        runner.complete_epoch()
    yield "study_frame", parse(encode_study_frame(recorder, 1, 0, 2, 0.5))
    for name in ("circles", "plane"):
        dataset = Run(RunConfig.model_validate({**SMALL, "dataset": name})).dataset
        yield "points", parse(encode_points(dataset, [0, 1], with_test=True))


@cache
def documents() -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for kind, document in [*datasets_and_frames(), *points_and_study_frames()]:
        assert document.kind == kind
        found.setdefault(kind, []).append(document)
    return found


def described_document(kind: str) -> list[list[dict[str, str]]]:
    page = "Live" if kind in ("dataset", "frame") else "Study"
    return sections()[f"{page} page: documents"][f"Document `{kind}`"]


def test_every_kind_of_document_is_described():
    described = [
        heading.split("`")[1]
        for page in ("Live", "Study")
        for heading in sections()[f"{page} page: documents"]
        if heading
    ]
    assert sorted(described) == sorted(documents())
    encoded = set()
    for path in (PACKAGE / "protocol").glob("*.py"):
        encoded |= set(re.findall(r'"kind": "(\w+)"', path.read_text()))
    assert sorted(described) == sorted(encoded)


JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@pytest.mark.parametrize("kind", ["dataset", "frame", "points", "study_frame"])
def test_the_metadata_of_documents_is_described(kind):
    rows = {row["metadata"]: row["type"] for row in described_document(kind)[0]}
    seen = set()
    for document in documents()[kind]:
        for name, value in document.metadata.items():
            assert isinstance(value, JSON_TYPES[rows[name]]), name
        seen |= document.metadata.keys()
    assert seen == rows.keys()


@pytest.mark.parametrize("kind", ["dataset", "frame", "points", "study_frame"])
def test_the_tensors_of_documents_are_described(kind):
    rows: dict[str, tuple[str, str, str]] = {}
    for row in described_document(kind)[1]:
        for set_name in SET_NAMES if "<set>" in row["tensor"] else [""]:
            expanded = {key: text.replace("<set>", set_name) for key, text in row.items()}
            rows[expanded["tensor"]] = (row["tensor"], expanded["dtype"], expanded["shape"])
    seen, dtypes = set(), {row["tensor"]: set() for row in described_document(kind)[1]}
    for document in documents()[kind]:
        sizes: dict[str, int] = {}
        for name, tensor in document.tensors.items():
            described, dtype, shapes = rows[name]
            assert tensor.dtype.name in dtype.split(" or "), name
            assert any(fits(tensor, shape, sizes) for shape in shapes.split(" or ")), name
            seen.add(described)
            dtypes[described].add(tensor.dtype.name)
    assert seen == dtypes.keys()
    for row in described_document(kind)[1]:
        assert dtypes[row["tensor"]] == set(row["dtype"].split(" or ")), row["tensor"]


def fits(tensor: "np.ndarray[Any, Any]", shape: str, sizes: dict[str, int]) -> bool:
    """Whether a tensor has this shape; equal names are equal sizes within a document."""
    names = [name for name in shape.strip("()").split(",") if name.strip()]
    if len(names) != tensor.ndim:
        return False
    for name, size in zip(map(str.strip, names), tensor.shape, strict=True):
        expected = int(name) if name.isdigit() else sizes.setdefault(name, size)
        if expected != size:
            return False
    return True
