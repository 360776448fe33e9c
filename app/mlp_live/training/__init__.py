"""One training: its configuration, its run, its history. Synchronous; knows no asyncio."""
