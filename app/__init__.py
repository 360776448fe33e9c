"""MLP Live: a multilayer perceptron, written by hand to its gradients, learns as you watch."""

from app.kernel_cache import keep_kernels_apart

__version__ = "0.1.0"

keep_kernels_apart()  # before any kernel is defined
