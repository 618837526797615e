"""All settings of a job, in sections."""

from dataclasses import dataclass, field

from domain.settings.data import DataSettings
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.model import ModelSettings
from domain.settings.monitoring import Monitoring
from domain.settings.profile import ProfileSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every value that shapes a job; each is defined once, in its section."""

    hyperparams: Hyperparams = field(default_factory=Hyperparams)
    profile: ProfileSettings = field(default_factory=ProfileSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    data: DataSettings = field(default_factory=DataSettings)
    monitoring: Monitoring = field(default_factory=Monitoring)
    environment: Environment = field(default_factory=Environment)
