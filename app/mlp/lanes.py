"""Eight float32 numbers side by side: the vector register, as a value compiled code can hold.

A short loop over eight numbers may or may not become one instruction, as the compiler pleases; a
`Lanes` value always is one. The order of every sum is then written in the source instead of chosen
by the compiler, which is what makes results the same to the bit, and NaN and infinity travel
through every operation as IEEE 754 says, which is what makes a diverging run visible. Only
multiply-and-add may be contracted into one rounding.

In a function decorated with `compiled`, lanes are read by `load(memory, index)`, combined by the
operators + - * / with one another or with a number, and written by `store(memory, index, lanes)`,
where `memory(array)` is a contiguous float32 array.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

Function = TypeVar("Function", bound=Callable[..., Any])

LANES = 8
"""Numbers in one `Lanes` value: a 256-bit register, which every x86-64 since 2013 has."""

FLAGS = ("contract",)
"""What the compiler may do to arithmetic: fuse a * b + c.

It must neither reorder sums nor assume that numbers are finite.
"""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": set(FLAGS)}


def compiled(function: Function) -> Function:
    """Compile a helper, to be inlined into the entry points that call it."""
    return njit(**OPTIONS)(function)  # type: ignore[no-any-return]


def entry_point(function: Function) -> Function:
    """Compile a function that Python calls.

    It releases the GIL and is kept on disk between processes.
    """
    return njit(cache=True, **OPTIONS)(function)  # type: ignore[no-any-return]


class LanesType(types.Type):
    """Numba's name for the type."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{LANES}")


LANES_TYPE = LanesType()
VECTOR = ir.VectorType(ir.FloatType(), LANES)
BITS = ir.VectorType(ir.IntType(32), LANES)


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """In LLVM: one vector value, so that it lives in a register."""

    def __init__(self, manager: Any, numba_type: Any) -> None:
        super().__init__(manager, numba_type, VECTOR)


def _constant(kind: ir.VectorType, values: list[Any]) -> ir.Constant:
    return ir.Constant(kind, [ir.Constant(kind.element, value) for value in values])


def _broadcast(builder: Any, number: Any) -> Any:
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, cgutils.int32_t(0))
    return builder.shuffle_vector(first, first, _constant(BITS, [0] * LANES))


def _lane_below(builder: Any, count: Any) -> Any:
    """Mask of the lanes whose index is less than `count`."""
    count = _broadcast_int(builder, count)
    return builder.icmp_signed("<", _constant(BITS, list(range(LANES))), count)


def _broadcast_int(builder: Any, number: Any) -> Any:
    number = builder.trunc(number, ir.IntType(32))
    first = builder.insert_element(ir.Constant(BITS, ir.Undefined), number, cgutils.int32_t(0))
    return builder.shuffle_vector(first, first, _constant(BITS, [0] * LANES))


def _pointer(builder: Any, memory: Any, index: Any) -> Any:
    return builder.bitcast(builder.gep(memory, [index]), VECTOR.as_pointer())


@intrinsic
def memory(typing: Any, array: Any) -> Any:
    """Where the numbers of an array begin: a bare pointer p, read and written as p[i], i from 0.

    Unlike an array it is not reference-counted, which costs more than the arithmetic of a small
    layer each time an array is handed to a function. The array itself must be an argument of the
    entry point, so that it outlives the call.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


@intrinsic
def load(typing: Any, memory: Any, index: Any) -> Any:
    """The lanes memory[index], ..., memory[index + LANES - 1]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(builder, *arguments)
        return builder.load(pointer, align=4)

    return LANES_TYPE(memory, types.intp), generate


@intrinsic
def store(typing: Any, memory: Any, index: Any, lanes: Any) -> Any:
    """Write the lanes to memory[index], ..., memory[index + LANES - 1]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(builder, *arguments[:2])
        builder.store(arguments[2], pointer, align=4)
        return context.get_dummy_value()

    return types.void(memory, types.intp, LANES_TYPE), generate


@intrinsic
def splat(typing: Any, number: Any) -> Any:
    """All lanes equal to one number, rounded to float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _broadcast(builder, arguments[0])

    return LANES_TYPE(types.float32), generate


@intrinsic
def first(typing: Any, lanes: Any, count: Any, fill: Any) -> Any:
    """The first `count` lanes as they are, the others set to the number `fill`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, count, fill = arguments
        return builder.select(_lane_below(builder, count), lanes, _broadcast(builder, fill))

    return LANES_TYPE(LANES_TYPE, types.intp, types.float32), generate


@intrinsic
def place(typing: Any, lanes: Any, index: Any, number: Any) -> Any:
    """The lanes with the one at `index` replaced by `number`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, index, number = arguments
        here = builder.icmp_signed(
            "==", _constant(BITS, list(range(LANES))), _broadcast_int(builder, index)
        )
        return builder.select(here, _broadcast(builder, number), lanes)

    return LANES_TYPE(LANES_TYPE, types.intp, types.float32), generate


@intrinsic
def choose_less(typing: Any, a: Any, b: Any, yes: Any, no: Any) -> Any:
    """Lane by lane, `yes` where a < b, else `no`; a comparison with NaN is false."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, yes, no = arguments
        return builder.select(builder.fcmp_ordered("<", a, b), yes, no)

    return LANES_TYPE(*[LANES_TYPE] * 4), generate


def _call(builder: Any, name: str, arguments: Any) -> Any:
    """Call the LLVM function that does the operation lane by lane."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * len(arguments))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32")
    return builder.call(function, arguments)


@intrinsic
def sqrt(typing: Any, lanes: Any) -> Any:
    """The correctly rounded square root of each lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, "sqrt", arguments)

    return LANES_TYPE(LANES_TYPE), generate


@intrinsic
def multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c rounded once, for certain, where the accuracy of the result rests on it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, "fma", arguments)

    return LANES_TYPE(*[LANES_TYPE] * 3), generate


@intrinsic
def exponent(typing: Any, lanes: Any) -> Any:
    """2 to the power of the integer n whose n + 127 is held in the lowest bits of each lane.

    For -127 <= n <= 128. The ends of the range give 0 and infinity: the bits become the exponent
    field of a float32 as they are.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], BITS)
        return builder.bitcast(builder.shl(bits, _constant(BITS, [23] * LANES)), VECTOR)

    return LANES_TYPE(LANES_TYPE), generate


@intrinsic
def total(typing: Any, lanes: Any) -> Any:
    """The sum of the lanes, halves first.

    (0 + 4) (1 + 5) (2 + 6) (3 + 7), then quarters, then the last two.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, width = arguments[0], LANES // 2
        while width:
            mask = _constant(BITS, [(lane + width) % LANES for lane in range(LANES)])
            lanes = builder.fadd(lanes, builder.shuffle_vector(lanes, lanes, mask))
            width //= 2
        return builder.extract_element(lanes, cgutils.int32_t(0))

    return types.float32(LANES_TYPE), generate


@intrinsic
def pick(typing: Any, lanes: Any, index: Any) -> Any:
    """The number in one lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.extract_element(*arguments)

    return types.float32(LANES_TYPE, types.intp), generate


def _binary(instruction: str) -> Any:
    @intrinsic
    def operation(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments, flags=FLAGS)

        return LANES_TYPE(LANES_TYPE, LANES_TYPE), generate

    return operation


def _lanes(value: Any) -> Any:
    """A number becomes lanes, lanes stay lanes."""
    raise NotImplementedError("exists in compiled code only")


@overload(_lanes, strict=False)
def _overload_lanes(value: Any) -> Any:
    return (lambda value: value) if value == LANES_TYPE else (lambda value: splat(value))


def _define(operation: Any, instruction: str) -> None:
    vector_operation = _binary(instruction)

    @overload(operation, strict=False)
    def _(a: Any, b: Any) -> Any:
        if LANES_TYPE in (a, b):
            return lambda a, b: vector_operation(_lanes(a), _lanes(b))
        return None


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")
