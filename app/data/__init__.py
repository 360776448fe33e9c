"""Datasets: generators, and tables of one's own. Points and labels, split into train and test."""
