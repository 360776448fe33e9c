"""Datasets: generators, measured data and uploaded tables; splits and feature maps."""
