"""A predecessor's campaign: what it said, and what of it can live on here."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import ErrorCode, GuildError
from domain.ids import slug
from domain.settings.left_behind import Reason
from domain.settings.secrets import looks_like_secret
from domain.settings.translation import Left, Taken

OVERRIDES = "config_overrides."
_DESCRIBED = ("created_at", "current_step")
_WEIGHTS = (
    "weights are not taken over: guild hero add ID --model PATH goes on from a folder of them"
)
_STAYS_BEHIND: Mapping[str, str] = {
    "id": "hero and name together are the id of a campaign here",
    "status": "a campaign is active or archived here: guild campaign use",
    "starting_checkpoint": _WEIGHTS,
    "starting_step": _WEIGHTS,
    "parent_campaign": _WEIGHTS,
    "code_version": "guild records its own",
    "config_hash": "guild computes its own",
}


class OldCampaignError(GuildError):
    """A predecessor's campaign does not say what a campaign needs."""

    code = ErrorCode.BAD_SETTING


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCampaign:
    """Name, hero and overrides of a campaign elsewhere; left is what stays there."""

    name: str
    hero_id: str
    description: str
    overrides: Mapping[str, object]
    taken: tuple[Taken, ...]
    left: tuple[Left, ...]


def old_campaign(leaves: Mapping[str, object]) -> OldCampaign:
    """Read a campaign.json by its dotted keys."""
    named = "name" if leaves.get("name") else "id"
    title, hero = _text(leaves, named), _text(leaves, "hero_id")
    # A name is a folder here, so it may have to be written otherwise.
    name = slug(title)
    said = _said(leaves)
    taken = (
        Taken(named, "name", name),
        Taken("hero_id", "hero", hero),
        *(Taken(key, "description", text) for key, text in said.items()),
    )
    used = {each.old for each in taken}
    return OldCampaign(
        name=name,
        hero_id=hero,
        description=_description(title, said),
        overrides={
            key.removeprefix(OVERRIDES): value
            for key, value in leaves.items()
            if key.startswith(OVERRIDES)
        },
        taken=taken,
        left=(
            *(_left(key) for key in leaves if key not in used and not key.startswith(OVERRIDES)),
            Left("checkpoints/", Reason.NO_COUNTERPART, _WEIGHTS),
        ),
    )


def _text(leaves: Mapping[str, object], key: str) -> str:
    found = leaves.get(key)
    if not isinstance(found, str) or not found.strip():
        raise OldCampaignError(f"campaign.json has no text for '{key}'")
    return _recorded(key, found)


def _said(leaves: Mapping[str, object]) -> Mapping[str, str]:
    """Give what the new campaign's description tells of the old one."""
    found = ((key, leaves.get(key)) for key in ("description", *_DESCRIBED))
    return {
        key: _recorded(key, str(value))
        for key, value in found
        if isinstance(value, str | int) and value != ""
    }


def _recorded(key: str, text: str) -> str:
    if looks_like_secret(text):
        raise OldCampaignError(
            f"'{key}' in campaign.json looks like a secret",
            why="what a campaign says is recorded in the log and shown",
            fix=("take it out of a copy of the file, and import that",),
        )
    return text


def _description(title: str, said: Mapping[str, str]) -> str:
    told = [f"{key} {said[key]}" for key in _DESCRIBED if key in said]
    origin = ", ".join([f"taken over from a predecessor's {title}", *told])
    return f"{said['description']} ({origin})" if "description" in said else origin


def _left(key: str) -> Left:
    why = _STAYS_BEHIND.get(key.partition(".")[0], "a campaign does not have it here")
    return Left(key, Reason.NO_COUNTERPART, why)
