-- Keys are rows, bytes are files named by the object's id (or, for objects uploaded in parts, by their segments' ids).
-- Keys compare as UTF-8 bytes.

CREATE TABLE buckets (
    name       TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE objects (
    bucket    TEXT NOT NULL,
    name      TEXT NOT NULL,
    id        TEXT NOT NULL,
    size      BIGINT NOT NULL,
    etag      TEXT NOT NULL,
    modified  BIGINT NOT NULL,
    segments  INTEGER NOT NULL,
    headers   TEXT NOT NULL,
    metadata  TEXT NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
);
CREATE INDEX objects_id ON objects (id);

CREATE TABLE segments (
    object TEXT NOT NULL,
    n      INTEGER NOT NULL,
    blob   TEXT NOT NULL,
    size   BIGINT NOT NULL,
    PRIMARY KEY (object, n)
);
CREATE INDEX segments_blob ON segments (blob);

CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    bucket     TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    headers    TEXT NOT NULL,
    metadata   TEXT NOT NULL
);
CREATE INDEX uploads_key ON uploads (bucket, name);

CREATE TABLE parts (
    upload   TEXT NOT NULL,
    n        INTEGER NOT NULL,
    blob     TEXT NOT NULL,
    size     BIGINT NOT NULL,
    etag     TEXT NOT NULL,
    modified BIGINT NOT NULL,
    PRIMARY KEY (upload, n)
);
CREATE INDEX parts_blob ON parts (blob);
