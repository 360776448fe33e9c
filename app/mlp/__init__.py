"""The mathematics: arrays in, arrays out. Knows no file, socket or clock.

A network, its gradients and its training, twice: in readable NumPy (`reference`, the practical's
own functions; `network`, the same for any depth and choice) and compiled (`engine`), which is held
to it.
"""
