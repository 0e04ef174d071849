"""Leave for machine code to use the widest vectors that a processor has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba.core import types
from numba.extending import intrinsic


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
