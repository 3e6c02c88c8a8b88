-- Times are microseconds since 1970, 0 for "not yet", so that every time can be compared and sorted.
-- Text that is part of an index holds '' for "none".
-- Rows that lists read are kept short; JSON stands in tables or columns of its own.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    n    BIGINT NOT NULL
);
INSERT INTO counters (name, n) VALUES ('change', 0);
INSERT INTO counters (name, n) VALUES ('artifact', 0);
INSERT INTO counters (name, n) VALUES ('intent', 0);

CREATE TABLE settings (
    name     TEXT PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE TABLE experiments (
    id           TEXT PRIMARY KEY,
    namespace    TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description  TEXT NOT NULL,
    archived     SMALLINT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_run_at  BIGINT NOT NULL,
    UNIQUE (namespace, display_name)
);
CREATE INDEX experiments_created ON experiments (namespace, created_at, id);

CREATE TABLE pipelines (
    id           TEXT PRIMARY KEY,
    namespace    TEXT NOT NULL,
    name         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description  TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    tags         TEXT NOT NULL,
    UNIQUE (namespace, name)
);
CREATE INDEX pipelines_created ON pipelines (namespace, created_at, id);

CREATE TABLE versions (
    id              TEXT PRIMARY KEY,
    pipeline_id     TEXT NOT NULL,
    name            TEXT NOT NULL,
    display_name    TEXT NOT NULL,
    description     TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    spec_id         TEXT NOT NULL,
    code_source_url TEXT NOT NULL,
    package_url     TEXT NOT NULL,
    tags            TEXT NOT NULL,
    UNIQUE (pipeline_id, name)
);
CREATE INDEX versions_created ON versions (pipeline_id, created_at, id);

-- The tags of a pipeline or version once more, one row each, for filters.
CREATE TABLE tags (
    owner TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, name)
);

CREATE TABLE specs (
    id       TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    platform TEXT
);

CREATE TABLE runs (
    id               TEXT PRIMARY KEY,
    namespace        TEXT NOT NULL,
    experiment_id    TEXT NOT NULL,
    display_name     TEXT NOT NULL,
    pipeline_id      TEXT NOT NULL,
    version_id       TEXT NOT NULL,
    spec_id          TEXT NOT NULL,
    pipeline_name    TEXT NOT NULL,
    resource_name    TEXT NOT NULL,
    pipeline_root    TEXT NOT NULL,
    service_account  TEXT NOT NULL,
    state            TEXT NOT NULL,
    archived         SMALLINT NOT NULL,
    created_at       BIGINT NOT NULL,
    scheduled_at     BIGINT NOT NULL,
    started_at       BIGINT NOT NULL,
    finished_at      BIGINT NOT NULL,
    recurring_run_id TEXT NOT NULL,
    error_reason     TEXT,
    error_message    TEXT,
    description      TEXT NOT NULL
);
-- The name rides along so that a search for a part of it reads the index alone.
CREATE INDEX runs_created ON runs (namespace, created_at, id, display_name);
CREATE INDEX runs_stored ON runs (namespace, archived, created_at, id);
CREATE INDEX runs_state ON runs (namespace, state, created_at, id);
CREATE INDEX runs_name ON runs (namespace, display_name, id);
CREATE INDEX runs_experiment ON runs (experiment_id, created_at, id);
CREATE INDEX runs_pipeline ON runs (pipeline_id, created_at, id);
CREATE INDEX runs_recurring ON runs (recurring_run_id, created_at, id);
CREATE INDEX runs_finished ON runs (namespace, finished_at, id);

CREATE TABLE run_details (
    run_id     TEXT PRIMARY KEY,
    parameters TEXT NOT NULL,
    history    TEXT NOT NULL
);

-- How many runs there are of each sort: total_size without a scan.
CREATE TABLE run_counts (
    namespace     TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    pipeline_id   TEXT NOT NULL,
    archived      SMALLINT NOT NULL,
    state         TEXT NOT NULL,
    n             BIGINT NOT NULL,
    PRIMARY KEY (namespace, experiment_id, pipeline_id, archived, state)
);

CREATE TABLE run_metrics (
    run_id TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run_id, name)
);

CREATE TABLE tasks (
    id            TEXT PRIMARY KEY,
    run_id        TEXT NOT NULL,
    parent_id     TEXT,
    path          TEXT NOT NULL,
    name          TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    iteration     INTEGER,
    iterations    INTEGER,
    pod_name      TEXT,
    fingerprint   TEXT,
    cached_from   TEXT,
    error_reason  TEXT,
    error_message TEXT,
    created_at    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    finished_at   BIGINT NOT NULL,
    wake_at       BIGINT NOT NULL,
    inputs        TEXT NOT NULL,
    outputs       TEXT NOT NULL,
    notes         TEXT NOT NULL,
    history       TEXT NOT NULL
);
CREATE INDEX tasks_run ON tasks (run_id, created_at);
CREATE INDEX tasks_state ON tasks (run_id, kind, state);

CREATE TABLE artifacts (
    id             BIGINT PRIMARY KEY,
    namespace      TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    task_id        TEXT NOT NULL,
    output         TEXT NOT NULL,
    position       INTEGER NOT NULL,
    name           TEXT NOT NULL,
    type           TEXT NOT NULL,
    schema_version TEXT NOT NULL,
    uri            TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    metadata       TEXT NOT NULL
);
CREATE INDEX artifacts_run ON artifacts (run_id, id);
CREATE INDEX artifacts_uri ON artifacts (namespace, uri, id);
CREATE INDEX artifacts_created ON artifacts (namespace, created_at, id);
CREATE INDEX artifacts_type ON artifacts (namespace, type, created_at, id);

CREATE TABLE cache (
    namespace     TEXT NOT NULL,
    pipeline_name TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    task_id       TEXT NOT NULL,
    made_at       BIGINT NOT NULL,
    PRIMARY KEY (namespace, pipeline_name, fingerprint, task_id)
);
CREATE INDEX cache_task ON cache (task_id);

CREATE TABLE intents (
    id       BIGINT PRIMARY KEY,
    run_id   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);
CREATE INDEX intents_run ON intents (run_id);
