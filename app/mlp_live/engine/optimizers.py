"""The optimizers of `mlp_live.nn.optimizers`, compiled.

The update rules are the same Python functions, compiled for eight float32 numbers at a time. A new
optimizer needs no change here.
"""

from typing import Any

from mlp_live.engine.simd import LANES, compiled, load, store
from mlp_live.nn.optimizers import OPTIMIZER_RULES, OPTIMIZERS, OptimizerName, OptimizerRule


def _loop(rule: OptimizerRule) -> Any:
    """Compile the update rule of one optimizer into a loop over all parameters."""
    update, scales_of = compiled(rule.update), compiled(rule.scales)

    @compiled
    def loop(params: Any, vectors: Any, size: int, eta: float, t: int) -> None:
        scales = scales_of(t, params)
        for at in range(0, size, LANES):
            theta, g = load(vectors, at), load(vectors, 3 * size + at)
            v, s = load(vectors, size + at), load(vectors, 2 * size + at)
            theta, v, s = update(theta, v, s, g, eta, scales, params)
            store(vectors, size + at, v)
            store(vectors, 2 * size + at, s)
            store(vectors, at, theta)

    return loop


def _dispatch(names: tuple[OptimizerName, ...]) -> Any:
    """Compile a function that calls the loop of the optimizer in use."""
    name, *others = names
    position, loop = OPTIMIZERS.index(name), _loop(OPTIMIZER_RULES[name])
    if not others:
        return loop
    otherwise = _dispatch(tuple(others))

    @compiled
    def dispatch(params: Any, vectors: Any, size: int, eta: float, t: int) -> None:
        if params.optimizer == position:
            loop(params, vectors, size, eta, t)
        else:
            otherwise(params, vectors, size, eta, t)

    return dispatch


step = _dispatch(OPTIMIZERS)
"""step(params, vectors, size, eta, t) makes step t, as `mlp_live.nn.optimizers.step` does.

`vectors` holds θ, the two slots and g one after the other, `size` numbers each. eta is the learning
rate.
"""
