package io.kumiki.store.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The row that a query stands on; columns count from 1.
/// Times are microseconds since 1970, 0 for absent, so that they sort and compare as KFP's do.
public final class Cursor {
    private final ResultSet rows;

    Cursor(ResultSet rows) {
        this.rows = rows;
    }

    public String text(int column) {
        String value = textOrNull(column);
        return value == null ? "" : value;
    }

    public @Nullable String textOrNull(int column) {
        try {
            return rows.getString(column);
        } catch (SQLException e) {
            throw Sql.fault("reading column " + column, e);
        }
    }

    /// Empty also where the column is null.
    public byte[] bytes(int column) {
        try {
            byte @Nullable [] value = rows.getBytes(column);
            return value == null ? new byte[0] : value;
        } catch (SQLException e) {
            throw Sql.fault("reading column " + column, e);
        }
    }

    /// Columns that are part of keys hold '' for absent.
    public @Nullable String textOrAbsent(int column) {
        String value = textOrNull(column);
        return value == null || value.isEmpty() ? null : value;
    }

    public long number(int column) {
        try {
            return rows.getLong(column);
        } catch (SQLException e) {
            throw Sql.fault("reading column " + column, e);
        }
    }

    public double real(int column) {
        try {
            return rows.getDouble(column);
        } catch (SQLException e) {
            throw Sql.fault("reading column " + column, e);
        }
    }

    public @Nullable Integer intOrNull(int column) {
        try {
            int value = rows.getInt(column);
            return rows.wasNull() ? null : value;
        } catch (SQLException e) {
            throw Sql.fault("reading column " + column, e);
        }
    }

    public boolean flag(int column) {
        return number(column) != 0;
    }

    public Instant time(int column) {
        return Micros.toInstant(number(column));
    }

    public @Nullable Instant timeOrAbsent(int column) {
        long micros = number(column);
        return micros == 0 ? null : Micros.toInstant(micros);
    }
}
