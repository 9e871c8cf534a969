"""Who watches a transform sees partitions, each computed and then compared."""

from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.shared.runner import Runner
from transforms.reports.progress import StageProgress


class Watching(Runner):
    """A runner that keeps how far a stage was."""

    def __init__(self) -> None:
        self.seen: list[StageProgress] = []

    def show_progress(self, progress: StageProgress) -> None:
        self.seen.append(progress)


def counted(seen: list[StageProgress]) -> list[tuple[str, int, int | None, int]]:
    return [(str(each.counts), each.done, each.rest, round(each.share)) for each in seen]


def test_partitions_are_computed_then_compared():
    watching = Watching()
    progress = PartitionProgress(watching)

    progress.compute(2, as_before=0)
    progress.count_computed()
    progress.count_computed()
    progress.compare(2, 2)
    progress.count_compared()
    progress.count_compared()

    assert counted(watching.seen) == [
        ("0 of 2 partitions computed, 0 compared", 0, 4, 0),
        ("1 of 2 partitions computed, 0 compared", 1, 3, 25),
        ("2 of 2 partitions computed, 0 compared", 2, 2, 50),
        ("2 of 2 partitions computed, 0 compared", 2, 2, 50),
        ("2 of 2 partitions computed, 1 compared", 3, 1, 75),
        ("2 of 2 partitions computed, 2 compared", 4, 0, 100),
    ]


def test_what_is_as_before_counts_as_done_and_makes_nothing_faster():
    watching = Watching()
    progress = PartitionProgress(watching)

    progress.compute(4, as_before=3)
    progress.count_computed()
    progress.compare(4, 1)
    progress.count_compared()

    assert counted(watching.seen)[-1] == ("4 of 4 partitions computed, 4 compared", 2, 0, 100)


def test_on_a_quiet_night_the_transform_is_over_at_once():
    watching = Watching()
    progress = PartitionProgress(watching)

    progress.compute(4, as_before=4)
    progress.compare(4, 0)

    assert watching.seen[-1].is_over


def test_partitions_that_are_compared_once_more_are_left_again():
    watching = Watching()
    progress = PartitionProgress(watching)

    progress.compare(2, 2)
    progress.count_compared()
    progress.count_compared()
    progress.compare(2, 1)

    assert counted(watching.seen)[-1] == ("2 of 2 partitions computed, 1 compared", 2, 1, 75)
