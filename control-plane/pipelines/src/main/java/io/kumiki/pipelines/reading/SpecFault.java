package io.kumiki.pipelines.reading;

import io.kumiki.model.Reason;

/// What can be wrong with a pipeline document.
public enum SpecFault implements Reason {
    UnknownField,
    WrongKind,
    Missing,
    BadValue,
    BadExpression,
    UnknownComponent,
    UnknownExecutor,
    UnknownTask,
    UnknownInput,
    UnknownOutput,
    TypeMismatch,
    Cycle,
    TooMany,
    TooDeep,
    Unsupported
}
