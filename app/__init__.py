"""MLP Live: a multilayer perceptron, written by hand to its gradients, learns as you watch."""

__version__ = "0.1.0"
