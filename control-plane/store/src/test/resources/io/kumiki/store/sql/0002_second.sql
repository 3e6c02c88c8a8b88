-- Things have colours; a comment; with semicolons
ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'none';
CREATE INDEX things_colour ON things (colour);
