"""A copy of the package whose compiled engine has faults that can be switched on.

Compiling the engine takes eight seconds, so all faults are compiled at once. For each fault, the
copy has in place of one expression

    (wrong if selected(number) else right)

and `selected` reads from memory, each time the compiled code runs, which fault is switched on.
"""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import mlp_live

FAULT_MODULE = '''"""Which fault is switched on."""

import ctypes

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

SWITCH = ctypes.c_int64(0)


@intrinsic
def switched_on(typing):
    def generate(context, builder, signature, arguments):
        number = ir.IntType(64)
        address = ir.Constant(number, ctypes.addressof(SWITCH))
        return builder.load(builder.inttoptr(address, number.as_pointer()))

    return types.int64(), generate


@njit
def selected(fault):
    return switched_on() == fault
'''
FIRST_IMPORT = "\nfrom typing import Any"
IMPORT = "\nfrom mlp_live.engine.fault import selected"

# Batches of 10, and a last one of 3. With layers this small, those of less than 4 examples are
# computed one example at a time, the others in tiles.
RUN = {"n_train": 43, "n_validation": 20, "n_test": 20, "hidden": [5, 3], "batch_size": 10}


class Fault(NamedTuple):
    """A wrong expression in the engine, and how the gradient check reports it."""

    file: str
    right: str
    wrong: str
    config: dict[str, Any] = {}  # noqa: RUF012 - of the run that it spoils, besides RUN
    reported: str = "engine_gradient"  # the comparison that disagrees
    worst: str = ""  # part of the name of the worst number
    context: str = ""  # text that occurs once in the file and has the expression once


def activation(right: str, wrong: str, name: str, context: str = "") -> Fault:
    return Fault("activations", right, wrong, {"activation": name}, context=context)


def update(file: str, right: str, wrong: str, optimizer: str, context: str = "") -> Fault:
    return Fault(file, right, wrong, {"optimizer": optimizer}, "engine_update", context=context)


def evaluation(
    file: str, right: str, wrong: str, worst: str, context: str = "", **config: str
) -> Fault:
    return Fault(file, right, wrong, config, "engine_evaluation", worst, context)


L1, L2 = ({"regularization": name, "regularization_rate": 0.1} for name in ("l1", "l2"))
WHOLE_SET = "in a batch of 43"

FAULTS = {
    "the sign of the L2 penalty": Fault(
        "regularization", "params.penalty * w", "params.penalty * (0.0 - w)", L2
    ),
    "the sign of the L1 penalty": Fault("regularization", "splat(-1.0)", "splat(1.0)", L1),
    "no penalty on the output layer": Fault(
        "batch", "range(depth)", "range(depth - 1)", L2, worst="output layer, W"
    ),
    "no division by m": Fault("batch", "1.0 / (stop - start)", "1.0"),
    "the last, smaller batch divided by the full size": Fault(
        "kernels",
        "stop",
        "start + batch_size",
        worst="in a batch of 3",
        context="            stop,\n            start + skip,",
    ),
    "targets in another order, one example at a time": Fault(
        "batch", "order[s] * y_stride", "s * y_stride", {"batch_size": 3}
    ),
    "the derivative of tanh": activation("1.0 - h * h", "1.0 - h", "tanh"),
    "the derivative of ReLU": activation(
        "select_lt(zero, z, splat(1.0), zero)",
        "select_lt(zero, z, splat(1.0), splat(0.01))",
        "relu",
    ),
    "the derivative of leaky ReLU": activation("splat(LEAK)", "zero", "leaky_relu"),
    "the derivative of the sigmoid": activation("h * (1.0 - h)", "h", "sigmoid"),
    "the derivative of GELU": activation("3.0", "2.0", "gelu", "(1.0 + 3.0 * GELU_CUBE * x * x)"),
    "the derivative of the linear activation": activation(
        "splat(1.0)", "splat(1.01)", "linear", "return z, splat(1.0)"
    ),
    "the output layer, one example at a time": Fault("per_example", "share * delta", "delta"),
    "a hidden layer, one example at a time": Fault(
        "per_example", "g * load(scratch, below + c)", "g", worst="hidden layer 1"
    ),
    "no bias gradient, one example at a time": Fault(
        "per_example",
        "load(vectors, at) + load(scratch, layer.deltas + c)",
        "load(vectors, at)",
        worst="b[",
    ),
    "the output layer, in tiles": Fault("tiled", "share * error", "1.001 * share * error"),
    "a hidden layer, in tiles": Fault(
        "tiled", "g * load(scratch, at)", "g", worst="hidden layer 1"
    ),
    "a unit forgotten, in tiles": Fault(
        "tiled", "layer.n_out", "layer.n_out - 1", context="delta, TILE, layer.n_out, splat(0.0)"
    ),
    "no bias gradient, in tiles": Fault(
        "tiled", "reduce_add(column)", "0.0 * reduce_add(column)", worst="b["
    ),
    "examples forgotten, in full tiles": Fault(
        "tiled", "m", "min(m, 32)", worst=WHOLE_SET, context="(layer.inputs + i) * TILE, m))"
    ),
    "the sign of the gradient of the loss": Fault(
        "losses",
        "load(values, at + i * stride) - load(values, targets + i * stride)",
        "load(values, targets + i * stride) - load(values, at + i * stride)",
    ),
    "momentum ignored": update("memory_layout", "p[4]", "0.0", "momentum"),
    "RMSProp without 1 - ρ": update("memory_layout", "p[6]", "1.0", "rmsprop"),
    "Adam with β₂ for β₁": update("memory_layout", "p[7]", "0.999", "adam"),
    "Adam always at its first step": update(
        "optimizers", "scales_of(t, params)", "scales_of(1, params)", "adam"
    ),
    "Adam with one slot for both": update(
        "optimizers", "load(vectors, 2 * size + at)", "load(vectors, size + at)", "adam"
    ),
    "steps that are not counted": update("kernels", "1", "0", "adam", "steps += 1\n"),
    "the learning rate of the first epoch": update("kernels", "rates[epoch]", "rates[0]", "sgd"),
    "the loss of the squared error": evaluation(
        "losses", "0.5", "1.0", "loss", "result += 0.5 * ", loss="squared_error"
    ),
    "the loss of the cross-entropy": evaluation(
        "losses", "mask_tail(chosen, count, 0.0)", "splat(0.0)", "loss"
    ),
    "the accuracy": evaluation(
        "losses", "splat(0.5)", "splat(1.5)", "accuracy", "select_lt(wrong, splat(0.5)"
    ),
    "every other register of predictions": evaluation(
        "tiled", "activate(activation, z_next)[0]", "z_next", ""
    ),
}


def copy_with_faults(folder: Path) -> None:
    """Copy the package to a folder; the fault at index k of FAULTS has the number k + 1."""
    package = folder / "mlp_live"
    shutil.copytree(
        Path(mlp_live.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "engine" / "fault.py").write_text(FAULT_MODULE)
    for number, fault in enumerate(FAULTS.values(), start=1):
        path = package / "engine" / f"{fault.file}.py"
        source, context = path.read_text(), fault.context or fault.right
        assert source.count(context) == 1, fault
        assert context.count(fault.right) == 1, fault
        either = f"({fault.wrong} if selected({number}) else {fault.right})"
        source = source.replace(context, context.replace(fault.right, either))
        if IMPORT not in source:
            assert source.count(FIRST_IMPORT) == 1, fault
            source = source.replace(FIRST_IMPORT, IMPORT + FIRST_IMPORT)
        path.write_text(source)
