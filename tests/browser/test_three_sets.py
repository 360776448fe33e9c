"""Training, validation and test set on the page: what is shown of them, and when."""

import re

import pytest
from playwright.sync_api import expect

from mlp_live.training.presets import PRESETS


def evaluation(lab):
    return lab.page.get_by_role("dialog")


def figure(lab, name):
    """A number of the summary: of “Accuracy 95.5 % · macro F1 …” or “R² 0.93 · …”."""
    text = evaluation(lab).locator(".summary").inner_text()
    return float(re.search(name + r" (−?[\d.]+)", text).group(1))


def majority(lab):
    """The share of the largest class in percent, from the rows of the table of classes."""
    rows = evaluation(lab).get_by_role("table").first.get_by_role("row").all_inner_texts()[1:]
    points = [int(row.split()[-1]) for row in rows]
    assert points[-1] == sum(points[:-1])
    return 100 * max(points[:-1]) / points[-1]


def trained(lab):
    announcement = lab.page.locator("#announcement")
    expect(announcement).to_have_text("Ready at epoch 0")
    expect(lab.button("Evaluate on the test set")).to_be_disabled()
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.button("Start").click()
    over = re.compile("Finished after|Stopped early after")
    expect(announcement).to_have_text(over)


def test_every_dataset_is_learnt_with_the_suggested_settings(lab):
    lab.open()
    for name in PRESETS:
        lab.page.locator(f"input[type=radio][value={name}]").check()
        lab.button("Suggested settings").click()
        trained(lab)
        lab.button("Evaluate on the test set").click()
        if lab.field("Loss").is_visible():  # there are classes
            assert figure(lab, "Accuracy") > majority(lab) + 10, name
        else:
            assert figure(lab, "R²") > 0.5, name
        evaluation(lab).get_by_role("button", name="Close").click()


def test_two_spirals_are_told_apart(lab):
    lab.open()
    lab.dataset("Spirals").check()
    lab.button("Suggested settings").click()
    trained(lab)
    lab.button("Evaluate on the test set").click()
    assert figure(lab, "Accuracy") >= 95


def test_the_test_set_is_seen_only_when_it_is_asked_for(lab):
    lab.open("?epochs=20")
    show_test = lab.page.get_by_role("checkbox", name="test points")
    expect(lab.status).to_contain_text("validation")
    expect(lab.status).not_to_contain_text("test")
    expect(show_test).to_be_hidden()
    shown = lab.drawn("points")
    trained(lab)
    lab.button("Validation report").click()
    expect(evaluation(lab)).to_contain_text("Validation set: 100 points, network of epoch 20")
    evaluation(lab).press("Escape")
    expect(lab.page.get_by_text("test used", exact=True)).to_be_hidden()
    assert lab.drawn("points") == shown == 300
    lab.button("Evaluate on the test set").click()
    expect(evaluation(lab)).to_contain_text("Test set: 200 points, network of epoch 20")
    table = evaluation(lab).get_by_role("region", name="Confusion matrix")
    counts = [int(cell) for cell in table.get_by_role("cell").all_inner_texts()]
    assert sum(counts) == 200
    assert figure(lab, "Accuracy") == pytest.approx((counts[0] + counts[3]) / 2, abs=0.05)
    evaluation(lab).get_by_role("button", name="Close").click()
    expect(lab.page.get_by_text("test used", exact=True)).to_be_visible()
    expect(show_test).to_be_visible()
    assert lab.drawn("points") == 500
    lab.button("Reset").click()
    lab.expect_epoch(0)
    expect(lab.page.get_by_text("test used", exact=True)).to_be_hidden()
    assert lab.drawn("points") == 300


def test_the_practicals_way_is_one_switch_away(lab):
    lab.open("?epochs=20")
    lab.field("Show the test set").check()
    expect(lab.status).to_contain_text("test")
    expect(lab.page.get_by_text("test used", exact=True)).to_be_visible()
    expect(lab.curve("Accuracy")).to_be_visible()
    assert "show_test=true" in lab.page.url
    trained(lab)
    told = r"train [\d.]+ % \([\d.]+\) · validation [\d.]+ % \([\d.]+\) · test [\d.]+ % \([\d.]+\)"
    expect(lab.status).to_have_text(re.compile(f"^Epoch 20/20 · {told}$"))


def test_early_stopping_shows_the_best_epoch(lab):
    lab.open("?epochs=3000&learning_rate=0.5&init_std=1.826")
    expect(lab.field("Patience")).to_be_hidden()
    lab.field("Early stopping").check()
    lab.set("Patience", 25)
    trained(lab)
    announced = lab.page.locator("#announcement").inner_text()
    stopped, best = map(int, re.findall(r"\d+", announced))
    assert stopped - best == 25
    lab.expect_epoch(best)
    expect(lab.curve("Loss").get_by_text(f"epoch {best} is shown")).to_be_visible()
    lab.button("Evaluate on the test set").click()
    expect(evaluation(lab)).to_contain_text(f"network of epoch {best}")


def test_what_is_fed_to_the_network_can_be_made_of_the_features(lab):
    lab.open("?dataset=xor&hidden=&epochs=60&learning_rate=0.3")
    lab.page.get_by_label("x₁x₂", exact=True).check(force=True)
    expect(lab.page.get_by_role("region", name="Network").get_by_text("x₁x₂")).to_be_visible()
    assert "inputs=x1%2Cx2%2Cx1_x2" in lab.page.url
    trained(lab)
    lab.button("Validation report").click()
    # a straight line tells no more than half of them apart; with the product one weight is enough
    assert figure(lab, "Accuracy") > 90
