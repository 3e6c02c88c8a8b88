package io.kumiki.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Numbered migrations as resource files beside a class. A file that has been applied anywhere is never edited: its
/// checksum is kept.
///
/// @param kind what the file is for, as a person would say it
/// @param files `0001_runs.sql`, … in order; statements end with `;` at the end of a line
public record Schema(String kind, Class<?> beside, List<String> files) {
    private record Migration(int number, String name, String checksum, String text) {}

    public Schema {
        files = List.copyOf(files);
    }

    /// Applies what is missing; refuses a file that is newer or whose history differs.
    void bring(Connection connection, String file, Runnable beforeChangingAnOldFile) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS schema_migrations (kind TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL,"
                            + " checksum TEXT NOT NULL, PRIMARY KEY (kind, number))");
        }
        List<Migration> known = migrations();
        int applied = check(connection, file, known);
        if (applied == known.size()) {
            return;
        }
        if (applied > 0) {
            beforeChangingAnOldFile.run();
        }
        for (Migration migration : known.subList(applied, known.size())) {
            apply(connection, migration);
        }
    }

    private int check(Connection connection, String file, List<Migration> known) throws SQLException {
        int applied = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT number, name, checksum, kind FROM schema_migrations ORDER BY number")) {
            while (rows.next()) {
                int number = rows.getInt(1);
                if (!rows.getString(4).equals(kind)) {
                    throw new SqlFault(
                            file + " holds " + rows.getString(4) + ", not " + kind + "; choose another data folder");
                }
                if (number > known.size()) {
                    throw new SqlFault(file + " was written by a newer Kumiki (schema " + number + ", this one knows "
                            + known.size() + "); use that version, or another data folder");
                }
                Migration here = known.get(number - 1);
                if (!here.checksum.equals(rows.getString(3))) {
                    throw new SqlFault(file + ": migration " + number + " (" + rows.getString(2)
                            + ") differs from the one this Kumiki carries (" + here.name
                            + "); the file comes from another build, use that one or another data folder");
                }
                applied = number;
            }
        }
        return applied;
    }

    private void apply(Connection connection, Migration migration) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement();
                var insert = connection.prepareStatement(
                        "INSERT INTO schema_migrations (kind, number, name, checksum) VALUES (?, ?, ?, ?)")) {
            for (String sql : migration.text.split(";[ \t]*(\r?\n|$)")) {
                if (!withoutComments(sql).isBlank()) {
                    statement.execute(sql);
                }
            }
            insert.setString(1, kind);
            insert.setInt(2, migration.number);
            insert.setString(3, migration.name);
            insert.setString(4, migration.checksum);
            insert.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String withoutComments(String sql) {
        return sql.replaceAll("(?m)--.*$", "");
    }

    private List<Migration> migrations() {
        var found = new ArrayList<Migration>();
        for (String name : files) {
            int number = Integer.parseInt(name.substring(0, 4));
            if (number != found.size() + 1) {
                throw new IllegalStateException("migrations are numbered without gaps, found " + name);
            }
            byte[] bytes = read(name);
            found.add(new Migration(number, name, sha256(bytes), new String(bytes, StandardCharsets.UTF_8)));
        }
        return found;
    }

    private byte[] read(String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("migration " + name + " is missing beside " + beside.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
