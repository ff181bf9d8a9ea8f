"""The benchmark harness behind ``stagekit bench``: suites that measure, results as JSON, a report of them."""
