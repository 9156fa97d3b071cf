"""What the App holds of the image that is open, and what it draws on canvases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import fiftyone as fo
from playwright.sync_api import Page, TimeoutError

from tests.e2e.app import LOOK_AGAIN, SECONDS

# Fields of boxes by name: the id, class and box of each, in any order.
Boxes = dict[str, list[Any]]

# The canvas belongs to an object that React keeps; it is found by what it can do.
_LOOKER = """
(() => {
    const modal = document.querySelector('[data-cy=modal]');
    if (!modal) return null;
    const fiberOf = (one) => Object.keys(one).find((key) => key.startsWith('__reactFiber$'));
    const first = [modal, ...modal.querySelectorAll('*')].find(fiberOf);
    if (!first) return null;
    const isLooker = (one) => one && typeof one.updateSample === 'function' && one.sampleOverlays;
    const left = [first[fiberOf(first)]];
    while (left.length) {
        const fiber = left.pop();
        if (!fiber) continue;
        left.push(fiber.sibling, fiber.child);
        const held = Object.values(fiber.memoizedProps || {});
        for (let hook = fiber.memoizedState; hook && hook.next !== undefined; hook = hook.next) {
            held.push(...(Array.isArray(hook.memoizedState) ? hook.memoizedState : []));
            held.push(hook.memoizedState);
        }
        const looker = held.flatMap((one) => [one, one && one.current]).find(isLooker);
        if (looker) return looker;
    }
    return null;
})()
"""

_DRAWN = f"""
() => {{
    const looker = {_LOOKER};
    if (!looker) return null;
    const boxes = {{}};
    for (const {{ field, label }} of looker.sampleOverlays) {{
        if (field.endsWith('_decisions')) continue;
        (boxes[field] = boxes[field] || []).push([label.id, label.label, label.bounding_box]);
    }}
    Object.values(boxes).forEach((some) => some.sort());
    return boxes;
}}
"""

# What tells why an image is not as expected: from when on, in milliseconds, and how long the page
# asked for what, and whether the image was being drawn.
_TOLD = f"""
() => ({{
    toasts: window.toasts,
    failures: window.failures,
    now: Math.round(performance.now()),
    asked: performance.getEntriesByType('resource').slice(-20).map((one) =>
        [Math.round(one.startTime), Math.round(one.duration), one.name.split('/').pop()]),
    isBeingDrawn: ({_LOOKER} || {{}}).isSampleUpdating,
}})
"""


def drawn(page: Page) -> Boxes | None:
    """The boxes on the open image by their field, but decisions; None if no image is open."""
    found: Boxes | None = page.evaluate(_DRAWN)
    return found


def draw_slowly(page: Page, *, seconds: float) -> None:
    """Has the open image be drawn for so long from when it is told of a change.

    What it is told meanwhile it forgets, as it always does.
    """
    page.evaluate(
        f"""(milliseconds) => {{
            const looker = {_LOOKER};
            let isUpdating = false, since;
            Object.defineProperty(looker, 'isSampleUpdating', {{
                get: () => {{
                    since = since || performance.now();
                    return isUpdating || performance.now() < since + milliseconds;
                }},
                set: (value) => (isUpdating = value),
            }});
        }}""",
        1000 * seconds,
    )


def stored(dataset: fo.Dataset, sample_id: str, fields: Iterable[str]) -> Boxes:
    """The boxes of a sample as the database has them; fields without any are left out."""
    dataset.reload()
    sample = dataset.view().select(sample_id).first()
    boxes = {
        field: sorted(
            [box.id, box.label, list(box.bounding_box)] for box in sample[field].detections
        )
        for field in fields
    }
    return {field: some for field, some in boxes.items() if some}


def wait_until_drawn(page: Page, boxes: Boxes, *, seconds: float = SECONDS) -> None:
    """Waits until the open image has some boxes, and no other but decisions."""
    try:
        page.wait_for_function(
            f"""(wanted) => {{
                const text = (boxes) => JSON.stringify(Object.entries(boxes || {{}}).sort());
                return text(({_DRAWN})()) === text(wanted);
            }}""",
            arg=boxes,
            timeout=seconds * 1000,
            polling=LOOK_AGAIN,
        )
    except TimeoutError as error:
        told = page.evaluate(_TOLD)
        raise TimeoutError(
            f"the image has not\n{boxes}\nbut\n{drawn(page)}\nThe page tells {told}"
        ) from error


def wait_for_color(page: Page, color: str, *, is_there: bool) -> None:
    """Waits until the open image is drawn with, or without, any pixel of a colour."""
    page.wait_for_function(
        """([color, isThere]) => {
            const wanted = parseInt(color.slice(1), 16);
            let pixels = 0, found = false;
            for (const canvas of document.querySelectorAll('[data-cy=modal] canvas')) {
                const context = canvas.width && canvas.height && canvas.getContext('2d');
                if (!context) continue;
                const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
                for (let at = 0; at < data.length; at += 4, pixels += 1) {
                    const pixel = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
                    found = found || pixel === wanted;
                }
            }
            return pixels > 0 && found === isThere;
        }""",
        arg=[color, is_there],
        polling=LOOK_AGAIN,
    )
