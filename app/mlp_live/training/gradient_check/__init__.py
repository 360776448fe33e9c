"""Gradient check: is what the networks compute for one step of training right?

Three ways to compute a gradient are compared with one another: central differences, which need no
derivation; the readable network, float64; and the compiled engine, float32, which trains. The
modules, from the outside in:

    run_check      check_run: every comparison, for the current state of a run
    differences    backpropagation of the readable network, with central differences
    engine_check   gradient, update, loss and predictions of the engine, with the readable network
    rounding       how far float32 may be from float64
    objective      loss plus penalty as a function of θ, and where it has kinks
    comparison     the result of a comparison
    cost           the time of central differences and of backpropagation
"""
