"""Threads with and without cores of their own."""

import pytest

from application.crowding import Crowding


@pytest.mark.parametrize(
    ("crowding", "said"),
    [
        (Crowding(2, 2, 0.7), "2 threads on 2 cores, of which 1.3 busy with other work"),
        (Crowding(2, 2, 0.7), "environment.num_threads=1"),
        (Crowding(8, 8, 5.9), "environment.num_threads=6"),
        (Crowding(1, 1, 0.0), "1 thread on 1 core, of which 1.0 busy with other work"),
        (Crowding(1, 1, 0.0), "end that work first"),
        (Crowding(4, 2, 2.0), "4 threads on 2 cores: the job"),
        (Crowding(4, 2, 2.0), "environment.num_threads=2"),
        (Crowding(2, 2, -0.3), "environment.num_threads=1"),
    ],
)
def test_threads_without_cores_of_their_own_are_told_with_what_to_do(
    crowding: Crowding, said: str
) -> None:
    assert crowding.is_felt
    assert said in str(crowding)


@pytest.mark.parametrize(
    "crowding", [Crowding(2, 2, 2.0), Crowding(2, 2, 1.9), Crowding(1, 2, 1.0), Crowding(1, 2, 0.8)]
)
def test_where_there_is_room_nothing_is_felt(crowding: Crowding) -> None:
    assert not crowding.is_felt


def test_the_remark_of_idle_cores_names_no_other_work() -> None:
    assert Crowding(2, 2, 1.95).remark == "2 threads on 2 cores"
