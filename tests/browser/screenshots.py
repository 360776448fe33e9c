"""Pictures of the page: ``python -m tests.browser.screenshots FOLDER``."""

import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import expect, sync_playwright

from mlp_live.settings import Settings
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.conftest import Lab
from tests.browser.test_study import StudyPage
from tests.conftest import running

Picture = tuple[int, int, Literal["light", "dark"]]  # width, height, color scheme

QUERY = "?init_std=1.826&batch_size=10&learning_rate=0.1"
PICTURES: dict[str, Picture] = {
    "live-light": (1440, 900, "light"),
    "live-dark": (1440, 900, "dark"),
    "live-1024": (1024, 768, "light"),
    "live-phone": (390, 844, "light"),
    "live-phone-dark": (390, 844, "dark"),
}
STUDY_PICTURES: dict[str, Picture] = {
    "study-light": (1440, 900, "light"),
    "study-dark": (1440, 900, "dark"),
    "study-phone": (390, 844, "light"),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with running(Settings()) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (width, height, theme) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            lab = Lab(page, server).open(QUERY)
            lab.button("Start").click()
            lab.expect_epoch(150)
            expect(lab.curve("Loss")).to_have_attribute("data-epoch", "150")
            page.screenshot(path=folder / f"{name}.png")
            page.close()
            print(folder / f"{name}.png")
        for name, (width, height, theme) in STUDY_PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            StudyPage(page, server).open("?init_std=1.826").run()
            page.screenshot(path=folder / f"{name}.png")
            page.close()
            print(folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
