"""What a report refuses, and that it refuses nothing else."""


def failed(report):
    return {row.check: row.sentence for row in report.checks if row.status != "ok"}


def refused(report, sentence, check="V25"):
    found = failed(report)
    assert list(found) == [check], found
    assert sentence in found[check]
