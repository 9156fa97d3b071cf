"""Plots in the App, as a user clicks on them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# Where a place of a plot, in the values of its axes, is on the page.
_PLACE = """(plot, [x, y]) => {
    const {xaxis, yaxis, _size} = plot._fullLayout;
    const {left, top} = plot.getBoundingClientRect();
    return [
        left + _size.l + xaxis.c2p(xaxis.d2c(x)),
        top + _size.t + yaxis.c2p(yaxis.d2c(y)),
    ];
}"""
# The middle of the bar of which there is most, in the values of the axes.
_LARGEST = """plot => {
    const bars = plot.calcdata.flatMap(trace => trace.filter(bar => bar.s > 0).map(
        bar => ({...bar, trace: trace[0].trace})));
    const bar = bars.reduce((one, other) => (other.s > one.s ? other : one));
    const {xaxis} = plot._fullLayout;
    const x = xaxis.type === "category" ? xaxis._categories[bar.p] : bar.p;
    return [x, bar.b + bar.s / 2, bar.trace.name ?? ""];
}"""


class Plot:
    """A plot that is drawn, found by a part of its title.

    Attributes:
        locator: of its element.
    """

    def __init__(self, page: Page, title: str) -> None:
        self._page = page
        self.locator: Locator = page.locator(".js-plotly-plot", has_text=title)
        self.locator.locator(".barlayer .point, .heatmaplayer image").first.wait_for(
            state="attached"
        )

    def largest(self) -> tuple[str | float, float, str]:
        """The middle of the largest bar, in the values of the axes, and what it is one of."""
        x, y, name = self.locator.evaluate(_LARGEST)
        return x, y, name

    def click(self, x: str | float, y: str | float) -> None:
        """Clicks on a place, in the values of the axes: names of classes, or numbers."""
        self.locator.scroll_into_view_if_needed()
        left, top = self.locator.evaluate(_PLACE, [x, y])
        self._page.mouse.click(left, top)
