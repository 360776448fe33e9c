"""The settings of the server. Each is read from the environment variable MLP_LIVE_<NAME>."""

import os
from ipaddress import ip_address
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mlp_live.protocol.limits import GridSize


class Settings(BaseSettings):
    """Address and limits of the server. The limits bound what a client can make it hold or do."""

    model_config = SettingsConfigDict(env_prefix="MLP_LIVE_", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 chooses a free one.")
    max_runs: int = Field(
        128, ge=1, description="Runs held at the same time, one for each live page."
    )
    keep_seconds: float = Field(
        60.0, ge=0, description="Seconds that a run waits for a viewer whose connection was lost."
    )
    max_studies: int = Field(
        8, ge=1, description="Studies held at the same time, one for each study page."
    )
    max_tables: int = Field(
        64,
        ge=1,
        description="Uploaded tables held; the least recently used one is discarded to make room.",
    )
    max_megabytes: int = Field(
        1024,
        ge=64,
        description="Megabytes that runs, studies and tables may hold; others are refused then.",
    )
    max_message_bytes: int = Field(
        8192, ge=1024, description="Bytes of the largest message accepted on a socket."
    )
    max_messages_per_second: int = Field(
        150, ge=10, description="Messages a second accepted on one socket."
    )
    max_idle_connections: int = Field(
        256,
        ge=1,
        description="Idle connections kept of one client address; beyond, one is closed.",
    )
    max_work: int = Field(
        200_000_000,
        ge=1_000_000,
        description="Parameters of the network times points; evaluating so much takes about 60 ms.",
    )
    grid_size: GridSize = Field(100, description="Cells along a side of the prediction grid.")
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Worker threads that train; as many as processors unless set.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least important log lines shown; info has one per connection."
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
