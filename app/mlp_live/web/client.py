"""Who has sent a request, and the account that its work is charged to."""

from fastapi import Request

from mlp_live.live.scheduling import Account
from mlp_live.live.server_context import ServerContext


def address_of(request: Request) -> str:
    """The address of the client; empty if it is not known."""
    return request.client.host if request.client is not None else ""


def account_of(request: Request) -> Account:
    """The account of the client's address, which all of its requests share."""
    context: ServerContext = request.app.state.context
    return context.accounts.of(address_of(request))
