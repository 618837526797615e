"""Which of a predecessor's settings have no place here, and why."""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why a key of a predecessor's file was not taken."""

    UNKNOWN = "unknown"
    NO_COUNTERPART = "no counterpart"
    LOCKED = "locked"
    COMPUTED = "computed"
    UNSET = "unset"
    OVERRULED = "overruled"
    REFUSED = "refused"


# One line for the reason, and the sections and keys, nested and flat, that have it.
_BY_WHY: tuple[tuple[Reason, str, str], ...] = (
    (
        Reason.LOCKED,
        "the hero says which model it is: guild hero show ID",
        """locked model.model_path model.tokenizer_path base_model model_name model_display_name
        model_path current_model_dir model_architecture max_context_length vocab_size model_version
        family size_b chat_template""",
    ),
    (
        Reason.LOCKED,
        "the campaign says it: guild campaign import DIR",
        "hero_id campaign_id campaign_name current_step starting_checkpoint",
    ),
    (
        Reason.COMPUTED,
        "rows of one pass times passes of one step",
        "hyperparams.effective_batch_size effective_batch_size",
    ),
    (
        Reason.COMPUTED,
        "the checkpoint of the campaign's head is gone on from",
        "output.resume_from_checkpoint output.overwrite_output_dir",
    ),
    (
        Reason.COMPUTED,
        "every campaign has a folder of its own in the hall",
        "output.output_dir output.logging_dir output_dir",
    ),
    (
        Reason.COMPUTED,
        "datasets are queued: guild queue add FILE",
        "data.dataset_path dataset_path",
    ),
    (
        Reason.COMPUTED,
        "every checkpoint is complete and in safetensors",
        "output.save_safetensors output.save_only_model",
    ),
    (
        Reason.COMPUTED,
        "guild always stops a job whose loss is not a number",
        "environment.nan_detection",
    ),
    (
        Reason.NO_COUNTERPART,
        "guild evaluates at the start and the end of a job; eval_steps adds more",
        "hyperparams.eval_strategy eval_strategy",
    ),
    (
        Reason.NO_COUNTERPART,
        "there is one way to pack here, best fit decreasing; the predecessor never read this one",
        "data.packing_strategy packing_strategy",
    ),
    (
        Reason.NO_COUNTERPART,
        "checkpoints are given up by room, not by number: checkpoint.budget",
        "hyperparams.save_total_limit save_total_limit retention",
    ),
    (
        Reason.NO_COUNTERPART,
        "guild trains all weights with AdamW; adapters, quantised weights and others not yet",
        """model.load_in_8bit model.load_in_4bit load_in_4bit training_mode lora galore qlora
        lora_r qlora_enabled qlora_r qlora_alpha qlora_dropout qlora_target_modules optimizer
        environment.optimizer_type environment.deepspeed_config""",
    ),
    (
        Reason.NO_COUNTERPART,
        "the loss never holds all logits here, and model.liger, for the layers, is asked for anew",
        "liger_kernel",
    ),
    (
        Reason.NO_COUNTERPART,
        "one process on one machine trains, and reads its rows itself",
        """environment.dataloader_num_workers environment.dataloader_pin_memory
        environment.local_rank environment.world_size model.device_map""",
    ),
    (
        Reason.NO_COUNTERPART,
        "model.dtype is the one precision here; the predecessor never read this one",
        "model.torch_dtype",
    ),
    (
        Reason.NO_COUNTERPART,
        "attention is probed, and text models are loaded as what they are",
        """model.use_cache model.prefer_flash_attention model.freeze_vision_towers
        model.try_vision_model_first""",
    ),
    (
        Reason.NO_COUNTERPART,
        "rows always go in an order that the seed decides",
        "data.shuffle",
    ),
    (
        Reason.NO_COUNTERPART,
        "no row is too short, and data.over_long says what becomes of one that is too long",
        "data.min_length data.max_length_override",
    ),
    (
        Reason.NO_COUNTERPART,
        "only a profile changes rows, and it never makes more of them",
        "data.augmentation",
    ),
    (
        Reason.NO_COUNTERPART,
        "settings of a profile have sections here, and its prompt is profile.system_prompt",
        "profile.options profile.system_prompt_template",
    ),
    (
        Reason.NO_COUNTERPART,
        "nothing is generated while a job trains: guild preview run",
        """hyperparams.max_new_tokens monitoring.inference_interval monitoring.micro_eval_interval
        monitoring.num_eval_samples monitoring.num_micro_eval_samples monitoring.max_output_samples
        monitoring.prompt_snapshot_interval monitoring.max_output_tokens monitoring.max_eval_tokens
        max_new_tokens inference_interval micro_eval_interval num_eval_samples max_output_tokens
        max_eval_tokens eval_max_tokens eval_timeout_seconds""",
    ),
    (
        Reason.NO_COUNTERPART,
        "no such monitor exists here yet",
        """monitoring.enable_pattern_tracking monitoring.enable_layer_monitor
        monitoring.enable_evolution_tracker monitoring.enable_penalty_heatmap fortune_teller
        performance_baselines""",
    ),
    (
        Reason.NO_COUNTERPART,
        "progress is told at every step, to the hall alone",
        "environment.report_to environment.logging_steps log_steps logging_steps",
    ),
    (
        Reason.NO_COUNTERPART,
        "no daemon runs here yet: guild train next",
        "poll_interval snapshot_time",
    ),
    (
        Reason.NO_COUNTERPART,
        "guild trains on what it is given, and neither makes nor chooses data",
        "self_correction auto_run auto_generate remote_eval curriculum skills_focus",
    ),
    (
        Reason.NO_COUNTERPART,
        "it described the old file itself",
        "config_version description",
    ),
)


def _by_key() -> Iterator[tuple[str, tuple[Reason, str]]]:
    for reason, why, keys in _BY_WHY:
        for key in keys.split():
            yield key, (reason, why)


LEFT_BEHIND: Mapping[str, tuple[Reason, str]] = dict(_by_key())
