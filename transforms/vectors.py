"""Leave for machine code to use vectors: as wide as the processor has them, over many bytes at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

# LLVM makes of them what the processor has, down to bytes one by one.
BYTES: Final = ir.VectorType(ir.IntType(8), 64)
KINDS: Final = ir.VectorType(ir.IntType(16), 64)
NUMBERS: Final = ir.VectorType(ir.IntType(32), 64)


def _widen(_context: object) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, _signature: object, _arguments: object) -> Any:  # noqa: ANN401 - LLVM's
        # A set of strings that knows only some attributes; this one steers LLVM and means nothing to it where the
        # processor has no such vectors.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate


# To be called in a compiled function, also in the one that it becomes part of. By itself LLVM stops at 256 bits, since
# early processors slowed down with more; a loop of nothing but integer products gains a third all the same.
wide_vectors = cast("Callable[[], None]", intrinsic(_widen))


def _beyond(_context: object, data: Any, _at: object) -> tuple[Any, Any]:  # noqa: ANN401 - numba's types
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 - LLVM's
        found = _loaded(context, builder, (signature.args[0], *arguments), BYTES)
        return builder.bitcast(builder.icmp_signed("<", found, ir.Constant(BYTES, [0] * 64)), ir.IntType(64))

    return types.uint64(data, types.int64), generate


def _filled(_context: object, values: Any, _at: object) -> tuple[Any, Any]:  # noqa: ANN401 - numba's types
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 - LLVM's
        found = _loaded(context, builder, (signature.args[0], *arguments), NUMBERS)
        return builder.bitcast(builder.icmp_unsigned("!=", found, ir.Constant(NUMBERS, [0] * 64)), ir.IntType(64))

    return types.uint64(values, types.int64), generate


def _flagged(_context: object, kinds: Any, _at: object, _flags: object) -> tuple[Any, Any]:  # noqa: ANN401 - numba's types
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 - LLVM's
        array, at, flag = arguments
        found = _loaded(context, builder, (signature.args[0], array, at), KINDS)
        nothing, first = ir.Constant(KINDS, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        one = builder.insert_element(nothing, flag, first)
        all_of_it = builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64))
        there = builder.icmp_unsigned("!=", builder.and_(found, all_of_it), ir.Constant(KINDS, [0] * 64))
        return builder.bitcast(there, ir.IntType(64))

    return types.uint64(kinds, types.int64, types.uint16), generate


def _counted(_context: object, bits: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numba's types
    def generate(_context: Any, builder: Any, _signature: object, arguments: Any) -> Any:  # noqa: ANN401 - LLVM's
        return builder.ctpop(arguments[0])

    return types.int64(bits), generate


def _lowest(_context: object, bits: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numba's types
    def generate(_context: Any, builder: Any, _signature: object, arguments: Any) -> Any:  # noqa: ANN401 - LLVM's
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(bits), generate


def _loaded(context: Any, builder: Any, given: tuple[Any, Any, Any], kind: Any) -> Any:  # noqa: ANN401 - LLVM's
    array_type, array, at = given
    data = context.make_array(array_type)(context, builder, value=array).data
    found = builder.load(builder.bitcast(builder.gep(data, [at]), kind.as_pointer()))
    found.align = 1
    return found


# A bit for each of the 64 bytes at a place: whether it is no ASCII. The array must have so many more.
beyond_bits = cast("Callable[[NDArray[np.uint8], int], np.uint64]", intrinsic(_beyond))
# A bit for each of the 64 numbers at a place: whether it is not 0.
filled_bits = cast("Callable[[NDArray[np.uint32], int], np.uint64]", intrinsic(_filled))
# A bit for each of the 64 numbers at a place: whether it has one of some flags.
flag_bits = cast("Callable[[NDArray[np.uint16], int, np.uint16], np.uint64]", intrinsic(_flagged))
# How many bits of 64 are set, and the place of the lowest (64 where none is).
set_bits = cast("Callable[[np.uint64], int]", intrinsic(_counted))
lowest_bit = cast("Callable[[np.uint64], int]", intrinsic(_lowest))
