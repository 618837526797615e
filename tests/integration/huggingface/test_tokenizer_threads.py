"""The tokenizer takes no more threads than a job may; seen in the threads of a new process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
OURS = ("TOKENIZERS_PARALLELISM", "RAYON_NUM_THREADS")
# For each job: how many threads there are beside those before, and how many of these worked.
LOOK = """
import json, os, sys, time

TASKS = "/proc/self/task"

def beside(known):
    return set(os.listdir(TASKS)) - known

def worked(threads):
    return {each: int(open(f"{TASKS}/{each}/schedstat").read().split()[0]) for each in threads}

def job(encode):
    encode()
    time.sleep(0.05)
    before = worked(beside(known))
    encode()
    after = worked(before)
    return [len(before), sum(after[each] - before[each] > 500_000 for each in before)]
"""
TOKENIZER_ALONE = """
from tokenizers import Tokenizer, models, pre_tokenizers
from adapters.huggingface.tokenizer_threads import bound_tokenizer

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
known, found, texts = set(os.listdir(TASKS)), [], ["some words " * 400] * 200
for threads in json.loads(sys.argv[1]):
    bound_tokenizer(threads)
    found.append(job(lambda: tokenizer.encode_batch_fast(texts)))
print(json.dumps(found))
"""
OF_LOADER = """
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from domain.conversation import PlainText
from domain.settings.layers import with_values
from domain.settings.settings import Settings
from tests.heroes import a_hero

known = set(os.listdir(TASKS))
(threads,) = json.loads(sys.argv[1])
settings = with_values(Settings(), {"environment.num_threads": threads})
loader = HuggingFaceModelLoader()
encoder = {encoder}
encoder.encode([(1, PlainText(" ".join(f"{number}x" for number in range(20_000))))])
print(json.dumps([[len(beside(known)), 0]]))
"""
OF_JOB = OF_LOADER.replace("{encoder}", 'loader.load(a_hero(), "", settings).encoder')
ALONE = OF_LOADER.replace("{encoder}", 'loader.encoder(a_hero(), "", settings)')


def jobs(program: str, threads: list[int], **chosen: str) -> list[tuple[int, int]]:
    told = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, "-c", LOOK + program, json.dumps(threads)],
        cwd=ROOT,
        env=told | chosen,
        capture_output=True,
        text=True,
        check=True,
    )
    return [(there, worked) for there, worked in json.loads(done.stdout)]


def test_a_job_of_one_thread_encodes_on_its_own_thread() -> None:
    assert jobs(TOKENIZER_ALONE, [1]) == [(0, 0)]


@pytest.mark.parametrize("most", [2, 3])
def test_a_job_of_more_threads_encodes_on_so_many(most: int) -> None:
    ((there, worked),) = jobs(TOKENIZER_ALONE, [most])
    assert there == most
    assert worked > 0


def test_each_job_in_one_process_has_its_own_bound() -> None:
    alone, (there, worked), again, fewer, (still, more) = jobs(TOKENIZER_ALONE, [1, 3, 1, 2, 4])
    assert alone == (0, 0)
    assert there == still == 3
    assert worked > 0
    assert more > 0
    assert again == fewer == (3, 0)


def test_what_the_environment_says_is_left_alone() -> None:
    ((there, worked),) = jobs(TOKENIZER_ALONE, [1], RAYON_NUM_THREADS="2")
    assert there == 2
    assert worked > 0
    assert jobs(TOKENIZER_ALONE, [3], TOKENIZERS_PARALLELISM="false") == [(0, 0)]


@pytest.mark.parametrize("program", [OF_JOB, ALONE], ids=["job", "check"])
def test_the_setting_bounds_the_tokenizer_of_a_job_and_of_a_check(program: str) -> None:
    assert jobs(program, [1]) == [(0, 0)]
