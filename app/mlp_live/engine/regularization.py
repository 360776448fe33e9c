"""The penalties of `mlp_live.nn.regularization`, compiled."""

from typing import Any

from mlp_live.engine.simd import compiled, select_lt, splat
from mlp_live.nn.regularization import REGULARIZERS

NONE, L1, L2 = range(len(REGULARIZERS))
"""The kernels identify a regularizer by its index in `REGULARIZERS`."""


@compiled
def penalty_gradient(params: Any, w: Any) -> Any:
    """Return the gradient of the penalty at eight weights w, an `F32x8`."""
    zero = splat(0.0)
    if params.regularizer == L1:
        sign = select_lt(zero, w, splat(1.0), select_lt(w, zero, splat(-1.0), zero))
        return params.penalty * sign
    if params.regularizer == L2:
        return params.penalty * w
    return zero
