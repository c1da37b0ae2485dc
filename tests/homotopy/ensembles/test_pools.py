"""Pools whose owner dies: a Dask scheduler that is gone, a cluster that has lost its workers, workers that never get to count."""

import pytest

from homotopy.ensembles import pools
from homotopy.ensembles.workers import DEATHS, Job, Workers, _DiedEarly
from homotopy.errors import WorkerStartError
from homotopy.options import Options
from polysys.models.labels import model_from_label

JOB = Job(model_from_label("spherical-p-spin:n=2,p=3"), 1, (0, 1), Options(), False, 60.0)


class Client:
    """As much of Dask's as a pool needs: numbers of threads by worker, one answer after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def get_executor(self, pure):
        return self

    def nthreads(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def submit(self, function, job):
        raise OSError("in <TCP>: closed")

    def shutdown(self, wait):
        assert not wait
        raise OSError("closed")


def test_a_scheduler_that_is_gone_is_an_error_that_says_how_to_go_on():
    cluster = pools._Cluster(Client(OSError("closed")), "tcp://a:1", print)
    for ask in (cluster.width, lambda: cluster.submit(JOB)):
        with pytest.raises(
            WorkerStartError, match=r"scheduler at tcp://a:1 does not answer any more.*same command again"
        ):
            ask()
    cluster.cancel()


def test_a_cluster_without_workers_is_waited_for_until_it_has_lost_them(monkeypatch):
    now, said = [0.0], []
    monkeypatch.setattr(pools.time, "monotonic", lambda: now[0])
    cluster = pools._Cluster(Client({}, {}, {"w": 3}, {}), "tcp://a:1", said.append)
    assert cluster.width() == 2
    now[0] += 10 * pools.NO_WORKER  # a queue that takes its time
    assert cluster.width() == 2 and len(said) == 1 and "no worker yet" in said[0]
    assert cluster.width() == 8
    now[0] += pools.NO_WORKER - 1
    assert cluster.width() == 2
    now[0] += 2
    with pytest.raises(WorkerStartError, match="has had no worker for 45 s"):
        cluster.width()


def test_workers_that_die_before_they_count_blame_no_sample(monkeypatch):
    workers, deaths = Workers(), []

    def die(job, samples, take):
        deaths.append(tuple(samples))
        raise _DiedEarly("worker died with signal 6 (SIGABRT)")

    monkeypatch.setattr(workers, "_attempt", die)
    with pytest.raises(WorkerStartError, match=r"die before they count a sample \(worker died with signal 6"):
        workers.count(JOB)
    assert deaths == [(0, 1), *[(0,)] * DEATHS]
