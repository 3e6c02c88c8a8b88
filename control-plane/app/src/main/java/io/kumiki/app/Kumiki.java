package io.kumiki.app;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The command line. One line a command; each is a class of its own.
public final class Kumiki {
    public static final String VERSION = "0.1.0";

    /// @return the exit status: 0 done, 1 failed, 2 wrong usage
    interface Command {
        int run(List<String> args) throws Exception;
    }

    private record Entry(String summary, Command command) {}

    private static final Map<String, Entry> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("up", new Entry("start everything in one process", UpCommand::run));
        COMMANDS.put("down", new Entry("stop a Kumiki that runs detached", DownCommand::run));
        COMMANDS.put("status", new Entry("addresses, version, health, memory, time to ready", StatusCommand::run));
        COMMANDS.put("demo", new Entry("run a real pipeline and say where to look", DemoCommand::run));
        COMMANDS.put("extender", new Entry("the scheduler extender alone, for any cluster", ExtenderCommand::run));
        COMMANDS.put("bench", new Entry("list the benchmarks, or run one: bench NAME [--json]", BenchCommand::run));
        COMMANDS.put(
                "train",
                new Entry("used by the build: a short life from which the start-up cache is made", UpCommand::train));
    }

    private Kumiki() {}

    public static void main(String[] argv) {
        System.exit(run(argv));
    }

    static int run(String[] argv) {
        String name = argv.length == 0 ? "help" : argv[0];
        Entry entry = COMMANDS.get(name);
        if (entry == null) {
            boolean asked = List.of("help", "--help", "-h").contains(name);
            if (!asked) {
                System.err.println("kumiki has no command '" + name + "'.");
            }
            usage();
            return asked ? 0 : 2;
        }
        try {
            return entry.command().run(Arrays.asList(argv).subList(1, argv.length));
        } catch (Arguments.Wrong e) {
            System.err.println("kumiki " + name + ": " + e.getMessage());
            return 2;
        } catch (DataFolder.Refused e) {
            System.err.println("kumiki " + name + ": " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        } catch (Exception e) {
            System.err.println("kumiki " + name + " failed: " + Failure.sentence(e));
            return 1;
        }
    }

    private static void usage() {
        System.out.println("usage: ./kumiki COMMAND [options]\n");
        COMMANDS.forEach((name, entry) -> {
            if (!name.equals("train")) {
                System.out.printf("  %-8s %s%n", name, entry.summary());
            }
        });
        System.out.printf("  %-8s %s%n", "dev", "the server, with a dashboard that reloads while you edit it");
        System.out.printf("  %-8s %s%n", "test", "install what the tests need, then run all of them");
        System.out.println("\noptions of up: " + UpOptions.HELP);
    }
}
