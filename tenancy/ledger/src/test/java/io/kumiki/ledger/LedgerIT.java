package io.kumiki.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.quota.Amounts;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Real members in processes of their own, on loopback.
class LedgerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String cluster = "test-" + UUID.randomUUID();
    private final List<Member> members = new ArrayList<>();

    /// One member's process. Signals are sent by its own handle and by `kill`, to that process only.
    private static final class Member implements AutoCloseable {
        final Process process;
        final Writer in;
        final BufferedReader out;
        final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
        final String address;

        Member(String cluster, String others) throws Exception {
            var command = List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx128m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    LedgerMember.class.getName(),
                    cluster,
                    others);
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.to(new File("/dev/null")))
                    .start();
            in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
            out = process.inputReader(StandardCharsets.UTF_8);
            Thread.ofVirtual().start(this::read);
            address = answer(line -> line.startsWith("at ")).substring(3);
        }

        private void read() {
            try {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    answers.add(line);
                }
            } catch (IOException closed) {
                answers.add("closed");
            }
        }

        private String answer(Predicate<String> wanted) throws InterruptedException {
            while (true) {
                String line = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(line)
                        .as("an answer of the member, alive: " + process.isAlive())
                        .isNotNull();
                if (wanted.test(line)) {
                    return line;
                }
            }
        }

        String ask(String command) throws Exception {
            in.write(command + "\n");
            in.flush();
            return answer(line -> line.matches("(published|entry|none|members|unknown).*"));
        }

        /// Asks until the answer is the wanted one; seconds it took.
        double until(String command, String wanted) throws Exception {
            long from = System.nanoTime();
            String found = "";
            while (System.nanoTime() - from < PATIENCE.toNanos()) {
                found = ask(command);
                if (found.equals(wanted)) {
                    return (System.nanoTime() - from) / 1e9;
                }
                answers.poll(100, TimeUnit.MILLISECONDS);
            }
            throw new AssertionError("wanted \"" + wanted + "\", found \"" + found + "\"");
        }

        void signal(String name) throws Exception {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @AfterEach
    void end() {
        members.forEach(Member::close);
    }

    private Member member(String others) throws Exception {
        Member member = new Member(cluster, others);
        members.add(member);
        return member;
    }

    @Test
    void oneMemberNeedsNobody() {
        try (Ledger ledger = Ledger.start(new LedgerSettings(cluster, "127.0.0.1", 0, "", ""))) {
            var usage = new TreeMap<String, Amounts>();
            usage.put("a", Amounts.of("nvidia.com/gpu", 4));
            usage.put("idle", Amounts.NONE);
            var gang = new LedgerEntry.BindingGang("n", "g", "a", Amounts.of("nvidia.com/gpu", 2));
            var entry = new LedgerEntry("all", 3, 7, usage, List.of(gang));
            assertThat(ledger.publish(entry)).isTrue();
            assertThat(ledger.read("all")).contains(entry);
            assertThat(ledger.publish(new LedgerEntry("all", 2, 99, usage, List.of())))
                    .isFalse();
            assertThat(ledger.read("all")).contains(entry);
            assertThat(ledger.members()).isOne();
        }
    }

    @Test
    void whatOnePublishesTheOtherReadsAndOlderWordsAreIgnored() throws Exception {
        Member first = member("");
        Member second = member(first.address);
        second.until("members", "members 2");
        first.ask("publish 1 1 8");
        second.until("read", "entry 1 1 8");
        second.ask("publish 2 1 16");
        first.until("read", "entry 2 1 16");
        first.ask("publish 1 2 99");
        assertThat(first.ask("read")).isEqualTo("entry 2 1 16");
        second.close();
        first.until("members", "members 1");
        first.ask("publish 3 1 24");
        first.until("read", "entry 3 1 24");
        Member third = member(first.address);
        third.until("read", "entry 3 1 24");
    }

    @Test
    void aStoppedMemberDelaysNobodyAndComesBackToTheTruth() throws Exception {
        Member first = member("");
        Member second = member(first.address);
        Member third = member(first.address);
        first.until("members", "members 3");
        first.ask("publish 1 1 1");
        third.until("read", "entry 1 1 1");

        third.signal("STOP");
        long slowest = 0;
        for (int i = 2; i <= 200; i++) {
            String answer = first.ask("publish 1 " + i + " " + i);
            slowest = Math.max(slowest, Long.parseLong(answer.split(" ")[1]));
            assertThat(first.ask("read")).isEqualTo("entry 1 " + i + " " + i);
        }
        assertThat(slowest)
                .as("the slowest publication in ms, a member hanging")
                .isLessThan(1_000);
        double others = second.until("read", "entry 1 200 200");

        third.signal("CONT");
        first.ask("publish 1 201 201");
        double healed = third.until("read", "entry 1 201 201");
        System.out.printf(
                "ledger: slowest publication %d ms while a member hung; the other member knew after %.1f s, "
                        + "the stopped one %.1f s after it went on%n",
                slowest, others, healed);
    }
}
