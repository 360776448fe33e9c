"""What a server counts and measures of itself, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

# Seconds.
SLICES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

GAUGES = {
    "runs": "Runs whose viewer is there.",
    "waiting_runs": "Runs that wait for a lost viewer to come back; they do not train.",
    "run_bytes": "Bytes of the arrays that all runs hold: data, history, checkpoints, state.",
    "studies": "Studies held.",
    "slices_waiting": "Slices of work that wait for their turn.",
}


class Meters:
    """The meters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # resident memory, processor time, open files
        self.frames = Counter(
            "mlp_live_frames", "Frames sent to viewers of runs.", registry=self.registry
        )
        self.epochs = Counter(
            "mlp_live_epochs", "Epochs trained of runs that are watched.", registry=self.registry
        )
        self.worked = Histogram(
            "mlp_live_slice_seconds",
            "Time of a slice, on a worker thread or the event loop.",
            buckets=SLICES,
            registry=self.registry,
        )
        self.waited = Histogram(
            "mlp_live_slice_wait_seconds",
            "Time that a slice waited for its turn.",
            buckets=SLICES,
            registry=self.registry,
        )

    def watch(self, **gauges: Callable[[], float]) -> None:
        """Ask these for their values, named as in `GAUGES`, whenever somebody looks."""
        for name, value in gauges.items():
            Gauge(f"mlp_live_{name}", GAUGES[name], registry=self.registry).set_function(value)
