"""Seats go to whoever waits, until they are closed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from foveal.schemas.errors import BadCluster
from foveal.seats import Seats


def test_a_seat_is_given_once_and_again_when_it_is_back() -> None:
    seats: Seats[str] = Seats()
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(seats.take) for _ in range(2)]
        seats.put("a")
        seats.put("b")
        assert sorted(future.result(10) for future in waiting) == ["a", "b"]


def test_seats_of_one_are_taken_away_together() -> None:
    seats: Seats[str] = Seats()
    for name in "abab":
        seats.put(name)
    assert seats.take_all("a") == 2
    assert [seats.take(), seats.take()] == ["b", "b"]
    assert seats.take_all("a") == 0


def test_whoever_waits_is_told_why_there_is_no_seat() -> None:
    seats: Seats[str] = Seats()
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(seats.take) for _ in range(2)]
        sleep(0.05)
        seats.close(BadCluster("gone", fix="begin it"))
        seats.close(BadCluster("later", fix="never"))
        assert {str(future.exception(10)) for future in waiting} == {"gone: begin it"}
    seats.put("a")
    with pytest.raises(BadCluster, match="gone"):
        seats.take()
