package io.kumiki.pipelines.ir;

public enum ParameterType {
    STRING,
    NUMBER_INTEGER,
    NUMBER_DOUBLE,
    BOOLEAN,
    LIST,
    STRUCT,
    TASK_FINAL_STATUS,
    TASK_CONFIG
}
