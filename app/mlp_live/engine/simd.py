"""`F32x8`: a vector register of eight float32 numbers, as a type for Numba.

A compiler decides whether a loop over eight numbers becomes one instruction. An operation on an
`F32x8` always does. The source then defines the order of every sum, so results are the same to the
bit. NaN and infinity follow IEEE 754, so a diverging run is visible. The compiler may only contract
a multiplication and an addition into one operation with one rounding.

In a function decorated with `compiled` or `entry_point`:

    p = pointer(array)      a pointer to a contiguous array
    x = load(p, i)          the `F32x8` of p[i], ..., p[i + 7]
    x = splat(2.0)          eight equal lanes
    y = 2.0 * x + x / x     + - * / of two `F32x8`, or of a number and an `F32x8`
    store(p, i, y)          write the lanes to p[i], ..., p[i + 7]

`np.sqrt` works, too. The other functions are `mask_tail`, `insert`, `extract`, `select_lt`,
`reduce_add`, `fma` and `exponent`.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

from mlp_live.engine.kernel_cache import stored

Function = TypeVar("Function", bound=Callable[..., Any])

LANES = 8
"""Numbers in one `F32x8`: a register of 256 bits, as in x86-64 processors since 2013 (AVX2)."""

FLAGS = ("contract",)
"""The optimizations of arithmetic that LLVM may make: contracting a * b + c.

It may neither reorder sums nor assume that numbers are finite.
"""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": set(FLAGS)}


def compiled(function: Function) -> Function:
    """Compile a function that entry points call. LLVM inlines it."""
    return njit(**OPTIONS)(function)  # type: ignore[no-any-return]


def entry_point(function: Function) -> Function:
    """Compile a function that Python calls.

    It releases the GIL. The compiled code is stored on disk.
    """
    return stored()(njit(**OPTIONS)(function))  # type: ignore[no-any-return]


class F32x8Type(types.Type):
    """The type of `F32x8` values in Numba."""

    def __init__(self) -> None:
        super().__init__(name=f"F32x8{LANES}")


F32X8 = F32x8Type()
VECTOR = ir.VectorType(ir.FloatType(), LANES)
BITS = ir.VectorType(ir.IntType(32), LANES)


@register_model(F32x8Type)
class F32x8Model(models.PrimitiveModel):
    """Represents an `F32x8` in LLVM by one vector value, so that it is kept in a register."""

    def __init__(self, manager: Any, numba_type: Any) -> None:
        super().__init__(manager, numba_type, VECTOR)


def _constant(kind: ir.VectorType, values: list[Any]) -> ir.Constant:
    return ir.Constant(kind, [ir.Constant(kind.element, value) for value in values])


def _broadcast(builder: Any, number: Any) -> Any:
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, cgutils.int32_t(0))
    return builder.shuffle_vector(first, first, _constant(BITS, [0] * LANES))


def _lane_below(builder: Any, count: Any) -> Any:
    """A mask of the lanes whose index is less than `count`."""
    count = _broadcast_int(builder, count)
    return builder.icmp_signed("<", _constant(BITS, list(range(LANES))), count)


def _broadcast_int(builder: Any, number: Any) -> Any:
    number = builder.trunc(number, ir.IntType(32))
    first = builder.insert_element(ir.Constant(BITS, ir.Undefined), number, cgutils.int32_t(0))
    return builder.shuffle_vector(first, first, _constant(BITS, [0] * LANES))


def _lanes_at(builder: Any, pointer: Any, index: Any) -> Any:
    return builder.bitcast(builder.gep(pointer, [index]), VECTOR.as_pointer())


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """A pointer p to the first number of a contiguous array; p[i] is number i.

    Numba counts references to an array whenever it is passed to a function, which costs more than
    the arithmetic of a small layer. A pointer has no such cost. The array must be an argument of
    the entry point, so that it exists until the call ends.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


@intrinsic
def load(typing: Any, pointer: Any, index: Any) -> Any:
    """The lanes pointer[index], ..., pointer[index + LANES - 1]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_lanes_at(builder, *arguments), align=4)

    return F32X8(pointer, types.intp), generate


@intrinsic
def store(typing: Any, pointer: Any, index: Any, lanes: Any) -> Any:
    """Write the lanes to pointer[index], ..., pointer[index + LANES - 1]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _lanes_at(builder, *arguments[:2]), align=4)
        return context.get_dummy_value()

    return types.void(pointer, types.intp, F32X8), generate


@intrinsic
def splat(typing: Any, number: Any) -> Any:
    """Eight lanes equal to one number, rounded to float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _broadcast(builder, arguments[0])

    return F32X8(types.float32), generate


@intrinsic
def mask_tail(typing: Any, lanes: Any, count: Any, fill: Any) -> Any:
    """The lanes, but those from index `count` on replaced by the number `fill`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, count, fill = arguments
        return builder.select(_lane_below(builder, count), lanes, _broadcast(builder, fill))

    return F32X8(F32X8, types.intp, types.float32), generate


@intrinsic
def insert(typing: Any, lanes: Any, index: Any, number: Any) -> Any:
    """The lanes, but the one at `index` replaced by `number`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, index, number = arguments
        here = builder.icmp_signed(
            "==", _constant(BITS, list(range(LANES))), _broadcast_int(builder, index)
        )
        return builder.select(here, _broadcast(builder, number), lanes)

    return F32X8(F32X8, types.intp, types.float32), generate


@intrinsic
def select_lt(typing: Any, a: Any, b: Any, yes: Any, no: Any) -> Any:
    """The lanes of `yes` where a < b, elsewhere those of `no`. NaN is never less."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, yes, no = arguments
        return builder.select(builder.fcmp_ordered("<", a, b), yes, no)

    return F32X8(*[F32X8] * 4), generate


def _call(builder: Any, name: str, arguments: Any) -> Any:
    """Call the LLVM intrinsic of this name, which works lane by lane."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * len(arguments))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32")
    return builder.call(function, arguments)


@intrinsic
def _sqrt(typing: Any, lanes: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, "sqrt", arguments)

    return F32X8(F32X8), generate


@overload(np.sqrt, strict=False)
def _overload_sqrt(lanes: Any) -> Any:
    """The correctly rounded square root of each lane."""
    return (lambda lanes: _sqrt(lanes)) if lanes == F32X8 else None


@intrinsic
def fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c with a single rounding.

    For results whose accuracy depends on it; elsewhere, LLVM may contract a * b + c or not.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, "fma", arguments)

    return F32X8(*[F32X8] * 3), generate


@intrinsic
def exponent(typing: Any, lanes: Any) -> Any:
    """2ⁿ for the integer n from -127 to 128 with n + 127 in the lowest bits of each lane.

    These bits become the exponent field of a float32. Therefore n = -127 gives 0 and n = 128 gives
    infinity.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], BITS)
        return builder.bitcast(builder.shl(bits, _constant(BITS, [23] * LANES)), VECTOR)

    return F32X8(F32X8), generate


@intrinsic
def reduce_add(typing: Any, lanes: Any) -> Any:
    """The sum of the lanes, ((x₀ + x₄) + (x₂ + x₆)) + ((x₁ + x₅) + (x₃ + x₇))."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, width = arguments[0], LANES // 2
        while width:
            mask = _constant(BITS, [(lane + width) % LANES for lane in range(LANES)])
            lanes = builder.fadd(lanes, builder.shuffle_vector(lanes, lanes, mask))
            width //= 2
        return builder.extract_element(lanes, cgutils.int32_t(0))

    return types.float32(F32X8), generate


@intrinsic
def extract(typing: Any, lanes: Any, index: Any) -> Any:
    """The number in the lane at `index`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.extract_element(*arguments)

    return types.float32(F32X8, types.intp), generate


def _binary(instruction: str) -> Any:
    @intrinsic
    def operation(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments, flags=FLAGS)

        return F32X8(F32X8, F32X8), generate

    return operation


def _as_lanes(value: Any) -> Any:
    """An `F32x8` as it is, or a number in every lane of one."""
    raise NotImplementedError("exists in compiled code only")


@overload(_as_lanes, strict=False)
def _overload_as_lanes(value: Any) -> Any:
    return (lambda value: value) if value == F32X8 else (lambda value: splat(value))


def _define(operation: Any, instruction: str) -> None:
    vector_operation = _binary(instruction)

    @overload(operation, strict=False)
    def _(a: Any, b: Any) -> Any:
        if F32X8 in (a, b):
            return lambda a, b: vector_operation(_as_lanes(a), _as_lanes(b))
        return None


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")
