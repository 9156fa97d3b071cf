"""What the operators of a review share: a run, a form, and a function of `odquality`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, ClassVar

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import (
    check_names,
    context_of,
    is_from_app,
    is_streamed,
    parameters_of,
)
from odquality.app.operators.output import show_error, show_output, text_output
from odquality.app.operators.run_choice import run_form
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.run.lookup import find_run


class ReviewOperator(foo.Operator):
    """An operator on a run; subclasses say what it does.

    Attributes:
        name_: by which FiftyOne knows it.
        label_: its title.
        about: what it does, in a sentence.
        icon_: one of Material's.
        function: of `odquality` that does it; the operator takes what it takes.
        changes_labels: whether it changes what people have made.
        risk_: FiftyOne's level of risk; by `changes_labels` if None.
        waits_for: what is said while it does what may take long; nothing is if empty.
    """

    name_: ClassVar[str]
    label_: ClassVar[str]
    about: ClassVar[str]
    icon_: ClassVar[str]
    function: ClassVar[Callable[..., Any]]
    changes_labels: ClassVar[bool] = False
    risk_: ClassVar[Any] = None
    waits_for: ClassVar[str] = ""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        risk = types.RiskLevel.MEDIUM if self.changes_labels else types.RiskLevel.LOW
        return foo.OperatorConfig(
            name=self.name_,
            label=self.label_,
            description=self.about,
            icon=self.icon_,
            dynamic=True,
            execute_as_generator=bool(self.waits_for),
            risk_level=self.risk_ or risk,
        )

    def __call__(self, samples: SampleCollection, key: str, **params: Any) -> Any:
        """Does it from Python.

        Args:
            samples: a dataset or view.
            key: of the run.
            **params: as the function of `odquality` takes them.

        Returns:
            FiftyOne's execution result, whose ``result`` is a dict.

        Raises:
            ValueError: no label quality run has that key.
        """
        params = {"key": find_run(samples, key).key, **params}
        return foo.execute_operator(self.uri, context_of(samples), params=params)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: a run, and what the operator asks."""
        form = run_form(ctx, self.label_)
        self.ask(form.type, ctx)
        return form

    def execute(self, ctx: foo.ExecutionContext) -> Any:
        """Does it; returns what is to be known of it, or streams it to the App that waits."""
        if self.waits_for and is_streamed(ctx):
            return self._stream(ctx)
        done = self._do(ctx)
        if self.changes_labels and is_from_app(ctx):
            ctx.ops.reload_dataset()
        return done

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """What was done, in words."""
        return text_output(str((ctx.results or {}).get("summary", "")))

    def _do(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        check_names(self, ctx, ["key", *parameters_of(type(self).function)])
        # A form leaves empty what nobody filled in.
        params = {name: one for name, one in ctx.params.items() if one not in (None, "", [])}
        key = find_run(ctx.dataset, params.pop("key", None)).key
        return self.act(ctx, key, params)

    def _stream(self, ctx: foo.ExecutionContext) -> Iterator[Any]:
        """Says what is waited for, and then what was done or is wrong."""
        yield ctx.ops.set_progress(progress=0.0, label=self.waits_for)
        try:
            done = self._do(ctx)
        except ValueError as error:
            yield from show_error(ctx, error, f"{self.name_} failed")
            return
        yield ctx.ops.set_progress(progress=1.0, label="Done")
        if self.changes_labels:
            yield ctx.ops.reload_dataset()
        yield show_output(ctx, text_output(str(done.get("summary", ""))), done)

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Adds questions to the form."""

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Does it with what was answered."""
        raise NotImplementedError


def outcome_result(outcome: Outcome) -> dict[str, Any]:
    """An outcome as an operator returns it."""
    return {
        "summary": str(outcome),
        "done": [issue.id for issue in outcome.done],
        "refused": [asdict(refusal) for refusal in outcome.refused],
        "batch": outcome.batch,
    }


def issue_result(issue: ReviewIssue) -> dict[str, Any]:
    """An issue as an operator returns it."""
    when = None if issue.decided_at is None else issue.decided_at.isoformat()
    return {**asdict(issue), "decided_at": when, "evidence": issue.evidence, "title": issue.title}
