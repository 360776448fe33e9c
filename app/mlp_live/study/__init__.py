"""Studies: one configuration varied along one or two axes, its runs, results and exports."""
