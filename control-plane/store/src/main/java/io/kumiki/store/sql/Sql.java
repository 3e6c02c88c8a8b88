package io.kumiki.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One connection inside one transaction, with its prepared statements. Used by one thread at a time.
public final class Sql {
    private static final int KEPT_STATEMENTS = 200;

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private List<Object> notes = new ArrayList<>();

    Sql(Connection connection) {
        this.connection = connection;
    }

    public <T> List<T> list(String sql, Function<Cursor, T> mapper, @Nullable Object... values) {
        try {
            PreparedStatement statement = bound(sql, values);
            var found = new ArrayList<T>();
            try (ResultSet rows = statement.executeQuery()) {
                var cursor = new Cursor(rows);
                while (rows.next()) {
                    found.add(mapper.apply(cursor));
                }
            }
            return found;
        } catch (SQLException e) {
            throw fault(sql, e);
        }
    }

    public <T> @Nullable T one(String sql, Function<Cursor, T> mapper, @Nullable Object... values) {
        List<T> found = list(sql, mapper, values);
        return found.isEmpty() ? null : found.getFirst();
    }

    /// The single number a query yields; 0 for no row or NULL.
    public long number(String sql, @Nullable Object... values) {
        Long found = one(sql, row -> row.number(1), values);
        return found == null ? 0 : found;
    }

    /// Rows changed.
    public int update(String sql, @Nullable Object... values) {
        try {
            return bound(sql, values).executeUpdate();
        } catch (SQLException e) {
            throw fault(sql, e);
        }
    }

    /// Something to hand to the commit hook, forgotten when this piece of work is rolled back.
    public void note(Object note) {
        notes.add(note);
    }

    List<Object> takeNotes() {
        List<Object> taken = notes;
        notes = new ArrayList<>();
        return taken;
    }

    Connection connection() {
        return connection;
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            if (statements.size() >= KEPT_STATEMENTS) {
                closeStatements();
            }
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
        return statement;
    }

    private static void bind(PreparedStatement statement, int at, @Nullable Object value) throws SQLException {
        switch (value) {
            case null -> statement.setNull(at, java.sql.Types.NULL);
            case String text -> statement.setString(at, text);
            case Long number -> statement.setLong(at, number);
            case Integer number -> statement.setLong(at, number);
            case Double number -> statement.setDouble(at, number);
            case byte[] bytes -> statement.setBytes(at, bytes);
            case Boolean flag -> statement.setLong(at, flag ? 1 : 0);
            default -> throw new IllegalArgumentException("no column type for " + value.getClass());
        }
    }

    void closeStatements() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        statements.clear();
    }

    static SqlFault fault(String doing, SQLException e) {
        if (e instanceof org.sqlite.SQLiteException lite) {
            return switch (lite.getResultCode()) {
                case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY ->
                    new SqlFault("exists already: " + lite.getMessage(), false, true, e);
                case SQLITE_FULL -> new SqlFault("the disk is full; free some space and try again", true, false, e);
                case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_BUSY_SNAPSHOT ->
                    new SqlFault("the database is in use by another process", true, false, e);
                default ->
                    new SqlFault("database: " + lite.getMessage() + " (" + abbreviated(doing) + ")", false, false, e);
            };
        }
        return new SqlFault("database: " + e.getMessage() + " (" + abbreviated(doing) + ")", false, false, e);
    }

    private static String abbreviated(String text) {
        return text.length() <= 120 ? text : text.substring(0, 119) + "…";
    }
}
