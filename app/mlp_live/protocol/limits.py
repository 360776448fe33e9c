"""Limits that the server and the page both know. Those of a study are in `study_limits`."""

from typing import Annotated

from pydantic import Field

FRAMES_IN_FLIGHT = 2  # frames sent but not acknowledged: one on the way while the other is drawn

# Cells along a side of the prediction grid. The largest grid bounds what one viewer can ask for.
MIN_GRID_SIZE, MAX_GRID_SIZE = 10, 200
GridSize = Annotated[int, Field(ge=MIN_GRID_SIZE, le=MAX_GRID_SIZE)]

MAX_SPEED = 1000.0  # epochs or mini-batches a second; null stands for full speed
MAX_STEPS = 1000  # epochs or mini-batches in one `Step`
MAX_TOKEN_LENGTH = 100  # characters; the server's own tokens are shorter
