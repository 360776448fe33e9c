"""The metrics of the server, at /metrics."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.live.helpers import QUICK, lose_one, wait_until
from tests.ws_client import TIMEOUT

NAMES = {
    "mlp_live_runs",
    "mlp_live_waiting_runs",
    "mlp_live_run_bytes",
    "mlp_live_studies",
    "mlp_live_slices_waiting",
    "mlp_live_frames",
    "mlp_live_epochs",
    "mlp_live_slice_seconds",
    "mlp_live_slice_wait_seconds",
    "process_resident_memory_bytes",
    "process_cpu_seconds",
}


def test_it_is_prometheus_text_with_help_for_everything(server):
    answer = httpx.get(f"{server.url}/metrics", timeout=TIMEOUT)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families.keys() >= NAMES
    assert all(family.documentation for family in families.values())


def test_a_run_is_counted_from_its_start_to_its_end(serve):
    server, other = serve(), serve()
    assert server.metric("mlp_live_run_bytes") == 0
    with server.connect() as viewer:
        viewer.send("start", config=QUICK)
        frames, _ = viewer.watch("finished")
        assert server.metric("mlp_live_runs") == 1
        assert server.metric("mlp_live_epochs_total") == QUICK["epochs"]
        assert server.metric("mlp_live_frames_total") == len(frames)
        assert server.metric("mlp_live_slice_seconds_count") >= len(frames)
        assert server.metric("mlp_live_slice_wait_seconds_count") >= len(frames)
        assert 10_000 < server.metric("mlp_live_run_bytes") < 2_000_000
    wait_until(lambda: server.metric("mlp_live_runs") == 0)
    assert server.metric("mlp_live_run_bytes") == 0
    assert other.metric("mlp_live_frames_total") == 0  # every application counts for itself


def test_a_lost_run_is_counted_as_waiting(serve):
    server = serve()
    lose_one(server)
    wait_until(lambda: server.metric("mlp_live_waiting_runs") == 1)
    assert server.metric("mlp_live_runs") == 0
    assert server.metric("mlp_live_run_bytes") > 0
