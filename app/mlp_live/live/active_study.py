"""A study that is being run, and what is reported of it."""

from itertools import groupby

from mlp_live.protocol.study_documents import encode_points
from mlp_live.protocol.study_limits import epochs_between_grids
from mlp_live.protocol.study_reports import StudyAxis, StudyCell, StudyStarted, StudySummary
from mlp_live.study.lockstep import LockstepRunner, StudyRecorder
from mlp_live.study.results import Results
from mlp_live.study.study import Study
from mlp_live.training.config.schema import config_fields, query_string
from mlp_live.training.loading import FindTable
from mlp_live.training.run import Run


class ActiveStudy:
    """The repeat that is being trained, all cells at the same time, and what was sent of the first.

    ``recorder`` has the history of the first repeat; of the others only the results are kept.
    """

    def __init__(
        self, study: Study, token: str, results: Results, find_table: FindTable, max_work: int
    ) -> None:
        self.study = study
        self.token = token
        self.results = results
        # At the first use of the cells they are made: not on the event loop.
        self.epochs = max(cell.config.epochs for cell in study.cells if cell.config is not None)
        every = epochs_between_grids(len(study.cells), self.epochs)
        self.recorder = StudyRecorder(len(study.cells), self.epochs, every)
        self.repeat = 0
        self.recorded_epoch = -1  # the last epoch of the first repeat that is complete
        self.sent_epoch = -1
        self.sent_progress = 0.0
        self._find_table = find_table
        self._max_work = max_work
        self.runner = self._next_runner(self.recorder)

    @property
    def done(self) -> bool:
        """Whether all repeats are trained."""
        return self.repeat == self.study.repeats

    @property
    def progress(self) -> float:
        """The share of all epochs that are trained, 0 to 1."""
        part = 0.0 if self.done else max(self.runner.epoch, 0) / self.epochs
        return (self.repeat + part) / self.study.repeats

    @property
    def has_news(self) -> bool:
        """Whether there is something that the viewer was not sent."""
        return self.sent_epoch < self.recorded_epoch or self.sent_progress < self.progress

    def complete_repeat(self) -> None:
        """Keep the results of the repeat that is finished, and begin the next, if there is one."""
        for cell, result in self.runner.results(with_grid=self.repeat == 0).items():
            self.results.add(cell, self.repeat, result)
        self.repeat += 1
        self.runner = self._next_runner(None)

    def _next_runner(self, recorder: StudyRecorder | None) -> LockstepRunner:
        configs = [self.study.config(cell, self.repeat) for cell in self.study.cells]
        return LockstepRunner(configs, self._find_table, self._max_work, recorder)

    def started_report(self) -> StudyStarted:
        """The axes and the cells."""
        study = self.study
        return StudyStarted(
            token=self.token,
            axes=[
                StudyAxis(
                    field=axis.field,
                    title=config_fields()[axis.field].title,
                    labels=axis.labels,
                    numbers=axis.numbers,
                    is_wide=axis.is_wide,
                )
                for axis in study.axes
            ],
            cells=[
                StudyCell(
                    labels=study.labels(cell),
                    name=study.name(cell),
                    address="" if cell.config is None else "/" + query_string(cell.config),
                    epochs=0 if cell.config is None else cell.config.epochs,
                    problem=cell.problem,
                )
                for cell in study.cells
            ],
            epochs=self.epochs,
            repeats=study.repeats,
        )

    def summary_report(self) -> StudySummary:
        """Every cell over the repeats that are complete, and the best cell."""
        best = self.results.best()
        cells = []
        for cell in self.study.cells:
            summary = self.results.summary(cell)
            measures = {name: found._asdict() for name, found in summary.measures.items()}
            cells.append({**summary._asdict(), "measures": measures})
        best_as_json = None if best is None else best.to_dict()
        return StudySummary(repeats=self.repeat, cells=cells, best=best_as_json)

    def encode_points(self) -> list[bytes]:
        """A document of points for each dataset, which names the cells that are trained on it."""
        data = [name for name, field in config_fields().items() if field.group == "Data"]
        runs = [(cell, run) for cell, run in enumerate(self.runner.runs) if isinstance(run, Run)]

        def key(member: tuple[int, Run]) -> str:
            return str([getattr(member[1].config, name) for name in [*data, "seed"]])

        documents = []
        for _, group in groupby(sorted(runs, key=key), key):
            cells, (run, *_) = zip(*group, strict=True)
            document = encode_points(run.dataset, list(cells), with_test=run.record.test_used)
            documents.append(document)
        return documents
