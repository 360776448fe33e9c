"""How the server runs. Each setting is read from the environment as MLP_LIVE_<NAME>."""

import os
from ipaddress import ip_address

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Address and limits of the server. Limits bound what any outsider can make it hold or do."""

    model_config = SettingsConfigDict(env_prefix="MLP_LIVE_", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    max_runs: int = Field(128, ge=1, description="Runs held at a time, one for each open page.")
    keep_seconds: float = Field(
        60.0, ge=0, description="How long a run waits for a viewer whose connection was lost."
    )
    max_studies: int = Field(8, ge=1, description="Studies held at a time, one for each open page.")
    max_tables: int = Field(64, ge=1, description="Uploaded tables remembered at a time.")
    max_message_bytes: int = Field(
        8192, ge=1024, description="Largest message accepted on a socket."
    )
    max_messages_per_second: int = Field(
        150, ge=10, description="Messages a second accepted on a socket."
    )
    max_work: int = Field(
        200_000_000,
        ge=1_000_000,
        description="Parameters times points of a run: some 60 ms for a look at all points.",
    )
    grid_size: int = Field(100, ge=10, le=400, description="Cells along a side of the boundary.")
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Threads that train."
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
