"""Runs and studies shown live: connections, sessions and scheduling. Uses asyncio, but no HTTP."""
