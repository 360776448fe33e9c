"""A run shown live: messages, frames, the session that paces it. Knows no HTTP."""
