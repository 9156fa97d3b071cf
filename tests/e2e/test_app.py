from __future__ import annotations

from playwright.sync_api import expect

from odquality.bridge.store.app_config import GROUP


def test_form_scores_and_shows_the_worst_images_first(app, dataset):
    form = app.open_operator("Compute label quality")
    expect(form.locator("[data-cy=gt_field]")).to_contain_text("ground_truth")
    expect(form.locator("[data-cy=pred_field]")).to_contain_text("predictions")
    app.execute(form)

    summary = app.page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("16 images scored", timeout=60_000)
    app.page.get_by_role("button", name="Done").click()
    assert "16 images scored" in app.toasts()[0]
    stages = app.page.locator("[data-cy=input-view-stage]")
    expect(stages.nth(0)).to_have_value("Exists", timeout=60_000)
    expect(stages.nth(1)).to_have_value("SortBy", timeout=60_000)
    assert len(app.tile_scores("label_quality")) > 1
    shown = app.tile_scores("label_quality_expected_errors")
    assert len(shown) > 1
    assert shown == sorted(shown, reverse=True)

    dataset.reload()
    assert dataset.count("label_quality") == 16
    app.page.reload()
    app.wait_for_grid()
    assert GROUP in app.sidebar_groups()


def test_errors_stand_in_the_form_and_forbid_to_run(app):
    form = app.open_operator("Compute label quality")
    form.get_by_role("textbox").first.fill("ground_truth")
    expect(form).to_contain_text("would overwrite", timeout=60_000)
    expect(form.get_by_role("button", name="Execute", exact=True)).to_be_disabled()
    form.get_by_role("textbox").first.fill("label_quality")
    expect(form.get_by_role("button", name="Execute", exact=True)).to_be_enabled(timeout=60_000)


def test_weights_are_sliders_that_must_add_up(app, dataset):
    form = app.open_operator("Compute label quality")
    form.get_by_text("ObjectLab", exact=True).click()
    form.locator("[data-cy=custom_weights]").click()
    sliders = form.locator("input[type=range]")
    expect(sliders).to_have_count(3, timeout=60_000)
    sliders.nth(0).fill("0.9")
    expect(form).to_contain_text("add up to 1.56", timeout=60_000)
    sliders.nth(0).fill("0.34")
    expect(form).not_to_contain_text("add up to 1.56", timeout=60_000)
    app.execute(form)
    summary = app.page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("16 images scored", timeout=60_000)
    dataset.reload()
    weights = dataset.get_run_info("label_quality").config.aggregation_weights
    assert weights == {"overlooked": 0.34, "swap": 0.33, "badloc": 0.33}
