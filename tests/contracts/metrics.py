"""What every keeper of metrics owes."""

import math

import pytest

from application.ports.metrics import Metrics
from domain.ids import JobId
from tests.builders import a_job_id

JOB = a_job_id(1)


class MetricsContract:
    """Subclasses give metrics that are empty."""

    @pytest.fixture
    def metrics(self) -> Metrics:
        raise NotImplementedError

    def test_what_was_never_measured_is_an_empty_series(self, metrics: Metrics) -> None:
        assert list(metrics.series(JOB, "loss")) == []
        assert list(metrics.series(JOB, "loss", 5)) == []

    def test_numbers_come_back_by_job_and_name_in_the_order_of_steps(
        self, metrics: Metrics
    ) -> None:
        metrics.append(JOB, 2, {"loss": 1.5, "grad_norm": 0.25})
        metrics.append(JOB, 10, {"loss": 0.1 + 0.2})
        metrics.append(JOB, 1, {"loss": 2.5})
        metrics.append(a_job_id(2), 1, {"loss": 9.0})
        assert list(metrics.series(JOB, "loss")) == [(1, 2.5), (2, 1.5), (10, 0.1 + 0.2)]
        assert list(metrics.series(JOB, "grad_norm")) == [(2, 0.25)]
        assert list(metrics.series(a_job_id(2), "loss")) == [(1, 9.0)]
        assert list(metrics.series(JobId("none"), "loss")) == []

    def test_a_job_that_goes_on_from_a_checkpoint_leaves_one_line(self, metrics: Metrics) -> None:
        for step in range(1, 8):
            metrics.append(JOB, step, {"loss": 10.0 + step})
        for step in range(5, 10):
            metrics.append(JOB, step, {"loss": 20.0 + step})
        assert list(metrics.series(JOB, "loss")) == [
            *((step, 10.0 + step) for step in range(1, 5)),
            *((step, 20.0 + step) for step in range(5, 10)),
        ]

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    def test_a_number_that_is_not_finite_is_not_kept_and_the_others_are(
        self, metrics: Metrics, number: float
    ) -> None:
        metrics.append(JOB, 1, {"loss": number, "grad_norm": 1.0})
        assert list(metrics.series(JOB, "loss")) == []
        assert list(metrics.series(JOB, "grad_norm")) == [(1, 1.0)]

    def test_a_number_that_is_not_finite_does_not_replace_one_that_is(
        self, metrics: Metrics
    ) -> None:
        metrics.append(JOB, 1, {"loss": 2.0})
        metrics.append(JOB, 1, {"loss": math.nan})
        assert list(metrics.series(JOB, "loss")) == [(1, 2.0)]

    @pytest.mark.parametrize("most", [2, 3, 7, 99, 100, 1000])
    def test_a_thinned_series_keeps_its_ends_and_is_the_same_at_every_reading(
        self, metrics: Metrics, most: int
    ) -> None:
        for step in range(1, 101):
            metrics.append(JOB, step, {"loss": 1 / step})
        thinned = list(metrics.series(JOB, "loss", most))
        everything = list(metrics.series(JOB, "loss"))
        assert len(thinned) == min(most, 100)
        assert (thinned[0], thinned[-1]) == (everything[0], everything[-1])
        assert set(thinned) <= set(everything)
        assert thinned == sorted(set(thinned)) == list(metrics.series(JOB, "loss", most))

    @pytest.mark.parametrize("value", [0.1 + 0.2, -1 / 3, 5e-324, 1.7976931348623157e308, 1e16, 0])
    def test_a_number_comes_back_to_the_last_bit(self, metrics: Metrics, value: float) -> None:
        metrics.append(JOB, 1, {"loss": value})
        assert list(metrics.series(JOB, "loss")) == [(1, value)]
