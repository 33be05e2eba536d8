"""What both sides of the benchmark share: the tasks, and clocks."""
import os
import resource
import time

FEATURES = ["x%d" % i for i in range(1, 29)]

# name: target column, the other target (not a feature), algorithm, parameters
TASKS = {
    "linear": ("z", "y", "linear", "{}"),
    "logistic": ("y", "z", "logistic", '{"l2": 1}'),
    "trees": ("y", "z", "gbt", '{"trees": 100, "leaves": 31, "learning_rate": 0.1, "bins": 255, "early_stopping": 0, "l2": 0, "node_features": 1}'),
}


def backend_cpu(pid):
    """CPU seconds that a server process has used."""
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Clock:
    """Wall seconds of named steps; CPU seconds of this process and of its backend."""

    def __init__(self, connection):
        self.pid = connection.get_backend_pid()
        self.steps = {}
        self.cpu_start = self._cpu()
        self.last = time.perf_counter()

    def _cpu(self):
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + backend_cpu(self.pid)

    def step(self, name):
        now = time.perf_counter()
        self.steps[name] = now - self.last
        self.last = now

    def cpu(self):
        return self._cpu() - self.cpu_start
