"""Numbers and names that the server and the page share.

Each is declared in the module that owns it and only collected here. Every page carries them as a
JSON data block, ``templates/constants.html``, which ``static/js/lib/constants.js`` reads.
"""

from functools import cache
from typing import Any

from mlp_live.data.table import MAX_BYTES, MAX_ROWS
from mlp_live.data.table.cells import MAX_NAME
from mlp_live.data.table.choices import MAX_CLASSES, MAX_FEATURES
from mlp_live.nn.architecture import MAX_HIDDEN_LAYERS
from mlp_live.protocol.study_limits import MAX_REPEATS
from mlp_live.rendering.prediction_grid import STEPS
from mlp_live.study.report.charts import LARGEST_DRAWN
from mlp_live.study.report.theme import LINE_STYLES
from mlp_live.study.trial_result import GRID_SIZE

GRID_SIZES = (100, 200)  # that the page offers: normal and fine


@cache
def page_constants() -> dict[str, Any]:
    """The constants by their names on the page: camelCase, values that JSON can hold."""
    return {
        # The network
        "maxHiddenLayers": MAX_HIDDEN_LAYERS,
        # Data
        "maxClasses": MAX_CLASSES,
        "maxFeatures": MAX_FEATURES,
        "maxTableBytes": MAX_BYTES,
        "maxTableRows": MAX_ROWS,
        "maxNameLength": MAX_NAME,  # characters of the name of a column or a class
        # Pictures
        "gridSizes": list(GRID_SIZES),  # cells along a side of the prediction grid
        "largestDrawn": LARGEST_DRAWN,  # charts leave out larger values
        "lineStyles": {name: style._asdict() for name, style in LINE_STYLES.items()},
        # Studies
        "studyGridSize": GRID_SIZE,  # cells along a side of a thumbnail
        "argmaxSteps": STEPS,  # confidence levels of a class in a thumbnail's byte
        "maxRepeats": MAX_REPEATS,
    }
