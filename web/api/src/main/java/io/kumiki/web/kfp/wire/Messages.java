package io.kumiki.web.kfp.wire;

import static io.kumiki.web.kfp.wire.Message.Type.BOOL;
import static io.kumiki.web.kfp.wire.Message.Type.INT32;
import static io.kumiki.web.kfp.wire.Message.Type.INT64;
import static io.kumiki.web.kfp.wire.Message.Type.STRUCT;
import static io.kumiki.web.kfp.wire.Message.Type.TEXT;
import static io.kumiki.web.kfp.wire.Message.Type.TIME;

import io.kumiki.web.kfp.wire.Message.Type;

/// The request messages of v2beta1, field by field as in the published swagger.
/// Fields that only the server writes are known here too: a client may send back what it was given.
public final class Messages {
    private static final Type STORAGE_STATE = Type.choice("STORAGE_STATE_UNSPECIFIED", "AVAILABLE", "ARCHIVED");
    private static final Type RUNTIME_STATE = Type.choice(
            "RUNTIME_STATE_UNSPECIFIED",
            "PENDING",
            "RUNNING",
            "SUCCEEDED",
            "SKIPPED",
            "FAILED",
            "CANCELING",
            "CANCELED",
            "PAUSED");
    private static final Type TAGS = new Type.ByKey(TEXT);

    private static final Message STATUS =
            Message.of("Status").with(INT32, "code").with(TEXT, "message").with(new Type.Many(STRUCT), "details");
    private static final Message VERSION_REFERENCE =
            Message.of("PipelineVersionReference").with(TEXT, "pipeline_id", "pipeline_version_id");
    private static final Message RUNTIME_CONFIG =
            Message.of("RuntimeConfig").with(STRUCT, "parameters").with(TEXT, "pipeline_root");

    public static final Message EXPERIMENT = Message.of("Experiment")
            .with(TEXT, "experiment_id", "display_name", "description", "namespace")
            .with(TIME, "created_at", "last_run_created_at")
            .with(STORAGE_STATE, "storage_state");

    public static final Message PIPELINE = Message.of("Pipeline")
            .with(TEXT, "pipeline_id", "display_name", "name", "description", "namespace")
            .with(TIME, "created_at")
            .with(STATUS, "error")
            .with(TAGS, "tags");

    public static final Message VERSION = Message.of("PipelineVersion")
            .with(TEXT, "pipeline_id", "pipeline_version_id", "display_name", "name", "description", "code_source_url")
            .with(TIME, "created_at")
            .with(Message.of("Url").with(TEXT, "pipeline_url"), "package_url")
            .with(STRUCT, "pipeline_spec")
            .with(STATUS, "error")
            .with(TAGS, "tags");

    public static final Message PIPELINE_AND_VERSION = Message.of("CreatePipelineAndVersionRequest")
            .with(PIPELINE, "pipeline")
            .with(VERSION, "pipeline_version");

    public static final Message RUN = Message.of("Run")
            .with(
                    TEXT,
                    "experiment_id",
                    "run_id",
                    "display_name",
                    "description",
                    "pipeline_version_id",
                    "service_account",
                    "recurring_run_id")
            .with(STORAGE_STATE, "storage_state")
            .with(STRUCT, "pipeline_spec", "run_details", "plugins_input", "plugins_output")
            .with(VERSION_REFERENCE, "pipeline_version_reference")
            .with(RUNTIME_CONFIG, "runtime_config")
            .with(TIME, "created_at", "scheduled_at", "finished_at")
            .with(RUNTIME_STATE, "state")
            .with(STATUS, "error")
            .with(new Type.Many(STRUCT), "state_history");

    public static final Message RECURRING_RUN = Message.of("RecurringRun")
            .with(
                    TEXT,
                    "recurring_run_id",
                    "display_name",
                    "description",
                    "pipeline_version_id",
                    "service_account",
                    "namespace",
                    "experiment_id")
            .with(STRUCT, "pipeline_spec", "plugins_input")
            .with(VERSION_REFERENCE, "pipeline_version_reference")
            .with(RUNTIME_CONFIG, "runtime_config")
            .with(INT64, "max_concurrency")
            .with(BOOL, "no_catchup")
            .with(
                    Message.of("Trigger")
                            .with(
                                    Message.of("CronSchedule")
                                            .with(TIME, "start_time", "end_time")
                                            .with(TEXT, "cron"),
                                    "cron_schedule")
                            .with(
                                    Message.of("PeriodicSchedule")
                                            .with(TIME, "start_time", "end_time")
                                            .with(INT64, "interval_second"),
                                    "periodic_schedule"),
                    "trigger")
            .with(Type.choice("MODE_UNSPECIFIED", "ENABLE", "DISABLE"), "mode")
            .with(Type.choice("STATUS_UNSPECIFIED", "ENABLED", "DISABLED"), "status")
            .with(TIME, "created_at", "updated_at")
            .with(STATUS, "error");

    static final Message FILTER = Message.of("Filter")
            .with(
                    new Type.Many(new Type.Nested(Message.of("Predicate")
                            .with(
                                    Type.choice(
                                            "OPERATION_UNSPECIFIED",
                                            "EQUALS",
                                            "NOT_EQUALS",
                                            "GREATER_THAN",
                                            "",
                                            "GREATER_THAN_EQUALS",
                                            "LESS_THAN",
                                            "LESS_THAN_EQUALS",
                                            "IN",
                                            "IS_SUBSTRING"),
                                    "operation")
                            .with(TEXT, "key", "string_value")
                            .with(INT32, "int_value")
                            .with(INT64, "long_value")
                            .with(TIME, "timestamp_value")
                            .with(Message.of("IntValues").with(new Type.Many(INT32), "values"), "int_values")
                            .with(Message.of("LongValues").with(new Type.Many(INT64), "values"), "long_values")
                            .with(Message.of("StringValues").with(new Type.Many(TEXT), "values"), "string_values"))),
                    "predicates");

    private Messages() {}
}
