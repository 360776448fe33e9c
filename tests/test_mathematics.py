"""The page on the mathematics has the formulas, constants, defaults and names that the code has.

The module is long because each section of the page has its own peer, and all of them read the same
page.
"""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlp_live.engine.activations import ACCURACY
from mlp_live.nn import activations, losses
from mlp_live.nn.activations import ACTIVATIONS
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import INITIALIZATIONS, initialize
from mlp_live.nn.losses import LOSSES
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer, step
from mlp_live.nn.regularization import REGULARIZERS, Regularizer, penalty
from mlp_live.nn.schedules import SCHEDULES, Schedule
from mlp_live.training.config.optimizer import OptimizerConfig
from mlp_live.training.config.schema import config_fields
from mlp_live.training.config.training import TrainingConfig
from tests.formula import evaluate

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "mathematics.md"
TEXT = PAGE.read_text()
_, *parts = re.split(r"^## (.+)\n", TEXT, flags=re.MULTILINE)
SECTIONS = dict(zip(parts[::2], parts[1::2], strict=True))

NAMES: dict[str, tuple[str, ...]] = {
    "Activations": ACTIVATIONS,
    "Losses": LOSSES,
    "Optimizers": OPTIMIZERS,
    "Schedules": SCHEDULES,
    "Regularization": REGULARIZERS,
    "Initialization": INITIALIZATIONS,
}
# Whoever compares a result needs the defaults of these fields.
FIELDS = [
    *(name for name in TrainingConfig.model_fields if name != "seed"),
    *OptimizerConfig.model_fields,
    *("dataset", "standardize", "hidden", "activation", "initialization", "init_std"),
]
CONSTANTS = {"LEAK", "GELU_CUBE", "GELU_SCALE", "PRACTICAL_STD", "PUBLISHED_STD", "LARGEST"}
CONSTANTS |= {"FLOOR", "NOISE", "TOLERANCE", "SYSTEMATIC", "SHARE"}  # of the gradient check

STATED = re.compile(r"(?<!- )`(\w+) = ([^`]+)`")  # not the one that explains the tables
LINK = re.compile(r"\[`([^`]+)`\]\(([^)]+)\)")
# “`name` in [`path`](…)”, “`NAME = value` and `other` in [`path`](…)”
PLACED = re.compile(r"((?:`[^`]+`(?:, | and )?)+)\s+in\s+\[`([^`]+\.py)`\]")
FUNCTIONS_IN = re.compile(r"function of each name\s+is\s+in\s+\[`([^`]+)`\]")


def tables(section: str) -> list[list[dict[str, str]]]:
    """The tables of a section, each a list of rows: the cell below each heading."""
    found = []
    for lines in re.findall(r"(?:^\|.*\n)+", SECTIONS[section], re.MULTILINE):
        heading, _, *rows = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()
        )
        found.append([dict(zip(heading, row, strict=True)) for row in rows])
    return found


def rows(section: str) -> dict[str, dict[str, str]]:
    """The rows of the table of names of a section, by name."""
    return {row["Name"]: row for row in tables(section)[0]}


# Formulas


def definition(section: str, name: str) -> str:
    """The right side of “name = …” in the text of a section."""
    found = re.search(rf"(?<!\w){name} = (.+?)(?:, | and |\.\s)", SECTIONS[section])
    assert found, f"{name} is not defined in the section {section}"
    return found[1]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activations_are_computed_as_stated(name: Any) -> None:
    row = rows("Activations")[name]
    z = np.append(np.linspace(-4, 4, 41), 0.0)
    h, slope = activations.FUNCTIONS[name](z)
    for at, value in enumerate(z):
        names = {"z": value}
        if name == "gelu":
            for part in ("u", "t", "u′"):
                names[part] = evaluate(definition("Activations", part), names)
        names["h"] = evaluate(row["h = f(z)"], names)
        # float64 on both sides: equal up to the last digits
        assert h[at] == pytest.approx(names["h"], rel=1e-12, abs=1e-12)
        stated = evaluate(row["f′(z)"], names)
        assert slope[at] == pytest.approx(stated, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_the_losses_and_their_gradients_are_computed_as_stated(name: Any) -> None:
    logits, Y = np.random.default_rng(0).normal(size=(4, 3)), np.eye(3)[[0, 2, 1, 2]]
    Yhat = losses.prediction(name, logits)
    formula = rows("Losses")[name]["ℓ of one example"]
    of_each = [
        evaluate(formula, {"ỹ": logit, "y": y, "ŷ": yhat})
        for logit, y, yhat in zip(logits, Y, Yhat, strict=True)
    ]
    loss, gradient = losses.FUNCTIONS[name](logits, Y)
    # float64 on both sides: equal up to the last digits
    assert loss == pytest.approx(np.mean(of_each), rel=1e-12)
    stated = re.search(r"∇ỹ = (.+?)  ", SECTIONS["Gradients"])
    assert stated
    expected = evaluate(stated[1], {"ŷ": Yhat, "Y": Y, "m": len(Y)})
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizers_step_as_stated(name: Any) -> None:
    rng = np.random.default_rng(0)
    c = Optimizer(name, momentum=0.8, decay=0.7, beta1=0.6, beta2=0.95, epsilon=0.1)
    constants = {"μ": c.momentum, "ρ": c.decay, "β₁": c.beta1, "β₂": c.beta2, "ε": c.epsilon}
    theta, slots = rng.normal(size=5), np.zeros((2, 5))
    names: dict[str, Any] = {"θ": theta.copy(), "v": slots[0].copy(), "s": slots[1].copy()}
    for t in range(1, 5):
        g, eta = rng.normal(size=5), 0.1 / t
        step(c, theta, slots, g, eta, t)
        names |= {"g": g, "η": eta, "t": t, **constants}
        for statement in rows("Optimizers")[name]["Step"].split("; "):
            target, formula = statement.split(" ← ")
            for part in re.findall("v̂|ŝ", formula):
                names[part] = evaluate(definition("Optimizers", part), names)
            names[target] = evaluate(formula, names)
        # float64 on both sides: equal up to the last digits
        np.testing.assert_allclose(theta, names["θ"], rtol=1e-12)
        np.testing.assert_allclose(slots, [names["v"], names["s"]], rtol=1e-12)


@pytest.mark.parametrize("cool_down", [0, 3])
@pytest.mark.parametrize("warm_up", [0, 4])
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_schedules_are_computed_as_stated(name: Any, warm_up: int, cool_down: int) -> None:
    schedule = Schedule(name, decay=0.2, factor=0.6, period=4, warm_up=warm_up, cool_down=cool_down)
    factors = re.findall(r"multiplied\s+by\s+(min\(.+?\))\.", SECTIONS["Schedules"])
    assert len(factors) == 2
    constants = {"η₀": 0.5, "k": 0.2, "γ": 0.6, "p": 4, "w": warm_up, "c": cool_down, "T": 20}
    for t in range(20):
        names = {**constants, "t": t}
        stated = evaluate(rows("Schedules")[name]["η"], names)
        for factor in factors:
            stated *= evaluate(factor, names)
        # float64 on both sides: equal up to the last digits
        assert schedule.rate(t, 20, 0.5) == pytest.approx(stated, rel=1e-12)


@pytest.mark.parametrize("name", REGULARIZERS)
def test_the_penalties_are_computed_as_stated(name: Any) -> None:
    architecture = Architecture((2, 3, 2))
    theta = np.random.default_rng(0).normal(size=architecture.n_parameters)
    theta[0] = 0.0
    value, gradient = penalty(Regularizer(name, 0.3), architecture, theta)
    row = rows("Regularization")[name]
    weights = [W for W, _ in architecture.views(theta)]
    w = np.concatenate([W.ravel() for W in weights])
    # float64 on both sides: equal up to the last digits
    assert value == pytest.approx(evaluate(row["Penalty"], {"λ": 0.3, "w": w}), rel=1e-12)
    formula = row["Gradient with respect to w"].partition(", which")[0]
    for W, (gW, gb) in zip(weights, architecture.views(gradient), strict=True):
        stated = evaluate(formula, {"λ": 0.3, "w": W})
        np.testing.assert_allclose(gW, np.broadcast_to(stated, W.shape), rtol=1e-12)
        assert not gb.any()


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_the_initial_parameters_have_the_stated_distribution(name: Any) -> None:
    architecture = Architecture((8, 128, 120, 10))
    theta = initialize(architecture, name, np.random.default_rng(0), 0.4)
    row = rows("Initialization")[name]
    for W, b in architecture.views(theta):
        names = {"n_in": W.shape[1], "n_out": W.shape[0], "σ": 0.4}
        for values, stated in ((W, row["Weights"]), (b, row["Biases"])):
            n = values.size
            if normal := re.fullmatch(r"N\(0, (.+)\)", stated):
                variance = evaluate(normal[1], names)
                # five standard deviations of the mean and of the variance of n draws
                assert abs(values.mean()) < 5 * (variance / n) ** 0.5
                assert abs(values.var() / variance - 1) < 5 * (2 / n) ** 0.5
            elif uniform := re.fullmatch(r"uniform between ±(.+)", stated):
                limit = evaluate(uniform[1], names)
                # the chance that no draw is in the last 20 / n of the range is exp(-20)
                assert (1 - 20 / n) * limit < np.abs(values).max() <= limit
            else:
                assert (values == float(stated)).all()


# Names, constants and defaults


@pytest.mark.parametrize("section", NAMES)
def test_every_name_has_a_row_and_every_row_a_name(section: str) -> None:
    stated = [row["Name"] for row in tables(section)[0]]
    assert sorted(stated) == sorted(NAMES[section])


@cache
def defined(path: str) -> set[str]:
    """The names that a file of the package defines; those in a class with its name before."""

    def names_in(body: list[ast.stmt], prefix: str = "") -> set[str]:
        found = set()
        for node in body:
            match node:
                case ast.FunctionDef(name=name):
                    found.add(prefix + name)
                case ast.ClassDef(name=name):
                    found |= {name, *names_in(node.body, f"{name}.")}
                case ast.Assign(targets=[ast.Name(id=name)]):
                    found.add(prefix + name)
                case ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(prefix + name)
        return found

    return names_in(ast.parse((ROOT / "app" / "mlp_live" / path).read_text()).body)


def test_every_link_leads_to_the_file_that_it_names() -> None:
    links = LINK.findall(TEXT)
    assert len(links) > 30
    for path, target in links:
        file = (PAGE.parent / target).resolve()
        assert file.is_file(), target
        assert file in (ROOT / path, ROOT / "app" / "mlp_live" / path), f"{path} leads to {target}"


def test_every_name_is_defined_where_the_page_says() -> None:
    placed = [
        (name, path)
        for names, path in PLACED.findall(TEXT)
        for name in re.findall(r"`([\w.]+)(?: = [^`]+)?`", names)
    ]
    assert len(placed) > 25
    assert [(name, path) for name, path in placed if name not in defined(path)] == []


@pytest.mark.parametrize("section", ["Activations", "Losses", "Optimizers"])
def test_every_name_has_a_function_where_the_page_says(section: str) -> None:
    (path,) = FUNCTIONS_IN.findall(SECTIONS[section])
    assert set(NAMES[section]) <= defined(path)


@pytest.mark.parametrize("section", [s for s in SECTIONS if s != "The numbers of the practical"])
def test_every_section_names_its_place_in_the_code(section: str) -> None:
    paths = [path for path, _ in LINK.findall(SECTIONS[section])]
    assert any((ROOT / "app" / "mlp_live" / path).is_file() for path in paths)


def same(stated: str, value: Any) -> bool:
    """Whether a number is the stated one, in all its digits and at least four."""
    try:
        number, value = float(stated), float(value)
    except (ValueError, TypeError):
        return False
    digits = max(4, len(re.sub(r"e.*|\.", "", stated).lstrip("0")))
    return f"{number:.{digits}g}" == f"{value:.{digits}g}"


def test_every_stated_default_is_that_of_the_configuration() -> None:
    stated = [(name, value) for name, value in STATED.findall(TEXT) if name.islower()]
    assert set(FIELDS) - {name for name, _ in stated} == set()
    for name, value in stated:
        field = config_fields()[name]
        assert value == field.to_text(field.default) or same(value, field.default), name


def test_every_stated_constant_is_that_of_the_code() -> None:
    found = set()
    for names, path in PLACED.findall(TEXT):
        module = importlib.import_module("mlp_live." + path.removesuffix(".py").replace("/", "."))
        for name, value in STATED.findall(names):
            found.add(name)
            assert same(value, getattr(module, name)), f"{name} in {path}"
    assert found >= CONSTANTS
    assert found == {name for name, _ in STATED.findall(TEXT) if name.isupper()}


def test_the_accuracy_of_the_compiled_activations_is_stated() -> None:
    column = "Error of the compiled version"
    stated = {name: float(row[column]) for name, row in rows("Activations").items()}
    assert stated == ACCURACY


# The other libraries

LIBRARIES: dict[str, tuple[str, ...]] = {
    "PyTorch": (
        "torch.optim",
        "torch.optim.lr_scheduler",
        "torch.nn",
        "torch.nn.init",
        "torch.nn.functional",
        "torch.nn.Module",
        "torch.utils.data",
        "torch",
    ),
    "Keras": (
        "keras.optimizers",
        "keras.optimizers.schedules",
        "keras.layers",
        "keras.activations",
        "keras.losses",
        "keras.metrics",
        "keras.regularizers",
        "keras.initializers",
        "keras.callbacks",
        "keras.Model",
    ),
    "scikit-learn": ("sklearn.metrics", "sklearn.preprocessing"),
}


def cells(library: str) -> list[str]:
    """Every cell of the columns of a library."""
    return [
        row[library]
        for section in SECTIONS
        for table in tables(section)
        for row in table
        if library in row
    ]


def candidates(library: str, name: str) -> list[Any]:
    """What a library has under a name."""
    found = []
    for place in LIBRARIES[library]:
        package, *path = place.split(".")
        owner: Any = importlib.import_module(package)
        for part in path:
            owner = getattr(owner, part, None) or importlib.import_module(f"{package}.{part}")
        if hasattr(owner, name):
            found.append(getattr(owner, name))
    return found


def import_library(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a library, or skip the test where it is not installed."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    if library == "Keras":
        pytest.importorskip("torch")
    pytest.importorskip(LIBRARIES[library][0].split(".")[0])


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_name_of_a_library_exists(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import_library(library, monkeypatch)
    names = [name for cell in cells(library) for name in re.findall(r"`(\w+)(?:\([^`]*)?`", cell)]
    assert names
    assert [name for name in names if not candidates(library, name)] == []


@pytest.mark.parametrize("library", ["PyTorch", "Keras"])
def test_every_default_of_a_library_is_stated_right(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_library(library, monkeypatch)
    found = [
        match for cell in cells(library) for match in re.findall(r"`(\w+)\((\w+)=([^`]+)\)`", cell)
    ]
    assert len(found) > 15
    for name, parameter, value in found:
        defaults = [
            inspect.signature(candidate).parameters[parameter].default
            for candidate in candidates(library, name)
            if parameter in inspect.signature(candidate).parameters
        ]
        assert ast.literal_eval(value) in defaults, f"{name}({parameter}={value}): {defaults}"
