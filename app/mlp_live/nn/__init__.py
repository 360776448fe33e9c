"""The network in readable NumPy: forward pass, backward pass and training, written by hand.

`reference` has the functions of the practical, the university exercise that MLP Live is based on:
one hidden layer of tanh units. `network` generalizes them to any depth, activation and loss. The
other modules define what a network is made of: activations, losses, optimizers, learning rate
schedules, regularization, initialization and metrics. `mlp_live.engine` computes the same,
compiled.

This package imports NumPy and the standard library only. It never imports the compiler.
"""
