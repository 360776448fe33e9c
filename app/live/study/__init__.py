"""A study shown live: its messages and frames, and the session that runs it for its viewer."""
