"""The engine: the training of `mlp_live.nn`, compiled, in float32, without the GIL.

Other packages use `engine.Engine` and `state.State`. Tests compare the kernels with the readable
network. The modules, from the outside in:

    engine          Engine: checks arguments and calls the kernels
    examples        PackedExamples: examples in the layout of the kernels
    state           State: θ, the slots of the optimizer, the number of steps
    kernels         the compiled functions that Python calls
    batch           the gradient of a batch
    per_example     the gradient of one example, for small batches
    tiled           the gradient of up to 64 examples at a time, and predictions
    optimizers, losses, activations, regularization: those of `mlp_live.nn`, compiled
    memory_layout   where each number is, and the two products that everything is built of
    simd            F32x8, the vector register as a type
    shuffle         the permutations of the epochs
    interruption    where long computations can be held up or ended
    kernel_cache    stores compiled code on disk
"""
