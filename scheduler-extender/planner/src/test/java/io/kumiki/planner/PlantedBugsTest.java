package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The simulation is only worth something if it notices mistakes: each line plants one into a source of the planner,
/// and some seed must fail.
class PlantedBugsTest {
    private static final int SEEDS = 1000;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '\0',
            value = {
                "the barrier opens early | Barrier | if (come < row.members.min()) { | if (come < 1) {",
                "bound before the slots are promised | Progress | if (plan.isDurable()) { | if (true) {",
                "a slot on a lost node stays | Progress | && (node == null \\|\\| !node.usable()) | && node == null && plan == null",
                "a partial gang is left alone | Progress | if (state.now - plan.partialSince < state.options.partial()) { | if (true) {",
                "a barrier never gives up | Barrier | if (state.now - plan.progressAt >= state.options.barrier()) { | if (false) {",
                "a standby remembers instead of reading | Planner | state.plans.replaceAll((_, plan) -> new Plan(plan.fact)); | if (state.plans.isEmpty()) {",
                "reserved slots are not counted | Room | if (there.reserves(r, i)) { | if (false) {",
                "a pod with an old reservation is bound | Plan | !member.reservation().equals(reservation()) | member.reservation().isEmpty()",
                "a call for another node is held | Barrier | if (!slot.equals(node)) { | if (false) {",
                "stale pods of a waiting gang stay | Progress | removeForeign(plan);again(plan) | again(plan)",
                "the quota is not asked | Charges | ? refused | ? null",
                "a lost deletion is not repeated | Progress | state.now - before < state.options.repeat() | true",
                "a lost status write is taken for done | Planner | plan.sent = null; | plan.durable = plan.version;",
            })
    void isNoticed(String what, String file, String right, String wrong) throws Exception {
        var loader = new Mutant(Map.of("io.kumiki.planner." + file, mutated(file, right, wrong)));
        var simulation = loader.loadClass("io.kumiki.planner.Simulation");
        var made = simulation.getDeclaredConstructor(long.class);
        var run = simulation.getDeclaredMethod("run");
        made.setAccessible(true);
        run.setAccessible(true);
        int noticed = -1;
        for (int seed = 0; seed < SEEDS && noticed < 0; seed++) {
            try {
                run.invoke(made.newInstance((long) seed));
            } catch (InvocationTargetException e) {
                noticed = seed;
            }
        }
        assertThat(noticed).as("%s, within %d seeds", what, SEEDS).isNotNegative();
    }

    /// The source with one place changed; that the place is there is part of the test.
    private static String mutated(String file, String right, String wrong) throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        Path within = Path.of("src/main/java/io/kumiki/planner", file + ".java");
        while (!Files.exists(folder.resolve(within))) {
            Path module = folder.resolve("scheduler-extender/planner");
            folder = Files.exists(module.resolve(within)) ? module : Objects.requireNonNull(folder.getParent());
        }
        String source = Files.readString(folder.resolve(within));
        String from = right.replace("\\|", "|").replace(";again", ";\n                again");
        assertThat(source).contains(from);
        String to = wrong.replace("\\|", "|");
        return source.replace(from, to.startsWith("if (state.plans.isEmpty())") ? "if (state.plans.isEmpty()) {}" : to);
    }

    /// Loads the planner and its simulation anew, with some classes compiled from changed sources.
    private static final class Mutant extends ClassLoader {
        private final Map<String, byte[]> changed;

        Mutant(Map<String, String> sources) {
            super(PlantedBugsTest.class.getClassLoader());
            changed = compile(sources);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                if (!name.startsWith("io.kumiki.planner.")) {
                    return super.loadClass(name, resolve);
                }
                byte[] code = changed.containsKey(name) ? changed.get(name) : original(name);
                return defineClass(name, code, 0, code.length);
            }
        }

        private byte[] original(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                return Objects.requireNonNull(in, name).readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static Map<String, byte[]> compile(Map<String, String> sources) {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            var files = new Memory(compiler.getStandardFileManager(null, null, null));
            List<Source> units = sources.entrySet().stream()
                    .map(e -> new Source(e.getKey(), e.getValue()))
                    .toList();
            String path = System.getProperty("java.class.path");
            var text = new java.io.StringWriter();
            boolean done = compiler.getTask(
                            text, files, null, List.of("-cp", path, "-proc:none", "-nowarn"), null, units)
                    .call();
            assertThat(done).as("%s", text).isTrue();
            Map<String, byte[]> classes = new HashMap<>();
            files.written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Memory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    var bytes = new ByteArrayOutputStream();
                    written.put(className, bytes);
                    return bytes;
                }
            };
        }
    }
}
