"""The room on disk that a checkpoint takes."""

_BYTES_A_WEIGHT = 4
_BYTES_OF_THE_OPTIMIZER = 2 * _BYTES_A_WEIGHT
_TENTH = 10
_SMALL_FILES = 16 << 20


def bytes_of_a_checkpoint(parameters: int) -> int:
    """Give the bytes that must be free to save weights and optimizer state, with some to spare."""
    exact = parameters * (_BYTES_A_WEIGHT + _BYTES_OF_THE_OPTIMIZER)
    return exact + exact // _TENTH + _SMALL_FILES
