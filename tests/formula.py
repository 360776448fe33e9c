"""Evaluates formulas as the documentation writes them: “η g / (√s + ε)”, “1 for z > 0, else 0”."""

import re
from typing import Any

import numpy as np

SIGNS = {
    "v̂": "v_hat",
    "ŝ": "s_hat",
    "′": "_prime",
    "₀": "0",
    "₁": "1",
    "₂": "2",
    "²": "**2",
    "³": "**3",
    "ᵗ": "**t",
    "^": "**",
    "−": "-",
    "·": "*",
    "½": "0.5",
    "√": " sqrt ",
    "⌊": "floor(",
    "⌋": ")",
}
FUNCTIONS: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "cos": np.cos,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "sign": np.sign,
    "abs": np.abs,
    "sum": np.sum,
    "max": max,
    "min": min,
}
TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d]\w*|\*\*|\S")


def evaluate(formula: str, names: dict[str, Any]) -> Any:
    """The value of a formula, given the values of its names."""
    names = {_ascii(name): value for name, value in names.items()}
    return eval(to_python(formula), {**FUNCTIONS, "π": np.pi}, names)


def to_python(formula: str) -> str:
    """A formula as a Python expression, with the signs of multiplication that it leaves out."""
    if choice := re.fullmatch(r"(.+) for (.+), else (.+)", formula):
        then, condition, otherwise = (to_python(part) for part in choice.groups())
        return f"({then}) if ({condition}) else ({otherwise})"
    text = re.sub(r"∣(\w)∣", r"abs(\1)", formula)
    text = re.sub(r"Σᵢ? ([^+]+?)(?= \+|$)", r"sum(\1)", text.replace("ᵢ", ""))
    text = re.sub(r"log (sum\(.+\))", r"log(\1)", text)
    tokens = TOKEN.findall(_ascii(text))
    for at, token in enumerate(tokens[:-1]):
        if token in FUNCTIONS and tokens[at + 1] != "(":
            tokens[at + 1] = f"({tokens[at + 1]})"  # tanh z
    expression = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        operand_ends = before not in FUNCTIONS and re.fullmatch(r".*[\w)]", before)
        operand_begins = re.match(r"\w|\($", token)
        expression += "*" + token if operand_ends and operand_begins else token
    return expression


def _ascii(text: str) -> str:
    for sign, replacement in SIGNS.items():
        text = text.replace(sign, replacement)
    return text
