package io.kumiki.pipelines.engine;

import io.kumiki.model.Reason;
import io.kumiki.model.run.RunFault;

/// Why a task or a run ended badly, as far as the engine says so itself. Kubernetes' own words (`OOMKilled`) stand
/// beside them.
public enum FaultCode implements Reason {
    InputUnresolvable,
    ConditionUndecidable,
    ContainerFailed,
    OutputMissing,
    OutputUnreadable,
    OutputLost,
    ArgumentTooLong,
    LostTooOften,
    TaskFailed,
    DeadlineExceeded;

    RunFault fault(String message) {
        return new RunFault(name(), message);
    }
}
