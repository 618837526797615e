"""Models, and how conversations become tokens for them."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domain.architecture import LockedArchitecture
from domain.conversation import Conversation, Example
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.hero import BaseModel, ChatTemplate, Hero
from domain.masking import Encoded
from domain.rows import BadRow
from domain.settings.settings import Settings

Model = TypeVar("Model")


class ModelUnavailableError(GuildError):
    """The weights are not on this machine and cannot be had now."""

    code = ErrorCode.MODEL_UNAVAILABLE
    exit_status = ExitStatus.CANNOT_HERE


class ChatTemplateError(GuildError):
    """guild cannot tell which tokens of a conversation the assistant says."""

    code = ErrorCode.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What was really loaded; parameters counts weights, tied ones once."""

    architecture: LockedArchitecture
    parameters: int
    dtype: str
    device: str
    attention: str
    weights_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A base model as its own files describe it, and the chat format that suits it."""

    model: BaseModel
    chat_template: ChatTemplate


class ChatEncoder(Protocol):
    """Examples to token ids.

    - ids are those of the rendered text as a whole; trained spans are the trained turns of the
      assistant, thoughts, calls and end of turn included, and nothing else;
    - all of a plain text is trained, and the end of turn after it; tokens are taken as they are;
    - a row that cannot be written so that the model would see it is a BadRow with the reason;
    - a prompt is rendered as the model sees it before it answers.

    end_of_turn ends an answer; the digests are SHA-256 in hex of the chat template in use and of
    the tokenizer. template_replaced says that a profile wanted another template than the model's.
    """

    end_of_turn: int
    template_digest: str
    tokenizer_digest: str
    template_replaced: bool

    @abstractmethod
    def encode(self, rows: Sequence[tuple[int, Example]]) -> Sequence[Encoded | BadRow]:
        """Encode numbered examples, in their order."""

    @abstractmethod
    def render(self, prompt: Conversation) -> tuple[str, int]:
        """Give the text of a prompt, up to where the answer begins, and its number of tokens.

        Raise ChatTemplateError where it cannot be written.
        """

    @abstractmethod
    def pieces(self, row: Encoded) -> Sequence[tuple[str, bool]]:
        """Read a row from its ids, cut where trained begins or ends; True is trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[Model]):
    """A model that the application carries but never looks into."""

    model: Model
    facts: ModelFacts
    encoder: ChatEncoder


class ModelLoader(Protocol[Model]):
    """A hero's weights, from its base model or from a checkpoint.

    - one precision and one attention for the model, as the facts say; an explicit wish that cannot
      be met is refused, never replaced;
    - a base model built on the spot has the same weights in every process;
    - location '' is the base model, anything else a committed checkpoint;
    - with plain_chat, a chat template that writes thoughts of its own is replaced by one that
      does not, and the encoder says so; refused where the model has no tokens for that;
    - a context that is longer than the hero's is not used, and the facts say so.
    """

    @abstractmethod
    def check(self, hero: Hero, location: str) -> None:
        """Refuse early, without loading: raise ModelUnavailableError where load would."""

    @abstractmethod
    def load(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> Loaded[Model]:
        """Load weights and tokenizer; raise ModelUnavailableError or BrokenCheckpointError."""

    @abstractmethod
    def describe(self, model: BaseModel, *, fetch: bool) -> Description:
        """Say what a base model's own files say of it, without its weights.

        Only where it comes from must be known before. Without fetch nothing is read that is not
        on this machine; raise ModelUnavailableError where there is nothing to read.
        """

    @abstractmethod
    def encoder(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> ChatEncoder:
        """Load the tokenizer alone."""
