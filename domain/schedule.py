"""How the learning rate goes over a job."""

import math

from domain.settings.continuation import LearningRate
from domain.settings.hyperparams import Hyperparams, Schedule
from domain.settings.settings import Settings

_LAST = 5


def rate_factor(step: int, total: int, settings: Settings, *, continues: bool) -> float:
    """Give the part of the highest learning rate that a step of a job takes; steps count from 1.

    continues tells whether the job stands on a trained head.
    """
    hyperparams = settings.hyperparams
    rising = _rising(step - 1, warm_up(hyperparams, total))
    match course_of(settings, continues=continues):
        case LearningRate.COSINE_PER_JOB:
            return rising if rising < 1 else _own(step - 1, total, hyperparams)
        case LearningRate.CONSTANT:
            return 1.0
        case LearningRate.REWARM:
            return rising
        case LearningRate.WSD:
            return min(rising, _last_fifth(step - 1, total))


def course_of(settings: Settings, *, continues: bool) -> LearningRate:
    """Give the course of a job; one from the base model has its whole own schedule."""
    wanted = settings.continuation.learning_rate
    return wanted if continues else LearningRate.COSINE_PER_JOB


def warm_up(hyperparams: Hyperparams, total: int) -> int:
    """Give the steps of warm-up: as set, or a tenth of a job that would be over before."""
    wanted = hyperparams.warmup_steps
    return wanted if wanted < total else total // 10


def _rising(done: int, warm: int) -> float:
    return done / warm if done < warm else 1.0


def _own(done: int, total: int, hyperparams: Hyperparams) -> float:
    warm = warm_up(hyperparams, total)
    match hyperparams.lr_scheduler_type:
        case Schedule.COSINE:
            return 0.5 * (1.0 + math.cos(math.pi * ((done - warm) / max(1, total - warm))))
        case Schedule.LINEAR:
            return max(0.0, (total - done) / max(1, total - warm))
        case Schedule.CONSTANT_WITH_WARMUP:
            return 1.0


def _last_fifth(done: int, total: int) -> float:
    """Go down evenly, so that one more step would be made at 0."""
    falling = -(-total // _LAST)
    return min(1.0, max(0.0, (total - done) / (falling + 1)))
