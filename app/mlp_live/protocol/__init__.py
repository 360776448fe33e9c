"""What the server and the page agree on: messages, binary documents and limits.

``docs/protocol.md`` describes all of it for readers; a test holds that page to these modules.
"""
