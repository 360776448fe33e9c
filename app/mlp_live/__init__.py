"""A multilayer perceptron, written by hand down to its gradients, learns while you watch."""

__version__ = "0.3.0"
