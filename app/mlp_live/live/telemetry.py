"""What a server measures of itself, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

BUCKETS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

GAUGES = {
    "runs": "Runs with a connected viewer.",
    "waiting_runs": "Runs that wait for a lost viewer to come back; they are not trained.",
    "run_bytes": "Bytes of the arrays that all runs hold: data, history, checkpoints, state.",
    "studies": "Studies held.",
    "slices_waiting": "Slices of work that wait for their turn.",
}


class Telemetry:
    """The metrics of one application, in their own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # resident memory, processor time, open files
        self.frames_sent = Counter(
            "mlp_live_frames", "Frames sent to viewers of runs.", registry=self.registry
        )
        self.epochs_trained = Counter(
            "mlp_live_epochs", "Epochs trained of runs on the live page.", registry=self.registry
        )
        self.slice_seconds = Histogram(
            "mlp_live_slice_seconds",
            "Duration of a slice, on a worker thread or the event loop.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.slice_wait_seconds = Histogram(
            "mlp_live_slice_wait_seconds",
            "Time that a slice waited for its turn.",
            buckets=BUCKETS,
            registry=self.registry,
        )

    def add_gauges(self, **gauges: Callable[[], float]) -> None:
        """Add gauges, named as in `GAUGES`; each function is called whenever metrics are read."""
        for name, value in gauges.items():
            Gauge(f"mlp_live_{name}", GAUGES[name], registry=self.registry).set_function(value)
