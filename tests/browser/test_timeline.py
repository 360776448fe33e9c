"""The timeline of a run, changes during the run, and its record."""

import json
import re
import subprocess
import sys

from playwright.sync_api import expect


def slider(lab):
    return lab.page.get_by_role("slider", name="Timeline")


def shown(lab):
    """What a viewer sees of an epoch: the field as it is drawn, and the status."""
    return lab.picture(), lab.status.inner_text()


def test_any_epoch_can_be_looked_at_again(lab):
    lab.open("?epochs=40")
    lab.page.get_by_label("Speed").select_option("5 epochs/s")
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^([3-9]|1\d)$"))
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    seen = {}
    for _ in range(4):
        epoch = lab.epoch
        lab.button("Step").click()
        lab.expect_epoch(epoch + 1)
        seen[epoch + 1] = shown(lab)
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.button("Resume").click()
    lab.expect_epoch(40)
    expect(lab.button("Pause")).to_be_disabled()
    for epoch, picture in seen.items():
        slider(lab).fill(str(epoch))
        lab.expect_epoch(epoch)
        assert shown(lab) == picture
    slider(lab).fill("40")
    lab.expect_epoch(40)


def test_playing_on_from_a_past_epoch_ends_in_the_same_numbers(lab):
    lab.open("?epochs=60")
    lab.button("Start").click()
    lab.expect_epoch(60)
    expect(lab.curve("Loss")).to_have_attribute("data-epoch", "60")
    end = shown(lab)
    slider(lab).fill("20")
    lab.expect_epoch(20)
    lab.button("Resume").click()
    expect(lab.curve("Loss")).not_to_have_attribute("data-epoch", "60")
    lab.expect_epoch(60)
    assert shown(lab) == end


def test_the_recording_is_played_back(lab):
    lab.open("?epochs=50")
    lab.button("Start").click()
    lab.expect_epoch(50)
    epochs = lab.record_epochs()
    lab.button("Play back").click()
    expect(lab.button("Play back")).to_be_visible()  # it has come to its end
    lab.expect_epoch(50)
    assert min(epochs()) < 40


def test_a_change_mid_run_is_marked_and_its_record_repeats_the_run(lab, tmp_path):
    lab.open("?epochs=200")
    lab.page.get_by_label("Speed").select_option("20 epochs/s")
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.set("Learning rate", 0.5)
    expect(lab.curve("Loss").get_by_text("learning rate 0.5")).to_be_visible()
    expect(lab.curve("Accuracy").get_by_text("learning rate 0.5")).to_be_visible()
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.expect_epoch(200)
    record = saved(lab, tmp_path)
    command = [sys.executable, "-m", "mlp_live", "train", "--json"]
    command += ["--record", str(tmp_path / "record.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    last = json.loads(done.stdout.splitlines()[-2])  # the evaluation follows
    assert lab.status.inner_text() == (
        f"Epoch 200/200 · train {last['train_accuracy']:.1f} % ({last['train_loss']:.3f}) "
        f"· validation {last['validation_accuracy']:.1f} % ({last['validation_loss']:.3f})"
    )
    assert record["events"][0]["config"] == {"learning_rate": 0.5}


def test_the_record_is_the_one_of_the_server(lab, tmp_path):
    """It has everything that was done, with a change that was discarded and is not marked."""
    lab.open("?epochs=60")
    lab.button("Step").click()
    lab.expect_epoch(1)
    lab.button("Step").click()
    lab.expect_epoch(2)
    lab.set("Learning rate", 0.5)
    mark = lab.curve("Loss").get_by_text("learning rate 0.5")
    expect(mark).to_be_visible()
    assert [event["epoch"] for event in saved(lab, tmp_path)["events"]] == [2]
    slider(lab).fill("1")
    lab.expect_epoch(1)
    lab.button("Resume").click()
    expect(mark).to_be_hidden()
    lab.expect_epoch(60)
    record = saved(lab, tmp_path)
    assert [event["type"] for event in record["events"]] == ["change", "rewind"]
    assert record["config"]["epochs"] == 60
    lab.button("Evaluate on the test set").click()
    lab.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    used = saved(lab, tmp_path)["events"][-1]
    assert (used["type"], used["epoch"], used["after_end"]) == ("test", 60, True)


def saved(lab, folder):
    """The record that the page saves."""
    path = folder / "record.json"
    with lab.page.expect_download() as download:
        lab.button("Save record").click()
    download.value.save_as(path)
    return json.loads(path.read_text())


def test_the_label_of_a_late_change_is_within_its_chart(lab):
    lab.open("?epochs=10")
    for epoch in range(1, 10):
        lab.button("Step").click()
        lab.expect_epoch(epoch)
    lab.set("Learning rate", 0.5)
    for name in ("Loss", "Accuracy"):
        label = lab.curve(name).get_by_text("learning rate 0.5")
        expect(label).to_be_visible()
        text, chart = label.bounding_box(), lab.curve(name).bounding_box()
        assert chart["x"] < text["x"]
        assert text["x"] + text["width"] < chart["x"] + chart["width"]


def test_a_change_that_cannot_be_is_told_beside_its_field_and_the_run_goes_on(lab):
    lab.open("?epochs=5000")
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.set("Batch size", 0)
    expect(lab.page.get_by_text("Batch size must be a whole number")).to_be_visible()
    before = lab.epoch
    expect(lab.boundary).not_to_have_attribute("data-epoch", str(before))
    lab.set("Hidden layers", 3)
    expect(lab.page.get_by_text("Changes apply at the next Start.")).to_be_visible()


def test_slow_motion_rings_the_points_of_each_mini_batch(lab):
    lab.open("?batch_size=8")
    lab.page.get_by_label("Speed").select_option("5 mini-batches/s")
    lab.button("Start").click()
    expect(lab.status).to_contain_text("Epoch 0/150 + 2/25 batches")
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    assert lab.drawn("rings") == 8
    lab.page.get_by_label("Speed").select_option("one epoch a frame")
    lab.button("Step").click()
    expect(lab.status).to_contain_text("Epoch 1/150 · train")
    assert lab.drawn("rings") == 0
