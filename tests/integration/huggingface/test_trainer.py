import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from adapters.huggingface.batches import padded_tensors
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loss import SummedLoss
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Control, Course
from domain.masking import IGNORED, labels
from domain.reports import Warned
from domain.result import Ending
from domain.settings.model import ModelSettings, Precision
from domain.settings.settings import Settings
from tests.contracts.trainer import TrainerContract
from tests.contracts.trainer_equipment import TrainerEquipmentContract
from tests.contracts.trainer_policies import TrainerPolicyContract
from tests.contracts.trainer_saving import TrainerSavingContract
from tests.courses import Watcher, a_course, a_row
from tests.heroes import a_hero
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow


def digest_at(location: str) -> str:
    return HuggingFaceModelLoader().load(a_hero(), location, Settings()).facts.weights_digest


def model_at(location: str) -> LoadedModel:
    return HuggingFaceModelLoader().load(a_hero(), location, Settings()).model


class TestHuggingFaceTrainer(
    TrainerContract, TrainerPolicyContract, TrainerEquipmentContract, TrainerSavingContract
):
    @pytest.fixture
    def trainer(self) -> HuggingFaceTrainer:
        return HuggingFaceTrainer()

    @pytest.fixture
    def fresh(self) -> Callable[[], LoadedModel]:
        return a_model

    @pytest.fixture
    def weights(self) -> Callable[[str], str]:
        return digest_at

    @pytest.fixture
    def diverging(self) -> tuple[HuggingFaceTrainer, LoadedModel]:
        model = a_model()
        with torch.no_grad():
            model.network.model.norm.weight.fill_(torch.inf)
        return HuggingFaceTrainer(), model

    @pytest.fixture
    def calm(self) -> Callable[[], LoadedModel]:
        return lambda: model_at("")

    @pytest.fixture
    def trained(self) -> Callable[[str], LoadedModel]:
        return model_at

    @pytest.fixture
    def forget(self) -> Callable[[str], None]:
        return lambda location: (Path(location) / "optimizer.pt").unlink()

    @pytest.fixture
    def overfitting(self) -> HuggingFaceTrainer:
        return HuggingFaceTrainer()

    @pytest.fixture
    def spoiling(self) -> tuple[HuggingFaceTrainer, LoadedModel, Course]:
        return HuggingFaceTrainer(), a_model(), a_course(learning_rate=1e39, save_steps=1)


@pytest.fixture
def watch(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def test_the_loss_of_a_padded_step_is_the_mean_over_its_tokens_one_by_one(watch: Watcher) -> None:
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
    rows = a_course(7).train
    surprise, tokens = 0.0, 0
    for row in rows:
        wanted = torch.tensor(labels(row)[1:])
        with torch.inference_mode():
            logits = model.network(input_ids=torch.tensor([row.ids])).logits[0, :-1]
        surprise += float(cross_entropy(logits, wanted, ignore_index=IGNORED, reduction="sum"))
        tokens += row.trained_count
    course = a_course(7, per_device_train_batch_size=3, gradient_accumulation_steps=3)
    watch.train(HuggingFaceTrainer(), model, course)
    assert watch.steps[0].loss == pytest.approx(surprise / tokens, rel=1e-5)


def test_the_gradient_of_a_step_does_not_depend_on_how_its_rows_are_batched(
    tmp_path: Path,
) -> None:
    norms = []
    for size, passes in ((7, 1), (1, 7), (2, 4)):
        watcher = Watcher(tmp_path / str(size))
        course = a_course(7, per_device_train_batch_size=size, gradient_accumulation_steps=passes)
        model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
        watcher.train(HuggingFaceTrainer(), model, course)
        norms.append(watcher.steps[0].grad_norm)
    assert norms == pytest.approx([norms[0]] * 3, rel=1e-4)


def test_untrained_tokens_and_padding_carry_no_loss() -> None:
    network = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model.network
    untrained, short = replace(a_row(1, length=8), trained=()), a_row(2, length=3)
    summed_loss = SummedLoss(network)
    with torch.inference_mode():
        alone = float(summed_loss(network, padded_tensors([short], 2)))
        beside = float(summed_loss(network, padded_tensors([untrained, short], 2)))
    assert beside == pytest.approx(alone, rel=1e-5)


def test_the_network_sees_the_planned_rows_also_after_resuming_inside_an_epoch(
    tmp_path: Path,
) -> None:
    course = a_course(7, num_train_epochs=2)
    seen: list[list[list[int]]] = []

    def look(network: torch.nn.Module, _: object, inputs: dict[str, torch.Tensor]) -> None:
        if not network.training:
            return  # a look at the head
        lengths = inputs["attention_mask"].sum(1).tolist()
        rows = zip(inputs["input_ids"].tolist(), lengths, strict=True)
        seen.append([ids[:length] for ids, length in rows])

    first, second = Watcher(tmp_path / "1", stop_after=5), Watcher(tmp_path / "2")
    for watcher in (first, second):
        model = a_model()
        model.network.base_model.register_forward_pre_hook(look, with_kwargs=True)
        origin = first.last if first.saved else ""
        watcher.train(HuggingFaceTrainer(), model, replace(course, resume_from=origin))
    plan = course.plan
    passes = [plan.batches[number] for epoch in (0, 1) for number in plan.order(epoch)]
    wanted = [[list(course.train[row].ids) for row in batch] for batch in passes]
    assert first.saved == [103]
    assert seen == wanted


def test_a_row_that_ends_with_the_padding_id_keeps_its_last_label() -> None:
    row = replace(a_row(1, length=4), ids=(5, 6, 7, 2))
    batch = padded_tensors([row, a_row(2, length=6)], 2)
    assert batch["places"].tolist()[:2] == [1, 2]
    assert batch["targets"].tolist()[:2] == [7, 2]
    assert batch["attention_mask"][0].tolist() == [1, 1, 1, 1, 0, 0]


def test_the_validation_loss_is_weighted_by_tokens(watch: Watcher) -> None:
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
    course = a_course(held_out=5)
    summed_loss = SummedLoss(model.network)
    with torch.inference_mode():
        sums = [
            float(summed_loss(model.network, padded_tensors([row], 0))) for row in course.held_out
        ]
    outcome = watch.train(HuggingFaceTrainer(), model, course)
    tokens = sum(row.trained_count for row in course.held_out)
    assert outcome.initial_val_loss == pytest.approx(sum(sums) / tokens, rel=1e-5)


def test_the_first_step_uses_the_warm_up_and_the_last_is_near_zero(watch: Watcher) -> None:
    course = a_course(num_train_epochs=4)
    watch.train(HuggingFaceTrainer(), a_model(), course)
    rates = [step.learning_rate for step in watch.steps]
    assert rates[0] == 0
    assert max(rates) == rates[1] == course.settings.hyperparams.learning_rate
    assert rates[-1] < 0.1 * rates[1]


def test_a_warm_up_longer_than_the_job_is_cut_and_said_once(watch: Watcher) -> None:
    course = a_course()
    hyperparams = replace(course.settings.hyperparams, warmup_steps=100)
    course = replace(course, settings=replace(course.settings, hyperparams=hyperparams))
    watch.train(HuggingFaceTrainer(), a_model(), course)
    assert [type(report) for report in watch.reports].count(Warned) == 1
    assert watch.steps[0].learning_rate == hyperparams.learning_rate


def test_a_checkpoint_holds_no_program_and_can_be_generated_from_at_full_speed(
    watch: Watcher,
) -> None:
    watch.train(HuggingFaceTrainer(), a_model(), a_course())
    files = {path.name for path in Path(watch.last).iterdir()}
    assert {"model.safetensors", "config.json", "chat_template.jinja", "tokenizer.json"} <= files
    assert {"optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"} <= files
    assert "training_args.bin" not in files
    loaded = HuggingFaceModelLoader().load(a_hero(), watch.last, Settings())
    assert loaded.model.network.config.use_cache
    assert loaded.model.network.generation_config.eos_token_id == loaded.encoder.end_of_turn


def test_nothing_is_written_to_the_terminal_or_left_behind(
    watch: Watcher, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = watch.home / "tmp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    watch.train(HuggingFaceTrainer(), a_model(), a_course(held_out=3))
    assert capfd.readouterr() == ("", "")
    assert list(place.iterdir()) == []


def test_the_seed_alone_decides_what_is_dropped_at_random(tmp_path: Path) -> None:
    digests = []
    for number in range(2):
        random.seed(number)
        np.random.seed(number)  # noqa: NPY002
        torch.manual_seed(number)
        watcher = Watcher(tmp_path / str(number))
        watcher.train(HuggingFaceTrainer(), a_model(), a_course())
        digests.append(digest_at(watcher.last))
    assert digests[0] == digests[1]


def test_a_stop_inside_an_evaluation_keeps_the_finished_steps(watch: Watcher) -> None:
    watch.stop_after = 4  # two batches held out, the first pass of a step, one batch held out
    outcome = watch.train(HuggingFaceTrainer(), a_model(), a_course(held_out=3, eval_steps=1))
    assert (outcome.ending, outcome.final_step) == (Ending.STOPPED, 101)
    assert watch.saved == [101]
    assert len(watch.evaluations) == 1
    assert outcome.final_val_loss is None


def test_a_model_in_bfloat16_is_trained_and_saved_in_bfloat16(watch: Watcher) -> None:
    wish = Settings(model=ModelSettings(dtype=Precision.BFLOAT16))
    model = HuggingFaceModelLoader().load(a_hero(), "", wish).model
    watch.train(HuggingFaceTrainer(), model, a_course(num_train_epochs=3))
    assert watch.steps[-1].loss < watch.steps[0].loss
    weights = load_file(Path(watch.last) / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.bfloat16}


@pytest.mark.parametrize("wish", [Control.STOP, Control.PAUSE, Control.SKIP])
def test_at_most_the_running_pass_follows_a_wish_to_end(watch: Watcher, wish: Control) -> None:
    passes, model = [], a_model()
    model.network.base_model.register_forward_pre_hook(
        lambda network, _: passes.append(watch.asked) if network.training else None
    )
    watch.stop_after, watch.wish = 10, wish
    watch.train(HuggingFaceTrainer(), model, a_course(32, gradient_accumulation_steps=8))
    assert len(passes) == 11
    assert (len(watch.steps), watch.saved) == (1, [101])
