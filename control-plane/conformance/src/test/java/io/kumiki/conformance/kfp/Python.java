package io.kumiki.conformance.kfp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// The Python environment of the client tests, made by `python/venv.sh`.
public final class Python {
    private static final Path SCRIPTS = module().resolve("python");

    private final String interpreter;

    private Python(String interpreter) {
        this.interpreter = interpreter;
    }

    /// Where it cannot be had, the suite is skipped with one line; in CI that is a failure.
    public static Python required() {
        var lines = new ArrayList<String>();
        int code = run(List.of(SCRIPTS.resolve("venv.sh").toString()), lines);
        if (code == 0) {
            return new Python(lines.getLast());
        }
        String why = "no Python environment for the kfp SDK: " + String.join(" ", lines);
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(why);
        }
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
        throw new AssertionError();
    }

    /// Runs a script of the folder and passes on what it prints. Answers the exit code; the lines are added to
    /// `out`.
    public int script(List<String> out, String name, String... arguments) {
        var command = new ArrayList<>(List.of(interpreter, SCRIPTS.resolve(name).toString()));
        command.addAll(List.of(arguments));
        return run(command, out);
    }

    private static int run(List<String> command, List<String> out) {
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putIfAbsent("PYTHONDONTWRITEBYTECODE", "1");
            var process = builder.start();
            process.getOutputStream().close();
            try (var reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    System.out.println(line);
                    out.add(line);
                }
            }
            return process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Maven and an IDE start tests in different folders.
    private static Path module() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            for (Path here : List.of(at, at.resolve("control-plane/conformance"))) {
                if (Files.isRegularFile(here.resolve("python/venv.sh"))) {
                    return here;
                }
            }
        }
        throw new IllegalStateException(
                "the folder python/ of control-plane/conformance is not above the working folder");
    }
}
