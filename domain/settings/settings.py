"""All settings of a job, in sections."""

from dataclasses import dataclass, field

from domain.settings.checkpoint import CheckpointSettings
from domain.settings.continuation import Continuation
from domain.settings.data import DataSettings
from domain.settings.emoji_think import EmojiThinkSettings
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.model import ModelSettings
from domain.settings.monitoring import Monitoring
from domain.settings.packing import PackingSettings
from domain.settings.profile import ProfileSettings
from domain.settings.regime3 import Regime3Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every value that shapes a job; each is defined once, in its section."""

    hyperparams: Hyperparams = field(default_factory=Hyperparams)
    profile: ProfileSettings = field(default_factory=ProfileSettings)
    emoji_think: EmojiThinkSettings = field(default_factory=EmojiThinkSettings)
    regime3: Regime3Settings = field(default_factory=Regime3Settings)
    model: ModelSettings = field(default_factory=ModelSettings)
    data: DataSettings = field(default_factory=DataSettings)
    packing: PackingSettings = field(default_factory=PackingSettings)
    continuation: Continuation = field(default_factory=Continuation)
    checkpoint: CheckpointSettings = field(default_factory=CheckpointSettings)
    monitoring: Monitoring = field(default_factory=Monitoring)
    environment: Environment = field(default_factory=Environment)
