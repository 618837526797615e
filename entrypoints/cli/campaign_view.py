"""A campaign as people and programs see it."""

from domain.campaign import Campaign
from domain.checkpoint import Checkpoint
from entrypoints.cli.render import Cell


def campaign_document(campaign: Campaign) -> dict[str, object]:
    """Give a campaign as JSON shows it."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "hero_id": campaign.hero_id,
        "created_at": campaign.created_at,
        "current_step": campaign.step,
        "head": campaign.head,
        "locked": campaign.locked,
        "config_overrides": dict(campaign.overrides),
        "description": campaign.description,
        "start": campaign.start,
        "folder": campaign.folder or None,
        "archived": campaign.archived,
        "forks": list(campaign.forks),
        "config_hash": campaign.config_hash,
        "code_version": campaign.code_version,
    }


def campaign_facts(campaign: Campaign) -> dict[str, Cell]:
    """Give a campaign as people see it."""
    locked = campaign.locked
    overrides = ", ".join(f"{key}={value}" for key, value in campaign.overrides.items())
    return {
        "hero": campaign.hero_id,
        "description": campaign.description or None,
        "began from": _place(campaign, campaign.start),
        "copied from": campaign.folder or None,
        "head": _place(campaign, campaign.head),
        "step": campaign.step,
        "archived": campaign.archived,
        "locked": f"{locked.base_model} {locked.architecture}, vocabulary {locked.vocab_size}, "
        f"context {locked.max_context}",
        "overrides": overrides or None,
        "config": campaign.config_hash,
        "code": campaign.code_version,
        "created": campaign.created_at,
    }


def _place(campaign: Campaign, checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        return "a copy that is not made yet" if campaign.folder else "base model"
    foreign = checkpoint.campaign_id != campaign.id
    return f"{checkpoint.campaign_id} {checkpoint.name}" if foreign else checkpoint.name
